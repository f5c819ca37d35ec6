/** How sure a ratio of two means is, when the people could have been others. */
import { type IntervalOptions, reach } from "../../training/metrics/interval.ts";

/** A pair of numbers that belong to each other, and whose they are. */
export interface RatioPair {
  /** What is above the line, 0 or more. */
  above: number;
  /** What is below it, 0 or more. */
  below: number;
  /** The person; pairs of one person are no independent samples. */
  person: number;
}

/** Where the ratio would lie with other people. */
export interface RatioInterval {
  low: number;
  /** Infinite where nothing is known of others. */
  high: number;
  level: number;
  /** People. */
  groups: number;
  /** The variance of the ratio's logarithm is that of the jackknife over people. */
  method: "log-jackknife";
}

/**
 * Interval of a ratio of means, sum(above) / sum(below), for pairs that come in groups: projections of one person's
 * face are no independent samples, people are.
 *
 * The variance of the ratio's logarithm is that of the jackknife, which leaves out one person at a time; the interval
 * reaches Student's t times its root to either side of the logarithm, with one degree of freedom less than there are
 * people that count (`effectiveGroups`). So it stays above 0, and is symmetric in what is above and below the line.
 *
 * In simulations of the truth test over CK+'s folds (`bench/coverage.ts`: three filters, six images each, 10 to 18
 * people) it holds the true ratio in 94 to 95% of the cases where it says 95%, where the percentile bootstrap over
 * people does in 87 to 90%.
 *
 * B. Efron and C. Stein, "The Jackknife Estimate of Variance", Annals of Statistics 9, 1981; J. N. K. Rao, "Ratio
 * estimation with the jackknife", Biometrika 52, 1965.
 *
 * @param pairs At least one.
 * @param options Level.
 * @returns The interval; 0 to infinity for a single person, and where one person holds all that is above or below the
 * line, since nothing is known of others then; both ends NaN where nothing is above and below it.
 * @throws {RangeError} for no pairs, a number that is negative or not finite, and a level out of range.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { ratioInterval } from "./ratio_interval.ts";
 * const pairs = Array.from({ length: 8 }, (_, person) => ({ above: 0.3 + person % 3 / 10, below: 0.1, person }));
 * const { low, high } = ratioInterval(pairs);
 * assert(low > 3 && low < 3.875 && high > 3.875 && high < 5);
 * ```
 */
export function ratioInterval(pairs: readonly RatioPair[], { level = 0.95 }: IntervalOptions = {}): RatioInterval {
  if (pairs.length === 0) throw new RangeError("pairs is empty, expected at least one");
  const people = new Map<number, { above: number; below: number; count: number }>();
  let above = 0, below = 0;
  for (const [n, pair] of pairs.entries()) {
    for (const side of ["above", "below"] as const) {
      if (!(pair[side] >= 0 && pair[side] < Infinity)) {
        throw new RangeError(`pairs[${n}].${side} is ${pair[side]}, expected a number of 0 or more`);
      }
    }
    const own = people.get(pair.person) ?? { above: 0, below: 0, count: 0 };
    people.set(pair.person, {
      above: own.above + pair.above,
      below: own.below + pair.below,
      count: own.count + 1,
    });
    above += pair.above;
    below += pair.below;
  }
  const groups = [...people.values()];
  const t = reach(level, groups.map(({ count }) => count));
  const about = { level, groups: groups.length, method: "log-jackknife" } as const;
  if (above === 0 && below === 0) return { low: NaN, high: NaN, ...about };
  const without = groups.map((group) => Math.log((above - group.above) / (below - group.below)));
  if (t === Infinity || !without.every(Number.isFinite)) return { low: 0, high: Infinity, ...about };
  const mean = without.reduce((sum, value) => sum + value, 0) / groups.length;
  const variance = (groups.length - 1) / groups.length * without.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const ratio = above / below, factor = Math.exp(t * Math.sqrt(variance));
  return { low: ratio / factor, high: ratio * factor, ...about };
}
