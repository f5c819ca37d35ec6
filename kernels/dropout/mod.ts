/** Inverted dropout whose mask is a function of (seed, step, sample, unit): forward and backward draw the same one. */
import type { GpuBuffer } from "../../gpu/buffer.ts";
import type { Call, Gpu } from "../../gpu/device.ts";
import { defineKernel, gridFor } from "../../gpu/kernel.ts";
import { Purpose, randomCode } from "../random/mod.ts";
import code from "./apply.wgsl" with { type: "text" };

/** Drops and rescales in place. */
export const dropoutKernel = defineKernel({
  name: "dropout/apply",
  code,
  shared: [randomCode],
  bindings: { clock: "read", x: "write" },
  parameters: { samples: "u32", units: "u32", first_sample: "u32", seed: "u32", purpose: "u32", rate: "f32" },
});

/**
 * Prepares dropout of x (samples x units) in place: each value becomes 0 with probability `rate`, else value / (1 - rate).
 * `clock` holds the step; `firstSample` is the place of x's first sample in the batch. For the way back, apply it to the gradient.
 *
 * @throws {RangeError} when `rate` is not within [0, 1).
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { dropout } from "./mod.ts";
 * using gpu = await openGpu();
 * const clock = gpu.upload("clock", new Uint32Array([7]));
 * const x = gpu.upload("x", new Float32Array(100).fill(1));
 * gpu.run(dropout(gpu, { clock, x }, { samples: 1, units: 100, seed: 1, rate: 0.5 }));
 * assert((await gpu.read(x, Float32Array)).every((value) => value === 0 || value === 2));
 * ```
 */
export function dropout(
  gpu: Gpu,
  buffers: { clock: GpuBuffer; x: GpuBuffer },
  options: { samples: number; units: number; seed: number; rate: number; firstSample?: number },
): Call[] {
  const { samples, units, seed, rate, firstSample = 0 } = options;
  if (!(rate >= 0 && rate < 1)) throw new RangeError(`dropout rate is ${rate}, expected a number in [0, 1)`);
  return [
    gpu.prepare(
      dropoutKernel,
      { ...buffers, samples, units, first_sample: firstSample, seed, purpose: Purpose.dropout, rate },
      gridFor(samples * Math.ceil(units / 4)),
    ),
  ];
}
