/** How strongly each filter answers each image: the spatial maximum of its map, the number that the paper compares. */
import type { Call } from "../gpu/device.ts";
import { strongestResponses } from "../kernels/response/mod.ts";
import { type Activations, convolutionCalls, forwardCalls } from "../network/layers.ts";
import type { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
import { inBatches } from "./batches.ts";
import { type AnalysisImages, countImages, ImageSource, type WorkOptions } from "./images.ts";
import { depthOf, filtersOf, type Layer, mapSide } from "./layer.ts";

/** One number for each image and filter, and where it was found. */
export interface LayerResponses {
  layer: Layer;
  /** Number of images, n. */
  images: number;
  /** Number of filters or units, F. */
  filters: number;
  /** n x F: the maximum over the filter's map, after ReLU and before pooling; fc4: the unit's activation. 0 or more. */
  responses: Float32Array;
  /** n x F: where it was, y * side + x; ties go to the lower one, and a response of 0 stands at 0. All 0 for fc4, which has no places. */
  positions: Uint32Array;
  /** Side of the map before pooling; 1 for fc4. */
  side: number;
}

/**
 * The responses of all filters of a layer to all images. Maps stay on the GPU; one number and one place for each image and filter come back.
 *
 * @throws {RangeError} for images that do not fit the network, or an unknown layer.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../gpu/device.ts";
 * import { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
 * import { layerResponses } from "./responses.ts";
 * using gpu = await openGpu();
 * using net = await ZeroBiasCnn.create(gpu, { imageSize: 16, classes: 2, seed: 1 });
 * const images = Float32Array.from({ length: 3 * 256 }, (_, i) => Math.sin(i * i));
 * const { responses, filters, side } = await layerResponses(net, images, { layer: "conv3" });
 * assert.deepEqual([responses.length, filters, side], [3 * 256, 256, 4]);
 * ```
 */
export async function layerResponses(
  net: ZeroBiasCnn,
  images: AnalysisImages,
  options: { layer: Layer } & WorkOptions,
): Promise<LayerResponses> {
  const { layer, ...work } = options;
  const { gpu } = net;
  const filters = filtersOf(layer), count = countImages(net, images);
  const responses = new Float32Array(count * filters), positions = new Uint32Array(count * filters);
  const queue = gpu.operation();
  const a = queue(() => net.activations(count));
  using source = queue(() => new ImageSource(net, images, a));
  using value = queue(() => gpu.createBuffer("responses", 4 * a.capacity * filters));
  using position = queue(() => gpu.createBuffer("response positions", 4 * a.capacity * filters));
  await inBatches(net, queue, {
    count,
    capacity: a.capacity,
    calls: (n) => responseCalls(net, a, n, layer, { value, position }),
    load: (first, n) => source.load(Uint32Array.from({ length: n }, (_, i) => first + i)),
    async done(first, n) {
      const bytes = 4 * n * filters;
      if (layer === "fc4") responses.set(await gpu.read(a.hidden, Float32Array, bytes), first * filters);
      else {
        const read = [gpu.read(value, Float32Array, bytes), gpu.read(position, Uint32Array, bytes)] as const;
        const [values, places] = await Promise.all(read);
        responses.set(values, first * filters);
        positions.set(places, first * filters);
      }
    },
  }, work);
  const side = layer === "fc4" ? 1 : mapSide(layer, net.imageSize);
  return { layer, images: count, filters, responses, positions, side };
}

/** The forward pass as far as it is needed, and the maxima of the layer's maps. */
function responseCalls(
  net: ZeroBiasCnn,
  a: Activations,
  images: number,
  layer: Layer,
  found: Pick<Parameters<typeof strongestResponses>[2], "value" | "position">,
): Call[] {
  const { gpu, sizes, weights } = net;
  if (layer === "fc4") return forwardCalls(gpu, sizes, weights, a, images);
  return [
    ...convolutionCalls(gpu, sizes, weights, a, images, depthOf(layer) + 1),
    ...strongestCalls(net, a, images, layer, found),
  ];
}

/** Prepares the maxima of a layer's maps, which stand in the activations: of all filters, or of one `chosen` for each image. */
export function strongestCalls(
  net: ZeroBiasCnn,
  a: Activations,
  images: number,
  layer: Exclude<Layer, "fc4">,
  buffers: Omit<Parameters<typeof strongestResponses>[2], "x" | "argmax">,
): Call[] {
  const depth = depthOf(layer), side = mapSide(layer, net.imageSize);
  const shape = { images, filters: filtersOf(layer), height: side, width: side };
  const argmax = depth < 2 ? a.argmax[depth as 0 | 1] : undefined; // conv3's map is not pooled two by two
  return strongestResponses(net.gpu, shape, { x: a.maps[depth], argmax, ...buffers });
}
