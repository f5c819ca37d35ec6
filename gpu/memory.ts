/** The device's memory: buffers made and counted, refused where there is no room for them, and written. */
import { type GpuArray, GpuBuffer, TEXTURE_ROW, type TextureFormat } from "./buffer.ts";
import { GpuError, GpuLimitError, GpuOutOfMemoryError } from "./errors.ts";
import { classify, type Failures } from "./failures.ts";

/** Buffers alive and their bytes: both return to zero when everything is disposed. */
export interface MemoryCount {
  buffers: number;
  bytes: number;
  /** The most bytes that were alive at once. */
  peakBytes: number;
}

const SMALLER = "Remedy: use a smaller batch or image";

/** A function that returns no promise: what it makes is made when it returns. */
export type Synchronous<T> = Extract<T, PromiseLike<unknown>> extends never ? () => T : never;

/** The buffers of one device. */
export class Memory {
  /** Buffers alive and their bytes. */
  readonly count: MemoryCount = { buffers: 0, bytes: 0, peakBytes: 0 };
  #device: GPUDevice;
  #failures: Failures;
  #limit: number;
  /** What is being made under {@linkcode allOrNothing}. */
  #making: GpuBuffer[] | undefined;

  /** @param limit most bytes at once; infinite where only the adapter says when there are no more */
  constructor(device: GPUDevice, failures: Failures, limit: number) {
    this.#device = device;
    this.#failures = failures;
    this.#limit = limit;
  }

