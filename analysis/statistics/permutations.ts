/**
 * The inner loop of the correspondence: one filter against one Action Unit under a thousand permutations. What does not change
 * from one permutation to the next is prepared: which images are labelled in each, ranks, bins, and what each count in each bin
 * adds to the divergence.
 */
import { type ListedLabels, squareWeights, testDirection } from "./direction.ts";
import type { Exchange } from "./exchange.ts";

/** A unit's labels as observed (place 0) and under each permutation, as the images that bear the rarer one. */
export interface LabelSet extends ListedLabels {
  /** Images in all, and those with the unit. */
  images: number;
  present: number;
  /** Images of the rarer label in each permutation: `listed` numbers a permutation, the observed ones first. */
  listed: number;
  lists: Uint32Array;
  /** Whether the images in the lists are those with the unit. */
  listsPresent: boolean;
  /** The largest standardised statistic of all filters so far in each permutation. */
  largest: Float64Array;
}

/** One filter's responses, prepared. */
export interface FilterColumn {
  /** Rank of each image, from 1, ties sharing theirs. */
  ranks: Float64Array;
  /** The same less the mean rank of the images that it exchanges labels with. */
  centered: Float64Array;
  /** Bin of each image. */
  bins: Uint16Array;
  binCount: number;
  /** Pseudo-counts for a bin, on average. */
  smoothing: number;
}

/** Numbers in all lists together: 2 GiB. */
const MOST_LISTED = 2 ** 29;

/** Draws the permutations once for all units and filters; pauses after each. */
export function* permutedLabels(
  exchange: Exchange,
  labels: Uint8Array[],
  { permutations, seed }: { permutations: number; seed: number },
): Generator<void, LabelSet[]> {
  const sets = labels.map((list) => {
    const images = list.length, present = list.reduce((sum, label) => sum + label, 0);
    const listsPresent = present <= images / 2;
    return { images, present, listsPresent, listed: Math.min(present, images - present) };
  });
  const total = sets.reduce((sum, { listed }) => sum + listed, 0) * (permutations + 1);
  if (total > MOST_LISTED) {
    throw new RangeError(
      `permutations is ${permutations}: with so many images this takes ${4 * total} bytes, expected at most ${
        4 * MOST_LISTED
      }. Remedy: fewer permutations, or fewer units at once`,
    );
  }
  const filled = sets.map((set, unit): LabelSet & { observed: Uint32Array } => {
    const sought = set.listsPresent ? 1 : 0;
    const observed = Uint32Array.from(labels[unit].keys()).filter((place) => labels[unit][place] === sought);
    const lists = new Uint32Array((permutations + 1) * set.listed);
    lists.set(observed);
    const weights = squareWeights(exchange, labels[unit].map((label) => Number(label === sought)));
    const largest = new Float64Array(permutations).fill(-Infinity);
    return { ...set, observed, lists, weights, largest, largestDirection: largest.slice() };
  });
  const to = new Uint32Array(exchange.images);
  for (let permutation = 1; permutation <= permutations; permutation++) {
    exchange.destinations(seed, permutation, to);
    for (const { observed, lists, listed } of filled) {
      const start = permutation * listed;
      for (let i = 0; i < listed; i++) lists[start + i] = to[observed[i]];
    }
    yield;
  }
  return filled;
}

/**
 * Compares a filter's responses with a unit's labels, observed and permuted, and keeps in `labels.largest` and
 * `labels.largestDirection` what the adjustment over all filters needs.
 *
 * @returns The divergence and the sum of ranks of the images with the unit, as observed; the p-value; the statistic
 * standardised by its mean and deviation over the permutations and the observation; that of the direction.
 */
export function testFilter(
  column: FilterColumn,
  labels: LabelSet,
  statistic: "kl" | "auc",
): { kl: number; rankSum: number; p: number; z: number; direction: number } {
  const { lists, listed, largest } = labels;
  const permutations = largest.length;
  const divergence = divergences(column, labels);
  const kl = divergence(0);
  const rankSum = listedRanks(column.ranks, lists, 0, listed);
  const values = new Float64Array(permutations + 1);
  for (let permutation = 0; permutation <= permutations; permutation++) {
    values[permutation] = statistic === "kl"
      ? divergence(permutation)
      : listedRanks(column.ranks, lists, permutation * listed, listed);
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  // A filter that is always the same has no deviation but that of rounding.
  const scale = variance > 1e-18 * (1 + mean * mean) ? 1 / Math.sqrt(variance) : 0;
  for (let i = 0; i < values.length; i++) {
    values[i] = scale * (statistic === "kl" ? values[i] - mean : Math.abs(values[i] - mean));
  }
  let reached = 0;
  for (let permutation = 0; permutation < permutations; permutation++) {
    const value = values[permutation + 1];
    if (value >= values[0]) reached++;
    if (value > largest[permutation]) largest[permutation] = value;
  }
  const ranksOfAll = labels.images * (labels.images + 1) / 2;
  return {
    kl,
    rankSum: labels.listsPresent ? rankSum : ranksOfAll - rankSum,
    p: (1 + reached) / (1 + permutations),
    z: values[0],
    direction: testDirection(column.centered, labels),
  };
}

/** The sum of the ranks of a permutation's listed images. */
export function listedRanks(ranks: Float64Array, lists: Uint32Array, start: number, listed: number): number {
  let sum = 0;
  for (let i = start; i < start + listed; i++) sum += ranks[lists[i]];
  return sum;
}

/** The divergence D(Q || R) of a permutation: for each bin, what its count of listed images adds is looked up. */
export function divergences(
  { bins, binCount, smoothing }: FilterColumn,
  labels: LabelSet,
): (permutation: number) => number {
  const { images, present, listed, lists, listsPresent } = labels;
  const totals = new Uint32Array(binCount);
  for (let i = 0; i < bins.length; i++) totals[bins[i]]++;
  const offsets = new Uint32Array(binCount);
  for (let bin = 1; bin < binCount; bin++) offsets[bin] = offsets[bin - 1] + totals[bin - 1] + 1;
  const table = new Float64Array(images + binCount);
  const strength = smoothing * binCount;
  for (let bin = 0; bin < binCount; bin++) {
    const total = totals[bin];
    if (total === 0) continue;
    const pseudo = strength * total / images;
    for (let count = 0; count <= Math.min(total, listed); count++) {
      const inUnit = listsPresent ? count : total - count;
      const q = (inUnit + pseudo) / (present + strength);
      const r = (total - inUnit + pseudo) / (images - present + strength);
      table[offsets[bin] + count] = q * Math.log(q / r);
    }
  }
  const counts = new Uint32Array(binCount);
  return (permutation) => {
    const start = permutation * listed;
    for (let i = start; i < start + listed; i++) counts[bins[lists[i]]]++;
    let sum = 0;
    for (let bin = 0; bin < binCount; bin++) {
      sum += table[offsets[bin] + counts[bin]];
      counts[bin] = 0;
    }
    return sum;
  };
}
