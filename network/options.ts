/** What a network and a training step are told: what may be left out filled in, and what is out of range refused. */
import type { Gpu } from "../gpu/device.ts";
import {
  CONVOLUTION_METHODS,
  type ConvolutionMethod,
  methodFor,
  storageFor,
  winogradFits,
} from "../kernels/convolution/mod.ts";
import { convolutionShapes } from "./activations.ts";
import { checkSeed } from "./checks.ts";
import { drawInitialScale } from "./parameters.ts";

/** What a network is made from. */
export interface ZeroBiasCnnOptions {
  /** Side of the square input, a multiple of 8. */
  imageSize: number;
  /** Number of classes, 2 or more. */
  classes: number;
  /** Draws the initial weights, and dropout in `trainStep`: an integer 0..2^32-1. Default 0. */
  seed?: number;
  /** k in the standard deviations of the initial weights; drawn from the seed, uniform in [0.2, 1.2), where not given. */
  initialScale?: number;
  /** How the convolutions are computed. Default `"auto"`. */
  convolution?: ConvolutionMethod;
}

/** Settings of one update. */
export interface StepOptions {
  /** Default 0.01. */
  learningRate?: number;
  /** Default 0.9. */
  momentum?: number;
  /** Default 1e-5, on every parameter, biases included. */
  weightDecay?: number;
  /** Share of fc4's inputs that is dropped, in [0, 1). Default 0. */
  dropout?: number;
}

/** Loss and share of hits of a batch. */
export interface StepResult {
  loss: number;
  accuracy: number;
}

/**
 * All that a network is made from; `"auto"` becomes what the adapter takes.
 *
 * @throws {RangeError} naming what is out of range.
 * @throws {GpuLimitError} for `"winograd-float16"` on an adapter without float16.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../gpu/device.ts";
 * import { completed } from "./options.ts";
 * using gpu = await openGpu();
 * assert.equal(completed(gpu, { imageSize: 48, classes: 7 }).seed, 0);
 * assert.throws(() => completed(gpu, { imageSize: 50, classes: 7 }), /imageSize is 50, expected a multiple of 8/);
 * ```
 */
export function completed(gpu: Gpu, options: ZeroBiasCnnOptions): Required<ZeroBiasCnnOptions> {
  const { imageSize, classes, seed = 0, convolution = "auto" } = options;
  if (!(Number.isInteger(imageSize) && imageSize >= 8 && imageSize % 8 === 0)) {
    throw new RangeError(`imageSize is ${imageSize}, expected a multiple of 8, such as 48 or 96`);
  }
  if (!(Number.isInteger(classes) && classes >= 2)) {
    throw new RangeError(`classes is ${classes}, expected an integer of 2 or more`);
  }
  if (!CONVOLUTION_METHODS.includes(convolution)) {
    const known = CONVOLUTION_METHODS.map((method) => JSON.stringify(method)).join(", ");
    throw new RangeError(`convolution is ${JSON.stringify(convolution)}, expected one of ${known}`);
  }
  storageFor(gpu, convolution);
  checkSeed(seed);
  const initialScale = options.initialScale ?? drawInitialScale(seed);
  if (!(initialScale > 0 && Number.isFinite(initialScale))) {
    throw new RangeError(`initialScale is ${initialScale}, expected a positive number, such as 1`);
  }
  const method = convolution === "auto" ? methodOn(gpu, imageSize) : convolution;
  return { imageSize, classes, seed, initialScale, convolution: method };
}

/**
 * All settings of an update.
 *
 * @throws {RangeError} naming what is out of range.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { completedStep } from "./options.ts";
 * assert.equal(completedStep({ learningRate: 0.1 }).momentum, 0.9);
 * assert.throws(() => completedStep({ dropout: 1 }), /dropout is 1, expected a number in \[0, 1\)/);
 * ```
 */
export function completedStep(options: StepOptions): Required<StepOptions> {
  const { learningRate = 0.01, momentum = 0.9, weightDecay = 1e-5, dropout = 0 } = options;
  for (const [name, value] of Object.entries({ learningRate, momentum, weightDecay })) {
    if (!(Number.isFinite(value) && value >= 0)) {
      throw new RangeError(`${name} is ${value}, expected a number of 0 or more`);
    }
  }
  if (!(dropout >= 0 && dropout < 1)) throw new RangeError(`dropout is ${dropout}, expected a number in [0, 1)`);
  return { learningRate, momentum, weightDecay, dropout };
}

/**
 * What `"auto"` is on an adapter: direct for images so large that the tiles of one are over its largest binding. Browsers' software adapter
 * compiles the direct kernel for minutes, and may lose the device over it; Winograd's three it takes as all others do.
 */
function methodOn(gpu: Gpu, imageSize: number): ConvolutionMethod {
  const method = gpu.adapter.architecture === "swiftshader" ? "winograd" : "auto";
  const large = convolutionShapes(imageSize, 1).some((shape) =>
    methodFor(shape, method) !== "direct" && !winogradFits(gpu, shape)
  );
  return large ? "direct" : method;
}
