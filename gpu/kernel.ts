/**
 * How a WGSL kernel is declared on the host: its bindings, parameters and constants by name, so that TypeScript knows
 * what a call needs. A kernel's file binds, in this order, the declared buffers and last the uniform `Parameters`.
 */
import type { GpuBuffer } from "./buffer.ts";
import { GpuLimitError } from "./errors.ts";

/**
 * How a kernel uses a buffer: only reads it, reads and writes it, reads it as a small uniform, or reads the texture
 * beside it (`Gpu.addTexture`), a `texture_2d<f32>` in WGSL.
 */
export type Access = "read" | "write" | "uniform" | "texture";
/** Scalar types that a kernel's `Parameters` may hold, four bytes each. */
export type ParameterType = "u32" | "i32" | "f32";

/** Extensions of WGSL that kernels use: float16, the adapter's feature `shader-f16`. */
export type Extension = "f16";

/** A kernel as its folder declares it. `B`, `P` and `C` are inferred by {@linkcode defineKernel}. */
export interface Kernel<
  B extends Record<string, Access> = Record<string, Access>,
  P extends Record<string, ParameterType> = Record<string, ParameterType>,
  C extends string = string,
> {
  /** The path under `kernels/` without its ending, for example `"relu/forward"`. */
  name: string;
  /** The WGSL source. */
  code: string;
  /** WGSL files that it takes functions from; they are put behind it. */
  shared?: readonly SharedCode[];
  /** Extensions of WGSL that the source needs: it does not compile where the adapter has them not. */
  extensions?: readonly Extension[];
  /** Buffers by name, in the order of their `@binding` numbers. */
  bindings: B;
  /** Fields of the uniform struct `Parameters`, in order; it takes the binding after the buffers. */
  parameters: P;
  /** Names of the `override` constants that the host may set. */
  constants?: readonly C[];
  /** Most rounds that an invocation's loops cost, where that depends on the parameters: `roundsOf` in gpu/rounds.ts counts them. */
  rounds?(parameters: { [K in keyof P]: number }): number;
}

/** A WGSL file with functions that several kernels take. */
export interface SharedCode {
  /** The path under `kernels/` without its ending, for example `"pool/load_quad"`. */
  name: string;
  /** The WGSL source. */
  code: string;
}

/** The argument of a call: every buffer and every parameter by its name in the kernel. */
export type KernelArguments<B extends Record<string, Access>, P extends Record<string, ParameterType>> =
  & { [K in keyof B]: GpuBuffer }
  & { [K in keyof P]: number };

/** Number of workgroups in x, y, z. */
export type Grid = readonly [number, number, number];

/**
 * Declares a kernel. It only returns its argument, typed: calls are then checked by the compiler.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { defineKernel } from "./kernel.ts";
 * const double = defineKernel({
 *   name: "example/double",
 *   code: `
 *     struct Parameters { count: u32 }
 *     @group(0) @binding(0) var<storage, read_write> x: array<f32>;
 *     @group(0) @binding(1) var<uniform> p: Parameters;
 *     @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
 *       if (id.x < p.count) { x[id.x] *= 2.0; }
 *     }`,
 *   bindings: { x: "write" },
 *   parameters: { count: "u32" },
 * });
 * assert(double.name === "example/double");
 * ```
 */
export function defineKernel<
  const B extends Record<string, Access>,
  const P extends Record<string, ParameterType>,
  const C extends string = never,
>(kernel: Kernel<B, P, C>): Kernel<B, P, C> {
  return kernel;
}

/** Most workgroups in one dimension of a dispatch, the same on every adapter by default. */
const LARGEST_DIMENSION = 65535;

/**
 * The grid for `count` invocations in workgroups of `size`, folded into two dimensions where one does not hold them.
 * Kernels find their index as `(workgroup_id.y * num_workgroups.x + workgroup_id.x) * size + local_invocation_index`.
 *
 * @throws {GpuLimitError} past 65,535 x 65,535 workgroups.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { gridFor } from "./kernel.ts";
 * assert(gridFor(100, 64).join() === "2,1,1");
 * assert(gridFor(64 * 70000, 64).join() === "35000,2,1");
 * ```
 */
export function gridFor(count: number, size = 64): Grid {
  const groups = Math.max(1, Math.ceil(count / size));
  const rows = Math.ceil(groups / LARGEST_DIMENSION);
  if (rows > LARGEST_DIMENSION) {
    throw new GpuLimitError(`${count} invocations do not fit into one dispatch. Remedy: use a smaller batch.`);
  }
  return [Math.ceil(groups / rows), rows, 1];
}
