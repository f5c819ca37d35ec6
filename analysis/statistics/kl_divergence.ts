/** How far one distribution lies from another: the Kullback-Leibler divergence, and the smoothing that keeps it finite. */

/**
 * Kullback-Leibler divergence D(Q || R) = sum of q ln(q / r), in nats.
 *
 * S. Kullback, R. A. Leibler: On Information and Sufficiency, Annals of Mathematical Statistics 22, 1951.
 *
 * @param q Counts or probabilities; they are divided by their sum.
 * @param r As many, likewise.
 * @returns 0 for equal distributions, more the further apart they are; infinite where R has nothing and Q has something.
 * @throws {RangeError} When the lengths differ, a value is negative or not finite, or all of one distribution is 0.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { klDivergence } from "./kl_divergence.ts";
 *
 * assert.equal(klDivergence([2, 2], [1, 1]), 0);
 * assert(Math.abs(klDivergence([1, 0], [1, 1]) - Math.log(2)) < 1e-15);
 * ```
 */
export function klDivergence(q: ArrayLike<number>, r: ArrayLike<number>): number {
  if (q.length !== r.length) {
    throw new RangeError(`klDivergence: ${q.length} bins against ${r.length}, expected as many`);
  }
  const [total, other] = [totalOf(q, "q"), totalOf(r, "r")];
  let divergence = 0;
  for (let bin = 0; bin < q.length; bin++) {
    if (q[bin] > 0) divergence += q[bin] / total * Math.log(q[bin] / total / (r[bin] / other));
  }
  return divergence;
}

function totalOf(counts: ArrayLike<number>, name: string): number {
  let total = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    if (!(counts[bin] >= 0 && counts[bin] < Infinity)) {
      throw new RangeError(`klDivergence: ${name}[${bin}] is ${counts[bin]}, expected a finite number of 0 or more`);
    }
    total += counts[bin];
  }
  if (!(total > 0)) throw new RangeError(`klDivergence: ${name} has no count above 0`);
  return total;
}

/**
 * Two histograms with pseudo-counts that are spread as both together are. Where the two have the same shape, smoothing
 * leaves them so; a bin that is empty in both stays empty and adds nothing to their divergence, which a pseudo-count of
 * equal size for every bin would when the two hold different numbers of images; and the divergence is always finite.
 *
 * @param q Counts of one histogram.
 * @param r Counts of the other, over the same bins.
 * @param smoothing Pseudo-counts added to each histogram for every bin, on average: above 0.
 * @returns Both as probabilities.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { smoothTogether } from "./kl_divergence.ts";
 *
 * const [q, r] = smoothTogether([4, 0, 0], [0, 4, 0], 1);
 * assert.deepEqual([...q, ...r], [5.5 / 7, 1.5 / 7, 0, 1.5 / 7, 5.5 / 7, 0]);
 * ```
 */
export function smoothTogether(
  q: ArrayLike<number>,
  r: ArrayLike<number>,
  smoothing: number,
): [Float64Array, Float64Array] {
  if (!(smoothing > 0 && smoothing < Infinity)) {
    throw new RangeError(`smoothing is ${smoothing}, expected a number above 0`);
  }
  const [total, other] = [totalOf(q, "q"), totalOf(r, "r")];
  const strength = smoothing * q.length;
  const smooth = (counts: ArrayLike<number>, sum: number) =>
    Float64Array.from(counts, (count, bin) => {
      return (count + strength * (q[bin] + r[bin]) / (total + other)) / (sum + strength);
    });
  return [smooth(q, total), smooth(r, other)];
}
