/** Images to look into: normalized numbers from the caller, or rows of a dataset, which go to the GPU once, as bytes. */
import { checkPictures } from "../datasets/check.ts";
import type { Dataset } from "../datasets/dataset.ts";
import type { GpuBuffer } from "../gpu/buffer.ts";
import type { Call } from "../gpu/device.ts";
import type { Normalization } from "../kernels/normalization/mod.ts";
import { checkImages, checkImageSize, checkRows } from "../network/checks.ts";
import type { Activations } from "../network/layers.ts";
import type { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
import { Preprocessor } from "../training/preprocess.ts";
import { ResidentImages } from "../training/resident.ts";

/** Rows of a dataset, normalized on the GPU as the network was trained. */
export interface DatasetRows {
  dataset: Pick<Dataset, "imageSize" | "images" | "labels">;
  /** Numbers of the images, in any order. */
  rows: Uint32Array;
  /** As in training. */
  normalization: Normalization;
}

/** Images of the network's size: normalized float32, n x S x S, as `predict` takes them, or rows of a dataset. They are numbered 0..n-1. */
export type AnalysisImages = Float32Array | DatasetRows;

/** What functions that look at many images may be told besides. */
export interface WorkOptions {
  /** Called after every batch with the number of images done, and of all. */
  onProgress?: (done: number, total: number) => void;
  /** Stops the work at the next batch; the call rejects with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Images that can be put into a network's input buffer, any number of times and in any order.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../gpu/device.ts";
 * import { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
 * import { ImageSource } from "./images.ts";
 * using gpu = await openGpu();
 * using net = await ZeroBiasCnn.create(gpu, { imageSize: 8, classes: 2, seed: 1 });
 * const a = net.activations(2);
 * using source = new ImageSource(net, Float32Array.from({ length: 192 }, (_, i) => i), a);
 * source.load([2, 0]);
 * const [first] = await gpu.read(a.images, Float32Array);
 * assert.equal(first, 128);
 * ```
 */
export class ImageSource {
  /** How many there are. */
  readonly count: number;
  #net: ZeroBiasCnn;
  #target: GpuBuffer;
  #floats: Float32Array | undefined;
  #resident: { images: ResidentImages; index: GpuBuffer; preprocessor: Preprocessor } | undefined;
  #normalization: Normalization = "local-mean";
  #plans = new Map<number, Call[]>();
  #disposed = false;

  /**
   * Uploads what can be uploaded once. `activations` are those whose `images` will be filled.
   * @throws {TypeError | DatasetError} for an array of another type, and for a dataset whose parts do not fit together.
   * @throws {RangeError} for images that are none of this network's, not finite, or no rows of the dataset.
   */
  constructor(net: ZeroBiasCnn, images: AnalysisImages, activations: Activations) {
    this.#net = net;
    this.count = countImages(net, images);
    this.#target = activations.images;
    if (images instanceof Float32Array) {
      this.#floats = images;
      return;
    }
    const { gpu } = net;
    this.#normalization = images.normalization;
    this.#resident = gpu.allOrNothing(() => ({
      images: new ResidentImages(gpu, images.dataset, images.rows),
      index: gpu.createBuffer("image numbers", 4 * activations.capacity),
      preprocessor: new Preprocessor(gpu, net.imageSize, activations.capacity),
    }));
  }

  /**
   * Queues the images with these numbers, at most `capacity` of them, into the network's input.
   * @throws {Error} once it was disposed of.
   */
  load(numbers: ArrayLike<number>): void {
    if (this.#disposed) throw new Error("these images were disposed of. Remedy: make another ImageSource.");
    const { gpu, imageSize } = this.#net;
    if (this.#floats) {
      const pixels = imageSize ** 2;
      for (let first = 0, end; first < numbers.length; first = end) { // runs of neighbours travel together
        end = first + 1;
        while (end < numbers.length && numbers[end] === numbers[end - 1] + 1) end++;
        const from = numbers[first] * pixels;
        gpu.write(this.#target, this.#floats.subarray(from, from + (end - first) * pixels), 4 * first * pixels);
      }
      return;
    }
    const { images, index, preprocessor } = this.#resident!;
    gpu.write(index, Uint32Array.from(numbers));
    let calls = this.#plans.get(numbers.length);
    if (!calls) {
      const batch = { index, samples: numbers.length, firstSample: 0 };
      calls = gpu.allOrNothing(() =>
        preprocessor.calls(images, batch, this.#target, { normalization: this.#normalization })
      );
      this.#plans.set(numbers.length, calls);
    }
    gpu.run(calls);
  }

  /** Gives the memory back. */
  dispose(): void {
    this.#disposed = true;
    for (const calls of this.#plans.values()) this.#net.gpu.release(calls);
    this.#plans.clear();
    this.#resident?.images.dispose();
    this.#resident?.index.dispose();
    this.#resident?.preprocessor.dispose();
  }

  /** So that `using` ends it with its block. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/**
 * The number of images, 1 or more.
 *
 * @throws {RangeError} as {@linkcode ImageSource} does.
 */
export function countImages(net: ZeroBiasCnn, images: AnalysisImages): number {
  if (images instanceof Float32Array || !Object(images).dataset) {
    return checkImages(images as Float32Array, net.imageSize);
  }
  const { dataset, rows, normalization } = images;
  checkPictures(dataset);
  checkImageSize(net, dataset);
  if (normalization !== "local-mean" && normalization !== "local-contrast") {
    throw new RangeError(
      `normalization is ${JSON.stringify(normalization)}, expected "local-mean" or "local-contrast"`,
    );
  }
  checkRows(rows, dataset.labels.length);
  return rows.length;
}
