/** What a pass through the zero-bias CNN needs room for: the layers' shapes, the activations, their gradients, scratch memory. */
import type { GpuBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { type ConvolutionMethod, type ConvolutionShape, outputCells, Workspace } from "../kernels/convolution/mod.ts";
import { SparseWorkspace } from "../kernels/sparse/mod.ts";
import { FEATURES, FILTERS, HIDDEN } from "./parameters.ts";

/** Sizes that define a network, and how its convolutions are computed. */
export interface NetworkSizes {
  /** Side of the square input image, a multiple of 8. */
  imageSize: number;
  /** Number of classes, 2 or more. */
  classes: number;
  /** How the convolutions are computed. */
  convolution: ConvolutionMethod;
}

/** The three convolutions' shapes for a number of images. */
export function convolutionShapes(imageSize: number, images: number): ConvolutionShape[] {
  return FILTERS.map((outputs, index) => {
    const side = imageSize / 2 ** index;
    return { images, inputs: index === 0 ? 1 : FILTERS[index - 1], outputs, height: side, width: side, filter: 5 };
  });
}

/**
 * Images that fit through the network at once: at most 64, less where a map would be over the adapter's largest binding.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../gpu/device.ts";
 * import { largestPart } from "./activations.ts";
 * using gpu = await openGpu();
 * assert(largestPart(gpu, 96) >= 1);
 * ```
 */
export function largestPart(gpu: Gpu, imageSize: number): number {
  const bytesPerImage = 4 * FILTERS[0] * (imageSize / 2) ** 2; // conv1's pooled map; conv3's map is as large
  const limit = Math.min(gpu.limits.maxStorageBufferBindingSize, gpu.limits.maxBufferSize);
  return Math.max(1, Math.min(64, Math.floor(limit / bytesPerImage)));
}

/** Buffers for the activations and gradients of up to `capacity` images. */
export class Activations {
  /** Most images at once. */
  readonly capacity: number;
  /** Scratch memory of the convolutions. */
  readonly workspace: Workspace;
  /** Normalized images, capacity x S x S. */
  readonly images: GpuBuffer;
  /** Pooled maps of conv1 and conv2, and conv3's map, after ReLU. */
  readonly maps: readonly [GpuBuffer, GpuBuffer, GpuBuffer];
  /** Where the maxima of the first two were. */
  readonly argmax: readonly [GpuBuffer, GpuBuffer];
  /** Quadrant maxima, fc4's input, and where they were. */
  readonly features: GpuBuffer;
  readonly featuresArgmax: GpuBuffer;
  /** fc4's output after ReLU. */
  readonly hidden: GpuBuffer;
  readonly logits: GpuBuffer;
  readonly probabilities: GpuBuffer;
  readonly logitsGradient: GpuBuffer;
  #gpu: Gpu;
  #gradients: Gradients | undefined;
  #sizes: NetworkSizes;
  #disposed = false;

  /** Makes the buffers of the forward pass; those of the backward pass come when they are first wanted. */
  constructor(gpu: Gpu, sizes: NetworkSizes, capacity: number) {
    const { imageSize, classes } = sizes;
    this.#gpu = gpu;
    this.#sizes = sizes;
    this.capacity = capacity;
    const shapes = convolutionShapes(imageSize, capacity);
    const floats = (label: string, count: number) => gpu.createBuffer(label, 4 * count);
    this.workspace = new Workspace(gpu, shapes, { method: sizes.convolution });
    this.images = floats("images", capacity * imageSize ** 2);
    this.maps = [
      floats("conv1 map", capacity * FILTERS[0] * (imageSize / 2) ** 2),
      floats("conv2 map", capacity * FILTERS[1] * (imageSize / 4) ** 2),
      floats("conv3 map", capacity * FILTERS[2] * (imageSize / 4) ** 2),
    ];
    this.argmax = [
      floats("conv1 argmax", outputCells(shapes[0])),
      floats("conv2 argmax", outputCells(shapes[1])),
    ];
    this.features = floats("features", capacity * FEATURES);
    this.featuresArgmax = floats("features argmax", capacity * FEATURES);
    this.hidden = floats("hidden", capacity * HIDDEN);
    this.logits = floats("logits", capacity * classes);
    this.probabilities = floats("probabilities", capacity * classes);
    this.logitsGradient = floats("logits gradient", capacity * classes);
  }

  /** Buffers of the backward pass. */
  get gradients(): Gradients {
    if (this.#disposed && !this.#gradients) throw new Error("these activations were disposed of with their network");
    return this.#gradients ??= new Gradients(this.#gpu, this.#sizes.imageSize, this.capacity);
  }

  /** All that there are by now. */
  get buffers(): GpuBuffer[] {
    const single = [this.images, this.features, this.featuresArgmax, this.hidden, this.logits, this.probabilities];
    const made = [...single, this.logitsGradient, ...this.maps, ...this.argmax];
    return [...made, ...this.workspace.buffers, ...this.#gradients?.buffers ?? []];
  }

  /** Gives all of them back. */
  dispose(): void {
    this.#disposed = true;
    for (const buffer of this.buffers) buffer.dispose();
  }
}

/** Gradients by the activations. */
class Gradients {
  /** Of the pooled maps of conv1 and conv2. */
  readonly maps: readonly [GpuBuffer, GpuBuffer];
  readonly features: GpuBuffer;
  readonly hidden: GpuBuffer;
  #make: { conv3Map: () => GpuBuffer; sparse: () => SparseWorkspace };
  #conv3Map: GpuBuffer | undefined;
  #sparse: SparseWorkspace | undefined;

  constructor(gpu: Gpu, imageSize: number, capacity: number) {
    const floats = (label: string, count: number) => gpu.createBuffer(label, 4 * count);
    this.maps = [
      floats("conv1 map gradient", capacity * FILTERS[0] * (imageSize / 2) ** 2),
      floats("conv2 map gradient", capacity * FILTERS[1] * (imageSize / 4) ** 2),
    ];
    this.features = floats("features gradient", capacity * FEATURES);
    this.hidden = floats("hidden gradient", capacity * HIDDEN);
    this.#make = {
      conv3Map: () => floats("conv3 map gradient", capacity * FILTERS[2] * (imageSize / 4) ** 2),
      sparse: () => new SparseWorkspace(gpu, convolutionShapes(imageSize, capacity)[2]),
    };
  }

  /** Of conv3's map, almost all zeros: only where it is spread out. */
  get conv3Map(): GpuBuffer {
    return this.#conv3Map ??= this.#make.conv3Map();
  }

  /** What takes its place where it is not. */
  get sparse(): SparseWorkspace {
    return this.#sparse ??= this.#make.sparse();
  }

  get buffers(): GpuBuffer[] {
    const conv3Map = this.#conv3Map ? [this.#conv3Map] : [];
    return [...this.maps, this.features, this.hidden, ...conv3Map, ...this.#sparse?.buffers ?? []];
  }
}

/** Sizes of the quadrant pooling for a number of images. */
export function quadrantShape(imageSize: number, images: number) {
  const side = imageSize / 4;
  return { planes: images * FILTERS[2], height: side, width: side, window_height: side / 2, window_width: side / 2 };
}

/** The dense layers' shapes for a number of images. */
export function denseShapes(classes: number, samples: number) {
  return {
    fc4: { samples, inputs: FEATURES, outputs: HIDDEN },
    output: { samples, inputs: HIDDEN, outputs: classes },
  };
}
