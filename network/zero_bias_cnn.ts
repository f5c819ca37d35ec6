/** The zero-bias CNN of Khorrami, Paine and Huang (2015) as an object: parameters, predictions, gradients, training steps. */
import type { GpuBuffer } from "../gpu/buffer.ts";
import { areUsable } from "../gpu/call.ts";
import type { Call, Gpu } from "../gpu/device.ts";
import { checkImages, checkLabels } from "./checks.ts";
import {
  Activations,
  backwardCalls,
  forwardCalls,
  largestPart,
  lossCalls,
  type NetworkSizes,
  updateCalls,
} from "./layers.ts";
import { completed, completedStep, type StepOptions, type StepResult, type ZeroBiasCnnOptions } from "./options.ts";
import {
  createParameterBuffers,
  type ParameterBuffers,
  readParameterBuffers,
  writeParameterBuffers,
} from "./parameter_buffers.ts";
import { initialParameters, type Parameters } from "./parameters.ts";

export type { StepOptions, StepResult, ZeroBiasCnnOptions } from "./options.ts";

/** Queues work of one operation: see `Gpu.operation`. */
type Queue = ReturnType<Gpu["operation"]>;

/**
 * A network on a GPU. Images are normalized float32, n x S x S; any n from 1. Everything it holds is given back by `dispose()`; what is asked of
 * it afterwards, or was under way and would need more of it, is an error.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../gpu/device.ts";
 * import { ZeroBiasCnn } from "./zero_bias_cnn.ts";
 * using gpu = await openGpu();
 * using net = await ZeroBiasCnn.create(gpu, { imageSize: 16, classes: 7, seed: 1, initialScale: 1 });
 * const images = Float32Array.from({ length: 2 * 256 }, (_, i) => Math.sin(i));
 * const before = await net.trainStep(images, [0, 3], { learningRate: 0.01 });
 * const after = await net.trainStep(images, [0, 3], { learningRate: 0.01 });
 * assert(after.loss < before.loss);
 * assert.equal((await net.predict(images)).length, 2 * 7);
 * ```
 */
export class ZeroBiasCnn {
  /** Side of the square input. */
  readonly imageSize: number;
  /** Number of classes. */
  readonly classes: number;
  /** The seed it was made with. */
  readonly seed: number;
  /** k that its initial weights were drawn with. */
  readonly initialScale: number;
  /** The device it lives on. */
  readonly gpu: Gpu;
  /** Sizes and choice of kernels. */
  readonly sizes: NetworkSizes;
  /** Parameters on the GPU. */
  readonly weights: ParameterBuffers;
  /** Gradients of the last backward pass. */
  readonly gradients: ParameterBuffers;
  /** Momentum. */
  readonly velocities: ParameterBuffers;
  /** Learning rate, momentum, weight decay as the update reads them. */
  readonly settings: GpuBuffer;
  /** One word: 0, or the number of the first update whose loss or new weights are infinite or not a number. */
  readonly status: GpuBuffer;
  /** One word: the number of updates done, as the kernels that draw read it. */
  readonly clock: GpuBuffer;
  /** Number of updates done. */
  step = 0;
  #activations: Activations | undefined;
  #update: Call[] | undefined;
  #plans = new Map<string, Call[]>();
  /** What changes its parameters or gradients at present, if anything. */
  #owner: string | undefined;
  #disposed = false;

  private constructor(gpu: Gpu, options: Required<ZeroBiasCnnOptions>) {
    this.gpu = gpu;
    this.imageSize = options.imageSize;
    this.classes = options.classes;
    this.seed = options.seed;
    this.initialScale = options.initialScale;
    this.sizes = { imageSize: options.imageSize, classes: options.classes, convolution: options.convolution };
    this.weights = createParameterBuffers(gpu, this.classes, "weights");
    this.gradients = createParameterBuffers(gpu, this.classes, "gradient");
    this.velocities = createParameterBuffers(gpu, this.classes, "momentum");
    this.settings = gpu.createBuffer("settings", 12);
    this.status = gpu.createBuffer("status", 4);
    this.clock = gpu.createBuffer("clock", 4);
  }

