/** How predicted classes compare with the labels: confusion matrix, precision, recall, F1, balanced accuracy. */

/** How well one class is told from the others. */
export interface ClassScore {
  /** Samples with this label. */
  support: number;
  /** Samples predicted to be of this class. */
  predicted: number;
  /**
   * Share of those predicted that are of the class, 0..1; null where none is predicted, or no sample is of the class.
   */
  precision: number | null;
  /** Share of those of the class that are predicted, 0..1; null where no sample is of the class. */
  recall: number | null;
  /**
   * Harmonic mean of precision and recall, 2 hits / (support + predicted), 0..1; null where no sample is of the
   * class.
   */
  f1: number | null;
}

/**
 * Counts how often samples of each class are predicted to be of each class.
 *
 * @param labels True classes, 0..classes-1, one a sample.
 * @param predictions Predicted classes, as many.
 * @param classes Number of classes, 1 or more.
 * @returns `matrix[label][prediction]`, counts.
 * @throws {RangeError} for lengths that differ, and for a class number out of range.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { confusionMatrix } from "./classification.ts";
 * assert.deepEqual(confusionMatrix([0, 0, 1], [0, 1, 1], 2), [[1, 1], [0, 1]]);
 * ```
 */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classes: number,
): number[][] {
  if (!(Number.isInteger(classes) && classes >= 1)) throw new RangeError(`classes is ${classes}, expected 1 or more`);
  if (labels.length !== predictions.length) {
    throw new RangeError(`there are ${labels.length} labels and ${predictions.length} predictions, expected as many`);
  }
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let n = 0; n < labels.length; n++) {
    checkClass("labels", labels[n], n, classes);
    checkClass("predictions", predictions[n], n, classes);
    matrix[labels[n]][predictions[n]]++;
  }
  return matrix;
}

/**
 * Precision, recall and F1 of every class against the rest (van Rijsbergen, Information Retrieval, 1979, chapter 7). A
 * class without samples has no score: nothing that was predicted could have been right. Nor has what is never
 * predicted a precision.
 *
 * @param labels True classes, 0..classes-1, one a sample.
 * @param predictions Predicted classes, as many.
 * @param classes Number of classes.
 * @returns A score for each class, in their order.
 * @throws {RangeError} as `confusionMatrix` does.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { perClass } from "./classification.ts";
 * const [first] = perClass([0, 0, 1], [0, 1, 1], 2);
 * assert.deepEqual(first, { support: 2, predicted: 1, precision: 1, recall: 0.5, f1: 2 / 3 });
 * ```
 */
export function perClass(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classes: number,
): ClassScore[] {
  const matrix = confusionMatrix(labels, predictions, classes);
  return matrix.map((row, c) => {
    const hits = row[c];
    const support = row.reduce((sum, count) => sum + count, 0);
    const predicted = matrix.reduce((sum, other) => sum + other[c], 0);
    return {
      support,
      predicted,
      precision: support === 0 || predicted === 0 ? null : hits / predicted,
      recall: support === 0 ? null : hits / support,
      f1: support === 0 ? null : 2 * hits / (support + predicted),
    };
  });
}

/**
 * Mean recall of the classes that have samples: accuracy as it would be were all classes equally frequent (Brodersen et al., "The Balanced
 * Accuracy and Its Posterior Distribution", ICPR 2010).
 *
 * @param labels True classes, 0..classes-1, one a sample, at least one.
 * @param predictions Predicted classes, as many.
 * @param classes Number of classes.
 * @returns 0..1.
 * @throws {RangeError} as `confusionMatrix` does, and for no samples.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { balancedAccuracy } from "./classification.ts";
 * assert.equal(balancedAccuracy([0, 0, 0, 0, 1], [0, 0, 0, 0, 0], 2), 0.5);
 * ```
 */
export function balancedAccuracy(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classes: number,
): number {
  checkSome(labels);
  return mean(perClass(labels, predictions, classes).flatMap(({ recall }) => recall ?? []));
}

/**
 * Mean F1 of the classes that occur among labels or predictions, each counting alike: a class that is predicted and
 * has no samples counts as 0.
 *
 * @param labels True classes, 0..classes-1, one a sample, at least one.
 * @param predictions Predicted classes, as many.
 * @param classes Number of classes.
 * @returns 0..1.
 * @throws {RangeError} as `confusionMatrix` does, and for no samples.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { macroF1 } from "./classification.ts";
 * assert.equal(macroF1([0, 0, 1], [0, 1, 1], 3), 2 / 3); // class 2 occurs nowhere
 * ```
 */
export function macroF1(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classes: number,
): number {
  checkSome(labels);
  const scores = perClass(labels, predictions, classes);
  return mean(scores.filter(({ support, predicted }) => support + predicted > 0).map(({ f1 }) => f1 ?? 0));
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function checkSome(labels: ArrayLike<number>): void {
  if (labels.length === 0) throw new RangeError("labels is empty, expected at least one sample");
}

/** Refuses a class number out of range. */
export function checkClass(name: string, value: number, n: number, classes: number): void {
  if (!(Number.isInteger(value) && value >= 0 && value < classes)) {
    throw new RangeError(`${name}[${n}] is ${value}, expected a class number from 0 to ${classes - 1}`);
  }
}
