/** Local normalization of images: the mean that the authors' code subtracts, and the contrast that the paper describes. */
import type { GpuBuffer } from "../../gpu/buffer.ts";
import type { Call, Gpu } from "../../gpu/device.ts";
import { defineKernel, gridFor } from "../../gpu/kernel.ts";
import deviationCode from "./local_deviation.wgsl" with { type: "text" };
import meanCode from "./local_mean.wgsl" with { type: "text" };

/** `local-mean`: x - box5(x). `local-contrast`: that divided by sqrt(box5 of its square + 1e-4). */
export type Normalization = "local-mean" | "local-contrast";

/**
 * How many pixels further, to every side, a normalized pixel depends on the image: 5 x 5 means, for `local-contrast`
 * one after the other.
 */
export const NORMALIZATION_REACH: Readonly<Record<Normalization, number>> = { "local-mean": 2, "local-contrast": 4 };

const parameters = { samples: "u32", height: "u32", width: "u32" } as const;

/** Subtracts the local mean. */
export const localMeanKernel = defineKernel({
  name: "normalization/local_mean",
  code: meanCode,
  bindings: { x: "read", y: "write" },
  parameters,
});

/** Divides by the local deviation. */
export const localDeviationKernel = defineKernel({
  name: "normalization/local_deviation",
  code: deviationCode,
  bindings: { x: "read", y: "write" },
  parameters,
});

/**
 * Prepares y = x normalized, both samples x height x width. For `local-contrast` `scratch` takes the values in between.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { normalizeImages } from "./mod.ts";
 * using gpu = await openGpu();
 * const x = gpu.upload("x", new Float32Array(81).fill(1));
 * const [y, scratch] = ["y", "scratch"].map((name) => gpu.createBuffer(name, 324));
 * gpu.run(normalizeImages(gpu, { x, y, scratch }, { samples: 1, height: 9, width: 9 }, "local-mean"));
 * assert((await gpu.read(y, Float32Array))[40] === 0);
 * ```
 */
export function normalizeImages(
  gpu: Gpu,
  { x, y, scratch }: { x: GpuBuffer; y: GpuBuffer; scratch: GpuBuffer },
  shape: { samples: number; height: number; width: number },
  mode: Normalization,
): Call[] {
  const grid = gridFor(shape.samples * shape.height * shape.width);
  if (mode === "local-mean") return [gpu.prepare(localMeanKernel, { x, y, ...shape }, grid)];
  return [
    gpu.prepare(localMeanKernel, { x, y: scratch, ...shape }, grid),
    gpu.prepare(localDeviationKernel, { x: scratch, y, ...shape }, grid),
  ];
}
