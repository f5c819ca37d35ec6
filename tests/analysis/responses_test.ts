/** Receptive fields, responses and the strongest of them, against float64 and by experiment. */
import assert from "node:assert/strict";
import {
  CONVOLUTION_LAYERS,
  filtersOf,
  type Layer,
  mapSide,
  receptiveField,
  receptiveWindow,
} from "../../analysis/layer.ts";
import { layerResponses } from "../../analysis/responses.ts";
import { topActivations, topHits } from "../../analysis/top_activations.ts";
import { normalize } from "../../training/draws.ts";
import { look } from "../reference/looking.ts";
import { strongest } from "../reference/response.ts";
import { assertClose } from "../support/compare.ts";
import { withGpu } from "../support/gpu.ts";
import { network } from "../support/network.ts";
import { Random } from "../support/random.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const ALL: Layer[] = [...CONVOLUTION_LAYERS, "fc4"];

Deno.test("receptive field: 5, 14, 32 pixels, 1, 2, 4 apart", () => {
  assert.deepEqual(CONVOLUTION_LAYERS.map((layer) => receptiveField(layer)), [
    { size: 5, stride: 1, offset: -2 },
    { size: 14, stride: 2, offset: -6 },
    { size: 32, stride: 4, offset: -14 },
  ]);
  assert.deepEqual(receptiveWindow("conv3", 5, 5, 96), { top: 6, left: 6, height: 32, width: 32 });
  assert.deepEqual(receptiveWindow("conv3", 0, 23, 96), { top: 0, left: 78, height: 18, width: 18 });
  // The local mean is over 5 x 5 pixels; the contrast over 5 x 5 of such differences.
  const sizes = (normalization: "local-mean" | "local-contrast") =>
    CONVOLUTION_LAYERS.map((layer) => receptiveField(layer, normalization).size);
  assert.deepEqual([sizes("local-mean"), sizes("local-contrast")], [[9, 18, 36], [13, 22, 40]]);
  assert.deepEqual(receptiveWindow("conv3", 5, 5, 96, "local-mean"), { top: 4, left: 4, height: 36, width: 36 });
  assert.throws(() => receptiveWindow("conv2", 0, 24, 48), /x is 24, expected an integer in 0\.\.23/);
  assert.throws(() => receptiveField("fc4" as "conv1"), /layer is "fc4", expected one of conv1, conv2, conv3/);
});

Deno.test("receptive field: the rows that a unit sees, followed through the layers one by one", () => {
  const size = 48;
  // A row of conv d's map sees five rows of what comes before, each of them, past conv1, two rows of the map before pooling.
  const rowsSeen = (depth: number, row: number): number[] => {
    const side = size >> depth;
    const before = [-2, -1, 0, 1, 2].map((tap) => row + tap).filter((at) => at >= 0 && at < side);
    if (depth === 0) return before;
    return [...new Set(before.flatMap((cell) => [2 * cell, 2 * cell + 1].flatMap((at) => rowsSeen(depth - 1, at))))];
  };
  for (const [depth, layer] of CONVOLUTION_LAYERS.entries()) {
    for (let row = 0; row < mapSide(layer, size); row++) {
      const { top, height, left, width } = receptiveWindow(layer, row, 0, size);
      assert.deepEqual(rowsSeen(depth, row).sort((a, b) => a - b), Array.from({ length: height }, (_, i) => top + i));
      assert.deepEqual(rowsSeen(depth, 0).sort((a, b) => a - b), Array.from({ length: width }, (_, i) => left + i));
    }
  }
});

for (const [imageSize, count] of [[8, 3], [16, 2], [24, 1]]) {
  Deno.test(
    `responses: all layers of a ${imageSize} x ${imageSize} network, ${count} images`,
    withGpu(async (gpu) => {
      const { net, weights } = await network(gpu, { imageSize, seed: imageSize });
      using _ = net;
      const images = new Random(imageSize).normal(count * imageSize ** 2);
      const { stages, hidden } = look(weights, images, count);
      for (const layer of ALL) {
        const found = await layerResponses(net, images, { layer });
        const filters = filtersOf(layer);
        assert.deepEqual([found.images, found.filters, found.layer], [count, filters, layer]);
        if (layer === "fc4") {
          assertClose(found.responses, hidden, 1e-5, layer);
          continue;
        }
        const { map } = stages[CONVOLUTION_LAYERS.indexOf(layer)];
        assert.equal(found.side, mapSide(layer, imageSize));
        const expected = strongest(map, count * filters);
        assertClose(found.responses, expected.value, 1e-5, layer);
        const area = found.side ** 2;
        // Where two pixels are equal to rounding, either may win: what stands there decides.
        const there = Float64Array.from(found.positions, (position, plane) => map[plane * area + position]);
        const whole = found.responses.map((value) => value > 0 ? 1 : 0);
        assertClose(there.map((value, i) => value * whole[i]), expected.value, 1e-5, `${layer} positions`);
        const same = found.positions.filter((position, plane) => position === expected.position[plane]);
        assert(same.length >= 0.99 * count * filters, `${layer}: ${same.length} of ${count * filters} positions`);
      }
    }),
  );
}

