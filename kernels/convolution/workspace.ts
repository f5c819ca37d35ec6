/** What all convolutions of a network share: their shapes' arithmetic, the choice of method, and scratch memory. */
import type { GpuBuffer } from "../../gpu/buffer.ts";
import type { Gpu } from "../../gpu/device.ts";
import { GpuLimitError } from "../../gpu/errors.ts";

/** The ways a convolution can be computed. */
export const CONVOLUTION_METHODS = ["auto", "direct", "winograd", "winograd-float16"] as const;

/**
 * How a convolution is computed. `"auto"` and `"winograd-float16"` take Winograd for the shapes that {@linkcode methodFor} says. The latter
 * stores transformed tiles, filters and products as float16: half the memory, and errors near 1e-2 of the largest output.
 */
export type ConvolutionMethod = typeof CONVOLUTION_METHODS[number];

/** As what Winograd's transformed tiles, filters and products are stored. */
export type StoredAs = "float32" | "float16";

/** Most parts in which an operand's largest magnitude is looked for at once, where they are stored as float16. */
export const MOST_PARTS = 1024;

/** Sizes of a convolution: x images x inputs x height x width, w outputs x inputs x filter x filter. */
export interface ConvolutionShape {
  images: number;
  inputs: number;
  outputs: number;
  height: number;
  width: number;
  /** Side of the square filter, odd. */
  filter: number;
}

/**
 * The method that is used for a shape: `"auto"` and `"winograd-float16"` are Winograd for 5x5 filters with at least 16 channels on both
 * sides, since its transforms cost as much as the sums they save when there are fewer; else direct summation.
 *
 * @throws {RangeError} for `"winograd"` with a filter that is not 5x5, and for an even filter.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { methodFor } from "./workspace.ts";
 * const shape = { images: 1, inputs: 64, outputs: 128, height: 48, width: 48, filter: 5 };
 * assert(methodFor(shape) === "winograd");
 * assert(methodFor({ ...shape, inputs: 1 }) === "direct");
 * ```
 */
export function methodFor(
  shape: ConvolutionShape,
  method: ConvolutionMethod = "auto",
): Exclude<ConvolutionMethod, "auto"> {
  if (!(shape.filter % 2 === 1)) throw new RangeError(`filter is ${shape.filter}, expected an odd side`);
  if (method === "winograd" && shape.filter !== 5) {
    throw new RangeError(
      `convolution "winograd" has 5x5 filters only, got ${shape.filter}x${shape.filter}: use "auto" or "direct"`,
    );
  }
  if (method === "direct" || method === "winograd") return method;
  if (shape.filter !== 5 || shape.inputs < 16 || shape.outputs < 16) return "direct";
  return method === "auto" ? "winograd" : method;
}

/**
 * As what Winograd stores tiles, filters and products.
 *
 * @throws {GpuLimitError} for `"winograd-float16"` where the adapter has no float16.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { storageFor } from "./workspace.ts";
 * using gpu = await openGpu();
 * assert(storageFor(gpu, "auto") === "float32");
 * ```
 */
export function storageFor(gpu: Pick<Gpu, "device" | "adapter">, method?: ConvolutionMethod): StoredAs {
  if (method !== "winograd-float16") return "float32";
  if (!gpu.device.features.has("shader-f16")) {
    const { description, device } = gpu.adapter;
    throw new GpuLimitError(
      `convolution is "winograd-float16", and ${
        description || device || "the adapter"
      } has no float16 (its feature shader-f16). ` +
        'Remedy: use "auto", which stores float32.',
    );
  }
  return "float16";
}

/**
 * Words of the `argmax` buffer of a pooled convolution: one for each 4x4 block of the map before pooling.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { outputCells } from "./workspace.ts";
 * assert(outputCells({ images: 1, inputs: 1, outputs: 2, height: 6, width: 8, filter: 5 }) === 2 * 2 * 2);
 * ```
 */
export function outputCells(shape: ConvolutionShape): number {
  return shape.images * shape.outputs * Math.ceil(shape.height / 4) * Math.ceil(shape.width / 4);
}

