/** Logistic regression with an L2 penalty, fitted to its one optimum. */

/** How a model is fitted. */
export interface LogisticOptions {
  /** Weight of the penalty: the objective is the sum of the log losses + penalty / 2 * |w|^2. Above 0, default 1. */
  penalty?: number;
  /** The fit ends when no component of the objective's gradient is larger than this times the number of images. Default 1e-7. */
  tolerance?: number;
  /** Most steps, 1 or more. Default 2,000. */
  iterations?: number;
}

/** A fitted model: the probability of the label is 1 / (1 + exp(-(w x + intercept))). */
export interface LogisticModel {
  /** One weight a feature. */
  weights: Float64Array;
  intercept: number;
  /** Steps taken. */
  iterations: number;
}

/**
 * The optimum was not reached in the steps that were allowed.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { LogisticRegression, NotConvergedError } from "./logistic_regression.ts";
 *
 * const hurried = new LogisticRegression(Float64Array.of(-2, -1, 1, 2), 4, { penalty: 1e-4, iterations: 1 });
 * assert.throws(() => hurried.fit([0, 0, 1, 1]), NotConvergedError);
 * ```
 */
export class NotConvergedError extends Error {
  override name = "NotConvergedError";
}

/** Steps that the quasi-Newton method remembers. */
const MEMORY = 10;

/**
 * Fits logistic regression: the same optimum as scikit-learn's `LogisticRegression` with C = 1 / penalty. The intercept is
 * not penalised. Deterministic.
 *
 * L-BFGS (J. Nocedal, S. J. Wright: Numerical Optimization, 2006, chapter 7), started from the inverse of a bound on the
 * Hessian that holds for every w, X'X / 4 + penalty (D. Böhning: Multinomial logistic regression algorithm, Annals of the
 * Institute of Statistical Mathematics 44, 1992); features as correlated as a network's take ten times the steps without it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { LogisticRegression } from "./logistic_regression.ts";
 *
 * const regression = new LogisticRegression(Float64Array.of(-2, -1, 1, 2), 4);
 * const { weights, intercept } = regression.fit([0, 0, 1, 1]);
 * assert(weights[0] > 0.5 && Math.abs(intercept) < 1e-6);
 * ```
 */
export class LogisticRegression {
  #features: Float64Array;
  #images: number;
  #width: number;
  #penalty: number;
  #tolerance: number;
  #most: number;
  #factor: Float64Array;

