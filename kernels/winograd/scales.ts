/**
 * What keeps float16 within its range: each operand is multiplied by a power of two, found from its largest magnitude on the GPU, and the
 * result divided by both. Powers of two change no digit; without them a gradient of 1e-6 would be stored with four bits.
 */
import type { GpuBuffer } from "../../gpu/buffer.ts";
import type { Call, Gpu } from "../../gpu/device.ts";
import { type ConvolutionShape, MOST_PARTS, type Workspace } from "../convolution/workspace.ts";
import { scaleKernel } from "./kernels.ts";

/**
 * Channels whose sum cannot overflow with both operands below 1/2. In an element of the domain a tile is at most 15 x 15 of its largest pixel
 * (the magnitudes of a row of B^T), a filter 1.38 x 1.38 of its largest tap (of G), and float16 ends at 65,504.
 */
const SAFE_CHANNELS = Math.floor(65504 / (15 ** 2 * 1.38 ** 2 * 0.5 * 0.5));

/**
 * The factor of the filters' scale that leaves room for a sum over so many channels: 1, or a power of two below.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { roomFor } from "./scales.ts";
 * assert(roomFor(256) === 1);
 * assert(roomFor(1024) === 0.5);
 * ```
 */
export function roomFor(channels: number): number {
  return 2 ** -Math.max(0, Math.ceil(Math.log2(channels / SAFE_CHANNELS)));
}

/**
 * Elements of a convolution's output, or (`pooled`) of its pooled output.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { outputElements } from "./scales.ts";
 * const shape = { images: 1, inputs: 1, outputs: 2, height: 5, width: 4, filter: 5 };
 * assert(outputElements(shape, false) === 40);
 * assert(outputElements(shape, true) === 8);
 * ```
 */
export function outputElements({ images, outputs, height, width }: ConvolutionShape, pooled: boolean): number {
  const [h, w] = pooled ? [Math.floor(height / 2), Math.floor(width / 2)] : [height, width];
  return images * outputs * h * w;
}

/**
 * Prepares what finds the scale of the first `count` elements of an operand, and leaves it in the workspace's `scales`; nothing where the
 * workspace stores float32.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { Workspace } from "../convolution/workspace.ts";
 * import { scaleOf } from "./scales.ts";
 * using gpu = await openGpu();
 * const shape = { images: 1, inputs: 16, outputs: 16, height: 8, width: 8, filter: 5 };
 * const workspace = new Workspace(gpu, [shape]);
 * const x = gpu.upload("x", new Float32Array(1024));
 * assert.deepEqual(scaleOf(gpu, workspace, "first", x, 1024), []);
 * ```
 */
export function scaleOf(
  gpu: Gpu,
  { stored, scales, largest }: Workspace,
  operand: "first" | "second",
  x: GpuBuffer,
  count: number,
  factor = 1,
): Call[] {
  if (stored === "float32") return [];
  // A second round looks through what the parts found.
  const part = 64 * Math.ceil(count / (64 * MOST_PARTS));
  const parts = Math.ceil(count / part);
  const first = operand === "first" ? 0 : 1;
  return [
    gpu.prepare(scaleKernel, { x, y: largest, count, part, first: 0, factor: 1 }, [parts, 1, 1]),
    gpu.prepare(
      scaleKernel,
      { x: largest, y: scales, count: parts, part: MOST_PARTS, first, factor },
      [1, 1, 1],
      { LAST: 1 },
    ),
  ];
}
