/** The course of a training run: watched, stopped and continued, left, and when it goes wrong. */

import assert from "node:assert/strict";
import type { Dataset } from "../../datasets/dataset.ts";
import { readCheckpoint, restore } from "../../training/checkpoint.ts";
import { type TrainOptions, VARIANTS } from "../../training/options.ts";
import { train, type TrainRecord } from "../../training/train.ts";
import { STEPS_AHEAD, TrainingDivergedError } from "../../training/watch.ts";
import { assertClose } from "../support/compare.ts";
import { withGpu } from "../support/gpu.ts";
import { assertSame } from "../support/same.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";
import { network, run, runFresh } from "../support/training_run.ts";

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
  "stopped in the middle of a validation and continued with its last record, it has every record of the whole run",
  withGpu(async (gpu) => {
    const dataset = await tinyDataset();
    const options = { variant: "cnn", steps: 6, seed: 8, logEvery: 2, validateEvery: 2 } as const;
    const seen = (records: TrainRecord[]) => records.map(({ imagesPerSecond: _, ...record }) => record);
    const whole = await runFresh(gpu, dataset, options);
    using net = await network(gpu, dataset);
    // It comes after the fourth step is queued: what is left of that step is its validation.
    const signal = {
      get aborted() {
        return net.step === 4;
      },
    } as unknown as AbortSignal;
    const stopped = await run(net, dataset, { ...options, signal });
    assert.deepEqual(seen(stopped.records).slice(0, 1), seen(whole.records).slice(0, 1));
    const last = stopped.records.at(-1)!;
    assert.deepEqual([last.step, last.validationAccuracy], [4, null], "dropped");
    const again = await run(net, dataset, { ...options, last, signal });
    assert.deepEqual(again.records, [], "dropped once more");
    const rest = await run(net, dataset, { ...options, last });
    assert.deepEqual(seen(rest.records), seen(whole.records).slice(1));
    assertSame(rest.last, whole.last, "checkpoint");
    // Of another step, of one that has its validation, or of one that is not due for any, nothing is made up for.
    for (const record of [{ ...last, step: 2 }, { ...last, validationAccuracy: 0.5 }]) {
      using other = await network(gpu, dataset);
      await restore(other, readCheckpoint(stopped.last));
      assert.deepEqual((await run(other, dataset, { ...options, last: record })).records.map(({ step }) => step), [6]);
    }
    using other = await network(gpu, dataset);
    await restore(other, readCheckpoint(stopped.last));
    const seldom = await run(other, dataset, { ...options, last, validateEvery: 3 });
    assert.deepEqual(seldom.records.map(({ step }) => step), [6]);
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
          assert.match(error.message, /diverged at step 2: its loss is NaN\. Remedy: .*lower learning rate/);
          assert(net.step <= 2 + STEPS_AHEAD, `at once, not after ${net.step} steps`);
          return true;
        },
      );
      for (const bytes of handed) readCheckpoint(bytes); // refuses what is not finite
    }
  }),
);

Deno.test(
  "a weight that is no number ends the training though its step's loss is finite, and no checkpoint of it is handed out",
  withGpu(async (gpu) => {
    const dataset = await tinyDataset();
    // The loss is that of the weights before the step; the decay alone takes any of size 0.01 beyond float32 in it.
    const diverging = { steps: 1, learningRate: 1e38, weightDecay: 1000 };
    for (const options of [{}, { checkpointEvery: 1 }]) {
      const steps: number[] = [];
      const onCheckpoint = ({ step }: { step: number }) => void steps.push(step);
      await assert.rejects(runFresh(gpu, dataset, { ...diverging, ...options, onCheckpoint }), (error) => {
        assert(error instanceof TrainingDivergedError);
        assert.equal(error.step, 1);
        assert.match(error.message, /its loss is \d\.\d+, but a weight that it made is infinite or not a number/);
        return true;
      });
      assert.deepEqual(steps, [0], "the one before it alone");
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
