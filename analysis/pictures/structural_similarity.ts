/** How alike two pictures are to the eye: the structural similarity index. */

/** Sizes of both pictures. */
export interface PictureSize {
  width: number;
  height: number;
  /** The range that values may span, such as 2 for pictures in [-1, 1]: what is small beside it does not count. */
  range: number;
}

/** Constants of the source: side and standard deviation of the window, and what keeps the quotients finite. */
const SIDE = 11, DEVIATION = 1.5, K1 = 0.01, K2 = 0.03;

/**
 * The mean structural similarity of two pictures, -1 to 1; 1 for equal ones. Means, variances and covariance are weighted by a Gaussian window of
 * 11 x 11 pixels with standard deviation 1.5, at every place where it fits; a picture that is smaller has the largest odd window that fits.
 *
 * Source: Wang, Bovik, Sheikh, Simoncelli, "Image Quality Assessment: From Error Visibility to Structural Similarity" (2004), equation 13.
 *
 * @throws {RangeError} for pictures that are not of this size, a size or range that is not positive.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { structuralSimilarity } from "./structural_similarity.ts";
 * const a = Float32Array.from({ length: 144 }, (_, i) => Math.sin(i));
 * assert.equal(structuralSimilarity(a, a, { width: 12, height: 12, range: 2 }), 1);
 * const noisy = a.map((value, i) => value + 0.1 * (i % 3));
 * assert(structuralSimilarity(a, noisy, { width: 12, height: 12, range: 2 }) < 1);
 * ```
 */
export function structuralSimilarity(a: ArrayLike<number>, b: ArrayLike<number>, size: PictureSize): number {
  const { width, height, range } = size;
  for (const [name, value] of [["width", width], ["height", height]] as const) {
    if (!(Number.isInteger(value) && value >= 1)) throw new RangeError(`${name} is ${value}, expected 1 or more`);
  }
  if (!(range > 0)) throw new RangeError(`range is ${range}, expected a positive number`);
  if (a.length !== width * height || b.length !== width * height) {
    throw new RangeError(`pictures of ${a.length} and ${b.length} values, expected ${width} x ${height}`);
  }
  const fits = Math.min(SIDE, width, height);
  const side = fits % 2 === 1 ? fits : fits - 1;
  const window = gaussian(side);
  const c1 = (K1 * range) ** 2, c2 = (K2 * range) ** 2;
  let total = 0;
  for (let top = 0; top + side <= height; top++) {
    for (let left = 0; left + side <= width; left++) {
      let meanA = 0, meanB = 0, squareA = 0, squareB = 0, product = 0;
      for (let at = 0; at < side ** 2; at++) {
        const pixel = (top + Math.floor(at / side)) * width + left + at % side;
        const weight = window[at], x = a[pixel], y = b[pixel];
        meanA += weight * x;
        meanB += weight * y;
        squareA += weight * x * x;
        squareB += weight * y * y;
        product += weight * x * y;
      }
      const variances = squareA - meanA ** 2 + squareB - meanB ** 2;
      const covariance = product - meanA * meanB;
      total += (2 * meanA * meanB + c1) * (2 * covariance + c2) /
        ((meanA ** 2 + meanB ** 2 + c1) * (variances + c2));
    }
  }
  return total / ((height - side + 1) * (width - side + 1));
}

/** Weights of a square window, which sum to 1. */
function gaussian(side: number): Float64Array {
  const half = (side - 1) / 2;
  const weights = new Float64Array(side ** 2).map((_, at) =>
    Math.exp(-((Math.floor(at / side) - half) ** 2 + (at % side - half) ** 2) / (2 * DEVIATION ** 2))
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
