/** A run on a device that is lost or too small: an error of its own class that says what helps, and a run that can go on. */

import assert from "node:assert/strict";
import { type Gpu, openGpu } from "../../gpu/device.ts";
import { DeviceLostError, GpuOutOfMemoryError } from "../../gpu/errors.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { readCheckpoint, restore } from "../../training/checkpoint.ts";
import type { TrainOptions } from "../../training/options.ts";
import { train } from "../../training/train.ts";
import { assertSame } from "../support/same.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const create = (gpu: Gpu, imageSize = 8) =>
  ZeroBiasCnn.create(gpu, { imageSize, classes: 4, seed: 3, initialScale: 1, convolution: "direct" });

Deno.test("a device that is lost during a run ends it with DeviceLostError, and the run goes on from its last checkpoint", async () => {
  const dataset = await tinyDataset();
  const options: TrainOptions = { variant: "cnn_ad", batch: 2, steps: 6, logEvery: 1, checkpointEvery: 2 };
  const saved = new Map<number, Uint8Array>();
  const onCheckpoint = ({ step, bytes }: { step: number; bytes: Uint8Array }) => void saved.set(step, bytes);
  {
    using gpu = await openGpu();
    using net = await create(gpu);
    for await (const _ of train(net, dataset, { ...options, onCheckpoint }));
  }
  const whole = saved.get(6)!;
  saved.clear();
  const lost = await openGpu();
  {
    using net = await create(lost);
    await assert.rejects(async () => {
      for await (const { step } of train(net, dataset, { ...options, onCheckpoint })) {
        if (step === 5) lost.device.destroy();
      }
    }, (error) => {
      assert(error instanceof DeviceLostError, `${error}`);
      assert.match(error.message, /Remedy: open it again .*can be resumed/);
      return true;
    });
    assert.deepEqual([...saved.keys()], [0, 2, 4]);
  }
  assert.equal(lost.memory.buffers, 0);
  lost.dispose();
  using gpu = await openGpu();
  using net = await create(gpu);
  await restore(net, readCheckpoint(saved.get(4)!));
  for await (const _ of train(net, dataset, { ...options, onCheckpoint }));
  assertSame(saved.get(6), whole, "the checkpoint of the run that went on");
});

Deno.test("a batch that does not fit is refused before the first step, and the one that is named does fit, to the image", async () => {
  const dataset = await tinyDataset({ imageSize: 16 });
  const attempt = async (memoryLimit: number, batch: number) => {
    using gpu = await openGpu({ memoryLimit });
    let steps = 0;
    const error = await (async () => {
      using net = await create(gpu, 16);
      for await (const { step } of train(net, dataset, { batch, steps: 1, variant: "cnn_ad" })) steps = step;
    })().then(() => undefined, (error: unknown) => error);
    assert.equal(gpu.memory.buffers, 0);
    return { steps, error, peak: gpu.memory.peakBytes };
  };
  const largest = await attempt(Infinity, 40);
  assert.equal(largest.error, undefined);
  for (const [batch, share] of [[40, 0.9], [100, 0.95], [9, 0.92]]) {
    const { error, steps } = await attempt(largest.peak * share, batch);
    if (batch === 9) { // fits under both
      assert.equal(error, undefined);
      continue;
    }
    assert.equal(steps, 0);
    assert(error instanceof GpuOutOfMemoryError, `${error}`);
    assert.match(error.message, /^no GPU memory for buffer .* of \d+ bytes \(\d+ in use\): at most .*\nRemedy: /);
    const named = error.largestBatch!;
    assert(named >= 1 && named < batch, error.message);
    assert.match(error.message, new RegExp(`The largest batch that fits is ${named}\\.$`));
    assert.deepEqual(error.options, ["batch"]);
    // What was in use when a buffer found no room is what is known to fit, and the batch that is named takes no more.
    const known = await attempt(error.inUse!, named);
    assert.equal(known.error, undefined, `${known.error}`);
    assert(known.peak <= error.inUse!);
    const next = await attempt(error.inUse!, named + 1);
    assert(next.error instanceof GpuOutOfMemoryError, `a batch of ${named + 1} fits too`);
  }
  const none = await attempt(16.2e6, 2);
  assert.equal((none.error as GpuOutOfMemoryError).largestBatch, 0);
  assert.match(`${none.error}`, /Not even a batch of 1 fits .*use smaller images/);
});

Deno.test("a network whose training found no memory trains with the batch that is named, and by single steps", async () => {
  const dataset = await tinyDataset({ imageSize: 16 });
  using gpu = await openGpu({ memoryLimit: 24e6 });
  using net = await create(gpu, 16);
  const training = (batch: number) => Array.fromAsync(train(net, dataset, { batch, steps: 1, variant: "cnn_ad" }));
  const error = await training(100).then(() => undefined, (error) => error);
  assert(error instanceof GpuOutOfMemoryError, `${error}`);
  const named = error.largestBatch!;
  assert.equal((await training(named)).length, 1);
  assert((await net.trainStep(new Float32Array(256).fill(1), [0])).loss > 0);
});
