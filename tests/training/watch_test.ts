/** How a run's steps are queued: in how many submits, with which bits, and what is left of one that is stopped. */
import assert from "node:assert/strict";
import { splitIndices } from "../../datasets/split.ts";
import type { Gpu } from "../../gpu/device.ts";
import { trainingSettings, type Variant } from "../../training/options.ts";
import { Pace } from "../../training/pace.ts";
import { prepareTraining } from "../../training/prepare.ts";
import { train } from "../../training/train.ts";
import { Watch } from "../../training/watch.ts";
import { assertClose } from "../support/compare.ts";
import { withGpu } from "../support/gpu.ts";
import { assertSame } from "../support/same.ts";
import { counted } from "../support/submits.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";
import { network, run, runFresh } from "../support/training_run.ts";

/** Two steps and a validation by a pace: what they left, the submits that each took, and the calls of a step. */
async function twoSteps(gpu: Gpu, pace: Pace, options: { variant: Variant; batch: number }) {
  const dataset = await tinyDataset();
  using net = await network(gpu, dataset);
  const settings = trainingSettings(options, 5);
  const training = { dataset, parts: splitIndices(dataset, 0, settings), settings, slots: 4 };
  using prepared = await prepareTraining(net, training, gpu.operation());
  const { program } = prepared;
  await using watch = new Watch(net, program, pace);
  const submits: number[] = [];
  for (const work of [() => watch.step(), () => watch.step(), () => watch.validate()]) {
    const done = await counted(gpu, work);
    assert(done.result);
    submits.push(done.submits);
  }
  await watch.settled();
  assert.equal(net.step, 2);
  const read = async (name: "ring" | "validationRing") => await gpu.read(program[name], Float32Array);
  const left = [await net.parameters(), await net.momentum(), await read("ring"), await read("validationRing")];
  return { left, submits, calls: program.calls.length, validation: [...program.validation()].flat().length };
}

/** A pace that learns nothing: so many calls go into a submit. */
class Fixed extends Pace {
  constructor(calls: number) {
    super(1, calls);
  }
  override took() {}
}

Deno.test(
  "a step that is cut between any two calls ends in the bits of one submit",
  withGpu(async (gpu) => {
    const options = { variant: "cnn_ad" as const, batch: 3 }; // every kernel of every variant
    const whole = await twoSteps(gpu, new Fixed(Infinity), options);
    const single = await twoSteps(gpu, new Fixed(1), options);
    const update = 8; // the mean loss, and seven parameters
    const each = single.calls - update + 1;
    assert.deepEqual(whole.submits, [1, 1, 1]);
    assert.deepEqual(single.submits, [each, each, single.validation]);
    assertSame(single.left, whole.left, "what was left");
  }),
);

Deno.test(
  "the parts of a batch that are alike are the same calls at other places, and end in the same bits wherever they are cut",
  withGpu(async (gpu) => {
    const { limits } = gpu;
    const { maxComputeWorkgroupsPerDimension } = limits;
    // As on an adapter whose buffers hold conv1's maps of two images.
    const bytes = { maxBufferSize: 2 * 4 * 64 * 4 ** 2, maxStorageBufferBindingSize: 2 ** 27 };
    const options = { variant: "cnn_ad" as const, batch: 9 };
    const both = [];
    try {
      Object.assign(gpu, { limits: { maxComputeWorkgroupsPerDimension, ...bytes } });
      for (const calls of [Infinity, 17]) both.push(await twoSteps(gpu, new Fixed(calls), options));
    } finally {
      Object.assign(gpu, { limits });
    }
    const [whole, some] = both;
    const plain = await twoSteps(gpu, new Fixed(Infinity), options);
    assert(whole.calls > 4 * plain.calls / 2, "this test is about several parts");
    for (const [name, values] of Object.entries(whole.left[0])) {
      // The sums of five parts' gradients are rounded otherwise.
      assertClose(values, plain.left[0][name as keyof typeof plain.left[0]], 1e-3, name);
    }
    assert.deepEqual(whole.submits, [1, 1, 1]);
    assert(some.submits[0] >= some.calls / 17 && some.submits[0] < some.calls / 10, String(some.submits));
    assertSame(some.left, whole.left, "what was left");
  }),
);

Deno.test(
  "a run of short steps takes one submit a step, beside those of its records, and makes no buffer in them",
  withGpu(async (gpu) => {
    const dataset = await tinyDataset();
    using net = await network(gpu, dataset);
    const options = { steps: 12, batch: 2, logEvery: 4, validateEvery: 100 };
    const seen: { submits: number; buffers: number }[] = [];
    const running = train(net, dataset, options);
    await running.next(); // all is prepared
    for (let record = 0; record < 2; record++) seen.push(await counted(gpu, () => running.next()));
    assert((await running.next()).done);
    for (const { submits, buffers } of seen) {
      assert.equal(submits, 4 + 1, "four steps, and the ring of their losses");
      assert.equal(buffers, 0);
    }
  }),
);

