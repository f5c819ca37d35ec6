/** What the device runs: a kernel bound to what it works on. */
import type { GpuBuffer } from "./buffer.ts";
import type { Grid } from "./kernel.ts";

/** A kernel with its buffers, parameters and grid bound: made once by `Gpu.prepare`, run any number of times. */
export interface Call {
  /** The kernel's name. */
  kernel: string;
  /** Compiled pipeline, shared by all calls with the same source and constants. */
  pipeline: GPUComputePipeline;
  /** The bound buffers. */
  bindGroup: GPUBindGroup;
  /** Workgroups to run. */
  grid: Grid;
  /** The uniform that holds the parameters, written when the call was prepared. */
  uniform: GpuBuffer | undefined;
  /** What it is part of, such as `"conv1 forward"`; see gpu/parts.ts. */
  part?: string;
}

/**
 * Whether calls have what they own: a parameter's uniform may have been refused, or given back.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { areUsable } from "./call.ts";
 * import { openGpu } from "./device.ts";
 * using gpu = await openGpu();
 * const uniform = gpu.createBuffer("parameters", 16);
 * assert(areUsable([{ uniform }, { uniform: undefined }]));
 * uniform.dispose();
 * assert(!areUsable([{ uniform }]));
 * ```
 */
export function areUsable(calls: readonly Pick<Call, "uniform">[]): boolean {
  return calls.every(({ uniform }) => uniform?.usable ?? true);
}

/** What one call took. */
export interface ProfiledCall {
  /** The kernel's name. */
  kernel: string;
  /** What the call is part of, where it was named. */
  part: string | undefined;
  milliseconds: number;
}

/** Calls whose begin and end go into one set of queries: WebGPU allows 4,096 of them. */
export const MOST_PROFILED = 2048;

/**
 * The kernels of a list of calls, the first four by name.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { kernelNames } from "./call.ts";
 * assert.equal(kernelNames([{ kernel: "relu/forward" }, { kernel: "relu/forward" }]), "relu/forward");
 * ```
 */
export function kernelNames(calls: readonly Pick<Call, "kernel">[]): string {
  const names = [...new Set(calls.map((call) => call.kernel))];
  return names.length <= 4 ? names.join(", ") : `${names.slice(0, 4).join(", ")}, ...`;
}
