/** Which pixels speak for a class: gradients of the class's score, under several rules, and maps made from them. */
import type { Call, Gpu } from "../gpu/device.ts";
import type { ReluRule } from "../kernels/relu/mod.ts";
import { gradCam } from "../kernels/response/mod.ts";
import { type Activations, forwardCalls } from "../network/layers.ts";
import { FILTERS } from "../network/parameters.ts";
import type { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
import { featuresToPixels, logitsToFeatures } from "./backward.ts";
import { inBatches } from "./batches.ts";
import { enlarge } from "./pictures/enlarge.ts";
import { type AnalysisImages, countImages, ImageSource, type WorkOptions } from "./images.ts";
import { mapSide } from "./layer.ts";

/**
 * How pixels are given their part in a class's score (its logit, before the softmax):
 * - `gradient`: the derivative (Simonyan et al. 2014);
 * - `deconvnet` (Zeiler and Fergus 2014), `guided` (Springenberg et al. 2015): the same way back with another rule at every rectifier;
 * - `grad-cam` (Selvaraju et al. 2017): conv3's maps after ReLU, weighted by their mean gradient, rectified, enlarged to the image;
 * - `guided-grad-cam`: the product of that and `guided`;
 * - `integrated-gradients` (Sundararajan et al. 2017): the mean derivative along the straight line from the zero image, times the image.
 */
export type AttributionMethod = ReluRule | "grad-cam" | "guided-grad-cam" | "integrated-gradients";

/** All of them. */
export const ATTRIBUTION_METHODS: readonly AttributionMethod[] = [
  "gradient",
  "deconvnet",
  "guided",
  "grad-cam",
  "guided-grad-cam",
  "integrated-gradients",
];

/** What to attribute, and how. */
export interface AttributionOptions {
  /** The class whose score is asked about: one for all images, or one for each. */
  target: number | ArrayLike<number>;
  method: AttributionMethod;
  /** Integrated gradients: points on the line, the middles of as many equal pieces. Default 64. */
  steps?: number;
  /** Stops the work at the next batch; the call rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** What every batch heeds. */
type Stoppable = Pick<WorkOptions, "signal">;

/** Maps and what they are maps of. */
export interface Attribution {
  /** n x S x S. */
  maps: Float32Array;
  /** The target class's score of each image, before the softmax. */
  scores: Float32Array;
  /**
   * Integrated gradients alone: for each image |sum of its map - (score - score of the zero image)| / |score - score of the zero image|. Exact
   * integration would give 0; more `steps` come closer.
   */
  completenessError?: Float64Array;
}

/**
 * Attributes a class's score to the pixels.
 *
 * The baseline of integrated gradients is the zero image in normalized space: what normalization makes of an even grey, the picture that says nothing
 * (but at its border, where padding shows), and from where no convolution, having no bias, answers at all.
 *
 * @throws {RangeError} for images that do not fit the network, an unknown method, a target that is no class, steps that are no integer of 1 or more.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../gpu/device.ts";
 * import { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
 * import { attribute } from "./attribution.ts";
 * using gpu = await openGpu();
 * using net = await ZeroBiasCnn.create(gpu, { imageSize: 16, classes: 2, seed: 1, initialScale: 1 });
 * const image = Float32Array.from({ length: 256 }, (_, i) => Math.sin(i * i));
 * const { maps, completenessError } = await attribute(net, image, { target: 1, method: "integrated-gradients" });
 * assert(maps.length === 256 && completenessError![0] < 0.05);
 * ```
 */
export async function attribute(
  net: ZeroBiasCnn,
  images: AnalysisImages,
  { target, method, steps = 64, signal }: AttributionOptions,
): Promise<Attribution> {
  if (!ATTRIBUTION_METHODS.includes(method)) {
    throw new RangeError(`method is ${JSON.stringify(method)}, expected one of ${ATTRIBUTION_METHODS.join(", ")}`);
  }
  if (!(Number.isInteger(steps) && steps >= 1)) {
    throw new RangeError(`steps is ${steps}, expected an integer of 1 or more`);
  }
  const targets = checkTargets(target, countImages(net, images), net.classes);
  if (method === "integrated-gradients") return await integrated(net, images, targets, steps, { signal });
  if (method === "grad-cam") return await classMaps(net, images, targets, { signal });
  if (method !== "guided-grad-cam") return await scoreGradients(net, images, targets, method, { signal });
  const { maps, scores } = await scoreGradients(net, images, targets, "guided", { signal });
  const coarse = await classMaps(net, images, targets, { signal });
  return { maps: maps.map((value, i) => value * coarse.maps[i]), scores };
}

function checkTargets(target: number | ArrayLike<number>, count: number, classes: number): Uint32Array {
  const targets = typeof target === "number" ? new Array<number>(count).fill(target) : target;
  if (targets.length !== count) {
    throw new RangeError(`target has ${targets.length} entries, expected one for each of ${count} images`);
  }
  for (let n = 0; n < count; n++) {
    if (!(Number.isInteger(targets[n]) && targets[n] >= 0 && targets[n] < classes)) {
      throw new RangeError(`target is ${targets[n]}, expected a class in 0..${classes - 1}`);
    }
  }
  return Uint32Array.from(targets);
}

/** The scores' gradients by the pixels, under a rule. */
async function scoreGradients(
  net: ZeroBiasCnn,
  images: AnalysisImages,
  targets: Uint32Array,
  rule: ReluRule,
  options: Stoppable,
): Promise<Attribution> {
  const pixels = net.imageSize ** 2;
  const queue = net.gpu.operation();
  const a = queue(() => net.activations(targets.length));
  using dx = queue(() => net.gpu.createBuffer("pixel gradients", 4 * a.capacity * pixels));
  const maps = new Float32Array(targets.length * pixels);
  const scores = await backward(net, images, targets, queue, {
    ...options,
    calls: (n) => [...logitsToFeatures(net, a, n, rule), ...featuresToPixels(net, a, n, rule, dx)],
    done: async (first, n) => maps.set(await net.gpu.read(dx, Float32Array, 4 * n * pixels), first * pixels),
  });
  return { maps, scores };
}

/** Grad-CAM's maps, enlarged to the image. */
async function classMaps(
  net: ZeroBiasCnn,
  images: AnalysisImages,
  targets: Uint32Array,
  options: Stoppable,
): Promise<Attribution> {
  const { gpu, imageSize } = net;
  const side = mapSide("conv3", imageSize), area = side ** 2;
  const queue = gpu.operation();
  const a = queue(() => net.activations(targets.length));
  using y = queue(() => gpu.createBuffer("class maps", 4 * a.capacity * area));
  const small = new Float32Array(targets.length * area);
  const scores = await backward(net, images, targets, queue, {
    ...options,
    calls: (n) => [
      ...logitsToFeatures(net, a, n, "gradient"),
      ...gradCam(gpu, { images: n, filters: FILTERS[2], windows: 4, height: side, width: side }, {
        x: a.maps[2],
        dy: a.gradients.features,
        y,
      }),
    ],
    done: async (first, n) => small.set(await gpu.read(y, Float32Array, 4 * n * area), first * area),
  });
  return { maps: enlarge(small, side, imageSize), scores };
}

/** Forward, the targets' ones as the logits' gradient, and `calls`, batch by batch; `done` fetches what they made. Returns the targets' scores. */
async function backward(
  net: ZeroBiasCnn,
  images: AnalysisImages,
  targets: Uint32Array,
  queue: ReturnType<Gpu["operation"]>,
  work: { calls: (images: number) => Call[]; done: (first: number, images: number) => Promise<void> } & Stoppable,
): Promise<Float32Array> {
  const { gpu, sizes, weights, classes } = net;
  const count = targets.length;
  const a: Activations = queue(() => net.activations(count));
  using source = queue(() => new ImageSource(net, images, a));
  const scores = new Float32Array(count);
  await inBatches(net, queue, {
    count,
    capacity: a.capacity,
    calls: (n) => [...forwardCalls(gpu, sizes, weights, a, n), ...work.calls(n)],
    load(first, n) {
      const start = new Float32Array(n * classes);
      for (let i = 0; i < n; i++) start[i * classes + targets[first + i]] = 1;
      gpu.write(a.logitsGradient, start);
      source.load(Uint32Array.from({ length: n }, (_, i) => first + i));
    },
    async done(first, n) {
      const [logits] = await Promise.all([gpu.read(a.logits, Float32Array, 4 * n * classes), work.done(first, n)]);
      for (let i = 0; i < n; i++) scores[first + i] = logits[i * classes + targets[first + i]];
    },
  }, work);
  return scores;
}

/** Integrated gradients, an image at a time: its line's points are a batch. */
async function integrated(
  net: ZeroBiasCnn,
  images: AnalysisImages,
  targets: Uint32Array,
  steps: number,
  options: Stoppable,
): Promise<Attribution> {
  const pixels = net.imageSize ** 2, count = targets.length;
  const whole = await normalized(net, images, count, options);
  const maps = new Float32Array(count * pixels), scores = new Float32Array(count);
  const completenessError = new Float64Array(count);
  const along = (image: number, scales: number[]) =>
    scoreGradients(
      net,
      Float32Array.from({ length: scales.length * pixels }, (_, at) =>
        scales[Math.floor(at / pixels)] * whole[image * pixels + at % pixels]),
      new Uint32Array(scales.length).fill(targets[image]),
      "gradient",
      options,
    );
  const middles = Array.from({ length: steps }, (_, step) => (step + 0.5) / steps);
  for (let image = 0; image < count; image++) {
    const { maps: gradients } = await along(image, middles);
    const { scores: [from, to] } = await along(image, [0, 1]);
    let sum = 0;
    for (let at = 0; at < pixels; at++) {
      let mean = 0;
      for (let step = 0; step < steps; step++) mean += gradients[step * pixels + at] / steps;
      maps[image * pixels + at] = mean * whole[image * pixels + at];
      sum += mean * whole[image * pixels + at];
    }
    scores[image] = to;
    completenessError[image] = sum === to - from ? 0 : Math.abs((sum - (to - from)) / (to - from));
  }
  return { maps, scores, completenessError };
}

/** The images as the network sees them. */
async function normalized(
  net: ZeroBiasCnn,
  images: AnalysisImages,
  count: number,
  options: Stoppable,
): Promise<Float32Array> {
  if (images instanceof Float32Array) return images;
  const pixels = net.imageSize ** 2;
  const queue = net.gpu.operation();
  const a = queue(() => net.activations(count));
  using source = queue(() => new ImageSource(net, images, a));
  const result = new Float32Array(count * pixels);
  await inBatches(net, queue, {
    count,
    capacity: a.capacity,
    calls: () => [],
    load: (first, n) => source.load(Uint32Array.from({ length: n }, (_, i) => first + i)),
    async done(first, n) {
      result.set(await net.gpu.read(a.images, Float32Array, 4 * n * pixels), first * pixels);
    },
  }, options);
  return result;
}
