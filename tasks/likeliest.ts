/** The class that a model would name. */

/**
 * The likeliest class; of equal ones the first.
 *
 * @param probabilities Of the classes, at least one.
 * @returns Its number.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { likeliest } from "./likeliest.ts";
 * assert.equal(likeliest([0.2, 0.4, 0.4]), 1);
 * ```
 */
export function likeliest(probabilities: ArrayLike<number>): number {
  let best = 0;
  for (let label = 1; label < probabilities.length; label++) {
    if (probabilities[label] > probabilities[best]) best = label;
  }
  return best;
}