  /**
   * Prepares to fit any number of labels on the same features: the bound is factorised once.
   *
   * @param features n x F, a row an image. Finite; best standardised, since the penalty treats all weights alike.
   * @param images Number of rows, n.
   * @param options Penalty and when to end.
   * @throws {RangeError} When the number of features is not a multiple of the images, one is not finite, or an option is out of range.
   */
  constructor(features: Float64Array, images: number, options: LogisticOptions = {}) {
    const { penalty = 1, tolerance = 1e-7, iterations = 2000 } = options;
    for (const [name, value] of Object.entries({ penalty, tolerance })) {
      if (!(value > 0 && value < Infinity)) throw new RangeError(`${name} is ${value}, expected a number above 0`);
    }
    if (!(Number.isInteger(iterations) && iterations >= 1)) {
      throw new RangeError(`iterations is ${iterations}, expected an integer of 1 or more`);
    }
    if (!(images >= 1 && features.length > 0 && features.length % images === 0)) {
      throw new RangeError(`features has ${features.length} numbers, expected a multiple of the ${images} images`);
    }
    const bad = features.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new RangeError(`features[${bad}] is ${features[bad]}, expected a finite number`);
    this.#features = features;
    this.#images = images;
    this.#width = features.length / images;
    [this.#penalty, this.#tolerance, this.#most] = [penalty, tolerance, iterations];
    this.#factor = cholesky(this.#bound(), this.#width + 1);
  }

  /**
   * Fits one set of labels.
   *
   * @param labels 0 or 1 an image, both of them there.
   * @throws {RangeError} When labels are anything else.
   * @throws {NotConvergedError} When the optimum is not reached in the given number of steps.
   */
  fit(labels: ArrayLike<number>): LogisticModel {
    const signs = this.#signs(labels);
    const size = this.#width + 1;
    let point = new Float64Array(size);
    // Without any feature, the share of the label is the best guess.
    const present = signs.reduce((sum, sign) => sum + (sign > 0 ? 1 : 0), 0);
    point[size - 1] = Math.log(present / (this.#images - present));
    let { value, gradient } = this.#objective(point, signs);
    const history: { step: Float64Array; change: Float64Array; curvature: number }[] = [];
    for (let iteration = 0; iteration < this.#most; iteration++) {
      if (largest(gradient) <= this.#tolerance * this.#images) {
        return { weights: point.slice(0, -1), intercept: point[size - 1], iterations: iteration };
      }
      const direction = this.#direction(gradient, history);
      const slope = dot(gradient, direction);
      let length = 1;
      let next = point.map((x, i) => x + direction[i]);
      let result = this.#objective(next, signs);
      while (!(result.value <= value + 1e-4 * length * slope + 1e-14 * value) && length > 1e-12) {
        length /= 2;
        next = point.map((x, i) => x + length * direction[i]);
        result = this.#objective(next, signs);
      }
      const step = next.map((x, i) => x - point[i]);
      const change = result.gradient.map((g, i) => g - gradient[i]);
      const curvature = dot(step, change);
      if (curvature > 0) history.push({ step, change, curvature });
      if (history.length > MEMORY) history.shift();
      [point, value, gradient] = [next, result.value, result.gradient];
    }
    throw new NotConvergedError(
      `logistic regression: after ${this.#most} steps the gradient is ${largest(gradient)}, expected at most ${
        this.#tolerance * this.#images
      }. Remedy: a larger penalty (now ${this.#penalty}), or standardised features`,
    );
  }

  /** Loss, penalty and their gradient by weights and intercept. */
  #objective(point: Float64Array, signs: Int8Array): { value: number; gradient: Float64Array } {
    const [features, width, penalty] = [this.#features, this.#width, this.#penalty];
    const gradient = new Float64Array(width + 1);
    let value = 0;
    for (let f = 0; f < width; f++) {
      value += penalty / 2 * point[f] ** 2;
      gradient[f] = penalty * point[f];
    }
    for (let n = 0; n < this.#images; n++) {
      const start = n * width;
      let score = point[width];
      for (let f = 0; f < width; f++) score += point[f] * features[start + f];
      const margin = signs[n] * score;
      const tail = Math.exp(-Math.abs(margin));
      value += Math.max(0, -margin) + Math.log1p(tail);
      const force = -signs[n] * (margin > 0 ? tail : 1) / (1 + tail);
      for (let f = 0; f < width; f++) gradient[f] += force * features[start + f];
      gradient[width] += force;
    }
    return { value, gradient };
  }

  /** Downhill: the two loops of L-BFGS around the inverse of the bound. */
  #direction(
    gradient: Float64Array,
    history: { step: Float64Array; change: Float64Array; curvature: number }[],
  ): Float64Array {
    const direction = gradient.map((g) => -g);
    const shares: number[] = [];
    for (let i = history.length - 1; i >= 0; i--) {
      const { step, change, curvature } = history[i];
      shares[i] = dot(step, direction) / curvature;
      add(direction, change, -shares[i]);
    }
    solve(this.#factor, direction);
    for (const [i, { step, change, curvature }] of history.entries()) {
      add(direction, step, shares[i] - dot(change, direction) / curvature);
    }
    return direction;
  }

  /** X'X / 4 with the penalty on the diagonal, the intercept's column last. */
  #bound(): Float64Array {
    const [features, width] = [this.#features, this.#width];
    const size = width + 1;
    const matrix = new Float64Array(size * size);
    for (let n = 0; n < this.#images; n++) {
      const start = n * width;
      for (let i = 0; i < width; i++) {
        const x = features[start + i] / 4;
        if (x === 0) continue;
        const row = i * size;
        for (let j = 0; j <= i; j++) matrix[row + j] += x * features[start + j];
        matrix[width * size + i] += x;
      }
      matrix[size * size - 1] += 1 / 4;
    }
    for (let i = 0; i < width; i++) matrix[i * size + i] += this.#penalty;
    return matrix;
  }

  #signs(labels: ArrayLike<number>): Int8Array {
    if (labels.length !== this.#images) {
      throw new RangeError(`labels has ${labels.length} numbers, expected one for each of the ${this.#images} images`);
    }
    const signs = Int8Array.from(labels, (label, n) => {
      if (label !== 0 && label !== 1) throw new RangeError(`labels[${n}] is ${label}, expected 0 or 1`);
      return label === 1 ? 1 : -1;
    });
    if (signs.every((sign) => sign === signs[0])) {
      throw new RangeError(`labels are all ${labels[0]}, expected both 0 and 1`);
    }
    return signs;
  }
}

/** The lower triangle L of a positive definite matrix, L L' = matrix, in its place. */
function cholesky(matrix: Float64Array, size: number): Float64Array {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j];
      for (let k = 0; k < j; k++) sum -= matrix[i * size + k] * matrix[j * size + k];
      matrix[i * size + j] = i === j ? Math.sqrt(sum) : sum / matrix[j * size + j];
    }
  }
  return matrix;
}

/** Replaces b by the solution x of L L' x = b. */
function solve(factor: Float64Array, b: Float64Array): void {
  const size = b.length;
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) b[i] -= factor[i * size + k] * b[k];
    b[i] /= factor[i * size + i];
  }
  for (let i = size - 1; i >= 0; i--) {
    b[i] /= factor[i * size + i];
    for (let k = 0; k < i; k++) b[k] -= factor[i * size + k] * b[i];
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function add(target: Float64Array, x: Float64Array, factor: number): void {
  for (let i = 0; i < x.length; i++) target[i] += factor * x[i];
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}
