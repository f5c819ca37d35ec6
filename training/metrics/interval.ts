/** What an interval over people says, and what the intervals of a share and of an area have in common. */
import { studentQuantile } from "./student.ts";

/** Where a number would lie with other people. */
export interface Interval {
  low: number;
  high: number;
  /** How often such intervals hold the number that they are about, such as 0.95. */
  level: number;
  /** People that it is over; an image whose person is unknown counts as one. */
  groups: number;
  /**
   * How it was computed: `wilson-jackknife` is Wilson's interval of a share (`shareInterval`), `score-jackknife` the
   * score interval of an area under the ROC curve (`aucInterval`). In both the people say how far images of one person
   * repeat each other.
   */
  method: "wilson-jackknife" | "score-jackknife";
}

/** What may be said about an interval. */
export interface IntervalOptions {
  /** Between 0 and 1. Default 0.95. */
  level?: number;
}

/**
 * How many groups of equal size would say as much as groups of these sizes (L. Kish, Survey Sampling, 1965): the
 * square of the sum over the sum of the squares. Ten people with a picture each are ten; nine with one picture and one
 * with ninety are 1.2.
 *
 * @param sizes Images of each group; those of 0 do not count.
 * @returns From 1 to the number of groups; NaN where all are 0.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { effectiveGroups } from "./interval.ts";
 * assert.deepEqual([effectiveGroups([4, 4, 4]), effectiveGroups([1, 3])], [3, 1.6]);
 * ```
 */
export function effectiveGroups(sizes: readonly number[]): number {
  let sum = 0, squares = 0;
  for (const size of sizes) {
    sum += size;
    squares += size * size;
  }
  return sum * sum / squares;
}

/**
 * How many standard errors an interval reaches to either side: a quantile of Student's t with one degree of freedom
 * less than there are groups that count (`effectiveGroups`), since the error is known from the groups alone.
 *
 * @param level Between 0 and 1.
 * @param sizes Images of each group.
 * @returns Above 0; infinite for a single group, which says nothing of others.
 * @throws {RangeError} for a level out of range.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { reach } from "./interval.ts";
 * assert(Math.abs(reach(0.95, new Array(12).fill(8)) - 2.201) < 1e-3 && reach(0.95, [40]) === Infinity);
 * ```
 */
export function reach(level: number, sizes: readonly number[]): number {
  if (!(level > 0 && level < 1)) throw new RangeError(`level is ${level}, expected a number between 0 and 1`);
  return studentQuantile(1 - level, effectiveGroups(sizes) - 1);
}
