/**
 * The zero-bias CNN as a list of kernel calls over buffers: forward, loss, backward, update. Khorrami, Paine and Huang (2015):
 * conv 5x5 (64), pool 2x2, conv 5x5 (128), pool 2x2, conv 5x5 (256), quadrant pool, dense 300, dense C; ReLU throughout; no bias in
 * the convolutions.
 */
import type { GpuBuffer } from "../gpu/buffer.ts";
import type { Call, Gpu } from "../gpu/device.ts";
import { named } from "../gpu/parts.ts";
import {
  convolutionByInput,
  convolutionByWeight,
  convolutionForward,
  type ConvolutionMethod,
  type ConvolutionShape,
  outputCells,
  Workspace,
} from "../kernels/convolution/mod.ts";
import { denseByBias, denseByInput, denseByWeight, denseForward } from "../kernels/dense/mod.ts";
import { dropout } from "../kernels/dropout/mod.ts";
import { softmaxCrossEntropy } from "../kernels/loss/mod.ts";
import { momentumStep } from "../kernels/optimizer/mod.ts";
import { quadrantPoolBackward, quadrantPoolForward } from "../kernels/pool/mod.ts";
import { reluBackward } from "../kernels/relu/mod.ts";
import { elements, FEATURES, FILTERS, HIDDEN, type ParameterName, parameterShapes } from "./parameters.ts";

/** Sizes that define a network, and how its convolutions are computed. */
export interface NetworkSizes {
  /** Side of the square input image, a multiple of 8. */
  imageSize: number;
  /** Number of classes, 2 or more. */
  classes: number;
  /** How the convolutions are computed. */
  convolution: ConvolutionMethod;
}

/** One buffer for each parameter. */
export type ParameterBuffers = Record<ParameterName, GpuBuffer>;

/** Dropout on fc4's input: which mask (seed and clock) and how much. */
export interface DropoutChoice {
  rate: number;
  seed: number;
  clock: GpuBuffer;
}

