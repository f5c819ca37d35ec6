/** Which Action Units do filters stand for: every filter's responses with the unit against those without it, tested honestly. */
import { atOnce } from "../in_turns.ts";
import { benjaminiHochberg } from "./benjamini_hochberg.ts";
import { type BestByChance, Choice } from "./best_by_chance.ts";
import { centeredRanks } from "./direction.ts";
import { Exchange, type Grouping } from "./exchange.ts";
import { binEdges, binIndices, type BinRange } from "./histogram.ts";
import { type LabelSet, permutedLabels, testFilter } from "./permutations.ts";
import { aucOfRankSum, midRanks } from "./roc_auc.ts";

/** Responses of filters to images, and what is known of the images. */
export interface CorrespondenceInput extends Grouping {
  /** n x F, a row an image: of a convolution's filter, the maximum over its map. Finite. */
  responses: Float32Array;
  /** n x A, a row an image: 1 where the Action Unit is there, 0 where it is not, NaN where nobody knows. */
  units: ArrayLike<number>;
}

/** How responses are compared. */
export interface CorrespondenceOptions {
  /** Bins of the histograms, 2..65,536. Default 10. */
  bins?: number;
  /** How the bins are laid over each filter's responses. Default `"full"`: of equal width from the lowest to the highest. */
  range?: BinRange;
  /** Pseudo-counts added to both histograms for every bin, on average; see `smoothTogether`. Above 0, default 1. */
  smoothing?: number;
  /** Permutations, 1..100,000. No p-value is below 1 / (permutations + 1). Default 5,000. */
  permutations?: number;
  /** Start of every draw, 0..2^32-1. Default 1. */
  seed?: number;
  /**
   * What p-values are about. `"auc"`, the default: an area under the ROC curve further from what permutations give, on either
   * side; it depends on no bins and has the greater power. `"kl"`: a larger divergence.
   */
  statistic?: "kl" | "auc";
  /** A unit is tested where as many groups show it, and as many never do. Default 10. */
  minimumSupport?: number;
  /** Called after every filter with the number done and of all, which starts anew where units are known for other images. */
  onProgress?: (done: number, total: number) => void;
}

/** What is known of a unit, and whether any filter answers to it. */
export interface UnitSupport {
  /** Images with the unit, without it, and of unknown state: these are left out. */
  present: number;
  absent: number;
  unknown: number;
  /** Groups that show the unit in at least one image, and groups that never do. */
  groupsPresent: number;
  groupsAbsent: number;
  /** Groups that can change places with one that is labelled differently. */
  movable: number;
  /** Why the unit was not tested; absent where it was. */
  untested?: string;
  /** The smallest `familywise` of its filters: does any filter answer to this unit, excited or quieter? NaN where untested. */
  p: number;
  /** That p-value adjusted for the number of units that were tested (Benjamini and Hochberg). NaN where untested. */
  adjusted: number;
  /** The smallest `direction` of the filters above chance, 1 where there are none. NaN where untested. */
  excitedP: number;
  /** That one adjusted in the same way: below 0.01 the unit excites a filter, or one in a hundred such findings is false. */
  excitedAdjusted: number;
  /**
   * The filter that a unit excites most is chosen because it does, so its area is large by choice too: this is what
   * the same choice reaches where labels are exchanged. NaN where untested.
   */
  bestByChance: BestByChance;
}

