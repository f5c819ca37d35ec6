/** An Action Unit read-out: how well a unit can be read from frozen features of people who were not seen. */
import { atOnce } from "../in_turns.ts";
import { LogisticRegression } from "./logistic_regression.ts";
import { rocAuc } from "./roc_auc.ts";

/** Features of images, and what is known of the images. */
export interface ProbeInput {
  /** n x F, a row an image. Finite. */
  features: Float32Array;
  /** n x A, a row an image: 1 where the Action Unit is there, 0 where it is not, NaN where nobody knows. */
  units: ArrayLike<number>;
  /** The fold of each image; nobody may stand in two. */
  folds: ArrayLike<number>;
  /** The person of each image, where known (0 or more): checked against the folds. */
  subjects?: ArrayLike<number>;
}

/** How the read-out is fitted. */
export interface ProbeOptions {
  /** The folds that are read, each by a model fitted on all others. Default: every fold. */
  heldOut?: readonly number[];
  /** Weight of the L2 penalty on standardised features. Above 0, default 30. */
  penalty?: number;
}

/** How well a unit is read. */
export interface UnitReadOut {
  /** Held-out images that were read, and those with the unit. */
  images: number;
  present: number;
  /** Share of them with the unit: a read-out has to do better than its guess. */
  baseRate: number;
  /** Area under the ROC curve: the mean over folds with both kinds of image. NaN where there is none. */
  auc: number;
  /** F1 at probability one half; NaN where no held-out image shows the unit. */
  f1: number;
  /** F1 of saying "present" for every image: 2 b / (1 + b) for base rate b. */
  f1OfAlways: number;
}

/** How well all units are read. */
export interface ProbeResult {
  /** For each unit; null where no held-out image could be read, since a unit is the same on all images to fit. */
  units: (UnitReadOut | null)[];
  /** F1 over all units' decisions together, at probability one half, and that of always saying "present". */
  f1Micro: number;
  f1MicroOfAlways: number;
  /** n x A probabilities of the held-out images; NaN where none was computed. */
  probabilities: Float64Array;
}

/**
 * Reads Action Units from frozen features: a logistic model for each unit, fitted on some people and tested on others.
 * Features are standardised by the mean and deviation of the images that a model is fitted on; one that is constant there counts as 0.
 *
 * @param input Features, units, folds.
 * @param options Which folds are held out, and the penalty.
 * @returns For each unit area under the ROC curve, F1 and base rate; F1-micro; the probabilities.
 * @throws {RangeError} When sizes disagree, a person stands in two folds, a fold that is held out is empty or all there is.
 * @throws {NotConvergedError} When a fit does not reach its optimum.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { actionUnitProbe } from "./probe.ts";
 *
 * // One feature that holds the unit and one that does not; 40 images in five folds.
 * const units = Float32Array.from({ length: 40 }, (_, n) => n % 2);
 * const features = Float32Array.from({ length: 80 }, (_, i) => i % 2 === 0 ? units[i / 2] : (i * i) % 11);
 * const { units: [smile] } = actionUnitProbe({ features, units, folds: units.map((_, n) => n % 5) }, { penalty: 1 });
 * assert(smile!.auc === 1 && smile!.baseRate === 0.5);
 * ```
 */
export function actionUnitProbe(input: ProbeInput, options: ProbeOptions = {}): ProbeResult {
  return atOnce(probeInTurns(input, options));
}

/**
 * The same, pausing after each unit of each fold: for `inTurns`.
 *
 * @throws as `actionUnitProbe` does.
 */
export function* probeInTurns(input: ProbeInput, options: ProbeOptions = {}): Generator<void, ProbeResult> {
  const { features, units, folds } = input;
  const { width, count, held } = checkProbe(input, options);
  const images = folds.length;
  const probabilities = new Float64Array(images * count).fill(NaN);
  const areas: number[][] = Array.from({ length: count }, () => []);
  for (const fold of held) {
    const inFold = (n: number) => folds[n] === fold;
    // Units whose state is known for the same images share a standardisation and a factorised bound.
    const prepared = new Map<string, { regression: LogisticRegression; rows: number[]; scale: Scale }>();
    for (let unit = 0; unit < count; unit++) {
      const known = Array.from({ length: images }, (_, n) => n).filter((n) => !Number.isNaN(units[n * count + unit]));
      const [rows, test] = [known.filter((n) => !inFold(n)), known.filter(inFold)];
      const labels = rows.map((n) => units[n * count + unit]);
      if (test.length === 0 || !labels.includes(0) || !labels.includes(1)) continue;
      const key = rows.join();
      if (!prepared.has(key)) {
        const scale = scaleOf(features, width, rows);
        const regression = new LogisticRegression(standardise(features, width, rows, scale), rows.length, {
          penalty: options.penalty ?? 30,
        });
        prepared.set(key, { regression, rows, scale });
      }
      const { regression, scale } = prepared.get(key)!;
      const { weights, intercept } = regression.fit(labels);
      const x = standardise(features, width, test, scale);
      test.forEach((n, row) => {
        let score = intercept;
        for (let f = 0; f < width; f++) score += weights[f] * x[row * width + f];
        probabilities[n * count + unit] = 1 / (1 + Math.exp(-score));
      });
      const area = rocAuc(test.map((n) => probabilities[n * count + unit]), test.map((n) => units[n * count + unit]));
      if (!Number.isNaN(area)) areas[unit].push(area);
      yield;
    }
  }
  return summarize(units, probabilities, areas, count);
}

