/** How sure an area under the ROC curve is, when the people could have been others. */
import {
  type BootstrapOptions,
  checkBootstrap,
  drawGroups,
  type Interval,
  percentile,
} from "../../training/metrics/bootstrap.ts";
import { ascending } from "./roc_auc.ts";

/**
 * Percentile interval of an area under the ROC curve by bootstrap over clusters: people (or sequences) are drawn with
 * replacement, and all images of one come along, since they are no independent observations. A sample without both kinds of
 * image is left out.
 *
 * It says how sure the area of a pair is that was named beforehand. The best of many filters is chosen because its area is
 * large in this sample, and will be smaller in the next. The divergence has no interval: drawing with replacement adds to
 * it, since fewer images differ.
 *
 * B. Efron, R. J. Tibshirani: An Introduction to the Bootstrap, 1993, chapters 8 and 13.
 *
 * @param scores A score an image.
 * @param labels 1, 0, or NaN where unknown: such images are left out.
 * @param clusters The cluster of each image.
 * @param options Seed (default 0), resamples (default 1,000, at most 100,000), level (default 0.95).
 * @returns The interval, both ends NaN where fewer than half of the samples hold both kinds of image.
 * @throws {RangeError} When lengths differ, a score is NaN, or an option is out of range.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { aucInterval } from "./auc_interval.ts";
 *
 * const labels = Float32Array.from({ length: 60 }, (_, n) => n % 2);
 * const scores = labels.map((label, n) => label + (n * 7 % 5) / 2);
 * const { low, high } = aucInterval(scores, labels, labels.map((_, n) => Math.floor(n / 4)));
 * assert(low > 0.5 && low < high && high <= 1);
 * ```
 */
export function aucInterval(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  clusters: ArrayLike<number>,
  { seed = 0, resamples = 1000, level = 0.95 }: BootstrapOptions = {},
): Interval {
  if (scores.length !== labels.length || scores.length !== clusters.length) {
    throw new RangeError(
      `aucInterval: ${scores.length} scores, ${labels.length} labels and ${clusters.length} clusters, expected as many`,
    );
  }
  if (!(Number.isInteger(resamples) && resamples >= 1 && resamples <= 100_000)) {
    throw new RangeError(`resamples is ${resamples}, expected an integer from 1 to 100000`);
  }
  checkBootstrap({ seed, resamples, level });
  const known = Array.from({ length: labels.length }, (_, i) => i).filter((i) => !Number.isNaN(labels[i]));
  const values = known.map((i) => scores[i]);
  const order = ascending(values);
  const numbers = new Map<number, number>();
  for (const i of known) if (!numbers.has(clusters[i])) numbers.set(clusters[i], numbers.size);
  const cluster = Uint32Array.from(order, (place) => numbers.get(clusters[known[place]])!);
  const present = Uint8Array.from(order, (place) => labels[known[place]]);
  /** Whether the next image in order has a higher score. */
  const ends = Uint8Array.from(order, (place, i) => values[place] !== values[order[i + 1]] ? 1 : 0);
  const weights = new Uint32Array(numbers.size);
  const areas: number[] = [];
  for (let resample = 0; resample < resamples; resample++) {
    weights.fill(0);
    drawGroups(seed, resample, weights.length, (group) => weights[group]++);
    const area = weightedAuc(cluster, present, ends, weights);
    if (!Number.isNaN(area)) areas.push(area);
  }
  const sorted = Float64Array.from(areas).sort();
  const at = (share: number) => areas.length < resamples / 2 ? NaN : percentile(sorted, share);
  return { low: at((1 - level) / 2), high: at((1 + level) / 2), level, resamples, groups: weights.length };
}

/** The area when image i, in ascending order of score, counts `weights[cluster[i]]` times. */
function weightedAuc(cluster: Uint32Array, present: Uint8Array, ends: Uint8Array, weights: Uint32Array): number {
  let area = 0, below = 0, all = 0, tied = [0, 0];
  for (let i = 0; i < cluster.length; i++) {
    tied[present[i]] += weights[cluster[i]];
    if (ends[i] === 0) continue;
    area += tied[1] * (below + tied[0] / 2);
    below += tied[0];
    all += tied[1];
    tied = [0, 0];
  }
  return area / (below * all);
}
