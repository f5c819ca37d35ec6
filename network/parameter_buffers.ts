/** A buffer on the GPU for every parameter of a network: made, written from arrays and read back, by PyTorch's names. */
import type { GpuBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { checkParameters, elements, type ParameterName, type Parameters, parameterShapes } from "./parameters.ts";

/** A buffer a parameter. */
export type ParameterBuffers = Record<ParameterName, GpuBuffer>;

/**
 * Makes a zero-filled buffer for every parameter of a network of so many classes.
 *
 * @param what What they hold, for error messages.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../gpu/device.ts";
 * import { createParameterBuffers, readParameterBuffers, writeParameterBuffers } from "./parameter_buffers.ts";
 * using gpu = await openGpu();
 * const weights = createParameterBuffers(gpu, 7, "weights");
 * writeParameterBuffers(gpu, weights, 7, { "output.bias": Float32Array.of(1, 2, 3, 4, 5, 6, 7) }, "parameter");
 * assert.equal((await readParameterBuffers(gpu, weights))["output.bias"][6], 7);
 * ```
 */
export function createParameterBuffers(gpu: Gpu, classes: number, what: string): ParameterBuffers {
  const shapes = Object.entries(parameterShapes(classes));
  return Object.fromEntries(
    shapes.map(([name, shape]) => [name, gpu.createBuffer(`${name} ${what}`, 4 * elements(shape))]),
  ) as ParameterBuffers;
}

/**
 * Writes values by name; those not named stay.
 *
 * @param what What they are, for error messages.
 * @throws {TypeError | RangeError} as `checkParameters` does. Nothing is written then.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../gpu/device.ts";
 * import { createParameterBuffers, writeParameterBuffers } from "./parameter_buffers.ts";
 * using gpu = await openGpu();
 * const weights = createParameterBuffers(gpu, 7, "weights");
 * const bias = new Float32Array(8);
 * assert.throws(() => writeParameterBuffers(gpu, weights, 7, { "output.bias": bias }, "parameter"), /8 numbers.*of 7/);
 * ```
 */
export function writeParameterBuffers(
  gpu: Gpu,
  buffers: ParameterBuffers,
  classes: number,
  values: Partial<Record<string, Float32Array>>,
  what: string,
): void {
  checkParameters(values, classes, what);
  for (const [name, data] of Object.entries(values)) gpu.write(buffers[name as ParameterName], data!);
}

/**
 * All of them as arrays, as they are when this is called: what is queued afterwards does not show.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../gpu/device.ts";
 * import { createParameterBuffers, readParameterBuffers, writeParameterBuffers } from "./parameter_buffers.ts";
 * using gpu = await openGpu();
 * const weights = createParameterBuffers(gpu, 2, "weights");
 * const before = readParameterBuffers(gpu, weights);
 * writeParameterBuffers(gpu, weights, 2, { "output.bias": Float32Array.of(1, 2) }, "parameter");
 * assert.equal((await before)["output.bias"][0], 0);
 * ```
 */
export async function readParameterBuffers(gpu: Gpu, buffers: ParameterBuffers): Promise<Parameters> {
  const read = Object.entries(buffers).map(async ([name, buffer]) => [name, await gpu.read(buffer, Float32Array)]);
  return Object.fromEntries(await Promise.all(read)) as Parameters;
}
