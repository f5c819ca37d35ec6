/** The trainer: against an independent float64 run, the same bits again, stopped and continued, watched, and when it goes wrong. */

import assert from "node:assert/strict";
import type { Dataset } from "../../datasets/dataset.ts";
import { splitIndices } from "../../datasets/split.ts";
import type { Gpu } from "../../gpu/device.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { readCheckpoint, restore } from "../../training/checkpoint.ts";
import { augment, normalize, sampleIndices } from "../../training/draws.ts";
import { evaluateRows } from "../../training/evaluation/rows.ts";
import { type TrainOptions, VARIANTS } from "../../training/options.ts";
import { ResidentImages } from "../../training/resident.ts";
import { train, type TrainRecord } from "../../training/train.ts";
import { STEPS_AHEAD, TrainingDivergedError } from "../../training/watch.ts";
import { draw, intensity, resample, rescale } from "../reference/augmentation.ts";
import { evaluate, Trainer } from "../reference/network.ts";
import { localContrast, localMean } from "../reference/normalization.ts";
import { drawRows, dropoutKept } from "../reference/random.ts";
import { assertClose } from "../support/compare.ts";
import { withGpu } from "../support/gpu.ts";
import { assertSame } from "../support/same.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const network = (gpu: Gpu, dataset: Dataset, seed = 3) =>
  ZeroBiasCnn.create(gpu, {
    imageSize: dataset.imageSize,
    classes: dataset.classNames.length,
    seed,
    initialScale: 1,
    convolution: "direct",
  });

/** Runs the trainer to its end: its records, and its checkpoints by step. */
async function run(net: ZeroBiasCnn, dataset: Dataset, options: TrainOptions) {
  const checkpoints = new Map<number, Uint8Array>();
  const records: TrainRecord[] = [];
  const onCheckpoint = ({ step, bytes }: { step: number; bytes: Uint8Array }) => void checkpoints.set(step, bytes);
  for await (const record of train(net, dataset, { batch: 2, onCheckpoint, ...options })) records.push(record);
  return { records, checkpoints, last: [...checkpoints.values()].at(-1)! };
}

/** The same with a network of its own. */
async function runFresh(gpu: Gpu, dataset: Dataset, options: TrainOptions, seed?: number) {
  using net = await network(gpu, dataset, seed);
  return await run(net, dataset, options);
}

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
    using net = await network(gpu, dataset, 6);
    using own = await network(gpu, dataset, 6);
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

for (const variant of VARIANTS) {
  Deno.test(
    `${variant}: stopped, restored into another network and continued, it ends in the same bytes`,
    withGpu(async (gpu) => {
      const dataset = await tinyDataset();
      const options = { variant, steps: 6, seed: 8, logEvery: 1 };
      const whole = await runFresh(gpu, dataset, options);
      assert.deepEqual([...whole.checkpoints.keys()], [0, 6]);
      const stop = new AbortController();
      const checkpoints: { step: number; bytes: Uint8Array }[] = [];
      {
        using net = await network(gpu, dataset);
        const onCheckpoint = (checkpoint: typeof checkpoints[number]) => void checkpoints.push(checkpoint);
        const steps: number[] = [];
        for await (
          const { step } of train(net, dataset, { ...options, batch: 2, onCheckpoint, signal: stop.signal })
        ) {
          steps.push(step);
          if (step === 3) stop.abort();
        }
        assert.deepEqual(steps, [1, 2, 3]);
      }
      assert.deepEqual(checkpoints.map(({ step }) => step), [0, 3]);
      const checkpoint = readCheckpoint(checkpoints[1].bytes);
      using net = await network(gpu, dataset, 99); // what it starts with is replaced
      await restore(net, checkpoint);
      assert.equal(net.step, 3);
      const rest = await run(net, dataset, options);
      assert.deepEqual(
        rest.records.map(({ step, loss }) => [step, loss]),
        whole.records.slice(3).map((r) => [r.step, r.loss]),
      );
      assert.deepEqual([...rest.checkpoints.keys()], [6]);
      const [found, expected] = [readCheckpoint(rest.last), readCheckpoint(whole.last)];
      assert.deepEqual([found.info.networkSeed, expected.info.networkSeed], [99, 3]);
      assertSame({ ...found, info: { ...found.info, networkSeed: 3 } }, expected, "checkpoint");
    }),
  );
}

