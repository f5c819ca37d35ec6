/** The layers that can be looked into, and what their units see of an image. */
import { type Normalization, NORMALIZATION_REACH } from "../kernels/normalization/mod.ts";
import { FILTERS, HIDDEN } from "../network/parameters.ts";

/** A convolution. */
export type ConvolutionLayer = "conv1" | "conv2" | "conv3";
/** A layer whose responses can be had. */
export type Layer = ConvolutionLayer | "fc4";

/** The convolutions in the order of the network. */
export const CONVOLUTION_LAYERS: readonly ConvolutionLayer[] = ["conv1", "conv2", "conv3"];

/** Number of a convolution, 0 for conv1. */
export function depthOf(layer: ConvolutionLayer): 0 | 1 | 2 {
  const depth = CONVOLUTION_LAYERS.indexOf(layer);
  if (depth < 0) {
    throw new RangeError(`layer is ${JSON.stringify(layer)}, expected one of ${CONVOLUTION_LAYERS.join(", ")}`);
  }
  return depth as 0 | 1 | 2;
}

/** Number of filters of a convolution, or units of fc4. */
export function filtersOf(layer: Layer): number {
  return layer === "fc4" ? HIDDEN : FILTERS[depthOf(layer)];
}

/** Side of a convolution's square map, before pooling. */
export function mapSide(layer: ConvolutionLayer, imageSize: number): number {
  return imageSize / 2 ** depthOf(layer);
}

/** The square of pixels that a unit of a convolution depends on. */
export interface ReceptiveField {
  /** Side of the square in pixels. */
  size: number;
  /** Pixels between the squares of two neighbours in the map. */
  stride: number;
  /** Row and column of the first pixel that unit (0, 0) sees: negative, since maps are padded. */
  offset: number;
}

/**
 * What a unit of a convolution sees: unit (y, x) of its map before pooling depends on the pixels from stride * y +
 * offset on, `size` of them, and on columns likewise. 5 pixels in conv1, 14 in conv2, 32 in conv3: every 2x2 pool
 * doubles the stride. These are pixels of the normalized image; each of them depends on its neighbours in the image,
 * so that a unit sees 4 pixels more of that with `local-mean` (9, 18, 36), 8 more with `local-contrast` (13, 22, 40).
 *
 * @param layer The convolution.
 * @param normalization How the image was normalized; left out, the field is that in the normalized image.
 * @throws {RangeError} for a layer that is no convolution.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { receptiveField } from "./layer.ts";
 * assert.deepEqual(receptiveField("conv3"), { size: 32, stride: 4, offset: -14 });
 * assert.deepEqual(receptiveField("conv3", "local-mean"), { size: 36, stride: 4, offset: -16 });
 * ```
 */
export function receptiveField(layer: ConvolutionLayer, normalization?: Normalization): ReceptiveField {
  let [size, stride, offset] = [1, 1, 0];
  for (let depth = 0; depth <= depthOf(layer); depth++) {
    if (depth > 0) { // a 2x2 pool, stride 2
      size += stride;
      stride *= 2;
    }
    size += 4 * stride; // a 5x5 convolution, padded by 2
    offset -= 2 * stride;
  }
  const further = normalization === undefined ? 0 : NORMALIZATION_REACH[normalization];
  return { size: size + 2 * further, stride, offset: offset - further };
}

/** Part of an image in whole pixels. */
export interface PixelWindow {
  top: number;
  left: number;
  height: number;
  width: number;
}

/**
 * The pixels of an image that unit (y, x) of a layer's map sees: its receptive field, clipped at the image's border.
 *
 * @param layer The convolution.
 * @param y Row in the map.
 * @param x Column in the map.
 * @param imageSize Side of the image in pixels.
 * @param normalization As for `receptiveField`.
 * @throws {RangeError} for a unit outside the map.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { receptiveWindow } from "./layer.ts";
 * assert.deepEqual(receptiveWindow("conv1", 0, 20, 48), { top: 0, left: 18, height: 3, width: 5 });
 * ```
 */
export function receptiveWindow(
  layer: ConvolutionLayer,
  y: number,
  x: number,
  imageSize: number,
  normalization?: Normalization,
): PixelWindow {
  const side = mapSide(layer, imageSize);
  for (const [name, at] of [["y", y], ["x", x]] as const) {
    if (!(Number.isInteger(at) && at >= 0 && at < side)) {
      throw new RangeError(`${name} is ${at}, expected an integer in 0..${side - 1}, inside ${layer}'s map`);
    }
  }
  const { size, stride, offset } = receptiveField(layer, normalization);
  const clip = (at: number) => Math.min(imageSize, Math.max(0, at));
  const [top, left] = [clip(stride * y + offset), clip(stride * x + offset)];
  return {
    top,
    left,
    height: clip(stride * y + offset + size) - top,
    width: clip(stride * x + offset + size) - left,
  };
}
