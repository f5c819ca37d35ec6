/** Softmax with cross-entropy: probabilities, gradient, loss and accuracy. */
import type { GpuBuffer } from "../../gpu/buffer.ts";
import type { Call, Gpu } from "../../gpu/device.ts";
import { defineKernel, gridFor } from "../../gpu/kernel.ts";
import { roundsOf } from "../../gpu/rounds.ts";
import meanCode from "./mean.wgsl" with { type: "text" };
import softmaxCode from "./softmax_cross_entropy.wgsl" with { type: "text" };

/** Probabilities, gradient, loss and hit of each sample. */
export const softmaxCrossEntropyKernel = defineKernel({
  name: "loss/softmax_cross_entropy",
  code: softmaxCode,
  bindings: { x: "read", labels: "read", y: "write", dx: "write", result: "write" },
  parameters: { samples: "u32", classes: "u32", first_sample: "u32", scale: "f32" },
  rounds: ({ classes }) => roundsOf([classes], [classes], [classes]),
});

/** Their means, into a ring. */
export const meanKernel = defineKernel({
  name: "loss/mean",
  code: meanCode,
  bindings: { clock: "read", result: "read", ring: "write", status: "write" },
  parameters: { samples: "u32", slots: "u32" },
  rounds: ({ samples }) => roundsOf([Math.ceil(samples / 64)], [63]),
});

/**
 * Prepares softmax and cross-entropy of logits x (samples x classes): probabilities y, gradient dx = (y - onehot) / batch, and for each
 * sample its loss and hit in `result`. `firstSample` is the place of x's first sample among `labels` and `result`, which hold the batch.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { softmaxCrossEntropy } from "./mod.ts";
 * using gpu = await openGpu();
 * const x = gpu.upload("x", new Float32Array([0, 0]));
 * const labels = gpu.upload("labels", new Uint32Array([1]));
 * const [y, dx, result] = ["y", "dx", "result"].map((name) => gpu.createBuffer(name, 8));
 * gpu.run(softmaxCrossEntropy(gpu, { x, labels, y, dx, result }, { samples: 1, classes: 2, batch: 1 }));
 * assert(Math.abs((await gpu.read(result, Float32Array))[0] - Math.LN2) < 1e-6);
 * ```
 */
export function softmaxCrossEntropy(
  gpu: Gpu,
  buffers: { x: GpuBuffer; labels: GpuBuffer; y: GpuBuffer; dx: GpuBuffer; result: GpuBuffer },
  { samples, classes, batch, firstSample = 0 }: {
    samples: number;
    classes: number;
    batch: number;
    firstSample?: number;
  },
): Call[] {
  const parameters = { samples, classes, first_sample: firstSample, scale: 1 / batch };
  return [gpu.prepare(softmaxCrossEntropyKernel, { ...buffers, ...parameters }, gridFor(samples))];
}

/**
 * Prepares the means over `result` (samples x 2) into slot `clock mod slots` of `ring` (slots x 2). `status` is one word that is 0 until a mean
 * loss is not finite, and then the clock + 1.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { meanIntoRing } from "./mod.ts";
 * using gpu = await openGpu();
 * const clock = gpu.upload("clock", new Uint32Array([3]));
 * const result = gpu.upload("result", new Float32Array([1, 0, 3, 1]));
 * const ring = gpu.createBuffer("ring", 2 * 2 * 4);
 * const status = gpu.createBuffer("status", 4);
 * gpu.run(meanIntoRing(gpu, { clock, result, ring, status }, { samples: 2, slots: 2 }));
 * assert((await gpu.read(ring, Float32Array)).join() === "0,0,2,0.5");
 * ```
 */
export function meanIntoRing(
  gpu: Gpu,
  buffers: { clock: GpuBuffer; result: GpuBuffer; ring: GpuBuffer; status: GpuBuffer },
  sizes: { samples: number; slots: number },
): Call[] {
  return [gpu.prepare(meanKernel, { ...buffers, ...sizes }, [1, 1, 1])];
}
