/** What a training run takes on the GPU beside its images: at the paper's sizes, and as batch and dataset grow. */
import assert from "node:assert/strict";
import { Workload } from "../../bench/measure/workload.ts";
import { CONVOLUTION_METHODS, type ConvolutionMethod } from "../../kernels/convolution/mod.ts";
import { largestPart } from "../../network/layers.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { train } from "../../training/train.ts";
import { withGpu } from "../support/gpu.ts";

Deno.test(
  "memory: at most 600 MB at batch 64 of 96 x 96, and no more than linear in the batch",
  withGpu(async (gpu) => {
    const taken = async (batch: number, convolution: ConvolutionMethod = "auto") => {
      using workload = await Workload.create(gpu, { batch, imageSize: 96, variant: "cnn_ad", convolution });
      await gpu.settled();
      return (gpu.memory.bytes - workload.datasetBytes) / 1e6;
    };
    assert.equal(largestPart(gpu, 96), 64);
    const most = new Map<ConvolutionMethod, number>();
    const float16 = gpu.device.features.has("shader-f16");
    for (const convolution of CONVOLUTION_METHODS) {
      if (convolution === "winograd-float16" && !float16) continue; // refused: tests/kernels/winograd_float16_test.ts
      const megabytes = await taken(64, convolution);
      assert(megabytes <= 600, `${convolution} takes ${megabytes} MB`);
      most.set(convolution, megabytes);
    }
    assert(!float16 || most.get("winograd-float16")! < most.get("winograd")!);
    const [eight, sixteen, thirtyTwo] = [await taken(8), await taken(16), await taken(32)];
    const [first, second] = [sixteen - eight, thirtyTwo - sixteen];
    assert(Math.abs(second - 2 * first) <= 0.02 * second, `8 more images take ${first} MB, 16 more ${second} MB`);
    // Past what fits through at once only numbers, labels and the calls' parameters grow.
    const [parts, more] = [await taken(64), await taken(256)];
    assert(more - parts <= 2, `192 images more take ${more - parts} MB`);
    assert.equal(gpu.memory.buffers, 0);
  }),
);

Deno.test(
  "memory: a hundred times more images than the paper's are trained on as they are",
  withGpu(async (gpu) => {
    const count = 400_000;
    const folds = Int32Array.from({ length: count }, (_, n) => n % 10);
    const dataset = {
      name: "many",
      imageSize: 8,
      classNames: ["dark", "bright"],
      images: new Uint8Array(count * 64).map((_, at) => at),
      labels: Int32Array.from({ length: count }, (_, n) => n % 2),
      subjects: folds,
      folds,
      foldColumns: 1,
      fingerprint: "",
    };
    using net = await ZeroBiasCnn.create(gpu, { imageSize: 8, classes: 2, initialScale: 1 });
    for await (const { step, loss } of train(net, dataset, { steps: 1, batch: 2, validateEvery: 2 })) {
      assert.equal(step, 1);
      assert(Number.isFinite(loss));
    }
  }),
);
