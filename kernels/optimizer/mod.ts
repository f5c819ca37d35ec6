/** Momentum SGD with weight decay, as in the authors' code. */
import type { GpuBuffer } from "../../gpu/buffer.ts";
import type { Call, Gpu } from "../../gpu/device.ts";
import { defineKernel, gridFor } from "../../gpu/kernel.ts";
import code from "./momentum.wgsl" with { type: "text" };

/** The update of one parameter tensor. */
export const momentumKernel = defineKernel({
  name: "optimizer/momentum",
  code,
  bindings: { clock: "read", settings: "read", dw: "read", w: "write", v: "write", status: "write" },
  parameters: { count: "u32" },
});

/**
 * Prepares v = momentum v - decay rate w - rate dw; w = w + v over `count` elements. `settings` holds learning rate, momentum and weight
 * decay; `clock` the updates done before; `status` one word that is 0 until an update makes a weight that is not finite, and then its number,
 * counted from 1.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { momentumStep } from "./mod.ts";
 * using gpu = await openGpu();
 * const clock = gpu.upload("clock", new Uint32Array([0]));
 * const settings = gpu.upload("settings", new Float32Array([0.5, 0.9, 0]));
 * const dw = gpu.upload("dw", new Float32Array([2]));
 * const w = gpu.upload("w", new Float32Array([1]));
 * const v = gpu.createBuffer("v", 4);
 * const status = gpu.createBuffer("status", 4);
 * gpu.run(momentumStep(gpu, { clock, settings, dw, w, v, status }, 1));
 * assert((await gpu.read(w, Float32Array))[0] === 0);
 * ```
 */
export function momentumStep(
  gpu: Gpu,
  buffers: {
    clock: GpuBuffer;
    settings: GpuBuffer;
    dw: GpuBuffer;
    w: GpuBuffer;
    v: GpuBuffer;
    status: GpuBuffer;
  },
  count: number,
): Call[] {
  return [gpu.prepare(momentumKernel, { ...buffers, count }, gridFor(count))];
}