/** A x F numbers each, a row a unit, NaN in the rows of units that were not tested. */
export interface Correspondence {
  /** Number of filters, F. */
  filters: number;
  /** D(Q || R) in nats: Q the histogram of responses to images with the unit, R to those without it. */
  kl: Float64Array;
  /**
   * Area under the ROC curve: the chance that an image with the unit excites the filter more than one without it. It is 0.5 for
   * a filter to which the unit is nothing only where labels may go to any image: compare it with `nullAuc`.
   */
  auc: Float64Array;
  /**
   * The mean area over the permutations: what the filter's area is if the unit is nothing to it. Where `auc` is above it the unit
   * excites the filter, where it is below the filter is quieter with it. It lies above 0.5 for a filter that any moving face
   * excites, if faces at rest, which never show a unit, are among the images.
   */
  nullAuc: Float64Array;
  /** Permutation p-value of the pair alone. */
  p: Float64Array;
  /** `p` adjusted for all pairs that were tested: false discovery rate (Benjamini and Hochberg). */
  adjusted: Float64Array;
  /** P-value adjusted for the filters of the unit: chance of any false one among them (Westfall and Young). */
  familywise: Float64Array;
  /**
   * P-value of the direction, adjusted for the filters of the unit in the same way: that `auc` lies away from `nullAuc`,
   * on whichever side, whatever the statistic. Where it is small the side says whether the unit excites the filter or the
   * filter is quieter with it. A unit that only spreads a filter's responses has a large divergence and no direction.
   */
  direction: Float64Array;
  /** For each unit what is known of it. */
  support: UnitSupport[];
}

const MOST_PERMUTATIONS = 100_000;

/**
 * Compares, for each Action Unit and filter, the responses to images with the unit and to those without it.
 *
 * After Khorrami, Paine and Huang (2015): the Kullback-Leibler divergence between the two histograms. Added to it: the area
 * under the ROC curve, which says in which direction by its side of what permutations give; a p-value by permutation of whole groups (see `Exchange`); and its
 * adjustment for many tests in two ways. `familywise` compares a pair with the largest statistic over all filters in every
 * permutation, each filter's statistic standardised by its own mean and deviation over the permutations (P. H. Westfall,
 * S. S. Young: Resampling-Based Multiple Testing, 1993), so that 1 / (permutations + 1) can be reached whatever the number of
 * filters. `adjusted` gets as far down only where many pairs are discovered at once: with k of them at the smallest p-value
 * it is (number of pairs) / k / (permutations + 1).
 *
 * Defaults: on a network trained on drawn faces, rankings of its 256 filters from two halves of the people (and from two sets of ten people)
 * agreed in more of their first ten with 10 bins and a pseudo-count of 1 than with 20, 40 or 80 bins or smaller ones.
 *
 * Takes time in proportion to filters x permutations x images with a unit, summed over the units, and 4 bytes for each
 * permutation and image with a unit.
 *
 * @param input Responses, units, groups.
 * @param options Histogram, permutations, least support.
 * @returns For every pair the divergence, the area and three p-values; for every unit its support.
 * @throws {RangeError} When sizes disagree, a response is not finite, a unit is neither 0, 1 nor NaN, or an option is out of range.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { actionUnitCorrespondence } from "./correspondence.ts";
 *
 * // 40 images, each its own group; filter 0 answers to the unit, filter 1 to nothing.
 * const units = Float32Array.from({ length: 40 }, (_, n) => n % 2);
 * const responses = Float32Array.from({ length: 80 }, (_, i) => i % 2 === 0 ? units[i / 2] + (i % 7) / 9 : (i * i) % 11);
 * const { auc, familywise } = actionUnitCorrespondence({ responses, units, groups: units.map((_, n) => n) });
 * assert(auc[0] === 1 && familywise[0] < 0.01);
 * assert(familywise[1] > 0.05);
 * ```
 */
export function actionUnitCorrespondence(
  input: CorrespondenceInput,
  options: CorrespondenceOptions = {},
): Correspondence {
  return atOnce(correspondenceInTurns(input, options));
}

/**
 * The same, pausing after each permutation that is drawn and each pair that is tested: for `inTurns`.
 *
 * @throws as `actionUnitCorrespondence` does.
 */
export function* correspondenceInTurns(
  input: CorrespondenceInput,
  options: CorrespondenceOptions = {},
): Generator<void, Correspondence> {
  const settings = checkOptions(options);
  const { filters, count } = checkInput(input);
  const empty = () => new Float64Array(count * filters).fill(NaN);
  const result: Correspondence = {
    filters,
    kl: empty(),
    auc: empty(),
    nullAuc: empty(),
    p: empty(),
    adjusted: empty(),
    familywise: empty(),
    direction: empty(),
    support: new Array(count),
  };
  for (const { rows, columns } of byKnownImages(input, count)) {
    yield* compare(input, settings, { rows, columns, count }, result);
  }
  result.adjusted.set(benjaminiHochberg(result.p));
  const { support } = result;
  benjaminiHochberg(support.map(({ p }) => p)).forEach((p, unit) => support[unit].adjusted = p);
  benjaminiHochberg(support.map(({ excitedP }) => excitedP)).forEach((p, unit) => support[unit].excitedAdjusted = p);
  return result;
}

