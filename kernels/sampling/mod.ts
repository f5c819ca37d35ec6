/** Batches drawn with replacement, and their images copied out of the dataset's bytes. */
import type { GpuBuffer } from "../../gpu/buffer.ts";
import type { Call, Gpu } from "../../gpu/device.ts";
import { defineKernel, gridFor } from "../../gpu/kernel.ts";
import { randomCode } from "../random/mod.ts";
import gatherCode from "./gather.wgsl" with { type: "text" };
import sampleCode from "./sample.wgsl" with { type: "text" };

/** Draws indices and labels. */
export const sampleKernel = defineKernel({
  name: "sampling/sample",
  code: sampleCode,
  shared: [randomCode],
  bindings: { clock: "read", rows: "read", all_labels: "read", index: "write", labels: "write" },
  parameters: { seed: "u32", purpose: "u32", batch: "u32", count: "u32" },
});

/** Copies images out of a piece of the dataset. */
export const gatherKernel = defineKernel({
  name: "sampling/gather",
  code: gatherCode,
  bindings: { bytes: "read", index: "read", y: "write" },
  parameters: { samples: "u32", pixels: "u32", first_sample: "u32", first_image: "u32", images: "u32" },
});

/**
 * Prepares a draw of `batch` rows with replacement from the `count` in `rows`: the images' numbers into `index`, their labels into `labels`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { sampleBatch } from "./mod.ts";
 * using gpu = await openGpu();
 * const clock = gpu.upload("clock", new Uint32Array([0]));
 * const rows = gpu.upload("rows", new Uint32Array([4]));
 * const all_labels = gpu.upload("all labels", new Int32Array([0, 1, 2, 3, 9]));
 * const index = gpu.createBuffer("index", 8);
 * const labels = gpu.createBuffer("labels", 8);
 * const options = { seed: 1, purpose: 1, batch: 2, count: 1 };
 * gpu.run(sampleBatch(gpu, { clock, rows, all_labels, index, labels }, options));
 * assert((await gpu.read(labels, Uint32Array)).join() === "9,9");
 * ```
 */
export function sampleBatch(
  gpu: Gpu,
  buffers: { clock: GpuBuffer; rows: GpuBuffer; all_labels: GpuBuffer; index: GpuBuffer; labels: GpuBuffer },
  options: { seed: number; purpose: number; batch: number; count: number },
): Call[] {
  return [gpu.prepare(sampleKernel, { ...buffers, ...options }, gridFor(options.batch))];
}

/**
 * Prepares y = byte / 255 * 2 for the samples whose image lies in this piece of the dataset.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { gatherImages } from "./mod.ts";
 * using gpu = await openGpu();
 * const bytes = gpu.upload("bytes", new Uint8Array([0, 0, 0, 0, 255, 0, 0, 255]));
 * const index = gpu.upload("index", new Uint32Array([1]));
 * const y = gpu.createBuffer("y", 16);
 * const sizes = { samples: 1, pixels: 4, first_sample: 0, first_image: 0, images: 2 };
 * gpu.run(gatherImages(gpu, { bytes, index, y }, sizes));
 * assert((await gpu.read(y, Float32Array)).join() === "2,0,0,2");
 * ```
 */
export function gatherImages(
  gpu: Gpu,
  buffers: { bytes: GpuBuffer; index: GpuBuffer; y: GpuBuffer },
  sizes: { samples: number; pixels: number; first_sample: number; first_image: number; images: number },
): Call[] {
  return [gpu.prepare(gatherKernel, { ...buffers, ...sizes }, gridFor(sizes.samples * sizes.pixels))];
}
