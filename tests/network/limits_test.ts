/** The network where an adapter has no room: out of memory, and images whose tiles are over its largest binding. */

import assert from "node:assert/strict";
import { type Gpu, openGpu } from "../../gpu/device.ts";
import { GpuLimitError, GpuOutOfMemoryError } from "../../gpu/errors.ts";
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

Deno.test("a prediction under way is left alone where something else was refused in the meantime", async () => {
  using gpu = await openGpu({ memoryLimit: 60e6 });
  using net = await ZeroBiasCnn.create(gpu, { ...SIZES, imageSize: 8 });
  const images = new Random(1).normal(640 * 64);
  const expected = await net.predict(images);
  gpu.createBuffer("somebody's", 100e6).dispose();
  const heard = assert.rejects(gpu.settled(), GpuOutOfMemoryError);
  let isUnderWay = true;
  const long = net.predict(images).finally(() => isUnderWay = false);
  await heard;
  assert.equal((await net.predict(images.subarray(0, 64))).length, SIZES.classes);
  assert(isUnderWay, "this test is about two predictions at once");
  assertSame(await long, expected, "prediction");
});

Deno.test(
  "a batch that cannot be prepared leaves nothing on the GPU",
  withGpu(async (gpu) => {
    using net = await ZeroBiasCnn.create(gpu, { imageSize: 8, classes: 70_000, initialScale: 1 });
    const attempt = () => net.lossAndGradients(new Float32Array(64), [0]).catch((error: unknown) => error);
    const first = await attempt();
    if (gpu.adapter.software) assert(first instanceof GpuLimitError, `${first}`);
    const { buffers } = gpu.memory;
    await attempt();
    assert.equal(gpu.memory.buffers, buffers);
  }),
);

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
    // Browsers' software adapter takes Winograd for conv1 too, at the image's whole side.
    const browsers = {
      adapter: { ...gpu.adapter, architecture: "swiftshader" },
      limits: gpu.limits,
      device: gpu.device,
    };
    const most = 8 * Math.floor(Math.sqrt(binds / 2 ** 16));
    for (const [imageSize, method] of [[most, "winograd"], [most + 8, "direct"]] as const) {
      using paper = planningGpu(browsers as unknown as Gpu);
      using net = await ZeroBiasCnn.create(paper, { ...SIZES, imageSize });
      assert.equal(net.sizes.convolution, method, `${imageSize} pixels`);
      net.activations(1);
    }
  }),
);
