/**
 * The device: finding an adapter, making buffers, compiling and running kernels, and above all never failing in
 * silence. Whatever WebGPU reports (an error scope, an uncaptured error, a lost device) rejects who waits for it here.
 */
import { type AdapterDescription, describe, findAdapter } from "./adapter.ts";
import { bind } from "./binding.ts";
import { checkGpuArray, type GpuArray, type GpuBuffer, TEXTURE_ROW, type TextureFormat } from "./buffer.ts";
import { type Call, encodeCopies, hasCopies, kernelNames, MOST_PROFILED, type ProfiledCall } from "./call.ts";
import { DeviceLostError, GpuError, GpuLimitError } from "./errors.ts";
import { classify, Failures, Operation } from "./failures.ts";
import { Memory, type MemoryCount, type Synchronous } from "./memory.ts";
import { Pipelines } from "./pipelines.ts";
import { MOST_ROUNDS } from "./rounds.ts";
import { Staging } from "./staging.ts";
import type { Access, Grid, Kernel, KernelArguments, ParameterType } from "./kernel.ts";

export type { Call, ProfiledCall } from "./call.ts";

/** What is used where an adapter has it: times of kernels, and storage as float16. */
const OPTIONAL_FEATURES = ["timestamp-query", "shader-f16"] as const;

/** What `openGpu` may be told. */
export interface OpenOptions {
  /** Which adapter is wanted where there are several. Default `"high-performance"`. */
  powerPreference?: "low-power" | "high-performance";
  /** Most bytes of buffers at once, on a GPU that is shared; more is a `GpuOutOfMemoryError`. Default: what the GPU has. */
  memoryLimit?: number;
}

/**
 * Opens the GPU: adapter, and device with the largest limits that the adapter offers.
 *
 * @throws {GpuUnavailableError} where no adapter answers, with the package or flag that helps.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "./device.ts";
 * const gpu = await openGpu();
 * const x = gpu.upload("x", new Float32Array([1, 2, 3]));
 * const back = await gpu.read(x, Float32Array);
 * assert(back[2] === 3);
 * x.dispose();
 * gpu.dispose();
 * ```
 */
export async function openGpu(options: OpenOptions = {}): Promise<Gpu> {
  const adapter = await findAdapter(options.powerPreference ?? "high-performance");
  const limits = adapter.limits;
  const device = await adapter.requestDevice({
    label: "aulens",
    requiredFeatures: OPTIONAL_FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxTextureDimension2D: limits.maxTextureDimension2D,
      maxStorageBuffersPerShaderStage: Math.min(limits.maxStorageBuffersPerShaderStage, 10),
    },
  });
  return new Gpu(describe(adapter), device, options.memoryLimit);
}

/**
 * An open device. Commands are queued at once and run in order; `settled()` and `read()` wait and report failures. Where several pieces of
 * work share it, each queues in an {@linkcode Gpu.operation} of its own, and is told of its own failures only.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "./device.ts";
 * const gpu = await openGpu();
 * assert(gpu.limits.maxStorageBufferBindingSize >= 128 * 2 ** 20);
 * gpu.dispose();
 * ```
 */
export class Gpu {
  /** The WebGPU device. */
  readonly device: GPUDevice;
  /** What the adapter says of itself. */
  readonly adapter: AdapterDescription;
  /** The device's limits. */
  readonly limits: GPUSupportedLimits;
  /** Buffers alive and their bytes. */
  readonly memory: MemoryCount;
  #memory: Memory;
  #pipelines: Pipelines;
  #failures = new Failures();
  #staging: Staging;
  #disposed = false;

