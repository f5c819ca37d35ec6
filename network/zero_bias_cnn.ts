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

/**
 * A network on a GPU. Images are normalised float32, n x S x S; any n from 1. Everything it holds is given back by `dispose()`.
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
  /** What is being done with a batch, if anything. */
  #busy: string | undefined;

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
    const net = gpu.allOrNothing(() => new ZeroBiasCnn(gpu, made));
    try {
      await net.setParameters(initialParameters(made.classes, made.seed, made.initialScale));
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
   */
  async setParameters(values: Partial<Record<string, Float32Array>>): Promise<void> {
    writeParameterBuffers(this.gpu, this.weights, this.classes, values, "parameter");
    await this.gpu.settled();
  }

  /** All parameters, by PyTorch's names. */
  parameters(): Promise<Parameters> {
    return readParameterBuffers(this.gpu, this.weights);
  }

  /** Replaces the momentum, by the parameters' names. Throws as `setParameters` does. */
  async setMomentum(values: Partial<Record<string, Float32Array>>): Promise<void> {
    writeParameterBuffers(this.gpu, this.velocities, this.classes, values, "momentum of");
    await this.gpu.settled();
  }

  /** The momentum of all parameters. */
  momentum(): Promise<Parameters> {
    return readParameterBuffers(this.gpu, this.velocities);
  }

  /**
   * Probabilities, n x classes, of n x S x S normalised images. No dropout.
   * @throws {TypeError} for images that are no Float32Array.
   * @throws {RangeError} for a length that is no multiple of S x S, or a value that is not finite.
   */
  async predict(images: Float32Array): Promise<Float32Array> {
    const count = checkImages(images, this.imageSize);
    const pixels = this.imageSize ** 2;
    const result = new Float32Array(count * this.classes);
    const a = this.activations(count);
    using labels = this.gpu.createBuffer("labels", 4 * a.capacity);
    using scratch = this.gpu.createBuffer("result", 8 * a.capacity);
    for (let first = 0; first < count; first += a.capacity) {
      const n = Math.min(a.capacity, count - first);
      this.gpu.write(a.images, images.subarray(first * pixels, (first + n) * pixels));
      const forward = this.#forward(n);
      const softmax = lossCalls(this.gpu, this.sizes, a, n, { labels, result: scratch, size: n, firstSample: 0 });
      try {
        this.gpu.run([...forward, ...softmax]);
        result.set(await this.gpu.read(a.probabilities, Float32Array, 4 * n * this.classes), first * this.classes);
      } finally {
        this.gpu.release(softmax);
      }
    }
    return result;
  }

  /**
   * Mean negative log likelihood of a batch, its accuracy, and the gradient by every parameter. No dropout.
   * @throws {TypeError} as `predict` does.
   * @throws {RangeError} as `predict` does, and for labels that are not 0..classes-1, one an image.
   * @throws {Error} while another batch of this network is under way, by `lossAndGradients` or `trainStep`.
   */
  lossAndGradients(
    images: Float32Array,
    labels: ArrayLike<number>,
  ): Promise<{ loss: number; accuracy: number; gradients: Parameters }> {
    return this.#alone("lossAndGradients", async () => {
      const result = await this.#lossAndBackward(images, labels, 0);
      return { ...result, gradients: await readParameterBuffers(this.gpu, this.gradients) };
    });
  }

  /**
   * One update by momentum SGD on a batch; returns loss and accuracy before it.
   * @throws {RangeError} as `lossAndGradients` does, and for settings out of range.
   * @throws {TypeError | Error} as `lossAndGradients` does.
   */
  async trainStep(images: Float32Array, labels: ArrayLike<number>, options: StepOptions = {}): Promise<StepResult> {
    const { learningRate, momentum, weightDecay, dropout } = completedStep(options);
    return await this.#alone("trainStep", async () => {
      const result = await this.#lossAndBackward(images, labels, dropout);
      this.gpu.write(this.settings, new Float32Array([learningRate, momentum, weightDecay]));
      this.gpu.run(this.updateCalls());
      this.step++;
      await this.gpu.settled();
      return result;
    });
  }

  /** Buffers for activations, for at least one image and at most as many as fit at once. */
  activations(images: number): Activations {
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
    const { weights: w, gradients: dw, velocities: v, clock, settings, status } = this;
    if (this.#update && areUsable(this.#update)) return this.#update;
    this.gpu.release(this.#update ?? []);
    return this.#update = updateCalls(this.gpu, this.classes, { w, dw, v, clock, settings, status });
  }

  /** Gives all GPU memory back. */
  dispose(): void {
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
  #forward(images: number): Call[] {
    const key = `forward ${images}`;
    let calls = this.#plans.get(key);
    if (!calls) {
      const a = this.activations(images);
      calls = this.gpu.allOrNothing(() => forwardCalls(this.gpu, this.sizes, this.weights, a, images));
      this.#plans.set(key, calls);
    }
    return calls;
  }

  async #lossAndBackward(images: Float32Array, labels: ArrayLike<number>, rate: number): Promise<StepResult> {
    const { gpu, sizes, weights, gradients } = this;
    const count = checkImages(images, this.imageSize);
    const numbers = checkLabels(labels, count, this.classes);
    const pixels = this.imageSize ** 2;
    const a = this.activations(count);
    using labelBuffer = gpu.upload("labels", numbers);
    using result = gpu.createBuffer("result", 8 * count);
    gpu.write(this.clock, new Uint32Array([this.step]));
    for (let first = 0; first < count; first += a.capacity) {
      const n = Math.min(a.capacity, count - first);
      gpu.write(a.images, images.subarray(first * pixels, (first + n) * pixels));
      const drop = rate > 0 ? { rate, seed: this.seed, clock: this.clock, firstSample: first } : undefined;
      const batch = { labels: labelBuffer, result, size: count, firstSample: first };
      const calls = gpu.allOrNothing(() => [
        ...forwardCalls(gpu, sizes, weights, a, n, drop),
        ...lossCalls(gpu, sizes, a, n, batch),
        ...backwardCalls(gpu, sizes, weights, gradients, a, n, { accumulate: first > 0, drop }),
      ]);
      try {
        gpu.run(calls);
        await gpu.settled();
      } finally {
        gpu.release(calls);
      }
    }
    const pairs = await gpu.read(result, Float32Array);
    let loss = 0, hits = 0;
    for (let n = 0; n < count; n++) {
      loss += pairs[2 * n];
      hits += pairs[2 * n + 1];
    }
    return { loss: loss / count, accuracy: hits / count };
  }

  /** Refuses a batch beside another: both would leave their gradients in the same place, and each update would take the last. */
  async #alone<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (this.#busy) {
      throw new Error(`${what}: ${this.#busy} of this network has not ended. Remedy: await it first.`);
    }
    this.#busy = what;
    try {
      return await work();
    } finally {
      this.#busy = undefined;
    }
  }
}
