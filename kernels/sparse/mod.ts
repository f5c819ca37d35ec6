/**
 * The gradients of a "same" 5x5 convolution whose own gradient is 0 but at a few places of each plane: behind the paper's quadrant pooling
 * that is one place a window, 1 of 144 at 96 x 96. Only those are added up, exact to float32 rounding.
 */
import type { GpuBuffer } from "../../gpu/buffer.ts";
import { withTextures } from "../../gpu/call.ts";
import type { Call, Gpu } from "../../gpu/device.ts";
import { defineKernel, gridFor } from "../../gpu/kernel.ts";
import { MOST_ROUNDS, roundsOf } from "../../gpu/rounds.ts";
import type { ConvolutionMethod, ConvolutionShape } from "../convolution/workspace.ts";
import { texelCode } from "../texture/mod.ts";
import byInputCode from "./by_input.wgsl" with { type: "text" };
import byWeightCode from "./by_weight.wgsl" with { type: "text" };
import channelsFirstCode from "./channels_first.wgsl" with { type: "text" };
import channelsLastCode from "./channels_last.wgsl" with { type: "text" };
import tapsCode from "./taps.wgsl" with { type: "text" };

const imageParameters = { images: "u32", channels: "u32", height: "u32", width: "u32" } as const;
const convolutionParameters = {
  images: "u32",
  inputs: "u32",
  outputs: "u32",
  height: "u32",
  width: "u32",
  cells: "u32",
} as const;

/** Images with their channels last. */
export const channelsLastKernel = defineKernel({
  name: "sparse/channels_last",
  code: channelsLastCode,
  bindings: { x: "read", y: "write" },
  parameters: imageParameters,
});

/** The way back. */
export const channelsFirstKernel = defineKernel({
  name: "sparse/channels_first",
  code: channelsFirstCode,
  bindings: { x: "read", y: "write" },
  parameters: imageParameters,
});

/** Filters with their input channels last. */
export const tapsKernel = defineKernel({
  name: "sparse/taps",
  code: tapsCode,
  bindings: { w: "read", y: "write" },
  parameters: { outputs: "u32", inputs: "u32" },
});

/** The gradient by weight. */
export const sparseByWeightKernel = defineKernel({
  name: "sparse/by_weight",
  code: byWeightCode,
  shared: [texelCode],
  bindings: { x: "texture", dy: "read", argmax: "read", dw: "write" },
  parameters: convolutionParameters,
  constants: ["ACCUMULATE"],
  rounds: byWeightRounds,
});

/** The gradient by input. */
export const sparseByInputKernel = defineKernel({
  name: "sparse/by_input",
  code: byInputCode,
  shared: [texelCode],
  bindings: { dy: "read", argmax: "read", w: "texture", y: "write" },
  parameters: convolutionParameters,
  rounds: byInputRounds,
});

/** A convolution, and how many places of each of its output planes have a gradient. */
export interface SparseShape extends ConvolutionShape {
  cells: number;
}

/** An image and its cells, and for each of them one round or none. */
function byWeightRounds({ images, cells }: { images: number; cells: number }): number {
  return roundsOf([images, [cells, [1]]]);
}

/** The pixels to be cleared; a filter, its cells, and for each of them five rounds or none. */
function byInputRounds({ outputs, height, width, cells }: Omit<SparseShape, "images" | "inputs" | "filter">): number {
  return roundsOf([(height + 4) * (width + 4)], [outputs, [cells, [5]]]);
}

/**
 * Whether the sparse gradients are taken: for `"auto"` on a software adapter, where they were measured, when a plane of 5x5-filtered output has
 * at least 64 elements for each of its `cells`. Their time depends on the cells, that of the others on the elements: behind the quadrants of
 * 96 x 96 (144 elements) both gradients together took 0.4 (with dropout, which leaves half of the cells) to 0.53 of Winograd's time, behind
 * those of 48 x 48 (36) 1.1 to 1.7. Not where a software adapter would refuse their loops as
 * too long, past 4,333 images of four cells, or has no texture of the size that they read.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { isSparse } from "./mod.ts";
 * using gpu = await openGpu();
 * const shape = { images: 64, inputs: 128, outputs: 256, height: 24, width: 24, filter: 5, cells: 4 };
 * assert(!isSparse(gpu, shape, "winograd"));
 * assert.equal(isSparse(gpu, shape, "auto"), gpu.adapter.software);
 * ```
 */
export function isSparse(gpu: Gpu, shape: SparseShape, method: ConvolutionMethod): boolean {
  const { height, width, filter, cells } = shape;
  const rounds = Math.max(byWeightRounds(shape), byInputRounds(shape));
  const pays = filter === 5 && height * width >= 64 * cells;
  const fits = rounds <= MOST_ROUNDS && Math.max(...Object.values(bytesOf(shape))) <= gpu.largestTexture;
  return method === "auto" && gpu.adapter.software && pays && fits;
}

/**
 * Scratch memory of the sparse gradients of one shape.
 *
 * @throws {RangeError} for filters that are not 5x5.
 * @throws {GpuLimitError} where the adapter binds no buffer of that size.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { SparseWorkspace } from "./mod.ts";
 * using gpu = await openGpu();
 * const workspace = new SparseWorkspace(gpu, { images: 1, inputs: 3, outputs: 2, height: 4, width: 4, filter: 5 });
 * assert.equal(workspace.image.byteLength, 4 * 8 * 8 * 4);
 * workspace.dispose();
 * ```
 */