/** Compares the units whose state is known for the same images. */
function* compare(
  input: CorrespondenceInput,
  settings: Required<CorrespondenceOptions>,
  { rows, columns, count }: { rows: Uint32Array; columns: number[]; count: number },
  result: Correspondence,
): Generator<void, void> {
  const { responses, units, groups } = input;
  const { filters, support } = result;
  const { permutations, seed, bins, range, smoothing, statistic } = settings;
  const exchange = new Exchange(rows, input);
  const labels = columns.map((unit) => Uint8Array.from(rows, (row) => units[row * count + unit]));
  columns.forEach((unit, i) => {
    support[unit] = supportOf(labels[i], exchange, groups.length - rows.length, settings.minimumSupport);
  });
  const tested = columns.flatMap((unit, i) =>
    support[unit].untested === undefined ? [{ unit, labels: labels[i] }] : []
  );
  if (tested.length === 0) return;
  const sets: LabelSet[] = yield* permutedLabels(exchange, tested.map(({ labels }) => labels), { permutations, seed });
  const choices = sets.map((set) => new Choice(set));
  const standardised = new Float64Array(tested.length * filters), directions = standardised.slice();
  const values = new Float64Array(rows.length);
  for (let filter = 0; filter < filters; filter++) {
    rows.forEach((row, place) => values[place] = responses[row * filters + filter]);
    const ranks = midRanks(values);
    const column = {
      ranks,
      centered: centeredRanks(exchange, ranks),
      bins: binIndices(values, binEdges(values, bins, range)),
      smoothing,
      binCount: bins,
    };
    for (const [i, { unit, labels }] of tested.entries()) {
      const at = unit * filters + filter;
      const { present, absent } = support[unit];
      const { kl, rankSum, p, z, direction } = testFilter(column, sets[i], statistic);
      result.kl[at] = kl;
      result.auc[at] = aucOfRankSum(rankSum, present, absent);
      const meanRankSum = exchange.meanSum(labels, column.ranks);
      result.nullAuc[at] = aucOfRankSum(meanRankSum, present, absent);
      choices[i].consider(column, meanRankSum);
      result.p[at] = p;
      standardised[i * filters + filter] = z;
      directions[i * filters + filter] = direction;
      yield;
    }
    settings.onProgress(filter + 1, filters);
  }
  tested.forEach(({ unit }, i) => {
    const [largest, largestDirection] = [sets[i].largest, sets[i].largestDirection].map((list) => list.slice().sort());
    const share = (sorted: Float64Array, value: number) =>
      (1 + sorted.length - below(sorted, value)) / (1 + permutations);
    support[unit].p = support[unit].excitedP = 1;
    support[unit].bestByChance = choices[i].best();
    for (let filter = 0; filter < filters; filter++) {
      const at = unit * filters + filter;
      result.familywise[at] = share(largest, standardised[i * filters + filter]);
      result.direction[at] = share(largestDirection, directions[i * filters + filter]);
      support[unit].p = Math.min(support[unit].p, result.familywise[at]);
      if (result.auc[at] > result.nullAuc[at]) {
        support[unit].excitedP = Math.min(support[unit].excitedP, result.direction[at]);
      }
    }
  });
}