/** The three convolutions' shapes for a number of images. */
export function convolutionShapes(imageSize: number, images: number): ConvolutionShape[] {
  return FILTERS.map((outputs, index) => {
    const side = imageSize >> index;
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
 * import { largestPart } from "./layers.ts";
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
  /** Normalised images, capacity x S x S. */
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
    return this.#gradients ??= new Gradients(this.#gpu, this.#sizes.imageSize, this.capacity);
  }

  /** Gives all of them back. */
  dispose(): void {
    this.workspace.dispose();
    this.#gradients?.dispose();
    const single = [this.images, this.features, this.featuresArgmax, this.hidden, this.logits, this.probabilities];
    for (const buffer of [...single, this.logitsGradient, ...this.maps, ...this.argmax]) buffer.dispose();
  }
}

/** Gradients by the activations. */
class Gradients {
  readonly maps: readonly [GpuBuffer, GpuBuffer, GpuBuffer];
  readonly features: GpuBuffer;
  readonly hidden: GpuBuffer;

  constructor(gpu: Gpu, imageSize: number, capacity: number) {
    const floats = (label: string, count: number) => gpu.createBuffer(label, 4 * count);
    this.maps = [
      floats("conv1 map gradient", capacity * FILTERS[0] * (imageSize / 2) ** 2),
      floats("conv2 map gradient", capacity * FILTERS[1] * (imageSize / 4) ** 2),
      floats("conv3 map gradient", capacity * FILTERS[2] * (imageSize / 4) ** 2),
    ];
    this.features = floats("features gradient", capacity * FEATURES);
    this.hidden = floats("hidden gradient", capacity * HIDDEN);
  }

  dispose(): void {
    for (const buffer of [...this.maps, this.features, this.hidden]) buffer.dispose();
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

/** Prepares the first `layers` convolutions of the forward pass of `images` images: their maps after ReLU, the first two pooled. */
export function convolutionCalls(
  gpu: Gpu,
  sizes: NetworkSizes,
  w: ParameterBuffers,
  a: Activations,
  images: number,
  layers = 3,
): Call[] {
  const method = sizes.convolution;
  const [conv1, conv2, conv3] = convolutionShapes(sizes.imageSize, images);
  const pooled = { relu: true, pool: true, method };
  const prepare = [
    () =>
      convolutionForward(
        gpu,
        a.workspace,
        conv1,
        { x: a.images, w: w["conv1.weight"], y: a.maps[0], argmax: a.argmax[0] },
        pooled,
      ),
    () =>
      convolutionForward(
        gpu,
        a.workspace,
        conv2,
        { x: a.maps[0], w: w["conv2.weight"], y: a.maps[1], argmax: a.argmax[1] },
        pooled,
      ),
    () =>
      convolutionForward(gpu, a.workspace, conv3, { x: a.maps[1], w: w["conv3.weight"], y: a.maps[2] }, {
        relu: true,
        method,
      }),
  ];
  return prepare.slice(0, layers).flatMap((calls, index) => named(`conv${index + 1} forward`, calls()));
}

/** Prepares the forward pass of the first `images` images, up to the logits. */
export function forwardCalls(
  gpu: Gpu,
  sizes: NetworkSizes,
  w: ParameterBuffers,
  a: Activations,
  images: number,
  drop?: DropoutChoice & { firstSample: number },
): Call[] {
  const { fc4, output } = denseShapes(sizes.classes, images);
  return [
    ...convolutionCalls(gpu, sizes, w, a, images),
    ...named(
      "quadrant pool forward",
      quadrantPoolForward(gpu, quadrantShape(sizes.imageSize, images), {
        x: a.maps[2],
        y: a.features,
        argmax: a.featuresArgmax,
      }),
    ),
    ...named("dense forward", [
      ...(drop ? dropoutCalls(gpu, drop, a.features, images) : []),
      ...denseForward(gpu, fc4, { x: a.features, w: w["fc4.weight"], b: w["fc4.bias"], y: a.hidden }, { relu: true }),
      ...denseForward(gpu, output, { x: a.hidden, w: w["output.weight"], b: w["output.bias"], y: a.logits }),
    ]),
  ];
}

function dropoutCalls(gpu: Gpu, drop: DropoutChoice & { firstSample: number }, x: GpuBuffer, samples: number): Call[] {
  const { clock, seed, rate, firstSample } = drop;
  return dropout(gpu, { clock, x }, { samples, units: FEATURES, seed, rate, firstSample });
}

/** Prepares softmax and loss: the images are samples firstSample.. of a batch whose labels and results stand in two buffers. */
export function lossCalls(
  gpu: Gpu,
  sizes: NetworkSizes,
  a: Activations,
  images: number,
  batch: { labels: GpuBuffer; result: GpuBuffer; size: number; firstSample: number },
): Call[] {
  const buffers = { x: a.logits, labels: batch.labels, y: a.probabilities, dx: a.logitsGradient, result: batch.result };
  const { size, firstSample } = batch;
  const shape = { samples: images, classes: sizes.classes, batch: size, firstSample };
  return named("loss", softmaxCrossEntropy(gpu, buffers, shape));
}

/** Prepares the backward pass from the logits' gradient to every parameter's, added to what stands there when `accumulate`. */
export function backwardCalls(
  gpu: Gpu,
  sizes: NetworkSizes,
  w: ParameterBuffers,
  dw: ParameterBuffers,
  a: Activations,
  images: number,
  options: { accumulate: boolean; drop?: DropoutChoice & { firstSample: number } },
): Call[] {
  const { accumulate, drop } = options;
  const method = sizes.convolution;
  const [conv1, conv2, conv3] = convolutionShapes(sizes.imageSize, images);
  const { fc4, output } = denseShapes(sizes.classes, images);
  const g = a.gradients;
  const relu = (y: GpuBuffer, dy: GpuBuffer, count: number) => reluBackward(gpu, { y, dy }, count);
  const pixels1 = images * FILTERS[0] * (sizes.imageSize / 2) ** 2;
  const pixels2 = images * FILTERS[1] * (sizes.imageSize / 4) ** 2;
  const by = { method, accumulate };
  return [
    ...named("dense backward", [
      ...denseByWeight(gpu, output, { dy: a.logitsGradient, x: a.hidden, dw: dw["output.weight"] }, { accumulate }),
      ...denseByBias(gpu, output, { dy: a.logitsGradient, db: dw["output.bias"] }, { accumulate }),
      ...denseByInput(gpu, output, { dy: a.logitsGradient, w: w["output.weight"], dx: g.hidden }),
      ...relu(a.hidden, g.hidden, images * HIDDEN),
      ...denseByWeight(gpu, fc4, { dy: g.hidden, x: a.features, dw: dw["fc4.weight"] }, { accumulate }),
      ...denseByBias(gpu, fc4, { dy: g.hidden, db: dw["fc4.bias"] }, { accumulate }),
      ...denseByInput(gpu, fc4, { dy: g.hidden, w: w["fc4.weight"], dx: g.features }),
      ...(drop ? dropoutCalls(gpu, drop, g.features, images) : []),
      // A maximum that is positive came through conv3's ReLU; dropped features are 0 and pass nothing back.
      ...relu(a.features, g.features, images * FEATURES),
    ]),
    ...named(
      "quadrant pool backward",
      quadrantPoolBackward(gpu, quadrantShape(sizes.imageSize, images), {
        dy: g.features,
        argmax: a.featuresArgmax,
        dx: g.maps[2],
      }),
    ),
    ...named(
      "conv3 by weight",
      convolutionByWeight(gpu, a.workspace, conv3, { x: a.maps[1], dy: g.maps[2], dw: dw["conv3.weight"] }, by),
    ),
    ...named("conv3 by input", [
      ...convolutionByInput(gpu, a.workspace, conv3, { dy: g.maps[2], w: w["conv3.weight"], dx: g.maps[1] }, {
        method,
      }),
      ...relu(a.maps[1], g.maps[1], pixels2),
    ]),
    ...named(
      "conv2 by weight",
      convolutionByWeight(
        gpu,
        a.workspace,
        conv2,
        { x: a.maps[0], dy: g.maps[1], dw: dw["conv2.weight"], argmax: a.argmax[1] },
        by,
      ),
    ),
    ...named("conv2 by input", [
      ...convolutionByInput(
        gpu,
        a.workspace,
        conv2,
        { dy: g.maps[1], w: w["conv2.weight"], dx: g.maps[0], argmax: a.argmax[1] },
        { method },
      ),
      ...relu(a.maps[0], g.maps[0], pixels1),
    ]),
    ...named(
      "conv1 by weight",
      convolutionByWeight(
        gpu,
        a.workspace,
        conv1,
        { x: a.images, dy: g.maps[0], dw: dw["conv1.weight"], argmax: a.argmax[0] },
        by,
      ),
    ),
  ];
}

/** Prepares the momentum update of every parameter. */
export function updateCalls(
  gpu: Gpu,
  classes: number,
  buffers: { w: ParameterBuffers; dw: ParameterBuffers; v: ParameterBuffers; settings: GpuBuffer; status: GpuBuffer },
): Call[] {
  const { w, dw, v, settings, status } = buffers;
  const calls = Object.entries(parameterShapes(classes)).flatMap(([name, shape]) => {
    const key = name as ParameterName;
    return momentumStep(gpu, { settings, dw: dw[key], w: w[key], v: v[key], status }, elements(shape));
  });
  return named("update", calls);
}
