/** How well a number tells two kinds of images apart, whatever its scale: the area under the receiver operating characteristic. */

/**
 * Ranks from 1, ascending; equal values share the mean of their ranks.
 *
 * @param values Any numbers but NaN.
 * @param order The values' indices in ascending order, where they are sorted already.
 * @returns A rank, or half of one, for each value.
 * @throws {RangeError} When a value is not a number.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { midRanks } from "./roc_auc.ts";
 *
 * assert.deepEqual([...midRanks([7, 3, 7, 9])], [2.5, 1, 2.5, 4]);
 * ```
 */
export function midRanks(values: ArrayLike<number>, order: ArrayLike<number> = ascending(values)): Float64Array {
  const ranks = new Float64Array(values.length);
  for (let first = 0; first < order.length;) {
    let last = first;
    while (last + 1 < order.length && values[order[last + 1]] === values[order[first]]) last++;
    for (let place = first; place <= last; place++) ranks[order[place]] = (first + last) / 2 + 1;
    first = last + 1;
  }
  return ranks;
}

/**
 * Indices that put values in ascending order; equal values keep theirs.
 *
 * @param values Any numbers but NaN.
 * @returns The index of the smallest value, of the next, and so on.
 * @throws {RangeError} When a value is not a number.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { ascending } from "./roc_auc.ts";
 *
 * assert.deepEqual([...ascending([0.5, -1, 0.5])], [1, 0, 2]);
 * ```
 */
export function ascending(values: ArrayLike<number>): Uint32Array {
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) throw new RangeError(`value ${i} is NaN, which has no rank`);
  }
  return Uint32Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a] - values[b] || a - b);
}

/**
 * Area under the ROC curve: the chance that an image with the label has the higher score, a tie counting half. It is the
 * Mann-Whitney statistic over the number of pairs.
 *
 * T. Fawcett: An introduction to ROC analysis, Pattern Recognition Letters 27, 2006.
 *
 * @param scores A score an image.
 * @param labels 1 where the label is there, 0 where it is not, NaN where nobody knows: such images are left out.
 * @returns 0..1, or NaN where one of both kinds is missing.
 * @throws {RangeError} When the lengths differ, a score is NaN, or a label is neither 0, 1 nor NaN.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { rocAuc } from "./roc_auc.ts";
 *
 * assert.equal(rocAuc([0.1, 0.4, 0.4, 0.8], [0, 0, 1, 1]), 0.875);
 * ```
 */
export function rocAuc(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  if (scores.length !== labels.length) {
    throw new RangeError(`rocAuc: ${scores.length} scores and ${labels.length} labels, expected as many`);
  }
  const known: number[] = [];
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === 0 || labels[i] === 1) known.push(i);
    else if (!Number.isNaN(labels[i])) throw new RangeError(`rocAuc: label ${i} is ${labels[i]}, expected 0, 1 or NaN`);
  }
  const ranks = midRanks(known.map((i) => scores[i]));
  let sum = 0, present = 0;
  known.forEach((i, place) => {
    if (labels[i] === 0) return;
    sum += ranks[place];
    present++;
  });
  return aucOfRankSum(sum, present, known.length - present);
}

/**
 * The area under the ROC curve from the sum of the ranks (from 1) of the images with the label.
 *
 * @param sum Sum of their ranks among all images.
 * @param present How many have the label.
 * @param absent How many have not.
 * @returns 0..1, or NaN where either number is 0.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { aucOfRankSum } from "./roc_auc.ts";
 *
 * assert.equal(aucOfRankSum(3 + 4, 2, 2), 1);
 * ```
 */
export function aucOfRankSum(sum: number, present: number, absent: number): number {
  return (sum - present * (present + 1) / 2) / (present * absent);
}
