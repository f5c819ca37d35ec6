/** What the trainer computes: against an independent float64 run, the same bits again, and what it is made of. */

import assert from "node:assert/strict";
import type { Dataset } from "../../datasets/dataset.ts";
import { splitIndices } from "../../datasets/split.ts";
import { readCheckpoint } from "../../training/checkpoint.ts";
import { augment, normalize, sampleIndices } from "../../training/draws.ts";
import { evaluateRows } from "../../training/evaluation/rows.ts";
import { VARIANTS } from "../../training/options.ts";
import { ResidentImages } from "../../training/resident.ts";
import { draw, intensity, resample, rescale } from "../reference/augmentation.ts";
import { evaluate, Trainer } from "../reference/network.ts";
import { localContrast, localMean } from "../reference/normalization.ts";
import { drawRows, dropoutKept } from "../reference/random.ts";
import { assertClose } from "../support/compare.ts";
import { withGpu } from "../support/gpu.ts";
import { assertSame } from "../support/same.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";
import { network, run, runFresh } from "../support/training_run.ts";

function pixels(dataset: Dataset, row: number): Float64Array {
  const area = dataset.imageSize ** 2;
  return Float64Array.from(dataset.images.subarray(row * area, (row + 1) * area), (byte) => byte / 255 * 2);
}

for (const normalization of ["local-mean", "local-contrast"] as const) {
  Deno.test(
    `steps of cnn_ad follow an independent run in float64 (${normalization})`,
    withGpu(async (gpu) => {
      const dataset = await tinyDataset();
      const size = dataset.imageSize, steps = normalization === "local-mean" ? 10 : 2;
      using net = await network(gpu, dataset);
      const reference = new Trainer(await net.parameters());
      const seed = 41, batch = 3;
      const settings = { learningRate: 0.02, momentum: 0.8, weightDecay: 1e-3, split: 1, variant: "cnn_ad" as const };
      const { records, last } = await run(net, dataset, {
        ...settings,
        ...{ seed, batch, steps, normalization, logEvery: 1, validateEvery: 2 },
      });
      assert.equal(records.length, steps);
      const rows = splitIndices(dataset, 1);
      const normalized = (images: Float64Array[]) => {
        const values = Float64Array.from(images.flatMap((image) => [...image]));
        const shape = { samples: images.length, height: size, width: size };
        return normalization === "local-mean" ? localMean(shape, values) : localContrast(shape, values);
      };
      const augmented = (row: number, step: number, sample: number) => {
        const drawn = draw(seed, step, sample, size);
        return rescale(resample(pixels(dataset, row), size, drawn).map((value) => intensity(value, drawn)));
      };
      const labelsOf = (chosen: number[]) => chosen.map((row) => dataset.labels[row]);
      for (let step = 0; step < steps; step++) {
        const chosen = drawRows(seed, step, 1, batch, rows.train);
        const images = normalized(chosen.map((row, sample) => augmented(row, step, sample)));
        const kept = (sample: number, unit: number) => dropoutKept(seed, step, sample, unit, 0.5);
        const expected = reference.step(images, labelsOf(chosen), { rate: 0.02, momentum: 0.8, decay: 1e-3 }, {
          rate: 0.5,
          kept,
        });
        const found = records[step];
        assert.equal(found.step, step + 1);
        const off = Math.abs(found.loss - expected.loss);
        assert(off <= 1e-4, `step ${step}: loss ${found.loss}, expected ${expected.loss}`);
        assertClose([found.trainAccuracy], [expected.accuracy], 1e-6, `accuracy of step ${step}`);
        if ((step + 1) % 2 === 0) {
          const validation = drawRows(seed, step + 1, 2, batch, rows.validation);
          const plain = normalized(validation.map((row) => pixels(dataset, row)));
          const { accuracy } = evaluate(reference.weights, plain, labelsOf(validation));
          assertClose([found.validationAccuracy!], [accuracy], 1e-6, `validation accuracy after step ${step}`);
        } else assert.equal(found.validationAccuracy, null);
      }
      const { parameters } = readCheckpoint(last);
      for (const [name, values] of Object.entries(parameters)) {
        assertClose(values, reference.weights[name], 1e-3, name);
      }
    }),
  );
}

Deno.test(
  "sampleIndices, augment, normalize and trainStep make the trainer's step, a batch in parts included",
  withGpu(async (gpu) => {
    const dataset = await tinyDataset();
    const rows = splitIndices(dataset, 0).train;
    using net = await network(gpu, dataset, 6, "auto");
    using own = await network(gpu, dataset, 6, "auto");
    const batch = 66; // 64 go through the network at once
    const step = net.step = own.step = 5;
    const { records } = await run(net, dataset, { variant: "cnn_ad", batch, steps: 6 });
    const indices = await sampleIndices(gpu, { seed: 6, step, batch, count: rows.length });
    const bytes = new Uint8Array(batch * 64);
    indices.forEach((index, n) => {
      bytes.set(dataset.images.subarray(rows[index] * 64, (rows[index] + 1) * 64), n * 64);
    });
    const { images } = await augment(gpu, bytes, { imageSize: 8, seed: 6, step });
    const normalized = await normalize(gpu, images, { imageSize: 8 });
    const labels = Array.from(indices, (index) => dataset.labels[rows[index]]);
    const { loss, accuracy } = await own.trainStep(normalized, labels, { dropout: 0.5 });
    assertClose([records[0].loss, records[0].trainAccuracy], [loss, accuracy], 1e-6, "loss");
    const [found, expected] = [await net.momentum(), await own.momentum()];
    for (const name of Object.keys(found) as (keyof typeof found)[]) {
      assertClose(found[name], expected[name], 1e-4, name);
    }
  }),
);