Deno.test(
  "killed at any step and continued from its last checkpoint, its records are the uninterrupted run's",
  withGpu(async (gpu) => {
    const dataset = await tinyDataset();
    // None of the rhythms fits another one.
    const options = { steps: 10, logEvery: 5, validateEvery: 2, checkpointEvery: 3 };
    const shown = (records: TrainRecord[]) => records.map(({ imagesPerSecond: _, ...rest }) => rest);
    const whole = await runFresh(gpu, dataset, options);
    assert.deepEqual(whole.records.map(({ step }) => step), [3, 5, 6, 9, 10]);
    for (const kill of [5, 9]) {
      using net = await network(gpu, dataset);
      const log: TrainRecord[] = [];
      let saved = new Uint8Array();
      const onCheckpoint = ({ bytes }: { bytes: Uint8Array }) => void (saved = bytes.slice());
      for await (const record of train(net, dataset, { batch: 2, onCheckpoint, ...options })) {
        log.push(record);
        if (record.step === kill) break; // with the record, before the checkpoint of its step
      }
      await restore(net, readCheckpoint(saved));
      assert.equal(net.step, Math.floor((kill - 1) / 3) * 3);
      const kept = log.filter(({ step }) => step <= net.step);
      const rest = await run(net, dataset, options);
      assert.deepEqual(shown([...kept, ...rest.records]), shown(whole.records), `killed at step ${kill}`);
      assertSame(rest.last, whole.last, "last checkpoint");
    }
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
  "how often it reports, validates and saves changes no byte; records are means over the steps between",
  withGpu(async (gpu) => {
    const dataset = await tinyDataset();
    const often = await runFresh(gpu, dataset, { steps: 7, logEvery: 1, validateEvery: 1, checkpointEvery: 2 });
    const seldom = await runFresh(gpu, dataset, { steps: 7, logEvery: 3, validateEvery: 5, checkpointEvery: 100 });
    assert.deepEqual([...often.checkpoints.keys()], [0, 2, 4, 6, 7]);
    assert.deepEqual([...seldom.checkpoints.keys()], [0, 7]);
    assertSame(seldom.last, often.last, "last checkpoint");
    assertSame(seldom.checkpoints.get(0), often.checkpoints.get(0), "first checkpoint");
    assert.deepEqual(often.records.map(({ step }) => step), [1, 2, 3, 4, 5, 6, 7]);
    assert(often.records.every(({ validationAccuracy: a }) => a !== null && a >= 0 && a <= 1));
    assert.deepEqual(seldom.records.map(({ step }) => step), [3, 6, 7]);
    assert.deepEqual(seldom.records.map(({ validationAccuracy: a }) => a === null), [true, false, true]);
    assert.equal(seldom.records[1].validationAccuracy, often.records[4].validationAccuracy);
    for (const [index, [from, to]] of [[0, 3], [3, 6], [6, 7]].entries()) {
      const between = often.records.slice(from, to);
      const mean = (of: (record: TrainRecord) => number) => between.reduce((sum, r) => sum + of(r), 0) / between.length;
      const { loss, trainAccuracy, imagesPerSecond } = seldom.records[index];
      assertClose([loss, trainAccuracy], [mean((r) => r.loss), mean((r) => r.trainAccuracy)], 1e-6, `record ${index}`);
      assert(imagesPerSecond > 0 && Number.isFinite(imagesPerSecond));
    }
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
  "weights that blow up end the training with an error, and no checkpoint of them is handed out",
  withGpu(async (gpu) => {
    const dataset = await tinyDataset();
    // The first step at this rate makes weights near 1e20: finite, but no batch has a finite loss with them.
    for (const options of [{ logEvery: 1 }, { logEvery: 1000 }, { logEvery: 1000, checkpointEvery: 1 }]) {
      const handed: Uint8Array[] = [];
      const onCheckpoint = ({ bytes }: { bytes: Uint8Array }) => void handed.push(bytes);
      using net = await network(gpu, dataset);
      await assert.rejects(
        run(net, dataset, { steps: 1000, learningRate: 1e20, onCheckpoint, ...options }),
        (error) => {
          assert(error instanceof TrainingDivergedError);
          assert.equal(error.step, 2);
          assert.match(error.message, /diverged at step 2: its loss is NaN\. Remedy: .*lower --learning-rate/);
          assert(net.step <= 2 + STEPS_AHEAD, `at once, not after ${net.step} steps`);
          return true;
        },
      );
      for (const bytes of handed) readCheckpoint(bytes); // refuses what is not finite
    }
  }),
);

Deno.test(
  "leaving the loop keeps what was learned and gives the trainer's memory back; steps take none",
  withGpu(async (gpu) => {
    const dataset = await tinyDataset();
    using net = await network(gpu, dataset);
    net.updateCalls(); // made once, kept by the network
    const before = { ...gpu.memory };
    const buffers: number[] = [];
    for await (const { step } of train(net, dataset, { steps: 50, batch: 2, logEvery: 1, validateEvery: 2 })) {
      buffers.push(gpu.memory.buffers);
      if (step === 5) break;
    }
    assert.deepEqual(new Set(buffers).size, 1, String(buffers));
    assert(buffers[0] > before.buffers);
    assert.deepEqual([gpu.memory.buffers, gpu.memory.bytes], [before.buffers, before.bytes]);
    assert.equal(net.step, 5);
    const whole = await runFresh(gpu, dataset, { steps: 5 });
    assertSame(await net.parameters(), readCheckpoint(whole.last).parameters, "parameters");
  }),
);

Deno.test(
  "an error in onCheckpoint ends the training and gives everything back",
  withGpu(async (gpu) => {
    const dataset = await tinyDataset();
    const onCheckpoint = ({ step }: { step: number }) => {
      if (step > 0) throw new Error("the disk is full");
    };
    await assert.rejects(runFresh(gpu, dataset, { steps: 4, checkpointEvery: 2, onCheckpoint }), /the disk is full/);
  }),
);

Deno.test(
  "options out of range and data of another kind are refused by name and value, with nothing left behind",
  withGpu(async (gpu) => {
    const dataset = await tinyDataset();
    using net = await network(gpu, dataset);
    const before = gpu.memory.buffers;
    const cases: [TrainOptions, RegExp][] = [
      [{ steps: 0 }, /steps is 0, expected an integer of 1 or more/],
      [{ batch: 2.5 }, /batch is 2\.5/],
      [{ logEvery: -1 }, /logEvery is -1/],
      [{ validateEvery: NaN }, /validateEvery is NaN/],
      [{ checkpointEvery: Infinity }, /checkpointEvery is Infinity/],
      [{ learningRate: -0.1 }, /learningRate is -0\.1, expected a number of 0 or more/],
      [{ momentum: NaN }, /momentum is NaN/],
      [{ weightDecay: -1 }, /weightDecay is -1/],
      [{ variant: "cnn_x" as never }, /variant is "cnn_x", expected one of cnn, cnn_a, cnn_d, cnn_ad/],
      [{ normalization: "none" as never }, /normalization is "none", expected "local-mean" or "local-contrast"/],
      [{ seed: 1.5 }, /seed is 1\.5, expected an integer/],
      [{ split: 5 }, /split 5: the dataset has 5 splits/],
      [{ split: -1 }, /split is -1/],
    ];
    for (const [options, message] of cases) {
      await assert.rejects(run(net, dataset, options), { name: "RangeError", message });
    }
    const other = async (data: Dataset, message: RegExp) => {
      await assert.rejects(run(net, data, { steps: 1 }), { name: "RangeError", message });
    };
    await other(await tinyDataset({ imageSize: 16 }), /images are 16 pixels wide, the network takes 8/);
    await other(await tinyDataset({ classes: 3 }), /dataset has 3 classes, the network has 4/);
    await other({ ...dataset, labels: dataset.labels.map(() => -1) }, /split 0 of tiny has no training image/);
    assert.equal(gpu.memory.buffers, before);
    assert.equal(net.step, 0);
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
  "evaluateRows agrees with predict of normalised images, row by row in the order asked for",
  withGpu(async (gpu) => {
    const dataset = await tinyDataset({ perFold: 14 });
    using net = await network(gpu, dataset);
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
