/** Projections to the pixels against float64, under all three rules, from all layers; and what no projection may do. */
import assert from "node:assert/strict";
import { CONVOLUTION_LAYERS, mapSide, receptiveWindow } from "../../analysis/layer.ts";
import { projectToPixels, projectUnits, type Unit } from "../../analysis/projection.ts";
import { layerResponses } from "../../analysis/responses.ts";
import type { ReluRule } from "../../kernels/relu/mod.ts";
import { look, project } from "../reference/looking.ts";
import { strongest } from "../reference/response.ts";
import { assertClose, assertGradient, dot, largest } from "../support/compare.ts";
import { withGpu } from "../support/gpu.ts";
import { network } from "../support/network.ts";
import { Random } from "../support/random.ts";

const RULES: ReluRule[] = ["gradient", "deconvnet", "guided"];

/** Random images, the first of them with flat and repeated parts, so that pools and filters tie. */
function images(seed: number, count: number, side: number): Float32Array<ArrayBuffer> {
  const values = new Random(seed).normal(count * side ** 2);
  for (let at = 0; at < side ** 2; at++) {
    const i = Math.floor(at / side), j = at % side;
    if (i < side / 2) values[at] = 0;
    else if (j >= side / 2) values[at] = Math.sin(Math.floor(i / 2) + 3 * Math.floor(j / 2));
  }
  return values;
}

for (const [imageSize, count] of [[8, 4], [16, 2], [24, 1]]) {
  Deno.test(
    `projection: units of all layers under all rules, ${imageSize} x ${imageSize}`,
    withGpu(async (gpu) => {
      const { net, weights } = await network(gpu, { imageSize, seed: 30 + imageSize });
      using _ = net;
      const pixels = images(imageSize, count, imageSize);
      const { stages } = look(weights, pixels, count);
      const random = new Random(7);
      for (const [depth, layer] of CONVOLUTION_LAYERS.entries()) {
        const side = mapSide(layer, imageSize), filters = [64, 128, 256][depth];
        // One unit an image for the reference; here they go in reverse, beside one image that comes twice.
        const units = Array.from({ length: count }, (_, image): Unit => {
          const [filter, y, x] = [filters, side, side].map((bound) => random.word() % bound);
          return { image, filter, y: image === 0 ? side - 1 : y, x: image === 0 ? 0 : x };
        });
        for (const method of RULES) {
          const started = units.map(({ filter, y, x }) => ({ filter, position: y * side + x, start: 1 }));
          const expected = project(stages, depth, started, method);
          const rows = [...units.toReversed(), units[0]];
          const found = await projectUnits(net, pixels, rows, { layer, method });
          const area = imageSize ** 2;
          rows.forEach(({ image, y, x }, row) => {
            const projection = found.subarray(row * area, (row + 1) * area);
            const wanted = expected.subarray(image * area, (image + 1) * area);
            if (largest(wanted) > 0) assertClose(projection, wanted, 1e-5, `${layer} ${method} row ${row}`);
            else assert(projection.every((value) => value === 0), `${layer} ${method} row ${row}`);
            const { top, left, height, width } = receptiveWindow(layer, y, x, imageSize);
            const outside = projection.findIndex((value, at) => {
              const i = Math.floor(at / imageSize) - top, j = at % imageSize - left;
              return value !== 0 && (i < 0 || j < 0 || i >= height || j >= width);
            });
            assert.equal(outside, -1, `${layer} ${method}: a pixel that the unit cannot see`);
          });
        }
      }
    }),
  );
}

Deno.test(
  "projection: the strongest response of each image, from the response itself; a filter that does not answer gives zeros",
  withGpu(async (gpu) => {
    const { net, weights } = await network(gpu, { imageSize: 16, seed: 3 });
    using _ = net;
    const count = 3;
    const pixels = images(5, count, 16).fill(0, 0, 256); // the first image is empty
    const { stages } = look(weights, pixels, count);
    for (const [depth, layer] of CONVOLUTION_LAYERS.entries()) {
      const filter = [63, 20, 255][depth], filters = [64, 128, 256][depth];
      const { value, position } = strongest(stages[depth].map, count * filters);
      const units = Array.from({ length: count }, (_, n) => {
        const plane = n * filters + filter;
        return { filter, position: position[plane], start: value[plane] };
      });
      for (const method of RULES) {
        const found = await projectToPixels(net, pixels, { layer, filter, method });
        assertClose(found, project(stages, depth, units, method), 1e-5, `${layer} ${method}`);
        assert(found.subarray(0, 256).every((value) => value === 0));
      }
    }
  }),
);

