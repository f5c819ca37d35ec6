/** For each filter the images that excite it most. */
import type { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
import type { AnalysisImages, WorkOptions } from "./images.ts";
import type { ConvolutionLayer } from "./layer.ts";
import { type LayerResponses, layerResponses } from "./responses.ts";

/** A filter's strongest response in one image. */
export interface Hit {
  /** Number of the image, among those that were looked at. */
  image: number;
  /** Row and column in the filter's map, before pooling. */
  y: number;
  x: number;
  /** The response, above 0. */
  activation: number;
}

/** How many, and of whom. */
export interface TopOptions {
  /** Hits of each filter, at most. */
  top: number;
  /** Subject of each image; then no two hits of a filter are of the same one, -1 (nobody knows) apart. */
  distinctSubjects?: ArrayLike<number>;
}

/**
 * For each filter of a convolution its strongest hits, best first; ties go to the lower image and the lower position. A filter that answers few
 * images has fewer hits, and one that answers none has none.
 *
 * @throws {RangeError} for images that do not fit the network, a `top` that is no integer of 1 or more, subjects of another number.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../gpu/device.ts";
 * import { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
 * import { topActivations } from "./top_activations.ts";
 * using gpu = await openGpu();
 * using net = await ZeroBiasCnn.create(gpu, { imageSize: 16, classes: 2, seed: 1 });
 * const images = Float32Array.from({ length: 5 * 256 }, (_, i) => Math.sin(i * i));
 * const [[best, second]] = await topActivations(net, images, { layer: "conv3", top: 2 });
 * assert(best.activation >= second.activation && best.image !== second.image);
 * ```
 */
export async function topActivations(
  net: ZeroBiasCnn,
  images: AnalysisImages,
  options: { layer: ConvolutionLayer } & TopOptions & WorkOptions,
): Promise<Hit[][]> {
  checkTop(options.top);
  return topHits(await layerResponses(net, images, options), options);
}

/**
 * The same of responses that are there already.
 *
 * @throws {RangeError} as {@linkcode topActivations} does.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { topHits } from "./top_activations.ts";
 * const found = { images: 3, filters: 1, responses: Float32Array.of(1, 5, 5), positions: Uint32Array.of(0, 7, 2), side: 4 };
 * assert.deepEqual(topHits(found, { top: 1 }), [[{ image: 1, y: 1, x: 3, activation: 5 }]]);
 * ```
 */
export function topHits(
  found: Pick<LayerResponses, "images" | "filters" | "responses" | "positions" | "side">,
  { top, distinctSubjects: subjects }: TopOptions,
): Hit[][] {
  checkTop(top);
  const { images, filters, responses, positions, side } = found;
  for (const [name, { length }] of Object.entries({ responses, positions })) {
    if (length === images * filters) continue;
    throw new RangeError(
      `${name} has ${length} entries, expected one for each of ${images} images x ${filters} filters`,
    );
  }
  if (subjects && subjects.length !== images) {
    throw new RangeError(`distinctSubjects has ${subjects.length} entries, expected one for each of ${images} images`);
  }
  return Array.from({ length: filters }, (_, filter) => {
    const best: number[] = []; // image numbers, strongest first
    const response = (image: number) => responses[image * filters + filter];
    for (let image = 0; image < images; image++) {
      const activation = response(image);
      if (!(activation > 0) || best.length === top && !(activation > response(best[top - 1]))) continue;
      const same = subjects && subjects[image] >= 0
        ? best.findIndex((other) => subjects[other] === subjects[image])
        : -1;
      if (same >= 0) {
        if (!(activation > response(best[same]))) continue;
        best.splice(same, 1);
      }
      let place = best.length; // behind equals: they have lower numbers
      while (place > 0 && activation > response(best[place - 1])) place--;
      best.splice(place, 0, image);
      if (best.length > top) best.pop();
    }
    return best.map((image) => {
      const position = positions[image * filters + filter];
      return { image, y: Math.floor(position / side), x: position % side, activation: response(image) };
    });
  });
}

function checkTop(top: number): void {
  if (!(Number.isInteger(top) && top >= 1)) throw new RangeError(`top is ${top}, expected an integer of 1 or more`);
}
