/** Maximum pooling with argmax: 2x2, and the paper's quadrant pooling. */
import type { GpuBuffer } from "../../gpu/buffer.ts";
import type { Call, Gpu } from "../../gpu/device.ts";
import { defineKernel, gridFor } from "../../gpu/kernel.ts";
import { roundsOf } from "../../gpu/rounds.ts";
import { loadQuadCode, storeBlockCode } from "./blocks.ts";
import maxForwardCode from "./max_forward.wgsl" with { type: "text" };
import maxBackwardCode from "./max_backward.wgsl" with { type: "text" };
import quadrantForwardCode from "./quadrant_forward.wgsl" with { type: "text" };
import quadrantBackwardCode from "./quadrant_backward.wgsl" with { type: "text" };

/** Sizes of the map that is pooled; planes = images x channels. */
export interface PoolShape {
  planes: number;
  height: number;
  width: number;
}

/** Sizes of quadrant pooling. */
export interface QuadrantShape extends PoolShape {
  window_height: number;
  window_width: number;
}

/** 2x2 maximum. */
export const maxForwardKernel = defineKernel({
  name: "pool/max_forward",
  code: maxForwardCode,
  shared: [loadQuadCode, storeBlockCode],
  bindings: { x: "read", y: "write", argmax: "write" },
  parameters: { planes: "u32", height: "u32", width: "u32" },
  constants: ["RELU"],
});

/** Its way back. */
export const maxBackwardKernel = defineKernel({
  name: "pool/max_backward",
  code: maxBackwardCode,
  shared: [loadQuadCode],
  bindings: { dy: "read", argmax: "read", dx: "write" },
  parameters: { planes: "u32", height: "u32", width: "u32" },
});

const quadrantParameters = {
  planes: "u32",
  height: "u32",
  width: "u32",
  window_height: "u32",
  window_width: "u32",
} as const;

/** Maximum over large windows. */
export const quadrantForwardKernel = defineKernel({
  name: "pool/quadrant_forward",
  code: quadrantForwardCode,
  bindings: { x: "read", y: "write", argmax: "write" },
  parameters: quadrantParameters,
  rounds: ({ window_height, window_width }) => roundsOf([window_height, [window_width]]),
});

/** Its way back. */
export const quadrantBackwardKernel = defineKernel({
  name: "pool/quadrant_backward",
  code: quadrantBackwardCode,
  bindings: { dy: "read", argmax: "read", dx: "write" },
  parameters: quadrantParameters,
});

/**
 * Prepares y = 2x2 maxima of x, with ReLU where asked. `argmax` has one word for each 4x4 block (pool/store_block.wgsl).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { maxPoolForward } from "./mod.ts";
 * using gpu = await openGpu();
 * const x = gpu.upload("x", new Float32Array([1, 4, 2, 3]));
 * const y = gpu.createBuffer("y", 4);
 * const argmax = gpu.createBuffer("argmax", 4);
 * gpu.run(maxPoolForward(gpu, { planes: 1, height: 2, width: 2 }, { x, y, argmax }));
 * assert((await gpu.read(y, Float32Array))[0] === 4 && (await gpu.read(argmax, Uint32Array))[0] === 1);
 * ```
 */
export function maxPoolForward(
  gpu: Gpu,
  shape: PoolShape,
  buffers: { x: GpuBuffer; y: GpuBuffer; argmax: GpuBuffer },
  options: { relu?: boolean } = {},
): Call[] {
  const blocks = shape.planes * Math.ceil(shape.height / 4) * Math.ceil(shape.width / 4);
  return [gpu.prepare(maxForwardKernel, { ...buffers, ...shape }, gridFor(blocks), { RELU: Number(!!options.relu) })];
}

/**
 * Prepares dx = dy spread out to where the maxima were.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { maxPoolBackward } from "./mod.ts";
 * using gpu = await openGpu();
 * const dy = gpu.upload("dy", new Float32Array([5]));
 * const argmax = gpu.upload("argmax", new Uint32Array([2]));
 * const dx = gpu.createBuffer("dx", 16);
 * gpu.run(maxPoolBackward(gpu, { planes: 1, height: 2, width: 2 }, { dy, argmax, dx }));
 * assert((await gpu.read(dx, Float32Array)).join() === "0,0,5,0");
 * ```
 */
export function maxPoolBackward(
  gpu: Gpu,
  shape: PoolShape,
  buffers: { dy: GpuBuffer; argmax: GpuBuffer; dx: GpuBuffer },
): Call[] {
  const cells = shape.planes * Math.ceil(shape.height / 2) * Math.ceil(shape.width / 2);
  return [gpu.prepare(maxBackwardKernel, { ...buffers, ...shape }, gridFor(cells))];
}

/**
 * Prepares y = maxima of x over windows that do not overlap, with their positions.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { quadrantPoolForward } from "./mod.ts";
 * using gpu = await openGpu();
 * const x = gpu.upload("x", new Float32Array([1, 2, 3, 4, 9, 6, 7, 8, 5]));
 * const y = gpu.createBuffer("y", 4);
 * const argmax = gpu.createBuffer("argmax", 4);
 * const shape = { planes: 1, height: 3, width: 3, window_height: 3, window_width: 3 };
 * gpu.run(quadrantPoolForward(gpu, shape, { x, y, argmax }));
 * assert((await gpu.read(y, Float32Array))[0] === 9 && (await gpu.read(argmax, Uint32Array))[0] === 4);
 * ```
 */
export function quadrantPoolForward(
  gpu: Gpu,
  shape: QuadrantShape,
  buffers: { x: GpuBuffer; y: GpuBuffer; argmax: GpuBuffer },
): Call[] {
  const cells = shape.planes * Math.floor(shape.height / shape.window_height) *
    Math.floor(shape.width / shape.window_width);
  return [gpu.prepare(quadrantForwardKernel, { ...buffers, ...shape }, gridFor(cells))];
}

/**
 * Prepares dx = dy put where the maxima were, 0 elsewhere.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { quadrantPoolBackward } from "./mod.ts";
 * using gpu = await openGpu();
 * const dy = gpu.upload("dy", new Float32Array([5]));
 * const argmax = gpu.upload("argmax", new Uint32Array([3]));
 * const dx = gpu.createBuffer("dx", 16);
 * const shape = { planes: 1, height: 2, width: 2, window_height: 2, window_width: 2 };
 * gpu.run(quadrantPoolBackward(gpu, shape, { dy, argmax, dx }));
 * assert((await gpu.read(dx, Float32Array)).join() === "0,0,0,5");
 * ```
 */
export function quadrantPoolBackward(
  gpu: Gpu,
  shape: QuadrantShape,
  buffers: { dy: GpuBuffer; argmax: GpuBuffer; dx: GpuBuffer },
): Call[] {
  return [
    gpu.prepare(quadrantBackwardKernel, { ...buffers, ...shape }, gridFor(shape.planes * shape.height * shape.width)),
  ];
}