  /**
   * Makes a network with initial weights drawn from the seed.
   * @throws {RangeError} for an image size that is no multiple of 8, fewer than 2 classes, a seed that is no 32-bit unsigned integer.
   * @throws {GpuLimitError} for `"winograd-float16"` on an adapter without float16.
   */
  static async create(gpu: Gpu, options: ZeroBiasCnnOptions): Promise<ZeroBiasCnn> {
    const made = completed(gpu, options);
    const queue = gpu.operation();
    const net = queue(() => gpu.allOrNothing(() => new ZeroBiasCnn(gpu, made)));
    try {
      const parameters = initialParameters(made.classes, made.seed, made.initialScale);
      await queue(() => net.#write(net.weights, parameters, "parameter"));
      return net;
    } catch (error) {
      net.dispose();
      throw error;
    }
  }

  /**
   * Replaces parameters by name; those not named stay.
   * @throws {TypeError} for values that are no Float32Array.
   * @throws {RangeError} for a name that is unknown, a wrong length, a value that is not finite. Nothing is changed then.
   * @throws {Error} while `train`, `trainStep` or `lossAndGradients` is under way on this network.
   */
  async setParameters(values: Partial<Record<string, Float32Array>>): Promise<void> {
    this.#assertFree("setParameters");
    await this.gpu.operation()(() => this.#write(this.weights, values, "parameter"));
  }

  /** All parameters, by PyTorch's names. */
  async parameters(): Promise<Parameters> {
    this.assertUsable();
    return await this.gpu.operation()(() => readParameterBuffers(this.gpu, this.weights));
  }

  /** Replaces the momentum, by the parameters' names. Throws as `setParameters` does. */
  async setMomentum(values: Partial<Record<string, Float32Array>>): Promise<void> {
    this.#assertFree("setMomentum");
    await this.gpu.operation()(() => this.#write(this.velocities, values, "momentum of"));
  }

  /** The momentum of all parameters. */
  async momentum(): Promise<Parameters> {
    this.assertUsable();
    return await this.gpu.operation()(() => readParameterBuffers(this.gpu, this.velocities));
  }

  /**
   * Probabilities, n x classes, of n x S x S normalized images. No dropout.
   * @param options `signal` stops it between two parts of at most 64 images; it rejects with the signal's reason.
   * @throws {TypeError} for images that are no Float32Array.
   * @throws {RangeError} for a length that is no multiple of S x S, or a value that is not finite.
   */
  async predict(images: Float32Array, { signal }: { signal?: AbortSignal } = {}): Promise<Float32Array> {
    const count = checkImages(images, this.imageSize);
    const { gpu, classes } = this;
    const queue = gpu.operation();
    const pixels = this.imageSize ** 2;
    const result = new Float32Array(count * classes);
    const a = queue(() => this.activations(count));
    using labels = queue(() => gpu.createBuffer("labels", 4 * a.capacity));
    using scratch = queue(() => gpu.createBuffer("result", 8 * a.capacity));
    for (let first = 0; first < count; first += a.capacity) {
      signal?.throwIfAborted();
      const n = Math.min(a.capacity, count - first);
      let softmax: Call[] = [];
      const run = () => {
        this.assertUsable();
        const forward = this.#forward(a, n);
        softmax = lossCalls(gpu, this.sizes, a, n, { labels, result: scratch, size: n, firstSample: 0 });
        gpu.write(a.images, images.subarray(first * pixels, (first + n) * pixels));
        return gpu.runAndRead([...forward, ...softmax], a.probabilities, Float32Array, 4 * n * classes);
      };
      try {
        result.set(await queue(run), first * classes);
      } finally {
        gpu.release(softmax);
      }
    }
    return result;
  }

  /**
   * Mean negative log likelihood of a batch, its accuracy, and the gradient by every parameter. No dropout.
   * @throws {TypeError} as `predict` does.
   * @throws {RangeError} as `predict` does, and for labels that are not 0..classes-1, one an image.
   * @throws {Error} while another batch of this network is under way, by `lossAndGradients`, `trainStep` or `train`.
   */
  lossAndGradients(
    images: Float32Array,
    labels: ArrayLike<number>,
  ): Promise<{ loss: number; accuracy: number; gradients: Parameters }> {
    return this.#alone("lossAndGradients", async (queue) => {
      const result = await this.#lossAndBackward(images, labels, 0, queue);
      return { ...result, gradients: await queue(() => readParameterBuffers(this.gpu, this.gradients)) };
    });
  }

  /**
   * One update by momentum SGD on a batch; returns loss and accuracy before it.
   * @throws {RangeError} as `lossAndGradients` does, and for settings out of range.
   * @throws {TypeError | Error} as `lossAndGradients` does.
   */
  async trainStep(images: Float32Array, labels: ArrayLike<number>, options: StepOptions = {}): Promise<StepResult> {
    const { learningRate, momentum, weightDecay, dropout } = completedStep(options);
    return await this.#alone("trainStep", async (queue) => {
      const result = await this.#lossAndBackward(images, labels, dropout, queue);
      await queue(() => {
        this.gpu.write(this.settings, new Float32Array([learningRate, momentum, weightDecay]));
        this.gpu.run(this.updateCalls());
        this.step++;
        return this.gpu.settled();
      });
      return result;
    });
  }

  /**
   * Takes the network for work that changes its parameters or gradients, until what is returned is disposed of; two at a time would leave their
   * gradients in the same place. Reading and predicting need no owner.
   *
   * @param what the name of the work, for the error of whoever comes next
   * @throws {Error} while another one has it, and once the network was disposed of.
   */
  own(what: string): Disposable {
    this.#assertFree(what);
    this.#owner = what;
    return { [Symbol.dispose]: () => this.#owner = undefined };
  }

  /** Buffers for activations, for at least one image and at most as many as fit at once. */
  activations(images: number): Activations {
    this.assertUsable();
    const { gpu } = this;
    const wanted = Math.min(images, largestPart(gpu, this.imageSize));
    const there = this.#activations;
    // The GPU may have had no room for some of them. Others are kept: a pass may be under way in them.
    if (there && there.capacity >= wanted && this.#areUsable(there)) return there;
    this.#releaseActivations();
    return this.#activations = gpu.allOrNothing(() => new Activations(gpu, this.sizes, wanted));
  }

  /** The calls that update all parameters from their gradients. */
  updateCalls(): Call[] {
    this.assertUsable();
    const { weights: w, gradients: dw, velocities: v, clock, settings, status } = this;
    if (this.#update && areUsable(this.#update)) return this.#update;
    this.gpu.release(this.#update ?? []);
    return this.#update = updateCalls(this.gpu, this.classes, { w, dw, v, clock, settings, status });
  }

  /** Whether `dispose` was called. */
  get disposed(): boolean {
    return this.#disposed;
  }

  /** Gives all GPU memory back. A second call does nothing. */
  dispose(): void {
    this.#disposed = true;
    this.#releaseActivations();
    if (this.#update) this.gpu.release(this.#update);
    this.#update = undefined;
    for (const buffers of [this.weights, this.gradients, this.velocities]) {
      for (const buffer of Object.values(buffers)) buffer.dispose();
    }
    for (const buffer of [this.settings, this.status, this.clock]) buffer.dispose();
  }

  /** So that `using net = await ZeroBiasCnn.create(...)` ends with its block. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #assertFree(what: string): void {
    this.assertUsable();
    if (!this.#owner) return;
    const remedy = this.#owner === "train" ? "let its loop end first, or leave it with break" : "await it first";
    throw new Error(`${what}: ${this.#owner} of this network has not ended. Remedy: ${remedy}.`);
  }

  /** @throws {Error} once the network was disposed of. */
  assertUsable(): void {
    if (this.#disposed) throw new Error("this network was disposed of. Remedy: create another one.");
  }

  /** Queues values into buffers, and waits until they are there. */
  async #write(to: ParameterBuffers, values: Partial<Record<string, Float32Array>>, what: string): Promise<void> {
    writeParameterBuffers(this.gpu, to, this.classes, values, what);
    await this.gpu.settled();
  }

  #areUsable(activations: Activations): boolean {
    return activations.buffers.every(({ usable }) => usable) && [...this.#plans.values()].every(areUsable);
  }

  #releaseActivations(): void {
    for (const calls of this.#plans.values()) this.gpu.release(calls);
    this.#plans.clear();
    this.#activations?.dispose();
    this.#activations = undefined;
  }

  /** The forward pass of n images without dropout, prepared once. */
  #forward(a: Activations, images: number): Call[] {
    const key = `forward ${images}`;
    let calls = this.#plans.get(key);
    if (!calls) {
      calls = this.gpu.allOrNothing(() => forwardCalls(this.gpu, this.sizes, this.weights, a, images));
      this.#plans.set(key, calls);
    }
    return calls;
  }

  async #lossAndBackward(
    images: Float32Array,
    labels: ArrayLike<number>,
    rate: number,
    queue: Queue,
  ): Promise<StepResult> {
    const { gpu, sizes, weights, gradients } = this;
    const count = checkImages(images, this.imageSize);
    const numbers = checkLabels(labels, count, this.classes);
    const pixels = this.imageSize ** 2;
    const a = queue(() => this.activations(count));
    using labelBuffer = queue(() => gpu.upload("labels", numbers));
    using result = queue(() => gpu.createBuffer("result", 8 * count));
    queue(() => gpu.write(this.clock, new Uint32Array([this.step])));
    for (let first = 0; first < count; first += a.capacity) {
      const n = Math.min(a.capacity, count - first);
      const drop = rate > 0 ? { rate, seed: this.seed, clock: this.clock, firstSample: first } : undefined;
      const batch = { labels: labelBuffer, result, size: count, firstSample: first };
      this.assertUsable();
      const calls = queue(() =>
        gpu.allOrNothing(() => [
          ...forwardCalls(gpu, sizes, weights, a, n, drop),
          ...lossCalls(gpu, sizes, a, n, batch),
          ...backwardCalls(gpu, sizes, weights, gradients, a, n, { accumulate: first > 0, drop }),
        ])
      );
      try {
        await queue(() => {
          gpu.write(a.images, images.subarray(first * pixels, (first + n) * pixels));
          gpu.run(calls);
          return gpu.settled();
        });
      } finally {
        gpu.release(calls);
      }
    }
    const pairs = await queue(() => gpu.read(result, Float32Array));
    let loss = 0, hits = 0;
    for (let n = 0; n < count; n++) {
      loss += pairs[2 * n];
      hits += pairs[2 * n + 1];
    }
    return { loss: loss / count, accuracy: hits / count };
  }

  /** Does work on a batch, as an operation of its own, with no other batch beside it. */
  async #alone<T>(what: string, work: (queue: Queue) => Promise<T>): Promise<T> {
    using _ = this.own(what);
    return await work(this.gpu.operation());
  }
}