export class SparseWorkspace {
  /** Images with a halo, channels last: the input's, then its gradient's. */
  readonly image: GpuBuffer;
  /** Filters with their channels last. */
  readonly taps: GpuBuffer;

  /** Makes the buffers. */
  constructor(gpu: Gpu, shape: ConvolutionShape) {
    const { filter } = shape;
    if (filter !== 5) throw new RangeError(`sparse gradients have 5x5 filters only, got ${filter}x${filter}`);
    const bytes = bytesOf(shape);
    this.image = gpu.createBuffer("images, channels last", bytes.image);
    this.taps = gpu.createBuffer("filters, channels last", bytes.taps);
    for (const buffer of this.buffers) gpu.addTexture(buffer);
  }

  /** Both. */
  get buffers(): GpuBuffer[] {
    return [this.image, this.taps];
  }

  /** Gives the memory back. */
  dispose(): void {
    for (const buffer of this.buffers) buffer.dispose();
  }
}

/**
 * Prepares the gradient by weight, `dw` (+)= that of the few elements of `dy`.
 *
 * Shapes: x n,C,H,W; dy n,K,cells; argmax u32 as dy, places i W + j; dw K,C,5,5.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { sparseByWeight, SparseWorkspace } from "./mod.ts";
 * using gpu = await openGpu();
 * const shape = { images: 1, inputs: 1, outputs: 1, height: 3, width: 3, filter: 5, cells: 1 };
 * const x = gpu.upload("x", new Float32Array([1, 2, 3, 4, 5, 6, 7, 8, 9]));
 * const dy = gpu.upload("dy", new Float32Array([2]));
 * const argmax = gpu.upload("argmax", new Uint32Array([4]));
 * const dw = gpu.createBuffer("dw", 100);
 * gpu.run(sparseByWeight(gpu, new SparseWorkspace(gpu, shape), shape, { x, dy, argmax, dw }));
 * assert.equal((await gpu.read(dw, Float32Array))[12], 10);
 * ```
 */
export function sparseByWeight(
  gpu: Gpu,
  workspace: SparseWorkspace,
  shape: SparseShape,
  { x, dy, argmax, dw }: { x: GpuBuffer; dy: GpuBuffer; argmax: GpuBuffer; dw: GpuBuffer },
  { accumulate = false }: { accumulate?: boolean } = {},
): Call[] {
  const { filter: _, ...sizes } = shape;
  const fours = Math.ceil(shape.inputs / 4);
  const { image } = workspace;
  return [
    gpu.prepare(channelsLastKernel, { x, y: image, ...imageOf(shape) }, gridFor(fours * haloed(shape))),
    withTextures(
      gpu.prepare(sparseByWeightKernel, { x: image, dy, argmax, dw, ...sizes }, gridFor(shape.outputs * fours), {
        ACCUMULATE: Number(accumulate),
      }),
      [{ buffer: image, byteLength: 16 * fours * haloed(shape) }],
    ),
  ];
}

/**
 * Prepares the gradient by input, `dx` = that of the few elements of `dy`.
 *
 * Shapes as in {@linkcode sparseByWeight}; dx as x, w as dw.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { sparseByInput, SparseWorkspace } from "./mod.ts";
 * using gpu = await openGpu();
 * const shape = { images: 1, inputs: 1, outputs: 1, height: 3, width: 3, filter: 5, cells: 1 };
 * const dy = gpu.upload("dy", new Float32Array([2]));
 * const argmax = gpu.upload("argmax", new Uint32Array([4]));
 * const w = gpu.upload("w", Float32Array.from({ length: 25 }, (_, tap) => tap));
 * const dx = gpu.createBuffer("dx", 36);
 * gpu.run(sparseByInput(gpu, new SparseWorkspace(gpu, shape), shape, { dy, argmax, w, dx }));
 * assert.equal((await gpu.read(dx, Float32Array))[4], 24);
 * ```
 */
export function sparseByInput(
  gpu: Gpu,
  workspace: SparseWorkspace,
  shape: SparseShape,
  { dy, argmax, w, dx }: { dy: GpuBuffer; argmax: GpuBuffer; w: GpuBuffer; dx: GpuBuffer },
): Call[] {
  const { filter: _, ...sizes } = shape;
  const { images, inputs, outputs, height, width } = shape;
  const fours = Math.ceil(inputs / 4);
  const { image, taps } = workspace;
  return [
    gpu.prepare(tapsKernel, { w, y: taps, outputs, inputs }, gridFor(outputs * 25 * fours)),
    withTextures(
      gpu.prepare(sparseByInputKernel, { dy, argmax, w: taps, y: image, ...sizes }, gridFor(images * fours)),
      [{ buffer: taps, byteLength: 16 * outputs * 25 * fours }],
    ),
    gpu.prepare(
      channelsFirstKernel,
      { x: image, y: dx, ...imageOf(shape) },
      gridFor(images * inputs * height * width),
    ),
  ];
}

/** Bytes of the scratch buffers. */
function bytesOf({ images, inputs, outputs, height, width }: ConvolutionShape): { image: number; taps: number } {
  const channels = 4 * Math.ceil(inputs / 4);
  return { image: 4 * images * (height + 4) * (width + 4) * channels, taps: 4 * outputs * 25 * channels };
}

function imageOf({ images, inputs, height, width }: ConvolutionShape) {
  return { images, channels: inputs, height, width };
}

/** Pixels of all images, halos included. */
function haloed({ images, height, width }: ConvolutionShape): number {
  return images * (height + 4) * (width + 4);
}
