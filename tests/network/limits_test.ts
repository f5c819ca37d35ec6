/** The network where an adapter has no room: out of memory, and images whose tiles are over its largest binding. */

import assert from "node:assert/strict";
import { openGpu } from "../../gpu/device.ts";
import { GpuOutOfMemoryError } from "../../gpu/errors.ts";
import { planningGpu } from "../../gpu/planning.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { withGpu } from "../support/gpu.ts";
import { Random } from "../support/random.ts";
import { assertSame } from "../support/same.ts";

const SIZES = { imageSize: 48, classes: 7, initialScale: 1 };

function batch(samples: number) {
  const random = new Random(samples);
  return {
    images: random.normal(samples * SIZES.imageSize ** 2),
    labels: [...random.integers(samples, SIZES.classes)],
  };
}

Deno.test("after running out of memory a network takes fewer images, and gives everything back at its end", async () => {
  using gpu = await openGpu({ memoryLimit: 60e6 });
  const many = batch(64), one = batch(1);
  {
    using net = await ZeroBiasCnn.create(gpu, SIZES);
    const expected = await net.predict(one.images);
    const attempts = [
      () => net.predict(many.images),
      () => net.lossAndGradients(many.images, many.labels),
      () => net.trainStep(many.images, many.labels),
    ];
    for (const attempt of attempts) {
      await assert.rejects(attempt, GpuOutOfMemoryError);
      assertSame(await net.predict(one.images), expected, "prediction");
      assert((await net.lossAndGradients(one.images, one.labels)).loss > 0);
    }
  }
  assert.equal(gpu.memory.buffers, 0);
  assert.equal(gpu.memory.bytes, 0);
  using small = await openGpu({ memoryLimit: 10e6 });
  await assert.rejects(ZeroBiasCnn.create(small, SIZES), GpuOutOfMemoryError);
  assert.equal(small.memory.buffers, 0);
});

Deno.test(
  "images whose Winograd tiles are over the largest binding are convolved directly",
  withGpu(async (gpu) => {
    const binds = gpu.limits.maxStorageBufferBindingSize;
    // conv2's tiles take 32 KiB for each 4 x 4 pixels of its 128 maps, which have half of the image's side.
    const largest = 8 * Math.floor(Math.sqrt(binds / 2 ** 15));
    for (const [imageSize, method] of [[96, "auto"], [largest, "auto"], [largest + 8, "direct"]] as const) {
      using paper = planningGpu(gpu);
      using net = await ZeroBiasCnn.create(paper, { ...SIZES, imageSize });
      assert.equal(net.sizes.convolution, method, `${imageSize} pixels`);
      const a = net.activations(64);
      assert(a.capacity >= 1 && a.gradients.conv3Map.byteLength <= binds);
    }
  }),
);
