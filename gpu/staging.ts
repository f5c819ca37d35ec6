/** Buffers that results are copied into to be read: small ones are kept and used again, since a training run reads one word a step. */

/** Bytes of the buffers that are kept. */
const KEPT_BYTES = 256;

/**
 * The staging buffers of one device.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "./device.ts";
 * import { Staging } from "./staging.ts";
 * using gpu = await openGpu();
 * const staging = new Staging(gpu.device);
 * const buffer = staging.take(4);
 * staging.giveBack(buffer, true);
 * assert.equal(staging.take(8), buffer);
 * ```
 */
export class Staging {
  #device: GPUDevice;
  /** Small buffers that nobody reads at present: as many as were ever read at once. */
  #free: GPUBuffer[] = [];

  /** None is made yet. */
  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** A buffer of at least so many bytes, to be given back. */
  take(bytes: number): GPUBuffer {
    const free = bytes <= KEPT_BYTES ? this.#free.pop() : undefined;
    return free ?? this.#device.createBuffer({
      label: "staging",
      size: Math.max(bytes, KEPT_BYTES),
      usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
    });
  }

  /** Takes a buffer back; `isWhole` says that it is unmapped and as good as new. */
  giveBack(buffer: GPUBuffer, isWhole: boolean): void {
    if (isWhole && buffer.size === KEPT_BYTES) this.#free.push(buffer);
    else buffer.destroy();
  }
}
