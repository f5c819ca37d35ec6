/** What the trainer draws and does at a step, for those who want to look or to write a loop of their own. */
import { checkArray } from "../datasets/arrays.ts";
import type { GpuBuffer } from "../gpu/buffer.ts";
import type { Call, Gpu } from "../gpu/device.ts";
import { augmentImages } from "../kernels/augmentation/mod.ts";
import { type Normalization, normalizeImages } from "../kernels/normalization/mod.ts";
import { Purpose } from "../kernels/random/mod.ts";
import { sampleBatch } from "../kernels/sampling/mod.ts";
import { checkImages, checkSeed } from "../network/checks.ts";

/** Grey levels, or numbers in [0, 2]. */
const TYPES = [Uint8Array, Float32Array];

/** How one sample was augmented. */
export interface AugmentationParameters {
  /** Mirrored left to right. */
  mirror: boolean;
  /** Rotation in radians. */
  angle: number;
  /** Scale s: source pixels per output pixel, 0.7..1.4. */
  scale: number;
  /** Shifts in source pixels. */
  down: number;
  right: number;
  /** Exponent of the intensity, 0.25..4. */
  exponent: number;
  /** Factor and offset of the intensity; the min-max that follows cancels both. */
  factor: number;
  offset: number;
}

/**
 * The positions 0..count-1 that the trainer draws at a step, with replacement: sample n takes
 * `pcg4d(seed, step, n, Purpose.trainBatch)[0] mod count`.
 *
 * @param options `step`: updates done before the step. `batch`, `count`: at least 1.
 * @throws {RangeError} for a number that is not an integer in range.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../gpu/device.ts";
 * import { sampleIndices } from "./draws.ts";
 * using gpu = await openGpu();
 * const indices = await sampleIndices(gpu, { seed: 1, step: 0, batch: 64, count: 10 });
 * assert(indices.length === 64 && indices.every((index) => index < 10));
 * ```
 */
export async function sampleIndices(
  gpu: Gpu,
  { seed, step, batch, count }: { seed: number; step: number; batch: number; count: number },
): Promise<Uint32Array> {
  checkSeed(seed);
  checkWhole({ step }, 0);
  checkWhole({ batch, count }, 1);
  return await once(gpu, (keep) => {
    const clock = keep(gpu.upload("clock", new Uint32Array([step])));
    const rows = keep(gpu.upload("rows", Uint32Array.from({ length: count }, (_, n) => n)));
    const all_labels = keep(gpu.createBuffer("labels of all", 4 * count));
    const index = keep(gpu.createBuffer("index", 4 * batch));
    const labels = keep(gpu.createBuffer("labels", 4 * batch));
    const purpose = Purpose.trainBatch;
    const calls = sampleBatch(gpu, { clock, rows, all_labels, index, labels }, { seed, purpose, batch, count });
    return { calls, read: () => gpu.read(index, Uint32Array) };
  });
}

/**
 * Images augmented as the trainer does it at a step, and how: mirror, rotation, scale, shift, intensity; sample n of the array is sample
 * n of the batch. Bytes are scaled to [0, 2] first; floats are taken to be in [0, 2]. The result is in [0, 2], not normalized.
 *
 * @param options `imageSize`: side S of the n x S x S images; may be left out for one square image.
 * @throws {TypeError} for images of another type.
 * @throws {RangeError} for images of another length, values that are not finite, a seed or step out of range.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../gpu/device.ts";
 * import { augment } from "./draws.ts";
 * using gpu = await openGpu();
 * const faces = new Uint8Array(2 * 48 * 48).map((_, i) => i);
 * const { images, parameters } = await augment(gpu, faces, { imageSize: 48, seed: 1, step: 0 });
 * assert(images.length === faces.length && parameters.length === 2);
 * ```
 */
