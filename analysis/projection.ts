/**
 * Projections to the pixels: a single response of a layer, everything else in the layer zeroed, sent back through the network.
 * Pools send back to where their maximum was; where no value of a 2x2 window is positive that is still its largest, which `deconvnet` alone can show.
 * Source: Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks" (2014); Springenberg et al., "Striving for Simplicity" (2015).
 */
import type { GpuBuffer } from "../gpu/buffer.ts";
import type { Call } from "../gpu/device.ts";
import type { ReluRule } from "../kernels/relu/mod.ts";
import { responseByInput } from "../kernels/response/mod.ts";
import { type Activations, convolutionCalls, convolutionShapes } from "../network/layers.ts";
import type { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
import { mapToPixels } from "./backward.ts";
import { inBatches } from "./batches.ts";
import { type AnalysisImages, countImages, ImageSource, type WorkOptions } from "./images.ts";
import { type ConvolutionLayer, depthOf, filtersOf, mapSide } from "./layer.ts";
import { strongestCalls } from "./responses.ts";

/** Which layer, and what passes a rectifier on the way back. */
export interface ProjectionOptions extends WorkOptions {
  layer: ConvolutionLayer;
  /** `guided` lets through what is positive and came from a positive activation, `deconvnet` what is positive, `gradient` what came from one. */
  method: ReluRule;
}

/** One unit of a convolution's map (before pooling) in one image. */
export interface Unit {
  /** Number of the image, among those given. */
  image: number;
  filter: number;
  /** Row and column in the map. */
  y: number;
  x: number;
}

/**
 * For each image the strongest response of one filter, projected to the pixels: n x S x S. It starts with the response itself, so that what
 * comes back is the response's derivative times its size (with `gradient`), or what the other rules make of it. A filter that does not answer
 * an image gives zeros there.
 *
 * @throws {RangeError} for images that do not fit the network, an unknown layer or method, a filter that the layer does not have.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../gpu/device.ts";
 * import { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
 * import { projectToPixels } from "./projection.ts";
 * using gpu = await openGpu();
 * using net = await ZeroBiasCnn.create(gpu, { imageSize: 16, classes: 2, seed: 1, initialScale: 1 });
 * const images = Float32Array.from({ length: 2 * 256 }, (_, i) => Math.sin(i * i));
 * const projections = await projectToPixels(net, images, { layer: "conv3", filter: 17, method: "guided" });
 * assert(projections.length === 2 * 256 && projections.some((value) => value > 0));
 * ```
 */
export function projectToPixels(
  net: ZeroBiasCnn,
  images: AnalysisImages,
  options: ProjectionOptions & { filter: number },
): Promise<Float32Array> {
  const { filter } = options;
  const numbers = Uint32Array.from({ length: countImages(net, images) }, (_, n) => n);
  return project(net, images, { images: numbers, filters: numbers.map(() => filter) }, [filter], options);
}

/**
 * Any units of a layer, each alone, projected to the pixels: units x S x S. Each starts with 1, whatever the unit answers: with `gradient` what
 * comes back is the derivative of its value before the rectifier. Different filters and images go through the GPU side by side.
 *
 * @throws {RangeError} as {@linkcode projectToPixels} does, and for a unit that is not there.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../gpu/device.ts";
 * import { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
 * import { projectUnits } from "./projection.ts";
 * using gpu = await openGpu();
 * using net = await ZeroBiasCnn.create(gpu, { imageSize: 16, classes: 2, seed: 1, initialScale: 1 });
 * const image = Float32Array.from({ length: 256 }, (_, i) => Math.sin(i * i));
 * const units = [{ image: 0, filter: 17, y: 1, x: 2 }, { image: 0, filter: 3, y: 0, x: 0 }];
 * const projections = await projectUnits(net, image, units, { layer: "conv2", method: "deconvnet" });
 * assert.equal(projections.length, 2 * 256);
 * ```
 */
export function projectUnits(
  net: ZeroBiasCnn,
  images: AnalysisImages,
  units: readonly Unit[],
  options: ProjectionOptions,
): Promise<Float32Array> {
  const count = countImages(net, images), side = mapSide(options.layer, net.imageSize);
  units.forEach((unit, n) => {
    for (const [name, bound] of [["image", count], ["y", side], ["x", side]] as const) {
      if (!(Number.isInteger(unit[name]) && unit[name] >= 0 && unit[name] < bound)) {
        throw new RangeError(`units[${n}].${name} is ${unit[name]}, expected an integer in 0..${bound - 1}`);
      }
    }
  });
  const filters = units.map(({ filter }) => filter);
  const rows = {
    images: Uint32Array.from(units, ({ image }) => image),
    filters: Uint32Array.from(filters),
    positions: Uint32Array.from(units, ({ y, x }) => y * side + x),
  };
  return project(net, images, rows, filters, options);
}

/** What is projected, row by row; without positions the strongest response of the row's image. */
interface Rows {
  images: Uint32Array;
  filters: Uint32Array;
  positions?: Uint32Array;
}

/** The buffers that say what a batch's rows start from. */
type Start = Record<"chosen" | "value" | "position", GpuBuffer>;

async function project(
  net: ZeroBiasCnn,
  images: AnalysisImages,
  rows: Rows,
  filters: readonly number[],
  { layer, method, ...work }: ProjectionOptions,
): Promise<Float32Array> {
  if (!["gradient", "deconvnet", "guided"].includes(method)) {
    throw new RangeError(`method is ${JSON.stringify(method)}, expected "guided", "deconvnet" or "gradient"`);
  }
  const last = filtersOf(layer) - 1;
  const bad = filters.find((filter) => !(Number.isInteger(filter) && filter >= 0 && filter <= last));
  if (bad !== undefined) throw new RangeError(`filter is ${bad}, ${layer} has filters 0..${last}`);
  const count = rows.images.length, pixels = net.imageSize ** 2;
  const result = new Float32Array(count * pixels);
  if (count === 0) return result;
  const { gpu } = net;
  const queue = gpu.operation();
  const a = queue(() => net.activations(count));
  using source = queue(() => new ImageSource(net, images, a));
  using chosen = queue(() => gpu.createBuffer("chosen filters", 4 * a.capacity));
  using value = queue(() => gpu.upload("start values", new Float32Array(a.capacity).fill(1)));
  using position = queue(() => gpu.createBuffer("start positions", 4 * a.capacity));
  using projected = queue(() => gpu.createBuffer("projections", 4 * a.capacity * pixels));
  const start = { chosen, value, position };
  await inBatches(net, queue, {
    count,
    capacity: a.capacity,
    calls: (n) => projectionCalls(net, a, n, { layer, method, given: rows.positions !== undefined }, start, projected),
    load(first, n) {
      source.load(rows.images.subarray(first, first + n));
      gpu.write(chosen, rows.filters.subarray(first, first + n));
      if (rows.positions) gpu.write(position, rows.positions.subarray(first, first + n));
    },
    async done(first, n) {
      result.set(await gpu.read(projected, Float32Array, 4 * n * pixels), first * pixels);
    },
  }, work);
  return result;
}

/** Forward as far as is needed, the start's way through its own convolution, and from there to the pixels. */
function projectionCalls(
  net: ZeroBiasCnn,
  a: Activations,
  images: number,
  { layer, method, given }: { layer: ConvolutionLayer; method: ReluRule; given: boolean },
  start: Start,
  pixels: GpuBuffer,
): Call[] {
  const { gpu, sizes, weights } = net;
  const depth = depthOf(layer);
  const shape = convolutionShapes(net.imageSize, images)[depth];
  const dx = depth === 0 ? pixels : a.gradients.maps[depth - 1];
  return [
    // A given unit needs only what lies below its layer.
    ...convolutionCalls(gpu, sizes, weights, a, images, given ? depth : depth + 1),
    ...(given ? [] : strongestCalls(net, a, images, layer, start)),
    ...responseByInput(gpu, shape, { w: weights[`${layer}.weight`], dx, ...start }),
    ...(depth === 0 ? [] : mapToPixels(net, a, images, depth - 1 as 0 | 1, method, pixels)),
  ];
}