Deno.test(
  "responses: images of one flat grey tie everywhere; rows of a dataset equal its normalized images",
  withGpu(async (gpu) => {
    const { net } = await network(gpu, { imageSize: 8, seed: 2 });
    using _ = net;
    const nothing = await layerResponses(net, new Float32Array(2 * 64), { layer: "conv2" });
    assert(nothing.responses.every((value) => value === 0) && nothing.positions.every((position) => position === 0));

    const dataset = await tinyDataset({ imageSize: 8 });
    const rows = Uint32Array.of(7, 0, 7, 19, 3);
    const pixels = new Uint8Array(rows.length * 64);
    rows.forEach((row, n) => pixels.set(dataset.images.subarray(64 * row, 64 * row + 64), 64 * n));
    for (const normalization of ["local-mean", "local-contrast"] as const) {
      const images = await normalize(gpu, pixels, { mode: normalization, imageSize: 8 });
      const seen: [number, number][] = [];
      const onProgress = (done: number, total: number) => void seen.push([done, total]);
      const resident = await layerResponses(net, { dataset, rows, normalization }, { layer: "conv3", onProgress });
      const direct = await layerResponses(net, images, { layer: "conv3" });
      assert.deepEqual(resident, direct);
      assert.deepEqual(seen.at(-1), [5, 5]);
    }
  }),
);

Deno.test(
  "responses: what does not fit is refused by name, and an aborted signal stops the work",
  withGpu(async (gpu) => {
    const { net } = await network(gpu, { imageSize: 8 });
    using _ = net;
    const dataset = await tinyDataset({ imageSize: 8 });
    const rows = (...rows: number[]) => ({
      dataset,
      rows: Uint32Array.from(rows),
      normalization: "local-mean" as const,
    });
    const wide = { ...rows(0), dataset: await tinyDataset({ imageSize: 16 }) };
    const layer = "conv3";
    const refused: [Promise<unknown>, RegExp][] = [
      [layerResponses(net, new Float32Array(65), { layer }), /65 values, expected a positive multiple of 8 x 8/],
      [layerResponses(net, new Float32Array(64).fill(NaN), { layer }), /images\[0\].*NaN/],
      [layerResponses(net, new Float32Array(64), { layer: "pool1" as "conv1" }), /layer is "pool1"/],
      [layerResponses(net, rows(), { layer }), /rows is empty/],
      [layerResponses(net, rows(0, 20), { layer }), /rows\[1\] is 20, the dataset has 20 images/],
      [layerResponses(net, wide, { layer }), /16 pixels wide, the network takes 8/],
      [
        layerResponses(net, { ...rows(0), normalization: "none" as "local-mean" }, { layer }),
        /normalization is "none"/,
      ],
      [topActivations(net, rows(0), { layer, top: 0 }), /top is 0/],
      [topActivations(net, rows(0, 1), { layer, top: 1, distinctSubjects: [1] }), /distinctSubjects has 1 entries/],
    ];
    for (const [promise, message] of refused) await assert.rejects(promise, message);
    const signal = AbortSignal.abort(new Error("enough"));
    await assert.rejects(layerResponses(net, rows(0), { layer, signal }), /enough/);
  }),
);

Deno.test("top activations: best first, ties to the lower image, one of each subject where asked", () => {
  const random = new Random(4);
  for (const [images, filters, top] of [[1, 1, 3], [40, 7, 5], [9, 3, 20]]) {
    const responses = Float32Array.from(random.integers(images * filters, 6));
    const positions = random.integers(images * filters, 36);
    const subjects = Int32Array.from(random.integers(images, 5), (subject) => subject - 1);
    for (const distinctSubjects of [undefined, subjects]) {
      const found = topHits({ images, filters, responses, positions, side: 6 }, { top, distinctSubjects });
      assert.equal(found.length, filters);
      found.forEach((hits, filter) => {
        const taken = new Set<number>();
        const expected = Array.from({ length: images }, (_, image) => image)
          .filter((image) => responses[image * filters + filter] > 0)
          .sort((a, b) => responses[b * filters + filter] - responses[a * filters + filter] || a - b)
          .filter((image) => {
            if (!distinctSubjects || subjects[image] < 0) return true;
            const fresh = !taken.has(subjects[image]);
            taken.add(subjects[image]);
            return fresh;
          })
          .slice(0, top)
          .map((image) => {
            const position = positions[image * filters + filter];
            const [y, x] = [Math.floor(position / 6), position % 6];
            return { image, y, x, activation: responses[image * filters + filter] };
          });
        assert.deepEqual(hits, expected);
      });
    }
  }
});