Deno.test(
  "a seed fixes every byte of a checkpoint; another seed, of either kind, changes it",
  withGpu(async (gpu) => {
    const dataset = await tinyDataset();
    const one = (await runFresh(gpu, dataset, { steps: 3, seed: 5 })).last;
    assertSame((await runFresh(gpu, dataset, { steps: 3, seed: 5 })).last, one, "checkpoint");
    const parameters = (bytes: Uint8Array) => readCheckpoint(bytes).parameters;
    assert.notDeepEqual(parameters((await runFresh(gpu, dataset, { steps: 3, seed: 6 })).last), parameters(one));
    assert.notDeepEqual(parameters((await runFresh(gpu, dataset, { steps: 3, seed: 5 }, 4)).last), parameters(one));
  }),
);

Deno.test(
  "the variants differ from each other",
  withGpu(async (gpu) => {
    const dataset = await tinyDataset();
    const losses = [];
    for (const variant of VARIANTS) losses.push((await runFresh(gpu, dataset, { variant, steps: 1 })).records[0].loss);
    assert.equal(new Set(losses).size, 4, String(losses));
  }),
);

Deno.test(
  "images in many pieces are the images in one",
  withGpu(async (gpu) => {
    const dataset = await tinyDataset({ perFold: 3 });
    const chosen = Uint32Array.of(7, 0, 14, 3, 3, 9, 12);
    const order = Uint32Array.of(6, 0, 5, 1, 2, 3, 4, 0);
    const expected = Float32Array.from([...order].flatMap((n) => [...pixels(dataset, chosen[n])]));
    const labels = [...chosen].map((row) => dataset.labels[row]);
    using index = gpu.upload("index", order);
    for (const pieceBytes of [undefined, 64, 100, 128, 3 * 64 + 1, 1]) {
      using resident = new ResidentImages(gpu, dataset, chosen, pieceBytes);
      using y = gpu.upload("y", new Float32Array(8 * 64).fill(NaN));
      const calls = resident.gather(index, y, 8, 0);
      gpu.run(calls);
      assertClose(await gpu.read(y, Float32Array), expected, 1e-6, `pieces of ${pieceBytes} bytes`);
      gpu.release(calls);
      assert.deepEqual([...await gpu.read(resident.labels, Int32Array)], labels);
      using rest = gpu.createBuffer("rest", 4 * 3 * 64);
      const part = resident.gather(index, rest, 3, 5);
      gpu.run(part);
      assertClose(await gpu.read(rest, Float32Array), expected.subarray(5 * 64), 1e-6, "the part from sample 5 on");
      gpu.release(part);
    }
  }),
);

Deno.test(
  "sampleIndices, augment and normalize refuse bad input",
  withGpu(async (gpu) => {
    const faces = new Uint8Array(2 * 64);
    const cases: [() => Promise<unknown>, RegExp][] = [
      [() => sampleIndices(gpu, { seed: -1, step: 0, batch: 1, count: 1 }), /seed is -1/],
      [() => sampleIndices(gpu, { seed: 1, step: 0.5, batch: 1, count: 1 }), /step is 0\.5/],
      [() => sampleIndices(gpu, { seed: 1, step: 0, batch: 0, count: 1 }), /batch is 0/],
      [() => sampleIndices(gpu, { seed: 1, step: 0, batch: 1, count: 0 }), /count is 0/],
      [() => augment(gpu, faces, { seed: 1, step: 0 }), /images has 128 values, which is no single square image/],
      [() => augment(gpu, faces, { seed: 1, step: -1, imageSize: 8 }), /step is -1/],
      [() => augment(gpu, faces, { seed: 1, step: 0, imageSize: 7 }), /images has 128 values, .* 7 x 7 = 49/],
      [() => normalize(gpu, new Float32Array(64).fill(NaN, 9), {}), /images\[9\] \(image 0\) is NaN/],
      [() => normalize(gpu, faces, { imageSize: 8, mode: "zca" as never }), /mode is "zca", expected "local-mean"/],
    ];
    for (const [call, message] of cases) await assert.rejects(call(), { name: "RangeError", message });
  }),
);

Deno.test(
  "evaluateRows agrees with predict of normalized images, row by row in the order asked for",
  withGpu(async (gpu) => {
    const dataset = await tinyDataset({ perFold: 14 });
    using net = await network(gpu, dataset, 3, "auto");
    const rows = Uint32Array.from({ length: 70 }, (_, n) => (n * 27 + 3) % 70); // more than go at once
    for (const mode of ["local-mean", "local-contrast"] as const) {
      const { probabilities, predictions, accuracy, loss } = await evaluateRows(net, dataset, rows, mode);
      const bytes = new Uint8Array(70 * 64);
      rows.forEach((row, n) => bytes.set(dataset.images.subarray(row * 64, (row + 1) * 64), n * 64));
      const expected = await net.predict(await normalize(gpu, bytes, { mode, imageSize: 8 }));
      assertClose(probabilities, expected, 1e-5, mode);
      let hits = 0, sum = 0;
      rows.forEach((row, n) => {
        const mine = probabilities.subarray(4 * n, 4 * n + 4);
        assert.equal(predictions[n], mine.indexOf(Math.max(...mine)));
        if (predictions[n] === dataset.labels[row]) hits++;
        sum -= Math.log(mine[dataset.labels[row]]);
      });
      assert.equal(accuracy, hits / 70);
      assertClose([loss], [sum / 70], 1e-4, "loss");
    }
    await assert.rejects(evaluateRows(net, dataset, new Uint32Array(0), "local-mean"), /rows is empty/);
  }),
);