Deno.test(
  "projection: the plain gradient is that of central differences of the response",
  withGpu(async (gpu) => {
    const { net, weights } = await network(gpu, { imageSize: 8, seed: 4 });
    using _ = net;
    const image = new Random(6).normal(64);
    const { responses, positions } = await layerResponses(net, image, { layer: "conv3" });
    const filter = responses.indexOf(responses.reduce((a, b) => Math.max(a, b)));
    const projection = await projectToPixels(net, image, { layer: "conv3", filter, method: "gradient" });
    const gradient = projection.map((value) => value / responses[filter]);
    const response = (image: Float64Array) => look(weights, image, 1).stages[2].map[filter * 4 + positions[filter]];
    const random = new Random(8);
    assertGradient(gradient, image, response, [random.normal(64), random.normal(64)], 1e-4, "conv3");
    // Without biases a response is its gradient times the image.
    assert(Math.abs(dot(gradient, image) - responses[filter]) < 1e-4 * responses[filter]);
  }),
);

Deno.test(
  "projection: more rows than fit at once are those of the rows one by one, and of rows of a dataset",
  withGpu(async (gpu) => {
    const { net } = await network(gpu, { imageSize: 8, seed: 5, convolution: "auto" });
    using _ = net;
    const random = new Random(9);
    const bytes = Uint8Array.from(random.integers(5 * 64, 256));
    const dataset = { imageSize: 8, images: bytes, labels: new Int32Array(5) };
    const rows = Uint32Array.of(4, 1, 3);
    const units = Array.from({ length: 70 }, (): Unit => {
      const [image, filter, y, x] = [3, 256, 2, 2].map((bound) => random.word() % bound);
      return { image, filter, y, x };
    });
    const source = { dataset, rows, normalization: "local-contrast" as const };
    const seen: number[] = [];
    const onProgress = (done: number) => void seen.push(done);
    const all = await projectUnits(net, source, units, { layer: "conv3", method: "guided", onProgress });
    assert.deepEqual(seen, [64, 70]);
    for (const row of [0, 5, 63, 64, 69]) {
      const one = await projectUnits(net, source, [units[row]], { layer: "conv3", method: "guided" });
      assert.deepEqual(all.slice(row * 64, (row + 1) * 64), one, `row ${row}`);
    }
    assert(all.some((value) => value > 0));
  }),
);

Deno.test(
  "projection: what is not there is refused by name",
  withGpu(async (gpu) => {
    const { net } = await network(gpu, { imageSize: 8 });
    using _ = net;
    const image = new Float32Array(64).fill(1);
    const options = { layer: "conv2", method: "guided" } as const;
    const unit = (change: Partial<Unit>) => [{ image: 0, filter: 0, y: 0, x: 0, ...change }];
    const refused: [() => Promise<unknown>, RegExp][] = [
      [() => projectToPixels(net, image, { ...options, filter: 128 }), /filter is 128, conv2 has filters 0\.\.127/],
      [() => projectToPixels(net, image, { ...options, filter: 1.5 }), /filter is 1\.5/],
      [() => projectToPixels(net, image, { ...options, filter: 0, method: "relu" as "guided" }), /method is "relu"/],
      [
        () => projectUnits(net, image, unit({ image: 1 }), options),
        /units\[0\]\.image is 1, expected an integer in 0\.\.0/,
      ],
      [() => projectUnits(net, image, unit({ y: 4 }), options), /units\[0\]\.y is 4, expected an integer in 0\.\.3/],
      [() => projectUnits(net, image, unit({ filter: -1 }), options), /filter is -1/],
      [() => projectUnits(net, image, [], { ...options, layer: "fc4" as "conv1" }), /layer is "fc4"/],
    ];
    for (const [call, message] of refused) await assert.rejects(async () => await call(), message);
    assert.equal((await projectUnits(net, image, [], options)).length, 0);
  }),
);
