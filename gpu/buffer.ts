/** A buffer on the GPU with an explicit end: what is opened is counted, and `dispose()` gives it back. */
import { checkArray } from "../datasets/arrays.ts";
import type { GpuError } from "./errors.ts";

/** Typed arrays that go to and come from the GPU. */
export type GpuArray = Float32Array | Uint32Array | Int32Array | Uint8Array;

/**
 * Refuses data of another type, whose bytes a kernel would read as other numbers.
 *
 * @param label The buffer's name, for the error.
 * @throws {TypeError} naming the buffer, what it is, and what is expected.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkGpuArray } from "./buffer.ts";
 * assert.throws(() => checkGpuArray("x", new Float64Array(2)), /data for buffer x is a Float64Array of 2 elements/);
 * ```
 */
export function checkGpuArray(label: string, data: unknown): asserts data is GpuArray {
  checkArray(`data for buffer ${label}`, data, Float32Array, Uint32Array, Int32Array, Uint8Array);
}

/** What a texel of a buffer's texture holds: one float or four. */
export type TextureFormat = "r32float" | "rgba32float";

/** Bytes of a row of {@linkcode GpuBuffer.texture}: 1,024 texels of four floats, or 4,096 of one. */
export const TEXTURE_ROW = 16_384;

/**
 * A piece of GPU memory made by `Gpu.createBuffer`. Lengths are in bytes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "./device.ts";
 * const gpu = await openGpu();
 * const x = gpu.createBuffer("x", 16);
 * assert(x.byteLength === 16 && gpu.memory.buffers === 1);
 * x.dispose();
 * assert.equal(gpu.memory.buffers, 0);
 * gpu.dispose();
 * ```
 */
export class GpuBuffer {
  /** Name shown in error messages. */
  readonly label: string;
  /** Size asked for, in bytes; the allocation is rounded up to a multiple of 16. */
  readonly byteLength: number;
  /** The WebGPU object. */
  readonly handle: GPUBuffer;
  /** Why there is no such buffer, where the GPU had no room for it; known after the next await that waits for the GPU. */
  refusal: GpuError | undefined;
  #texture: GPUTexture | undefined;
  #release: ((buffer: GpuBuffer) => void) | undefined;

  /** Made by `Gpu.createBuffer`, which passes what is to happen at the end. */
  constructor(label: string, byteLength: number, handle: GPUBuffer, release: (buffer: GpuBuffer) => void) {
    this.label = label;
    this.byteLength = byteLength;
    this.handle = handle;
    this.#release = release;
  }

  /** Whether `dispose` was called. */
  get disposed(): boolean {
    return this.#release === undefined;
  }

  /** Whether it can be bound: there was room for it, and it has not been given back. */
  get usable(): boolean {
    return !this.disposed && !this.refusal;
  }

  /** A texture of the same size, where `Gpu.addTexture` made one. */
  get texture(): GPUTexture | undefined {
    return this.#texture;
  }

  /** Called by `Gpu.addTexture`: the texture ends with the buffer, and `release` is called then. */
  attach(texture: GPUTexture, release: () => void): void {
    const releaseBuffer = this.#release;
    this.#texture = texture;
    this.#release = (buffer) => {
      texture.destroy();
      release();
      releaseBuffer?.(buffer);
    };
  }

  /** Gives the memory back. A second call does nothing. */
  dispose(): void {
    const release = this.#release;
    this.#release = undefined;
    if (release) {
      this.handle.destroy();
      release(this);
    }
  }

  /** So that `using x = gpu.createBuffer(...)` ends with its block. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