  /** Use {@linkcode openGpu}. */
  constructor(adapter: AdapterDescription, device: GPUDevice, memoryLimit = Infinity) {
    this.adapter = adapter;
    this.device = device;
    this.limits = device.limits;
    this.#memory = new Memory(device, this.#failures, memoryLimit);
    this.memory = this.#memory.count;
    this.#pipelines = new Pipelines(device, this.#failures);
    this.#staging = new Staging(device);
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault?.();
      this.#failures.add(classify((event as GPUUncapturedErrorEvent).error));
    });
    device.lost.then((info) => {
      if (this.#disposed) return;
      this.#failures.add(
        new DeviceLostError(
          `the GPU device was lost (${info.reason}): ${info.message}\n` +
            "Remedy: open it again with openGpu(); a training run can be resumed from its last checkpoint.",
        ),
      );
    });
  }

  /**
   * Begins an operation: a piece of work beside others. Returns a function that runs another one at once. What that one queues, and what it
   * begins to wait for, before it returns or first awaits, belongs to the operation: a failure among it rejects the operation's waits, and
   * nobody else's. A device that is lost rejects all.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { openGpu } from "./device.ts";
   * using gpu = await openGpu({ memoryLimit: 1000 });
   * const mine = gpu.operation(), other = gpu.operation();
   * const refused = mine(() => (gpu.createBuffer("x", 2000), gpu.settled()));
   * await Promise.all([other(() => gpu.settled()), assert.rejects(refused, /no GPU memory for buffer x/)]);
   * ```
   */
  operation(): <T>(queue: () => T) => T {
    const operation = new Operation();
    return (queue) => this.#failures.within(operation, queue);
  }

  /**
   * Makes a zero-filled buffer.
   * @param label name for error messages @param byteLength size in bytes, at least 1
   * @throws {GpuLimitError} at once where the adapter allows no such size or binding.
   * @throws {GpuOutOfMemoryError} at the next await where there is no memory for it, or `memoryLimit` forbids it.
   */
  createBuffer(label: string, byteLength: number, usage = 0): GpuBuffer {
    this.#assertUsable();
    return this.#memory.create(label, byteLength, usage);
  }

  /** Most bytes of a buffer that can have a texture. */
  get largestTexture(): number {
    return TEXTURE_ROW * this.limits.maxTextureDimension2D;
  }

  /**
   * Gives a buffer a texture of the same size beside it, for kernels that read one; `withTextures` (gpu/call.ts) copies into it. It ends with
   * the buffer. A second call does nothing.
   * @param format One float a texel, or four.
   * @throws {GpuLimitError} where the adapter has no texture of that size.
   * @throws {TypeError} where it has one of the other format.
   * @throws {GpuError} for a buffer that is disposed.
   */
  addTexture(buffer: GpuBuffer, format: TextureFormat = "rgba32float"): void {
    this.#assertUsable();
    this.#memory.addTexture(buffer, format);
  }

  /**
   * Runs `make`; where it throws, every buffer that was made in it is given back.
   * @throws {TypeError} where it is asynchronous, for what it makes later would not be given back.
   */
  allOrNothing<T>(make: Synchronous<T>): T {
    return this.#memory.allOrNothing(make);
  }

  /**
   * Makes a buffer that holds `data`.
   * @throws {TypeError} for what no kernel could read: doubles, plain arrays.
   */
  upload(label: string, data: GpuArray): GpuBuffer {
    checkGpuArray(label, data);
    return this.allOrNothing(() => {
      const buffer = this.createBuffer(label, data.byteLength);
      this.write(buffer, data);
      return buffer;
    });
  }

  /**
   * Copies `data` into a buffer, from its byte `offset` (a multiple of 4) on.
   * @throws {TypeError} for what no kernel could read: doubles, plain arrays.
   * @throws {RangeError} where the data does not fit, or the offset is no multiple of 4.
   */
  write(buffer: GpuBuffer, data: GpuArray, offset = 0): void {
    this.#assertUsable();
    checkGpuArray(buffer.label, data);
    this.#memory.write(buffer, data, offset);
  }

  /**
   * Reads a buffer back, waiting for everything queued before. `T` says as what: `Float32Array`, `Uint32Array`, ...
   * @throws {GpuError} when something failed that the same operation queued before it.
   */
  read<T extends GpuArray>(
    buffer: GpuBuffer,
    type: ArrayType<T>,
    byteLength: number = buffer.byteLength,
    offset = 0,
  ): Promise<T> {
    return this.runAndRead([], buffer, type, byteLength, offset);
  }

  /**
   * Binds a kernel to its buffers, parameters and grid. The pipeline is compiled once for each source and constants.
   * @throws {ShaderError} at the next await where the kernel does not compile.
   * @throws {GpuOutOfMemoryError} at the next await where there is no memory to compile it, or for its parameters.
   * @throws {GpuError} for a buffer that is missing or disposed, a parameter that is not of its type, a constant that is not finite.
   * @throws {GpuLimitError} where the grid or a binding is larger than the adapter allows, or the loops longer than a software adapter runs.
   */
  prepare<B extends Record<string, Access>, P extends Record<string, ParameterType>, C extends string>(
    kernel: Kernel<B, P, C>,
    values: KernelArguments<B, P>,
    grid: Grid,
    constants: { [K in C]?: number } = {},
  ): Call {
    this.#assertUsable();
    for (const size of grid) {
      if (!(size >= 0 && size <= this.limits.maxComputeWorkgroupsPerDimension)) {
        throw new GpuLimitError(
          `kernel ${kernel.name}: ${
            grid.join(" x ")
          } workgroups, at most ${this.limits.maxComputeWorkgroupsPerDimension} ` +
            "go into one dimension. Remedy: use a smaller batch, or fold the grid with gridFor.",
        );
      }
    }
    const rounds = kernel.rounds?.(values) ?? 0;
    if (this.adapter.software && rounds > MOST_ROUNDS) {
      throw new GpuLimitError(
        `kernel ${kernel.name}: ${rounds} rounds of loops in an invocation, at most ${MOST_ROUNDS} are safe on a software adapter, ` +
          "which ends longer ones in silence. Remedy: use smaller sizes, or a GPU.",
      );
    }
    const pipeline = this.#pipelines.get(kernel, constants as Record<string, number>);
    const parts = { device: this.device, memory: this.#memory, failures: this.#failures };
    const bound = bind(parts, kernel, pipeline, values);
    return { kernel: kernel.name, pipeline, grid, parameters: Object.keys(kernel.parameters), ...bound };
  }

  /** Queues the calls in order as one command buffer. Returns at once; failures come with the next await. */
  run(calls: readonly Call[]): void {
    this.#assertUsable();
    this.#queue(calls);
  }

  /**
   * Queues the calls in order and, in the same command buffer, a copy of a buffer behind them, which is read back. Throws as `read` does.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { openGpu } from "./device.ts";
   * import { reluForward } from "../kernels/relu/mod.ts";
   * using gpu = await openGpu();
   * const [x, y] = [gpu.upload("x", new Float32Array([-1, 2])), gpu.createBuffer("y", 8)];
   * assert.equal((await gpu.runAndRead(reluForward(gpu, { x, y }, 2), y, Float32Array)).join(), "0,2");
   * ```
   */
  async runAndRead<T extends GpuArray>(
    calls: readonly Call[],
    buffer: GpuBuffer,
    type: ArrayType<T>,
    byteLength: number = buffer.byteLength,
    offset = 0,
  ): Promise<T> {
    this.#assertUsable();
    const size = Math.ceil(byteLength / 4) * 4;
    const explain = (error: { message: string }) => classify(error, `read of ${buffer.label}`);
    const staging = this.#failures.scoped(
      this.device,
      { validation: explain, "out-of-memory": explain },
      () => this.#staging.take(size),
    );
    let isWhole = false; // what failed may be in any state
    try {
      this.#queue(calls, { buffer, offset, staging, size });
      const failed = this.#failures.begin();
      const mapped = await staging.mapAsync(GPUMapMode.READ, 0, size).then(() => undefined, (error: Error) => error);
      if (mapped) await this.device.queue.onSubmittedWorkDone(); // of a loss it knows before the device says so
      await this.#failures.end(failed);
      this.#assertUsable();
      if (mapped) throw classify(mapped);
      const result = new type(staging.getMappedRange(0, size).slice(0, byteLength));
      staging.unmap();
      isWhole = true;
      return result;
    } finally {
      this.#staging.giveBack(staging, isWhole);
    }
  }

  /**
   * Runs the calls one pass each and returns the milliseconds that each took, by timestamp queries.
   * @throws {GpuError} where the adapter offers no timestamps.
   */
  async profile(calls: readonly Call[]): Promise<ProfiledCall[]> {
    this.#assertUsable();
    if (!this.device.features.has("timestamp-query")) {
      throw new GpuError(`adapter ${this.adapter.description} offers no timestamp-query. Remedy: time whole runs.`);
    }
    const times: ProfiledCall[] = [];
    for (let first = 0; first < calls.length; first += MOST_PROFILED) {
      times.push(...await this.#profile(calls.slice(first, first + MOST_PROFILED)));
    }
    return times;
  }

  async #profile(calls: readonly Call[]): Promise<ProfiledCall[]> {
    const querySet = this.device.createQuerySet({ type: "timestamp", count: 2 * calls.length });
    using stamps = this.createBuffer(
      "timestamps",
      16 * calls.length,
      GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    );
    const encoder = this.device.createCommandEncoder();
    calls.forEach((call, index) => {
      const begin = { querySet, beginningOfPassWriteIndex: 2 * index };
      if (hasCopies(call)) {
        encoder.beginComputePass({ timestampWrites: begin }).end(); // so that the copies are timed with it
        encodeCopies(encoder, call);
      }
      const pass = encoder.beginComputePass({
        timestampWrites: {
          ...(hasCopies(call) ? { querySet } : begin),
          endOfPassWriteIndex: 2 * index + 1,
        },
      });
      pass.setPipeline(call.pipeline);
      pass.setBindGroup(0, call.bindGroup);
      pass.dispatchWorkgroups(...call.grid);
      pass.end();
    });
    encoder.resolveQuerySet(querySet, 0, 2 * calls.length, stamps.handle, 0);
    this.#submit(encoder.finish(), (error) => classify(error, "profiled kernels"));
    const words = await this.read(stamps, Uint32Array).finally(() => querySet.destroy());
    const at = (index: number) => words[2 * index] + words[2 * index + 1] * 2 ** 32;
    return calls.map((call, index) => ({
      kernel: call.kernel,
      part: call.part,
      milliseconds: (at(2 * index + 1) - at(2 * index)) / 1e6,
    }));
  }

  /** Frees what calls own beside their buffers: the uniforms that hold their parameters. */
  release(calls: readonly Call[]): void {
    for (const call of calls) call.uniform?.dispose();
  }

  /**
   * Waits until everything queued so far is done.
   * @throws {GpuError} the first failure among what the same operation queued since its last await, as its own class.
   */
  async settled(): Promise<void> {
    this.#assertUsable();
    const failed = this.#failures.begin();
    try {
      if (!failed.failure) await this.device.queue.onSubmittedWorkDone();
    } finally {
      await this.#failures.end(failed);
    }
    this.#assertUsable();
  }

  /** Closes the device. Buffers end with it; a second call does nothing. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.device.destroy();
  }

  /** So that `using gpu = await openGpu()` ends with its block. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Encodes the calls and a copy behind them, where one is wanted, and submits them. */
  #queue(
    calls: readonly Call[],
    copy?: { buffer: GpuBuffer; offset: number; staging: GPUBuffer; size: number },
  ): void {
    // A call that cannot run because something that it binds was refused is told as that.
    const cause = (error: { message: string }, what: string) =>
      calls.find(({ made }) => made.failure)?.made.failure ?? copy?.buffer.refusal ?? classify(error, what);
    const reading = copy && `read of ${copy.buffer.label}`;
    const kernels = (error: { message: string }) => cause(error, calls.length > 0 ? kernelNames(calls) : reading ?? "");
    const commands = this.#failures.scoped(this.device, { validation: kernels }, () => {
      const encoder = this.device.createCommandEncoder();
      let pass: GPUComputePassEncoder | undefined;
      for (const call of calls) {
        if (hasCopies(call)) {
          pass?.end();
          pass = undefined;
          encodeCopies(encoder, call);
        }
        pass ??= encoder.beginComputePass();
        pass.setPipeline(call.pipeline);
        pass.setBindGroup(0, call.bindGroup);
        pass.dispatchWorkgroups(...call.grid);
      }
      pass?.end();
      if (copy) encoder.copyBufferToBuffer(copy.buffer.handle, copy.offset, copy.staging, 0, copy.size);
      return encoder.finish();
    });
    const what = calls.length === 1 ? calls[0].kernel : calls.length > 0 ? `${calls.length} kernels` : reading ?? "";
    this.#submit(commands, (error) => cause(error, what));
  }

  #submit(commands: GPUCommandBuffer, explain: (error: { message: string }) => GpuError): void {
    this.#failures.scoped(this.device, { validation: explain, "out-of-memory": explain }, () => {
      this.device.queue.submit([commands]);
    });
  }

  #assertUsable(): void {
    if (this.#disposed) throw new GpuError("this Gpu was disposed. Remedy: open another one with openGpu().");
    this.#failures.raiseLoss();
  }
}

/** A class of typed arrays. */
type ArrayType<T> = { new (bytes: ArrayBuffer): T; BYTES_PER_ELEMENT: number };