function summarize(
  units: ArrayLike<number>,
  probabilities: Float64Array,
  areas: number[][],
  count: number,
): ProbeResult {
  const all = { hits: 0, said: 0, present: 0, images: 0 };
  const readOuts = areas.map((list, unit): UnitReadOut | null => {
    const own = { hits: 0, said: 0, present: 0, images: 0 };
    for (let at = unit; at < probabilities.length; at += count) {
      if (Number.isNaN(probabilities[at])) continue;
      const [says, is] = [probabilities[at] >= 0.5 ? 1 : 0, units[at]];
      own.images++;
      own.said += says;
      own.present += is;
      own.hits += says * is;
    }
    if (own.images === 0) return null;
    for (const key of Object.keys(all) as (keyof typeof all)[]) all[key] += own[key];
    return {
      images: own.images,
      present: own.present,
      baseRate: own.present / own.images,
      auc: list.reduce((sum, area) => sum + area, 0) / list.length,
      f1: f1(own.hits, own.said, own.present),
      f1OfAlways: f1(own.present, own.images, own.present),
    };
  });
  return {
    units: readOuts,
    f1Micro: f1(all.hits, all.said, all.present),
    f1MicroOfAlways: f1(all.present, all.images, all.present),
    probabilities,
  };
}

/** Harmonic mean of precision and recall; 0 where nothing was said rightly, NaN where there was nothing to say. */
function f1(hits: number, said: number, present: number): number {
  return present === 0 ? NaN : 2 * hits / (said + present);
}

interface Scale {
  mean: Float64Array;
  /** 0 where a feature is constant. */
  inverse: Float64Array;
}

function scaleOf(features: Float32Array, width: number, rows: number[]): Scale {
  const mean = new Float64Array(width), variance = new Float64Array(width);
  for (const n of rows) for (let f = 0; f < width; f++) mean[f] += features[n * width + f] / rows.length;
  for (const n of rows) {
    for (let f = 0; f < width; f++) variance[f] += (features[n * width + f] - mean[f]) ** 2 / rows.length;
  }
  const inverse = variance.map((value, f) => value > 1e-12 * mean[f] ** 2 ? 1 / Math.sqrt(value) : 0);
  return { mean, inverse };
}

function standardise(features: Float32Array, width: number, rows: number[], { mean, inverse }: Scale): Float64Array {
  const result = new Float64Array(rows.length * width);
  rows.forEach((n, row) => {
    for (let f = 0; f < width; f++) {
      result[row * width + f] = (features[n * width + f] - mean[f]) * inverse[f];
    }
  });
  return result;
}

function checkProbe({ features, units, folds, subjects }: ProbeInput, { heldOut }: ProbeOptions) {
  const images = folds.length;
  if (images === 0) throw new RangeError("folds is empty, expected a fold for each of at least two images");
  for (const [name, length] of [["features", features.length], ["units", units.length]] as const) {
    if (length === 0 || length % images !== 0) {
      throw new RangeError(`${name} has ${length} numbers, expected a multiple of the ${images} images in folds`);
    }
  }
  if (subjects && subjects.length !== images) {
    throw new RangeError(
      `subjects has ${subjects.length} numbers, expected one for each of the ${images} images in folds`,
    );
  }
  const foldOf = new Map<number, number>();
  for (let n = 0; n < images; n++) {
    const subject = subjects?.[n] ?? -1;
    if (subject < 0) continue;
    const fold = foldOf.get(subject) ?? folds[n];
    if (fold !== folds[n]) {
      throw new RangeError(`subject ${subject} stands in the folds ${fold} and ${folds[n]}, expected one`);
    }
    foldOf.set(subject, fold);
  }
  for (let i = 0; i < units.length; i++) {
    if (units[i] !== 0 && units[i] !== 1 && !Number.isNaN(units[i])) {
      throw new RangeError(`units[${i}] is ${units[i]}, expected 0, 1 or NaN for unknown`);
    }
  }
  const present = new Set(Array.from(folds));
  if (present.size < 2) throw new RangeError(`all images are in fold ${folds[0]}, expected two folds or more`);
  const held = heldOut ?? [...present].sort((a, b) => a - b);
  const missing = held.find((fold) => !present.has(fold));
  if (missing !== undefined) throw new RangeError(`heldOut: fold ${missing} has no image`);
  return { width: features.length / images, count: units.length / images, held };
}