/** How many of the ascending values are smaller. */
function below(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function supportOf(labels: Uint8Array, exchange: Exchange, unknown: number, minimum: number): UnitSupport {
  const present = labels.reduce((sum, label) => sum + label, 0);
  const groupsPresent = exchange.members.filter((members) => members.some((place) => labels[place] === 1)).length;
  const groupsAbsent = exchange.members.length - groupsPresent;
  const movable = exchange.movable(labels);
  let untested: string | undefined;
  if (groupsPresent < minimum) {
    untested = `${groupsPresent} ${groupsPresent === 1 ? "group shows" : "groups show"} it, fewer than ${minimum}`;
  } else if (groupsAbsent < minimum) {
    untested = `${groupsAbsent} ${groupsAbsent === 1 ? "group does" : "groups do"} not show it, fewer than ${minimum}`;
  } else if (movable === 0) untested = "no group has another to change places with";
  return {
    present,
    absent: labels.length - present,
    unknown,
    groupsPresent,
    groupsAbsent,
    movable,
    ...(untested !== undefined && { untested }),
    p: NaN,
    adjusted: NaN,
    excitedP: NaN,
    excitedAdjusted: NaN,
    bestByChance: { auc: NaN, low: NaN, high: NaN, permutations: 0 },
  };
}

/** Units with the same images known, and these images. */
function byKnownImages({ units, groups }: CorrespondenceInput, count: number) {
  const families: { rows: Uint32Array; columns: number[] }[] = [];
  for (let unit = 0; unit < count; unit++) {
    const known: number[] = [];
    for (let row = 0; row < groups.length; row++) if (!Number.isNaN(units[row * count + unit])) known.push(row);
    const family = families.find(({ rows }) =>
      rows.length === known.length && rows.every((row, i) => row === known[i])
    );
    if (family) family.columns.push(unit);
    else families.push({ rows: Uint32Array.from(known), columns: [unit] });
  }
  return families;
}

function checkInput({ responses, units, groups, blocks, roles }: CorrespondenceInput) {
  const images = groups.length;
  if (images === 0) throw new RangeError("groups is empty, expected a group for each of at least one image");
  for (const [name, length] of [["responses", responses.length], ["units", units.length]] as const) {
    if (length === 0 || length % images !== 0) {
      throw new RangeError(`${name} has ${length} numbers, expected a multiple of the ${images} images in groups`);
    }
  }
  for (const [name, list] of [["blocks", blocks], ["roles", roles]] as const) {
    if (list && list.length !== images) {
      throw new RangeError(
        `${name} has ${list.length} numbers, expected one for each of the ${images} images in groups`,
      );
    }
  }
  const bad = responses.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`responses[${bad}] is ${responses[bad]}, expected a finite number`);
  for (let i = 0; i < units.length; i++) {
    if (units[i] !== 0 && units[i] !== 1 && !Number.isNaN(units[i])) {
      throw new RangeError(`units[${i}] is ${units[i]}, expected 0, 1 or NaN for unknown`);
    }
  }
  return { filters: responses.length / images, count: units.length / images };
}

function checkOptions(options: CorrespondenceOptions): Required<CorrespondenceOptions> {
  const settings = {
    bins: options.bins ?? 10,
    range: options.range ?? "full",
    smoothing: options.smoothing ?? 1,
    permutations: options.permutations ?? 5000,
    seed: options.seed ?? 1,
    statistic: options.statistic ?? "auc",
    minimumSupport: options.minimumSupport ?? 10,
    onProgress: options.onProgress ?? (() => {}),
  };
  const whole = (name: "bins" | "permutations" | "seed" | "minimumSupport", low: number, high: number) => {
    const value = settings[name];
    if (!(Number.isInteger(value) && value >= low && value <= high)) {
      throw new RangeError(`${name} is ${value}, expected an integer from ${low} to ${high}`);
    }
  };
  whole("bins", 2, 65536);
  whole("permutations", 1, MOST_PERMUTATIONS);
  whole("seed", 0, 2 ** 32 - 1);
  whole("minimumSupport", 1, 2 ** 32 - 1);
  if (!(settings.smoothing > 0 && settings.smoothing < Infinity)) {
    throw new RangeError(`smoothing is ${settings.smoothing}, expected a number above 0`);
  }
  if (settings.statistic !== "kl" && settings.statistic !== "auc") {
    throw new RangeError(`statistic is ${JSON.stringify(settings.statistic)}, expected "kl" or "auc"`);
  }
  return settings;
}
