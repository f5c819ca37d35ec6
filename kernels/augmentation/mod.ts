/** The paper's augmentation: mirror, rotation, scale, shift by one bilinear resampling, then intensity with min-max to [0, 2]. */
import type { GpuBuffer } from "../../gpu/buffer.ts";
import type { Call, Gpu } from "../../gpu/device.ts";
import { defineKernel, gridFor } from "../../gpu/kernel.ts";
import { roundsOf } from "../../gpu/rounds.ts";
import { Purpose, randomCode } from "../random/mod.ts";
import drawCode from "./draw.wgsl" with { type: "text" };
import rangeCode from "./range.wgsl" with { type: "text" };
import resampleCode from "./resample.wgsl" with { type: "text" };
import rescaleCode from "./rescale.wgsl" with { type: "text" };

/** Draws the parameters. */
export const drawKernel = defineKernel({
  name: "augmentation/draw",
  code: drawCode,
  shared: [randomCode],
  bindings: { clock: "read", draws: "write" },
  parameters: { samples: "u32", first_sample: "u32", seed: "u32", purpose: "u32", image_size: "u32" },
});

/** Mirror, resampling, intensity. */
export const resampleKernel = defineKernel({
  name: "augmentation/resample",
  code: resampleCode,
  bindings: { x: "read", draws: "read", y: "write" },
  parameters: { samples: "u32", image_size: "u32" },
});

/** Smallest and largest value of each image. */
export const rangeKernel = defineKernel({
  name: "augmentation/range",
  code: rangeCode,
  bindings: { x: "read", range: "write" },
  parameters: { samples: "u32", pixels: "u32" },
  rounds: ({ pixels }) => roundsOf([Math.ceil(pixels / 64)], [6]),
});

/** Min-max to [0, 2]. */
export const rescaleKernel = defineKernel({
  name: "augmentation/rescale",
  code: rescaleCode,
  bindings: { range: "read", x: "write" },
  parameters: { samples: "u32", pixels: "u32" },
});

/**
 * Prepares y = x augmented. x and y are samples x S x S in [0, 2]; `draws` takes eight numbers a sample (augmentation/draw.wgsl), `range`
 * two. `clock` holds the step, `firstSample` is the place of x's first sample in the batch.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { augmentImages } from "./mod.ts";
 * using gpu = await openGpu();
 * const clock = gpu.upload("clock", new Uint32Array([0]));
 * const x = gpu.upload("x", Float32Array.from({ length: 64 }, (_, i) => i / 32));
 * const y = gpu.createBuffer("y", 256);
 * const draws = gpu.createBuffer("draws", 32);
 * const range = gpu.createBuffer("range", 8);
 * gpu.run(augmentImages(gpu, { clock, x, y, draws, range }, { samples: 1, imageSize: 8, seed: 1 }));
 * assert(Math.max(...await gpu.read(y, Float32Array)) === 2);
 * ```
 */
export function augmentImages(
  gpu: Gpu,
  { clock, x, y, draws, range }: { clock: GpuBuffer; x: GpuBuffer; y: GpuBuffer; draws: GpuBuffer; range: GpuBuffer },
  options: { samples: number; imageSize: number; seed: number; firstSample?: number },
): Call[] {
  const { samples, imageSize, seed, firstSample = 0 } = options;
  const pixels = imageSize * imageSize;
  return [
    gpu.prepare(
      drawKernel,
      { clock, draws, samples, first_sample: firstSample, seed, purpose: Purpose.augmentation, image_size: imageSize },
      gridFor(samples),
    ),
    gpu.prepare(resampleKernel, { x, draws, y, samples, image_size: imageSize }, gridFor(samples * pixels)),
    gpu.prepare(rangeKernel, { x: y, range, samples, pixels }, gridFor(samples, 1)),
    gpu.prepare(rescaleKernel, { range, x: y, samples, pixels }, gridFor(samples * pixels)),
  ];
}