Deno.test(
  "a step of a huge batch is stopped in its middle: nothing of it stays, and the checkpoint is that of the last whole one",
  withGpu(async (gpu) => {
    const dataset = await tinyDataset();
    const options = { steps: 3, seed: 8, batch: 2000, checkpointEvery: 100 };
    const stop = new AbortController();
    using net = await network(gpu, dataset);
    const before = await net.parameters();
    const steps: number[] = [];
    const running = train(net, dataset, {
      ...options,
      signal: stop.signal,
      onCheckpoint: ({ step }) => void steps.push(step),
    });
    let first = 0;
    const { result, submits } = await counted(gpu, () => running.next(), (count) => {
      if (steps.length === 0) first = count; // what it takes before the step
      else if (count === first + 3) stop.abort();
    });
    assert.equal(submits, first + 3, "nothing was queued any more");
    assert(result.done, "no record");
    assert.deepEqual(steps, [0]);
    assert.equal(net.step, 0);
    assertSame(await net.parameters(), before, "parameters");
    assert((await net.momentum())["fc4.bias"].every((value) => value === 0));
  }),
);

Deno.test(
  "a run that is stopped within a step that is cut goes on from the step before, and ends in the bits of one that was not",
  withGpu(async (gpu) => {
    const dataset = await tinyDataset();
    const options = { variant: "cnn_ad" as const, steps: 3, seed: 8, logEvery: 1 };
    const whole = await runFresh(gpu, dataset, { ...options, batch: 3 });
    const settings = trainingSettings({ ...options, batch: 3 }, 8);
    const stop = new AbortController();
    using net = await network(gpu, dataset);
    {
      using prepared = await prepareTraining(
        net,
        { dataset, parts: splitIndices(dataset, 0, settings), settings, slots: 4 },
        gpu.operation(),
      );
      await using watch = new Watch(net, prepared.program, new Fixed(1));
      assert(await watch.step(stop.signal));
      const { result, submits } = await counted(
        gpu,
        () => watch.step(stop.signal),
        (count) => count === 9 && stop.abort(),
      );
      assert.deepEqual([result, submits], [false, 9]);
    }
    assert.equal(net.step, 1);
    const rest = await run(net, dataset, { ...options, batch: 3 });
    assertSame(rest.last, whole.last, "last checkpoint");
  }),
);

Deno.test(
  "a run has its network alone: who would change it is refused, and the run and its records stay what they would have been",
  withGpu(async (gpu) => {
    const dataset = await tinyDataset();
    const options = { steps: 4, batch: 2, logEvery: 1 };
    const expected = await runFresh(gpu, dataset, options);
    using net = await network(gpu, dataset);
    const parameters = await net.parameters();
    const [one, many] = [new Float32Array(64).fill(1), new Float32Array(66 * 64).fill(1)];
    const losses: number[] = [];
    for await (const { loss } of train(net, dataset, options)) {
      losses.push(loss);
      const attempts: [string, () => Promise<unknown>][] = [
        ["trainStep", () => net.trainStep(one, [0], { learningRate: 9 })],
        ["lossAndGradients", () => net.lossAndGradients(many, new Array(66).fill(0))],
        ["setParameters", () => net.setParameters(parameters)],
        ["setMomentum", () => net.setMomentum(parameters)],
        ["train", () => train(net, dataset, options).next()],
      ];
      for (const [name, attempt] of attempts) {
        const message = new RegExp(`^${name}: train of this network has not ended. Remedy: let its loop end first`);
        await assert.rejects(attempt(), { name: "Error", message });
      }
      await net.predict(one); // changes nothing
    }
    assert.deepEqual(losses, expected.records.map(({ loss }) => loss));
    assert.equal(net.step, 4);
    await net.trainStep(one, [0]); // it is free again
    for await (const _ of train(net, dataset, { ...options, steps: 9 })) break;
    await net.setParameters(parameters);
  }),
);

Deno.test(
  "a run does not die of what fails beside it, nor goes on without a step that failed",
  withGpu(async (gpu) => {
    const dataset = await tinyDataset();
    const options = { steps: 6, batch: 2, logEvery: 2 };
    const expected = await runFresh(gpu, dataset, options);
    using net = await network(gpu, dataset);
    /** Makes the error scope of the next submit report a failure, as a driver does. */
    const failNextSubmit = () => {
      const { device } = gpu, { queue } = device;
      const submit = queue.submit.bind(queue), pop = device.popErrorScope.bind(device);
      queue.submit = (commands) => {
        submit(commands);
        Object.assign(queue, { submit });
        device.popErrorScope = () => {
          Object.assign(device, { popErrorScope: pop });
          return pop().then(() => new GPUOutOfMemoryError("not enough memory left"));
        };
      };
    };
    using x = gpu.upload("x", new Float32Array(4));
    const records = [];
    for await (const record of train(net, dataset, options)) {
      records.push(record.loss);
      failNextSubmit();
      const button = assert.rejects(gpu.read(x, Float32Array), { name: "GpuOutOfMemoryError" });
      if (record.step === 4) await button;
    }
    assert.deepEqual(records, expected.records.map(({ loss }) => loss));
    using other = await network(gpu, dataset);
    await assert.rejects(async () => {
      for await (const { step } of train(other, dataset, { ...options, logEvery: 1 })) {
        if (step !== 3) continue;
        failNextSubmit();
        void gpu.settled(); // somebody else waits, too
      }
    }, { name: "GpuOutOfMemoryError" });
    assert(other.step <= 6);
  }),
);

Deno.test(
  "a network that is disposed of in the middle of its run ends it, and nothing stays",
  withGpu(async (gpu) => {
    const dataset = await tinyDataset();
    const net = await network(gpu, dataset);
    await assert.rejects(async () => {
      for await (const _ of train(net, dataset, { steps: 5, batch: 2, logEvery: 1 })) net.dispose();
    }, /this network was disposed of/);
    assert.equal(gpu.memory.buffers, 0);
  }),
);