/** Rounds up to a multiple. */
export function padTo(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

/** How Winograd cuts a batch into pieces, and the padded sizes of one piece. */
export interface WinogradPlan {
  /** Images worked on at once. */
  chunk: number;
  /** 4x4 tiles of those, rounded up to 16. */
  tiles: number;
}

/**
 * Cuts a batch so that the transformed tiles of a piece take at most `bytes` (and a piece has at least one image).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { winogradPlan } from "./workspace.ts";
 * const shape = { images: 64, inputs: 64, outputs: 128, height: 48, width: 48, filter: 5 };
 * assert(winogradPlan(shape, 32 * 2 ** 20).chunk === 7);
 * ```
 */
export function winogradPlan(shape: ConvolutionShape, bytes: number): WinogradPlan {
  const perImage = Math.ceil(shape.height / 4) * Math.ceil(shape.width / 4);
  const channels = padTo(Math.max(shape.inputs, shape.outputs), 32);
  const chunk = Math.min(shape.images, Math.max(1, Math.floor(bytes / (64 * 4 * channels * perImage))));
  return { chunk, tiles: padTo(chunk * perImage, 16) };
}

/**
 * Whether an adapter binds the transformed tiles of one image.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { winogradFits } from "./workspace.ts";
 * using gpu = await openGpu();
 * const shape = { images: 64, inputs: 64, outputs: 128, height: 48, width: 48, filter: 5 };
 * assert(winogradFits(gpu, shape));
 * assert(!winogradFits(gpu, { ...shape, height: 2 ** 16, width: 2 ** 16 }));
 * ```
 */
export function winogradFits(gpu: Gpu, shape: ConvolutionShape): boolean {
  const { maxStorageBufferBindingSize, maxBufferSize } = gpu.limits;
  const channels = padTo(Math.max(shape.inputs, shape.outputs), 32);
  const bytes = 64 * 4 * channels * winogradPlan({ ...shape, images: 1 }, 0).tiles;
  return bytes <= Math.min(maxStorageBufferBindingSize, maxBufferSize);
}

/** Where a kernel reads what it multiplies: buffers, or textures that they are copied into. The sums and their order are the same. */
export type Loads = "buffers" | "textures";

/** Choices of a {@linkcode Workspace}. */
export interface WorkspaceOptions {
  /** How the convolutions are computed. Default `"auto"`. */
  method?: ConvolutionMethod;
  /**
   * Most bytes of one scratch buffer of Winograd in float32; pieces of as many images take half in float16. Default 10 MiB on a software
   * adapter, else 64. Measured there: 32 and more leave the cache and cost a quarter; 4 holds one image of 24x24, whose 36 tiles are padded
   * to 48.
   */
  chunkBytes?: number;
  /** Which matrix product Winograd uses: `"registers"` on a software adapter, `"tiled"` on a GPU, by default. */
  product?: "registers" | "tiled";
  /**
   * Where the product `"registers"`, the transform back and direct summation over few channels read. Default textures on a software adapter
   * that stores float32 and has textures of that size, else buffers. Measured on Mesa 22.3: the products take a quarter of the time without
   * AVX-512, and about the same with it (bench/RESULTS.md).
   */
  loads?: Loads;
}

/**
 * Scratch memory for the convolutions of a network, made for the largest of `shapes` and used by one call after the other.
 *
 * @throws {GpuLimitError} where the adapter binds no buffer of the size that one image needs, or has no float16 that is asked for.
 * @throws {RangeError} for textures of what is stored as float16.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { Workspace } from "./workspace.ts";
 * using gpu = await openGpu();
 * const workspace = new Workspace(gpu, [{ images: 2, inputs: 16, outputs: 16, height: 8, width: 8, filter: 5 }]);
 * workspace.dispose();
 * assert(gpu.memory.buffers === 0);
 * ```
 */
export class Workspace {
  /** Bound where a kernel wants an `argmax` that it will not touch. */
  readonly none: GpuBuffer;
  /** The same for a kernel that may write. */
  readonly nowhere: GpuBuffer;
  /** Transformed filters, or their gradient; the partial sums of the direct gradient by weight. */
  readonly filters: GpuBuffer;
  /** Transformed input tiles. */
  readonly tiles: GpuBuffer;
  /** Products, or transformed gradient tiles. */
  readonly products: GpuBuffer;
  /** Most bytes of one scratch buffer of Winograd. */
  readonly chunkBytes: number;
  /** Which matrix product Winograd uses. */
  readonly product: "registers" | "tiled";
  /** Where the products, the transform back and direct summation over few channels read. */
  readonly loads: Loads;
  /** As what Winograd stores tiles, filters and products. */
  readonly stored: StoredAs;
  /** Of float16: the scales of both operands and their reciprocals. */
  readonly scales: GpuBuffer;
  /** Of float16: where those are found. */
  readonly largest: GpuBuffer;

  /** Makes the buffers for the given shapes. */
  constructor(gpu: Gpu, shapes: readonly ConvolutionShape[], options: WorkspaceOptions = {}) {
    this.chunkBytes = options.chunkBytes ?? (gpu.adapter.software ? 10 : 64) * 2 ** 20;
    this.product = options.product ?? (gpu.adapter.software ? "registers" : "tiled");
    this.stored = storageFor(gpu, options.method);
    const storedBytes = this.stored === "float16" ? 2 : 4;
    let filters = 0, tiles = 0, products = 0;
    for (const shape of shapes) {
      const { inputs, outputs } = shape;
      if (methodFor(shape, options.method) !== "direct") {
        const plan = winogradPlan(shape, this.chunkBytes);
        const most = padTo(Math.max(inputs, outputs), 32);
        filters = Math.max(filters, 64 * padTo(inputs, 32) * padTo(outputs, 32));
        tiles = Math.max(tiles, 64 * most * plan.tiles);
        products = Math.max(products, 64 * most * plan.tiles);
      } else {
        filters = Math.max(filters, slices(shape).most * outputs * inputs * shape.filter ** 2);
      }
    }
    const texturesHelp = gpu.adapter.software && this.stored === "float32" && this.product === "registers" &&
      4 * Math.max(filters, tiles, products) <= gpu.largestTexture;
    this.loads = options.loads ?? (texturesHelp ? "textures" : "buffers");
    if (this.loads === "textures" && this.stored === "float16") {
      throw new RangeError('loads is "textures", which hold float32, and the method stores float16: use "buffers"');
    }
    this.none = gpu.createBuffer("no argmax", 16);
    this.nowhere = gpu.createBuffer("no argmax to write", 16);
    this.filters = gpu.createBuffer("convolution filters", 4 * filters);
    this.tiles = gpu.createBuffer("convolution tiles", storedBytes * tiles);
    this.products = gpu.createBuffer("convolution products", storedBytes * products);
    if (this.loads === "textures" && tiles > 0) {
      for (const operand of [this.filters, this.tiles, this.products]) gpu.addTexture(operand);
    }
    this.scales = gpu.createBuffer("convolution scales", 16);
    this.largest = gpu.createBuffer("convolution largest", this.stored === "float16" ? 4 * MOST_PARTS : 4);
  }

  /** All of them. */
  get buffers(): GpuBuffer[] {
    return [this.none, this.nowhere, this.filters, this.tiles, this.products, this.scales, this.largest];
  }

  /** Gives the memory back. */
  dispose(): void {
    for (const buffer of this.buffers) buffer.dispose();
  }
}

/**
 * How the direct gradient by weight is split: rows of 4x4 blocks go to slices, so that a network with few filters still has work for
 * many invocations. Depends on the shape alone, so that the order of additions does too. `most` bounds `count` for every batch up to this one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { slices } from "./workspace.ts";
 * const { count, rows } = slices({ images: 64, inputs: 1, outputs: 64, height: 96, width: 96, filter: 5 });
 * assert(count * rows >= 64 * 24);
 * ```
 */
export function slices(shape: ConvolutionShape): { count: number; rows: number; most: number } {
  const blockRows = shape.images * Math.ceil(shape.height / 4);
  const invocations = Math.ceil(shape.outputs / 2) * shape.inputs * Math.ceil(shape.filter / 5) ** 2;
  const wanted = Math.max(1, Math.min(blockRows, Math.ceil(8192 / invocations)));
  // A software adapter ends long loops in silence (gpu/rounds.ts): a slice of several rows takes three quarters of what is safe at most.
  const columns = Math.ceil(shape.width / 4);
  const rows = Math.max(1, Math.min(Math.ceil(blockRows / wanted), Math.floor(32768 / (columns + 1))));
  const count = Math.ceil(blockRows / rows);
  return { count, rows, most: Math.max(count, wanted) };
}