  /** Makes a zero-filled buffer, as `Gpu.createBuffer` says. */
  create(label: string, byteLength: number, usage: number): GpuBuffer {
    const device = this.#device, count = this.count;
    const size = Math.max(16, Math.ceil(byteLength / 16) * 16);
    const largest = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize);
    if (!(size <= largest)) {
      throw new GpuLimitError(
        `buffer ${label} needs ${size} bytes, this adapter binds at most ${largest}. ` +
          `${SMALLER}, or an adapter with a larger maxStorageBufferBindingSize.`,
      );
    }
    const inUse = count.bytes;
    let counted = false;
    let made: GpuBuffer | undefined = undefined; // it stays that where making it throws
    const uncount = () => {
      if (counted) count.buffers--, count.bytes -= size;
      counted = false;
    };
    const full = (why: string) => {
      uncount();
      const error = new GpuOutOfMemoryError(
        `no GPU memory for buffer ${label} of ${size} bytes (${inUse} in use): ${why}\n` +
          `${SMALLER}, or close other programs that use the GPU.`,
        inUse,
      );
      if (made) made.refusal ??= error;
      return error;
    };
    // Refused as WebGPU itself refuses where memory is out: the buffer is an invalid one, and the next await rejects.
    const allowed = inUse + size <= this.#limit;
    const handle = this.#failures.scoped(
      device,
      { validation: (error) => made?.refusal ?? classify(error), "out-of-memory": (error) => full(error.message) },
      () =>
        device.createBuffer({
          label,
          size,
          usage: allowed ? usage || GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST : 0,
        }),
    );
    made = new GpuBuffer(label, byteLength, handle, uncount);
    if (allowed) {
      counted = true;
      count.buffers++;
      count.bytes += size;
      count.peakBytes = Math.max(count.peakBytes, count.bytes);
    } else {
      const refusal = full(`at most ${this.#limit} were allowed when the GPU was opened`);
      this.#failures.watch(Promise.resolve(refusal), () => refusal);
    }
    this.#making?.push(made);
    return made;
  }

  /** Makes a buffer's texture, as `Gpu.addTexture` says. */
  addTexture(buffer: GpuBuffer, format: TextureFormat): void {
    if (buffer.disposed) throw new GpuError(`buffer ${buffer.label} is disposed, and can have no texture`);
    if (buffer.texture?.format === format) return;
    if (buffer.texture) {
      throw new TypeError(
        `buffer ${buffer.label} has a texture of ${buffer.texture.format}, expected one of ${format}`,
      );
    }
    const device = this.#device, count = this.count;
    const height = Math.max(1, Math.ceil(buffer.byteLength / TEXTURE_ROW)), size = TEXTURE_ROW * height;
    if (!(height <= device.limits.maxTextureDimension2D)) {
      throw new GpuLimitError(
        `the texture of buffer ${buffer.label} needs ${height} rows, this adapter has at most ` +
          `${device.limits.maxTextureDimension2D}. ${SMALLER}.`,
      );
    }
    const inUse = count.bytes;
    const full = (why: string) =>
      buffer.refusal ??= new GpuOutOfMemoryError(
        `no GPU memory for the texture of buffer ${buffer.label} of ${size} bytes (${inUse} in use): ${why}\n` +
          `${SMALLER}, or close other programs that use the GPU.`,
        inUse,
      );
    const allowed = inUse + size <= this.#limit;
    const texture = this.#failures.scoped(
      device,
      { validation: (error) => buffer.refusal ?? classify(error), "out-of-memory": (error) => full(error.message) },
      () =>
        device.createTexture({
          label: buffer.label,
          size: [TEXTURE_ROW / (format === "r32float" ? 4 : 16), allowed ? height : 1],
          format,
          usage: GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.COPY_DST,
        }),
    );
    if (allowed) {
      count.bytes += size;
      count.peakBytes = Math.max(count.peakBytes, count.bytes);
    } else {
      const refusal = full(`at most ${this.#limit} were allowed when the GPU was opened`);
      this.#failures.watch(Promise.resolve(refusal), () => refusal);
    }
    buffer.attach(texture, () => count.bytes -= allowed ? size : 0);
  }

  /** Runs `make`; where it throws or returns a promise, every buffer that it made is disposed, as `Gpu.allOrNothing` says. */
  allOrNothing<T>(make: Synchronous<T>): T {
    const outer = this.#making, mine: GpuBuffer[] = [];
    this.#making = mine;
    try {
      const made = make();
      if (isThenable(made)) {
        Promise.resolve(made).catch(() => {}); // nobody waits for it any more
        throw new TypeError(
          "allOrNothing was given a function that returns a promise, expected one that makes its buffers at once: what it makes later " +
            "would not be given back. Remedy: await before or afterwards, and make the buffers in between.",
        );
      }
      for (const buffer of mine) outer?.push(buffer);
      return made;
    } catch (error) {
      for (const buffer of mine) buffer.dispose();
      throw error;
    } finally {
      this.#making = outer;
    }
  }

  /** Copies `data` into a buffer from a byte offset on, as `Gpu.write` says. */
  write(buffer: GpuBuffer, data: GpuArray, offset: number): void {
    if (!(offset >= 0 && offset % 4 === 0)) {
      throw new RangeError(`offset ${offset} into buffer ${buffer.label}, expected a multiple of 4`);
    }
    if (offset + data.byteLength > buffer.byteLength) {
      throw new RangeError(
        `${data.byteLength} bytes at offset ${offset} do not fit into buffer ${buffer.label} of ${buffer.byteLength} bytes`,
      );
    }
    const { queue } = this.#device;
    const whole = data.byteLength - data.byteLength % 4; // & would make a signed number of 2 GiB
    const explain = (error: { message: string }) => buffer.refusal ?? classify(error, `write to ${buffer.label}`);
    this.#failures.scoped(this.#device, { validation: explain }, () => {
      if (whole > 0) { // Deno ends the whole process at an empty write
        queue.writeBuffer(buffer.handle, offset, data as BufferSource & GpuArray, 0, whole / data.BYTES_PER_ELEMENT);
      }
      if (whole < data.byteLength) { // WebGPU writes multiples of four bytes: the last ones travel with zeros behind them
        const tail = new Uint8Array(4);
        tail.set(new Uint8Array(data.buffer, data.byteOffset + whole, data.byteLength - whole));
        queue.writeBuffer(buffer.handle, offset + whole, tail);
      }
    });
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === "function";
}
