/** How far a mean could lie elsewhere with other people: the bootstrap over groups. */
import { pcg4d, Purpose } from "../../kernels/random/mod.ts";

/** Where a mean would lie in most repetitions with other groups drawn. */
export interface BootstrapInterval {
  low: number;
  high: number;
  /** Share of the resamples inside, such as 0.95. */
  level: number;
  resamples: number;
  /** How many groups were drawn from. */
  groups: number;
}

/** What may be said about the bootstrap. */
export interface BootstrapOptions {
  /** Draws the groups: an integer 0..2^32-1. Default 0. */
  seed?: number;
  /** Default 10,000. */
  resamples?: number;
  /** Default 0.95. */
  level?: number;
}

/**
 * The percentile interval of a mean by the bootstrap over groups (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13;
 * groups as in Field and Welsh, "Bootstrapping clustered data", 2007): groups are drawn with replacement, as many as there are, whole, and
 * the mean is taken over all their values. The photographs of one person are no independent samples; people are. Percentiles lie linearly
 * between the sorted means. The same seed gives the same interval: draw i of resample r is
 * word i mod 4 of `pcg4d(seed, r, floor(i / 4), Purpose.bootstrap)`.
 *
 * It is for many groups, and for means that are no shares: over a dozen people such an interval of 95% holds a share
 * of hits in 69 to 92% of the cases, and has no width where all are hits. `shareInterval` is for those.
 *
 * @param values One number a sample, such as 1 for a hit and 0 for a miss; at least one.
 * @param groups Group of each value, such as its subject. A negative number is nobody known: such a value is a group of its own.
 * @param options Seed, resamples, level.
 * @returns The interval. With a single group both ends are the mean: nothing is known of other groups then.
 * @throws {RangeError} for no values, lengths that differ, a value that is not finite, options out of range.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { bootstrapInterval } from "./bootstrap.ts";
 * const { low, high } = bootstrapInterval([1, 1, 0, 1, 0, 1], [0, 0, 1, 1, 2, 2], { seed: 1, resamples: 1000 });
 * assert(low >= 0 && low < 2 / 3 && high > 2 / 3 && high <= 1);
 * ```
 */
export function bootstrapInterval(
  values: ArrayLike<number>,
  groups: ArrayLike<number>,
  options: BootstrapOptions = {},
): BootstrapInterval {
  const { seed = 0, resamples = 10_000, level = 0.95 } = options;
  checkBootstrap({ seed, resamples, level });
  const { sums, counts } = byGroup(values, groups);
  const size = sums.length;
  const means = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    let sum = 0, count = 0;
    drawGroups(seed, r, size, (group) => {
      sum += sums[group];
      count += counts[group];
    });
    means[r] = sum / count;
  }
  means.sort();
  const tail = (1 - level) / 2;
  return { low: percentile(means, tail), high: percentile(means, 1 - tail), level, resamples, groups: size };
}

/**
 * Checks what was said about a bootstrap.
 *
 * @throws {RangeError} for an option out of range.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkBootstrap } from "./bootstrap.ts";
 * assert.throws(() => checkBootstrap({ seed: -1, resamples: 1000, level: 0.95 }), /seed is -1/);
 * ```
 */
export function checkBootstrap({ seed, resamples, level }: Required<BootstrapOptions>): void {
  if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)) {
    throw new RangeError(`seed is ${seed}, expected an integer from 0 to 2^32 - 1`);
  }
  if (!(Number.isInteger(resamples) && resamples >= 1 && resamples <= 1e7)) {
    throw new RangeError(`resamples is ${resamples}, expected an integer from 1 to ten million`);
  }
  if (!(level > 0 && level < 1)) throw new RangeError(`level is ${level}, expected a number between 0 and 1`);
}

/**
 * Draws the groups of a resample with replacement, as many as there are.
 *
 * @param seed An integer 0..2^32-1.
 * @param resample Which one, from 0: the same seed and number give the same groups.
 * @param size Number of groups.
 * @param use Is given each group that is drawn, 0..size-1.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { drawGroups } from "./bootstrap.ts";
 * const drawn: number[] = [];
 * drawGroups(1, 0, 5, (group) => drawn.push(group));
 * assert(drawn.length === 5 && drawn.every((group) => group >= 0 && group < 5));
 * ```
 */
export function drawGroups(seed: number, resample: number, size: number, use: (group: number) => void): void {
  for (let i = 0; i < size; i += 4) {
    const words = pcg4d(seed, resample, i / 4, Purpose.bootstrap);
    for (let k = 0; k < 4 && i + k < size; k++) use(Math.floor(words[k] / 2 ** 32 * size));
  }
}

/** Sum and number of the values of each group. */
function byGroup(values: ArrayLike<number>, groups: ArrayLike<number>): { sums: number[]; counts: number[] } {
  if (values.length === 0) throw new RangeError("values is empty, expected at least one");
  if (values.length !== groups.length) {
    throw new RangeError(`there are ${values.length} values and ${groups.length} groups, expected as many`);
  }
  const numbers = new Map<number, number>();
  const sums: number[] = [], counts: number[] = [];
  for (let n = 0; n < values.length; n++) {
    if (!Number.isFinite(values[n])) throw new RangeError(`values[${n}] is ${values[n]}, expected a finite number`);
    if (!Number.isInteger(groups[n])) throw new RangeError(`groups[${n}] is ${groups[n]}, expected an integer`);
    let at = groups[n] < 0 ? undefined : numbers.get(groups[n]);
    if (at === undefined) {
      at = sums.push(0) - 1;
      counts.push(0);
      if (groups[n] >= 0) numbers.set(groups[n], at);
    }
    sums[at] += values[n];
    counts[at]++;
  }
  return { sums, counts };
}

/**
 * Where a share of ascending values lies below: linearly between the two nearest of them.
 *
 * @param sorted Ascending, at least one.
 * @param share 0..1.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { percentile } from "./bootstrap.ts";
 * assert.equal(percentile(Float64Array.of(1, 2, 4), 0.75), 3);
 * ```
 */
export function percentile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1), below = Math.floor(at);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}
