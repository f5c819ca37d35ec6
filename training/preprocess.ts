/** From drawn image numbers to the network's input: gather, augment, normalize, all on the GPU. */
import type { GpuBuffer } from "../gpu/buffer.ts";
import type { Call, Gpu } from "../gpu/device.ts";
import { named } from "../gpu/parts.ts";
import { augmentImages } from "../kernels/augmentation/mod.ts";
import { type Normalization, normalizeImages } from "../kernels/normalization/mod.ts";
import type { ResidentImages } from "./resident.ts";

/** Buffers between the dataset and the network, for up to `capacity` images. */
export class Preprocessor {
  #gpu: Gpu;
  #imageSize: number;
  #raw: GpuBuffer;
  #augmented: GpuBuffer;
  #draws: GpuBuffer;
  #range: GpuBuffer;

  /** Makes the buffers. */
  constructor(gpu: Gpu, imageSize: number, capacity: number) {
    this.#gpu = gpu;
    this.#imageSize = imageSize;
    this.#raw = gpu.createBuffer("gathered images", 4 * capacity * imageSize ** 2);
    this.#augmented = gpu.createBuffer("augmented images", 4 * capacity * imageSize ** 2);
    this.#draws = gpu.createBuffer("augmentation draws", 32 * capacity);
    this.#range = gpu.createBuffer("image ranges", 8 * capacity);
  }

  /** Prepares samples firstSample.. of a batch into `images`, augmented where `augment` says with which seed and step. */
  calls(
    resident: ResidentImages,
    batch: { index: GpuBuffer; samples: number; firstSample: number },
    images: GpuBuffer,
    options: { normalization: Normalization; augment?: { seed: number; clock: GpuBuffer } },
  ): Call[] {
    const { index, samples, firstSample } = batch;
    const { normalization, augment } = options;
    const size = this.#imageSize;
    const [source, scratch] = augment ? [this.#augmented, this.#raw] : [this.#raw, this.#augmented];
    return [
      ...named("sampling", resident.gather(index, this.#raw, samples, firstSample)),
      ...(augment
        ? named(
          "augmentation",
          augmentImages(this.#gpu, {
            clock: augment.clock,
            x: this.#raw,
            y: this.#augmented,
            draws: this.#draws,
            range: this.#range,
          }, { samples, imageSize: size, seed: augment.seed, firstSample }),
        )
        : []),
      ...named(
        "normalization",
        normalizeImages(
          this.#gpu,
          { x: source, y: images, scratch },
          { samples, height: size, width: size },
          normalization,
        ),
      ),
    ];
  }

  /** Gives the memory back. */
  dispose(): void {
    for (const buffer of [this.#raw, this.#augmented, this.#draws, this.#range]) buffer.dispose();
  }
}
