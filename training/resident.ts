/** A dataset on the GPU: its bytes uploaded once, in pieces that the adapter can bind, with labels beside them. */
import type { Dataset } from "../datasets/dataset.ts";
import type { GpuBuffer } from "../gpu/buffer.ts";
import type { Call, Gpu } from "../gpu/device.ts";
import { gatherImages } from "../kernels/sampling/mod.ts";

/** Images that stand in one buffer. */
interface Piece {
  bytes: GpuBuffer;
  first: number;
  images: number;
}

/**
 * The chosen images of a dataset on the GPU, numbered 0.. in the order in which they were chosen.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../gpu/device.ts";
 * import { ResidentImages } from "./resident.ts";
 * using gpu = await openGpu();
 * const dataset = { imageSize: 8, images: new Uint8Array(3 * 64).fill(255, 64), labels: Int32Array.of(0, 1, 2) };
 * using resident = new ResidentImages(gpu, dataset, Uint32Array.of(2));
 * assert.equal(resident.count, 1);
 * ```
 */
export class ResidentImages {
  /** Number of images. */
  readonly count: number;
  /** Pixels of an image. */
  readonly pixels: number;
  /** i32: their labels. */
  readonly labels: GpuBuffer;
  #gpu: Gpu;
  #pieces: Piece[] = [];

  /**
   * Uploads the images with the given numbers.
   * @param pieceBytes most bytes of one buffer, at most 4 GiB, as a kernel's index counts them; default what the adapter binds
   * @throws {GpuLimitError} where one image is larger than the adapter binds.
   */
  constructor(
    gpu: Gpu,
    dataset: Pick<Dataset, "imageSize" | "images" | "labels">,
    chosen: Uint32Array,
    pieceBytes: number = Math.min(gpu.limits.maxStorageBufferBindingSize, gpu.limits.maxBufferSize, 2 ** 32),
  ) {
    this.#gpu = gpu;
    this.count = chosen.length;
    this.pixels = dataset.imageSize ** 2;
    const perPiece = Math.max(1, Math.floor(pieceBytes / this.pixels));
    for (let first = 0; first < chosen.length; first += perPiece) {
      const images = Math.min(perPiece, chosen.length - first);
      const bytes = new Uint8Array(images * this.pixels);
      for (let n = 0; n < images; n++) {
        const at = chosen[first + n] * this.pixels;
        bytes.set(dataset.images.subarray(at, at + this.pixels), n * this.pixels);
      }
      this.#pieces.push({ bytes: gpu.upload(`images ${first}..`, bytes), first, images });
    }
    this.labels = gpu.upload("labels", Int32Array.from(chosen, (image) => dataset.labels[image]));
  }

  /** Prepares the copy of images index[firstSample..] into y, in [0, 2]. */
  gather(index: GpuBuffer, y: GpuBuffer, samples: number, firstSample: number): Call[] {
    return this.#pieces.flatMap(({ bytes, first, images }) =>
      gatherImages(this.#gpu, { bytes, index, y }, {
        samples,
        pixels: this.pixels,
        first_sample: firstSample,
        first_image: first,
        images,
      })
    );
  }

  /** Gives the memory back. */
  dispose(): void {
    for (const { bytes } of this.#pieces) bytes.dispose();
    this.labels.dispose();
  }

  /** So that `using` ends it with its block. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
