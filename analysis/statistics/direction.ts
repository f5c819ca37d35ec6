/** The test of a direction: whether a unit excites a filter or quiets it, or only spreads its responses. */
import type { Exchange } from "./exchange.ts";

/** What the square of an image's centered rank counts in the direction's variance, where it is listed and where not. */
export interface SquareWeights {
  listed: Float64Array;
  others: Float64Array;
}

/** A unit's labels as observed, at the beginning, and under each permutation. */
export interface ListedLabels {
  /** The images that bear the rarer label, `listed` numbers a permutation. */
  lists: Uint32Array;
  listed: number;
  weights: SquareWeights;
  /** The largest statistic of all filters so far in each permutation. */
  largestDirection: Float64Array;
}

/**
 * Weights that make the weighted sum of squared centered ranks an unbiased estimate of the variance of the sum over the
 * listed images, whatever the two variances are: with m of n images of a cell listed, of variance s, and k others, of
 * variance t, the sum's is (k / n)^2 m s + (m / n)^2 k t, and a squared distance from the cell's mean is expected to be
 * s (1 - 2 / n + m / n^2) + t k / n^2 for a listed image, and for another one the same with both exchanged.
 */
export function squareWeights(exchange: Exchange, isListed: Uint8Array): SquareWeights {
  const weights = { listed: new Float64Array(exchange.images), others: new Float64Array(exchange.images) };
  for (const cell of exchange.cells) {
    const n = cell.length, m = cell.reduce((sum, place) => sum + isListed[place], 0), k = n - m;
    const common = n * n - 2 * n, determinant = (common + m) * (common + k) - m * k;
    // Of two images one estimate is left of the sum of both variances; where all are alike the sum does not vary.
    const single = m === 1 && k === 1 ? 1 / 2 : 0;
    const listed = determinant === 0 ? single : (k * k * (common + k) - m * m * k) / determinant;
    const others = determinant === 0 ? single : (m * m * (common + m) - k * k * m) / determinant;
    for (const place of cell) {
      weights.listed[place] = listed;
      weights.others[place] = others;
    }
  }
  return weights;
}

/** Ranks less the mean rank of the images that each exchanges labels with. */
export function centeredRanks(exchange: Exchange, ranks: Float64Array): Float64Array {
  const centered = ranks.slice();
  for (const cell of exchange.cells) {
    const mean = cell.reduce((sum, place) => sum + ranks[place], 0) / cell.length;
    for (const place of cell) centered[place] -= mean;
  }
  return centered;
}

/**
 * How far the ranks of the images with a unit lie from what is expected of them, on either side, over an estimate of
 * that distance's deviation which does not take the responses to be spread alike with the unit and without it. A
 * permutation makes them alike, and a statistic without this estimate calls a unit that only spreads the responses an
 * excitation: see K. Neubert, E. Brunner: A studentized permutation test for the non-parametric Behrens-Fisher problem,
 * Computational Statistics and Data Analysis 51, 2007. Where the responses do not depend on the unit at all, the test is
 * as exact as any other by permutation.
 *
 * @returns The statistic as observed, 0 or more; the largest ones of the permutations stay in `largestDirection`.
 */
export function testDirection(
  centered: Float64Array,
  { lists, listed, weights, largestDirection }: ListedLabels,
): number {
  const change = new Float64Array(centered.length);
  let rest = 0; // the variance if none were listed
  for (let place = 0; place < centered.length; place++) {
    rest += weights.others[place] * centered[place] ** 2;
    change[place] = (weights.listed[place] - weights.others[place]) * centered[place] ** 2;
  }
  const statistic = (permutation: number) => {
    let sum = 0, variance = rest;
    for (let i = permutation * listed; i < (permutation + 1) * listed; i++) {
      sum += centered[lists[i]];
      variance += change[lists[i]];
    }
    // A filter that is always the same has no deviation but that of rounding.
    return variance > 1e-9 ? Math.abs(sum) / Math.sqrt(variance) : 0;
  };
  for (let permutation = 0; permutation < largestDirection.length; permutation++) {
    const value = statistic(permutation + 1);
    if (value > largestDirection[permutation]) largestDirection[permutation] = value;
  }
  return statistic(0);
}
