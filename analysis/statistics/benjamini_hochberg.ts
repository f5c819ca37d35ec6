/** Many tests at once: the share of false discoveries among what is called one. */

/**
 * Benjamini and Hochberg's adjusted p-values: calling everything at or below x a discovery makes at most a share x of
 * the discoveries false, on average.
 *
 * Y. Benjamini, Y. Hochberg: Controlling the False Discovery Rate, Journal of the Royal Statistical Society B 57, 1995.
 *
 * @param p P-values, 0..1; NaN where nothing was tested: it stays NaN and is not counted.
 * @returns An adjusted p-value for each, not below it.
 * @throws {RangeError} When a p-value is below 0 or above 1.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { benjaminiHochberg } from "./benjamini_hochberg.ts";
 *
 * assert.deepEqual([...benjaminiHochberg([0.01, NaN, 0.5, 0.02])], [0.03, NaN, 0.5, 0.03]);
 * ```
 */
export function benjaminiHochberg(p: ArrayLike<number>): Float64Array {
  const adjusted = Float64Array.from(p);
  for (const [i, value] of adjusted.entries()) {
    if (value < 0 || value > 1) throw new RangeError(`benjaminiHochberg: p-value ${i} is ${value}, expected 0 to 1`);
  }
  const tested = Uint32Array.from(adjusted.keys()).filter((i) => !Number.isNaN(adjusted[i]));
  tested.sort((a, b) => adjusted[a] - adjusted[b]);
  let least = 1;
  for (let rank = tested.length; rank > 0; rank--) {
    const i = tested[rank - 1];
    least = Math.min(least, adjusted[i] * tested.length / rank);
    adjusted[i] = least;
  }
  return adjusted;
}
