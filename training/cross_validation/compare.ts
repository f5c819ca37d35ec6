/** Whether one variant is better than another on the same splits, by more than the splits differ among themselves. */
import type { Variant } from "../options.ts";
import { studentP } from "../metrics/student.ts";

/** A variant's accuracy on each split, and how many images trained and tested it. */
export interface ComparedVariant {
  variant: Variant;
  splits: { split: number; accuracy: number; trained: number; tested: number }[];
}

/** Two variants on the same splits. */
export interface Comparison {
  /** The difference is the second one's accuracy minus the first one's. */
  variants: [Variant, Variant];
  meanDifference: number;
  /** Splits on which the second is better, equal, worse. */
  better: number;
  equal: number;
  worse: number;
  /** Two-sided p-value of the corrected t-test; null where it cannot be asked. */
  p: number | null;
  /** The same times the number of pairs still to be judged, by Holm's rule, at most 1. */
  adjustedP: number | null;
  /** Why there is no p-value: splits that all differ by the same say nothing of how much they differ among themselves. */
  untested?: "one split" | "no spread";
}

/**
 * Compares every pair of variants split by split.
 *
 * Splits share most of their training images, so that an ordinary paired t-test finds differences where there are none. The variance is
 * therefore multiplied by 1/k + tested/trained instead of 1/k (Nadeau and Bengio, "Inference for the Generalization Error", Machine Learning
 * 52, 2003, section 4). P-values of several pairs are adjusted by Holm's step-down rule (Scandinavian Journal of Statistics 6, 1979).
 *
 * @param variants Each with the same splits in the same order.
 * @throws {RangeError} for variants with other splits than the first.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { compareVariants } from "./compare.ts";
 * const on = (...accuracies: number[]) => accuracies.map((accuracy, split) => ({ split, accuracy, trained: 80, tested: 10 }));
 * const [pair] = compareVariants([
 *   { variant: "cnn", splits: on(0.7, 0.8, 0.6) },
 *   { variant: "cnn_ad", splits: on(0.8, 0.9, 0.6) },
 * ]);
 * assert(pair.better === 2 && pair.equal === 1 && pair.p! > 0.05);
 * ```
 */
export function compareVariants(variants: readonly ComparedVariant[]): Comparison[] {
  for (const { variant, splits } of variants) {
    if (splits.map(({ split }) => split).join() !== variants[0].splits.map(({ split }) => split).join()) {
      throw new RangeError(`${variant} was run on other splits than ${variants[0].variant}`);
    }
  }
  const pairs = variants.flatMap((a, at) => variants.slice(at + 1).map((b) => compare(a, b)));
  const judged = pairs.filter(({ p }) => p !== null).sort((a, b) => a.p! - b.p!);
  let least = 0;
  judged.forEach((pair, rank) => {
    least = Math.max(least, Math.min(1, pair.p! * (judged.length - rank)));
    pair.adjustedP = least;
  });
  return pairs;
}

/** Means over seeds of equal counts may differ by their rounding, and so may differences of them. */
const ROUNDING = 1e-12;

function compare(a: ComparedVariant, b: ComparedVariant): Comparison {
  const differences = a.splits.map(({ accuracy }, at) => b.splits[at].accuracy - accuracy)
    .map((difference) => Math.abs(difference) < ROUNDING ? 0 : difference);
  const count = differences.length;
  const mean = differences.reduce((sum, value) => sum + value, 0) / count;
  const untested = count < 2 ? "one split" : isConstant(differences) ? "no spread" : undefined;
  return {
    variants: [a.variant, b.variant],
    meanDifference: mean,
    better: differences.filter((value) => value > 0).length,
    equal: differences.filter((value) => value === 0).length,
    worse: differences.filter((value) => value < 0).length,
    p: untested ? null : correctedP(differences, mean, [...a.splits, ...b.splits]),
    adjustedP: null,
    ...(untested && { untested }),
  };
}

function isConstant(differences: number[]): boolean {
  return Math.max(...differences) - Math.min(...differences) < ROUNDING;
}

function correctedP(differences: number[], mean: number, splits: ComparedVariant["splits"]): number {
  const count = differences.length;
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const share = splits.reduce((sum, { tested, trained }) => sum + tested / trained, 0) / splits.length;
  return studentP(mean / Math.sqrt((1 / count + share) * variance), count - 1);
}
