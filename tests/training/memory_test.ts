/** What a training run takes on the GPU beside its images: at the paper's sizes, and as the batch grows. Nothing is computed. */
import assert from "node:assert/strict";
import { Workload } from "../../bench/measure/workload.ts";
import { largestPart } from "../../network/layers.ts";
import { withGpu } from "../support/gpu.ts";

Deno.test(
  "memory: at most 600 MB at batch 64 of 96 x 96, and no more than linear in the batch",
  withGpu(async (gpu) => {
    const taken = async (batch: number, convolution: "auto" | "direct" | "winograd" = "auto") => {
      using workload = await Workload.create(gpu, { batch, imageSize: 96, variant: "cnn_ad", convolution });
      await gpu.settled();
      return (gpu.memory.bytes - workload.datasetBytes) / 1e6;
    };
    assert.equal(largestPart(gpu, 96), 64);
    for (const convolution of ["auto", "direct", "winograd"] as const) {
      const most = await taken(64, convolution);
      assert(most <= 600, `${convolution} takes ${most} MB`);
    }
    const [eight, sixteen, thirtyTwo] = [await taken(8), await taken(16), await taken(32)];
    const [first, second] = [sixteen - eight, thirtyTwo - sixteen];
    assert(Math.abs(second - 2 * first) <= 0.02 * second, `8 more images take ${first} MB, 16 more ${second} MB`);
    // Past what fits through at once only numbers, labels and the calls' parameters grow.
    const [parts, more] = [await taken(64), await taken(256)];
    assert(more - parts <= 2, `192 images more take ${more - parts} MB`);
    assert.equal(gpu.memory.buffers, 0);
  }),
);
