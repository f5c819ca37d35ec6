/** The rectifier and its three ways back: the gradient, deconvnet's, and guided backpropagation's. */
import type { GpuBuffer } from "../../gpu/buffer.ts";
import type { Call, Gpu } from "../../gpu/device.ts";
import { defineKernel, gridFor } from "../../gpu/kernel.ts";
import backwardCode from "./backward.wgsl" with { type: "text" };
import forwardCode from "./forward.wgsl" with { type: "text" };

/** How a backward pass treats a rectifier: `gradient`, `deconvnet` (Zeiler and Fergus 2014), `guided` (Springenberg et al. 2015). */
export type ReluRule = "gradient" | "deconvnet" | "guided";

const RULES: Record<ReluRule, number> = { gradient: 0, deconvnet: 1, guided: 2 };

/** y = max(x, 0). */
export const reluForwardKernel = defineKernel({
  name: "relu/forward",
  code: forwardCode,
  bindings: { x: "read", y: "write" },
  parameters: { count: "u32" },
});

/** Its way back, in place. */
export const reluBackwardKernel = defineKernel({
  name: "relu/backward",
  code: backwardCode,
  bindings: { y: "read", dy: "write" },
  parameters: { count: "u32" },
  constants: ["RULE"],
});

/**
 * Prepares y = max(x, 0) over `count` elements.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { reluForward } from "./mod.ts";
 * using gpu = await openGpu();
 * const x = gpu.upload("x", new Float32Array([-1, 2]));
 * const y = gpu.createBuffer("y", 8);
 * gpu.run(reluForward(gpu, { x, y }, 2));
 * assert((await gpu.read(y, Float32Array)).join() === "0,2");
 * ```
 */
export function reluForward(gpu: Gpu, buffers: { x: GpuBuffer; y: GpuBuffer }, count: number): Call[] {
  return [gpu.prepare(reluForwardKernel, { ...buffers, count }, gridFor(count))];
}

/**
 * Prepares the way back in place: `dy` becomes the gradient by input. `y` is the rectifier's output, both of `count` elements.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { reluBackward } from "./mod.ts";
 * using gpu = await openGpu();
 * const y = gpu.upload("y", new Float32Array([0, 2, 3]));
 * const dy = gpu.upload("dy", new Float32Array([7, -8, 9]));
 * gpu.run(reluBackward(gpu, { y, dy }, 3, "guided"));
 * assert((await gpu.read(dy, Float32Array)).join() === "0,0,9");
 * ```
 */
export function reluBackward(
  gpu: Gpu,
  buffers: { y: GpuBuffer; dy: GpuBuffer },
  count: number,
  rule: ReluRule = "gradient",
): Call[] {
  return [gpu.prepare(reluBackwardKernel, { ...buffers, count }, gridFor(count), { RULE: RULES[rule] })];
}
