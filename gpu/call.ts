/** What the device runs: a kernel bound to what it works on. */
import { type GpuBuffer, TEXTURE_ROW } from "./buffer.ts";
import { GpuError } from "./errors.ts";
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
  /** Names of the parameters, in their order. */
  parameters: readonly string[];
  /** Why it cannot run, where what it binds could not be made; known after the next await that waits for the GPU. */
  made: { failure?: GpuError };
  /** A word of a buffer that is copied into the uniform before it runs; see {@linkcode withParameterFrom}. */
  fromBuffer?: { buffer: GpuBuffer; offset: number; to: number };
  /** What is copied into textures before it runs; see {@linkcode withTextures}. */
  textures?: readonly { buffer: GpuBuffer; byteLength: number }[];
  /** What it is part of, such as `"conv1 forward"`; see gpu/parts.ts. */
  part?: string;
}

/**
 * The call with one of its parameters read from a buffer each time that it runs: one prepared call then serves many places. A call that has
 * no such parameter stays as it is.
 *
 * @param index which word of the buffer
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { withParameterFrom } from "./call.ts";
 * import { openGpu } from "./device.ts";
 * import { dropout } from "../kernels/dropout/mod.ts";
 * using gpu = await openGpu();
 * const [clock, x] = [gpu.createBuffer("clock", 4), gpu.createBuffer("x", 400)];
 * const [call] = dropout(gpu, { clock, x }, { samples: 1, units: 100, seed: 1, rate: 0.5 });
 * const places = gpu.upload("places", Uint32Array.of(0, 64, 128));
 * assert.equal(withParameterFrom(call, "first_sample", places, 2).fromBuffer?.offset, 8);
 * assert.equal(withParameterFrom(call, "last_sample", places, 2), call);
 * ```
 */
export function withParameterFrom(call: Call, name: string, buffer: GpuBuffer, index: number): Call {
  const parameter = call.parameters.indexOf(name);
  return parameter < 0 ? call : { ...call, fromBuffer: { buffer, offset: 4 * index, to: 4 * parameter } };
}

/**
 * The call with the first bytes of buffers copied into their textures each time before it runs, for kernels that read those.
 *
 * @param textures Buffers that have a texture (`Gpu.addTexture`), and how many bytes of each, whole texels.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { withTextures } from "./call.ts";
 * import { openGpu } from "./device.ts";
 * import { reluForward } from "../kernels/relu/mod.ts";
 * using gpu = await openGpu();
 * const [x, y] = [gpu.createBuffer("x", 64), gpu.createBuffer("y", 64)];
 * gpu.addTexture(x);
 * const [call] = reluForward(gpu, { x, y }, 16);
 * gpu.run([withTextures(call, [{ buffer: x, byteLength: 64 }])]);
 * await gpu.settled();
 * assert(x.texture);
 * ```
 */
export function withTextures(call: Call, textures: NonNullable<Call["textures"]>): Call {
  for (const { buffer, byteLength } of textures) {
    const texel = texelBytes(buffer.texture ?? raise(buffer));
    if (!(byteLength > 0 && byteLength % texel === 0 && byteLength <= buffer.byteLength)) {
      throw new RangeError(
        `byteLength is ${byteLength} for buffer ${buffer.label}, expected a multiple of ${texel} up to ${buffer.byteLength}`,
      );
    }
  }
  return { ...call, textures };
}

function texelBytes({ format }: GPUTexture): number {
  return format === "r32float" ? 4 : 16;
}

function raise({ label }: GpuBuffer): never {
  throw new GpuError(`buffer ${label} has no texture. Remedy: make one with addTexture.`);
}

/**
 * Encodes what a call wants copied before it runs, outside any pass: a word of a buffer into its uniform, buffers into their textures.
 *
 * @example
 * ```ts
 * import { encodeCopies } from "./call.ts";
 * import { openGpu } from "./device.ts";
 * import { reluForward } from "../kernels/relu/mod.ts";
 * using gpu = await openGpu();
 * const [x, y] = [gpu.createBuffer("x", 64), gpu.createBuffer("y", 64)];
 * const encoder = gpu.device.createCommandEncoder();
 * for (const call of reluForward(gpu, { x, y }, 16)) encodeCopies(encoder, call); // nothing to copy
 * gpu.device.queue.submit([encoder.finish()]);
 * ```
 */
export function encodeCopies(encoder: GPUCommandEncoder, call: Call): void {
  if (call.fromBuffer && call.uniform) {
    const { buffer, offset, to } = call.fromBuffer;
    encoder.copyBufferToBuffer(buffer.handle, offset, call.uniform.handle, to, 4);
  }
  for (const { buffer, byteLength } of call.textures ?? []) {
    const { texture = raise(buffer) } = buffer;
    const rows = Math.floor(byteLength / TEXTURE_ROW), texel = texelBytes(texture);
    const copy = (y: number, bytes: number, height: number) =>
      encoder.copyBufferToTexture(
        { buffer: buffer.handle, offset: y * TEXTURE_ROW, bytesPerRow: TEXTURE_ROW },
        { texture, origin: [0, y] },
        [bytes / texel, height],
      );
    if (rows > 0) copy(0, TEXTURE_ROW, rows);
    if (byteLength % TEXTURE_ROW > 0) copy(rows, byteLength % TEXTURE_ROW, 1);
  }
}

/**
 * Whether a call has anything to copy before it runs.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { hasCopies } from "./call.ts";
 * assert(!hasCopies({}));
 * ```
 */
export function hasCopies({ fromBuffer, textures }: Pick<Call, "fromBuffer" | "textures">): boolean {
  return fromBuffer !== undefined || (textures?.length ?? 0) > 0;
}

/**
 * Whether calls can run: what they bind may have been refused, the uniforms that they own given back.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { areUsable } from "./call.ts";
 * import { openGpu } from "./device.ts";
 * using gpu = await openGpu();
 * const uniform = gpu.createBuffer("parameters", 16);
 * assert(areUsable([{ uniform, made: {} }, { uniform: undefined, made: {} }]));
 * uniform.dispose();
 * assert(!areUsable([{ uniform, made: {} }]));
 * ```
 */
export function areUsable(calls: readonly Pick<Call, "uniform" | "made">[]): boolean {
  return calls.every(({ uniform, made }) => !made.failure && (uniform?.usable ?? true));
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
