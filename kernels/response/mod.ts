/** Single responses of filters: where they are strongest, what they are made from, and how they vote for a class. */
import type { GpuBuffer } from "../../gpu/buffer.ts";
import type { Call, Gpu } from "../../gpu/device.ts";
import { defineKernel, gridFor } from "../../gpu/kernel.ts";
import { roundsOf } from "../../gpu/rounds.ts";
import byInputCode from "./by_input.wgsl" with { type: "text" };
import gradCamCode from "./grad_cam.wgsl" with { type: "text" };
import strongestCode from "./strongest.wgsl" with { type: "text" };

/** Maxima of maps. */
export const strongestKernel = defineKernel({
  name: "response/strongest",
  code: strongestCode,
  bindings: { x: "read", argmax: "read", chosen: "read", value: "write", position: "write" },
  parameters: { images: "u32", filters: "u32", height: "u32", width: "u32" },
  constants: ["POOLED", "CHOSEN"],
  rounds: ({ height, width }) => roundsOf([Math.ceil(height * width / 64)], [63]),
});

/** One response an image, back through its convolution. */
export const responseByInputKernel = defineKernel({
  name: "response/by_input",
  code: byInputCode,
  bindings: { w: "read", chosen: "read", value: "read", position: "read", dx: "write" },
  parameters: { images: "u32", inputs: "u32", height: "u32", width: "u32", filter_side: "u32" },
});

/** Class activation maps. */
export const gradCamKernel = defineKernel({
  name: "response/grad_cam",
  code: gradCamCode,
  bindings: { x: "read", dy: "read", y: "write" },
  parameters: { images: "u32", filters: "u32", windows: "u32", height: "u32", width: "u32" },
  rounds: ({ filters, windows }) => roundsOf([filters, [windows]]),
});

/**
 * Prepares the maxima of the maps x (images x filters x height x width, after ReLU) and their positions, i * width + j. With `argmax` x holds the
 * 2x2 maxima of such maps, and positions are those before pooling; with `chosen` one filter's alone are found for each image.
 * Ties go to the lower position; a filter that answers nowhere has value 0 and position 0.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { strongestResponses } from "./mod.ts";
 * using gpu = await openGpu();
 * const x = gpu.upload("x", new Float32Array([1, 4, 2, 4]));
 * const value = gpu.createBuffer("value", 4);
 * const position = gpu.createBuffer("position", 4);
 * gpu.run(strongestResponses(gpu, { images: 1, filters: 1, height: 2, width: 2 }, { x, value, position }));
 * assert((await gpu.read(value, Float32Array))[0] === 4 && (await gpu.read(position, Uint32Array))[0] === 1);
 * ```
 */
export function strongestResponses(
  gpu: Gpu,
  shape: { images: number; filters: number; height: number; width: number },
  { x, argmax, chosen, value, position }: {
    x: GpuBuffer;
    argmax?: GpuBuffer;
    chosen?: GpuBuffer;
    value: GpuBuffer;
    position: GpuBuffer;
  },
): Call[] {
  const groups = chosen ? shape.images : shape.images * shape.filters;
  return [
    gpu.prepare(
      strongestKernel,
      { x, argmax: argmax ?? x, chosen: chosen ?? x, value, position, ...shape },
      gridFor(groups, 1),
      { POOLED: Number(argmax !== undefined), CHOSEN: Number(chosen !== undefined) },
    ),
  ];
}

/**
 * Prepares dx (images x inputs x height x width) = gradient by a convolution's input of one output an image: value times the weights of filter
 * `chosen`, put around `position` (i * width + j). w filters x inputs x filter x filter.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { responseByInput } from "./mod.ts";
 * using gpu = await openGpu();
 * const w = gpu.upload("w", new Float32Array([1, 2, 3, 4, 5, 6, 7, 8, 9]));
 * const [chosen, position] = ["chosen", "position"].map((name) => gpu.upload(name, new Uint32Array([0])));
 * const value = gpu.upload("value", new Float32Array([2]));
 * const dx = gpu.createBuffer("dx", 16);
 * const shape = { images: 1, inputs: 1, height: 2, width: 2, filter: 3 };
 * gpu.run(responseByInput(gpu, shape, { w, chosen, value, position, dx }));
 * assert((await gpu.read(dx, Float32Array)).join() === "10,12,16,18");
 * ```
 */
export function responseByInput(
  gpu: Gpu,
  { filter, ...shape }: { images: number; inputs: number; height: number; width: number; filter: number },
  buffers: { w: GpuBuffer; chosen: GpuBuffer; value: GpuBuffer; position: GpuBuffer; dx: GpuBuffer },
): Call[] {
  const count = shape.images * shape.inputs * shape.height * shape.width;
  return [gpu.prepare(responseByInputKernel, { ...buffers, ...shape, filter_side: filter }, gridFor(count))];
}

/**
 * Prepares y (images x height x width) = Grad-CAM's maps, of maps x after ReLU and the class score's gradient dy by the maxima of their windows
 * (images x filters x windows).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { gradCam } from "./mod.ts";
 * using gpu = await openGpu();
 * const x = gpu.upload("x", new Float32Array([1, 0, 2, 3, 5, 0, 0, 0]));
 * const dy = gpu.upload("dy", new Float32Array([4, -8]));
 * const y = gpu.createBuffer("y", 16);
 * gpu.run(gradCam(gpu, { images: 1, filters: 2, windows: 1, height: 2, width: 2 }, { x, dy, y }));
 * assert((await gpu.read(y, Float32Array)).join() === "0,0,2,3");
 * ```
 */
export function gradCam(
  gpu: Gpu,
  shape: { images: number; filters: number; windows: number; height: number; width: number },
  buffers: { x: GpuBuffer; dy: GpuBuffer; y: GpuBuffer },
): Call[] {
  return [
    gpu.prepare(gradCamKernel, { ...buffers, ...shape }, gridFor(shape.images * shape.height * shape.width)),
  ];
}