export async function augment(
  gpu: Gpu,
  images: Uint8Array | Float32Array,
  options: { seed: number; step: number; imageSize?: number },
): Promise<{ images: Float32Array; parameters: AugmentationParameters[] }> {
  const { seed, step } = options;
  checkSeed(seed);
  checkWhole({ step }, 0);
  checkArray("images", images, ...TYPES);
  const imageSize = options.imageSize ?? sideOfOne(images);
  const samples = checkImages(images, imageSize, TYPES);
  const [result, drawn] = await once(gpu, (keep) => {
    const clock = keep(gpu.upload("clock", new Uint32Array([step])));
    const x = keep(gpu.upload("x", scaled(images)));
    const y = keep(gpu.createBuffer("y", 4 * images.length));
    const draws = keep(gpu.createBuffer("draws", 32 * samples));
    const range = keep(gpu.createBuffer("range", 8 * samples));
    const calls = augmentImages(gpu, { clock, x, y, draws, range }, { samples, imageSize, seed });
    return { calls, read: () => Promise.all([gpu.read(y, Float32Array), gpu.read(draws, Float32Array)]) };
  });
  const parameters = Array.from({ length: samples }, (_, n) => {
    const [mirror, angle, scale, down, right, exponent, factor, offset] = drawn.subarray(8 * n, 8 * n + 8);
    return { mirror: mirror > 0.5, angle, scale, down, right, exponent, factor, offset };
  });
  return { images: result, parameters };
}

/**
 * Images as the network takes them. Bytes are scaled to [0, 2] first (byte / 255 * 2); floats are taken as they are.
 *
 * @param options `mode`: `"local-mean"` (x - box5(x), what the authors' code does; default) or `"local-contrast"` (that, divided by
 * sqrt(box5 of its square + 1e-4)). `imageSize`: side S of the n x S x S images; may be left out for one square image.
 * @throws {TypeError} for images of another type.
 * @throws {RangeError} for images of another length, values that are not finite, an unknown mode.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../gpu/device.ts";
 * import { normalize } from "./draws.ts";
 * using gpu = await openGpu();
 * const flat = await normalize(gpu, new Uint8Array(2 * 64).fill(200), { mode: "local-mean", imageSize: 8 });
 * assert(Math.abs(flat[3 * 8 + 3]) < 1e-6);
 * ```
 */
export async function normalize(
  gpu: Gpu,
  images: Uint8Array | Float32Array,
  options: { mode?: Normalization; imageSize?: number } = {},
): Promise<Float32Array> {
  const { mode = "local-mean" } = options;
  if (mode !== "local-mean" && mode !== "local-contrast") {
    throw new RangeError(`mode is ${JSON.stringify(mode)}, expected "local-mean" or "local-contrast"`);
  }
  checkArray("images", images, ...TYPES);
  const imageSize = options.imageSize ?? sideOfOne(images);
  const samples = checkImages(images, imageSize, TYPES);
  return await once(gpu, (keep) => {
    const x = keep(gpu.upload("x", scaled(images)));
    const y = keep(gpu.createBuffer("y", 4 * images.length));
    const scratch = keep(gpu.createBuffer("scratch", 4 * images.length));
    const calls = normalizeImages(gpu, { x, y, scratch }, { samples, height: imageSize, width: imageSize }, mode);
    return { calls, read: () => gpu.read(y, Float32Array) };
  });
}

/** Runs calls once, as an operation of its own, and reads what they made; they and the buffers that are kept end with it. */
async function once<T>(
  gpu: Gpu,
  prepare: (keep: (buffer: GpuBuffer) => GpuBuffer) => { calls: Call[]; read: () => Promise<T> },
): Promise<T> {
  const buffers: GpuBuffer[] = [];
  const queue = gpu.operation();
  const { calls, read } = queue(() => gpu.allOrNothing(() => prepare((buffer) => (buffers.push(buffer), buffer))));
  try {
    return await queue(() => (gpu.run(calls), read()));
  } finally {
    gpu.release(calls);
    for (const buffer of buffers) buffer.dispose();
  }
}

function scaled(images: Uint8Array | Float32Array): Float32Array {
  return images instanceof Float32Array ? images : Float32Array.from(images, (byte) => byte / 255 * 2);
}

/** The side of a single square image; several images could be cut in more than one way, so their side must be said. */
function sideOfOne(images: ArrayLike<number>): number {
  const side = Math.sqrt(images.length);
  if (!Number.isInteger(side) || side === 0) {
    throw new RangeError(`images has ${images.length} values, which is no single square image: pass imageSize`);
  }
  return side;
}

function checkWhole(values: Record<string, number>, least: number): void {
  for (const [name, value] of Object.entries(values)) {
    if (!(Number.isInteger(value) && value >= least && value < 2 ** 32)) {
      throw new RangeError(`${name} is ${value}, expected an integer of ${least} or more`);
    }
  }
}
