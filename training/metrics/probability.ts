/** How far predicted probabilities can be believed: log loss and expected calibration error. */
import { checkClass } from "./classification.ts";

/** Rows of probabilities may miss 1 by this, which is float32 rounding a thousand times over. */
const SUM_TOLERANCE = 1e-3;
/** A probability of 0 would make the loss of one sample infinite; this one costs it 36 nats. */
const LEAST = Number.EPSILON;

/**
 * Mean negative natural logarithm of the probability given to the true class. Each row is first made to add up to 1 exactly (softmax in
 * float32 does so only nearly), and probabilities are kept within [2^-52, 1 - 2^-52].
 *
 * @param labels True classes, 0..classes-1, one a sample, at least one.
 * @param probabilities samples x classes, 0..1, row-major.
 * @param classes Number of classes.
 * @returns 0 or more, in nats.
 * @throws {RangeError} for no samples, lengths that do not fit, a class out of range, a row that is no distribution.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { logLoss } from "./probability.ts";
 * assert(Math.abs(logLoss([0, 1], [0.5, 0.5, 0.75, 0.25], 2) - Math.log(8) / 2) < 1e-15);
 * ```
 */
export function logLoss(labels: ArrayLike<number>, probabilities: ArrayLike<number>, classes: number): number {
  checkProbabilities(labels, probabilities, classes);
  let loss = 0;
  for (let n = 0; n < labels.length; n++) {
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += probabilities[n * classes + c];
    const probability = probabilities[n * classes + labels[n]] / sum;
    loss -= Math.log(Math.min(1 - LEAST, Math.max(LEAST, probability)));
  }
  return loss / labels.length;
}

/**
 * How far confidence and accuracy are apart: samples are put into bins by the probability of their predicted class, bin b of B holding
 * those in (b/B, (b+1)/B]; the error is the mean over samples of |accuracy of their bin - mean confidence of their bin| (Naeini et al.,
 * AAAI 2015; Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, equation 3). Of equal probabilities the first class is the predicted one.
 *
 * @param labels True classes, 0..classes-1, one a sample, at least one.
 * @param probabilities samples x classes, 0..1, row-major.
 * @param classes Number of classes.
 * @param options `bins`: B, 15 when left out.
 * @returns 0..1.
 * @throws {RangeError} as `logLoss` does, and for fewer than one bin.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { expectedCalibrationError } from "./probability.ts";
 * // Always 80% sure, right half of the time.
 * assert(Math.abs(expectedCalibrationError([0, 1], [0.8, 0.2, 0.8, 0.2], 2) - 0.3) < 1e-12);
 * ```
 */
export function expectedCalibrationError(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
  options: { bins?: number } = {},
): number {
  const { bins = 15 } = options;
  if (!(Number.isInteger(bins) && bins >= 1 && bins <= 1e6)) {
    throw new RangeError(`bins is ${bins}, expected an integer from 1 to a million`);
  }
  checkProbabilities(labels, probabilities, classes);
  const confidence = new Float64Array(bins), hits = new Float64Array(bins);
  for (let n = 0; n < labels.length; n++) {
    let best = 0;
    for (let c = 1; c < classes; c++) {
      if (probabilities[n * classes + c] > probabilities[n * classes + best]) best = c;
    }
    const sure = probabilities[n * classes + best];
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(sure * bins) - 1));
    confidence[bin] += sure;
    hits[bin] += best === labels[n] ? 1 : 0;
  }
  let error = 0;
  for (let bin = 0; bin < bins; bin++) error += Math.abs(hits[bin] - confidence[bin]);
  return error / labels.length;
}

function checkProbabilities(labels: ArrayLike<number>, probabilities: ArrayLike<number>, classes: number): void {
  if (!(Number.isInteger(classes) && classes >= 1)) throw new RangeError(`classes is ${classes}, expected 1 or more`);
  if (labels.length === 0) throw new RangeError("labels is empty, expected at least one sample");
  if (probabilities.length !== labels.length * classes) {
    throw new RangeError(
      `there are ${probabilities.length} probabilities, expected ${labels.length} labels x ${classes} classes`,
    );
  }
  for (let n = 0; n < labels.length; n++) {
    checkClass("labels", labels[n], n, classes);
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      const value = probabilities[n * classes + c];
      if (!(value >= 0 && value <= 1 + SUM_TOLERANCE)) {
        throw new RangeError(`probabilities[${n * classes + c}] is ${value}, expected a number from 0 to 1`);
      }
      sum += value;
    }
    if (!(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
      throw new RangeError(`the probabilities of sample ${n} add up to ${sum}, expected 1`);
    }
  }
}
