/** Student's t distribution, for the comparison of variants and for intervals over few people. */

/** Terms of the continued fraction: it has converged long before for any number of folds. */
const MOST_TERMS = 500;

/**
 * Probability that |t| is at least this large by chance: the two-sided p-value of Student's t.
 *
 * It is I_x(v/2, 1/2) with x = v / (v + t^2), the regularised incomplete beta function (Abramowitz and Stegun, Handbook of Mathematical
 * Functions, 1964, 26.7.1 and 26.5.8), by Lentz's method for its continued fraction.
 *
 * @param t The statistic; infinite gives 0.
 * @param degreesOfFreedom v, above 0.
 * @returns 0..1.
 * @throws {RangeError} for a statistic that is not a number, and for degrees of freedom of 0 or less.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { studentP } from "./student.ts";
 * assert(Math.abs(studentP(1, 1) - 0.5) < 1e-12); // half of a Cauchy distribution lies beyond 1
 * ```
 */
export function studentP(t: number, degreesOfFreedom: number): number {
  if (Number.isNaN(t)) throw new RangeError("t is NaN, expected a number");
  if (!(degreesOfFreedom > 0 && Number.isFinite(degreesOfFreedom))) {
    throw new RangeError(`degreesOfFreedom is ${degreesOfFreedom}, expected a number above 0`);
  }
  const v = degreesOfFreedom, square = t * t;
  if (square === 0) return 1;
  if (square === Infinity) return 0;
  const x = v / (v + square), rest = square / (v + square);
  // The fraction converges fast on this side of the mean of the distribution only.
  return x < (v / 2 + 1) / (v / 2 + 2.5) ? beta(x, rest, v / 2, 0.5) : 1 - beta(rest, x, 0.5, v / 2);
}

/**
 * The t that |t| reaches with a small probability only: the inverse of `studentP`, by bisection.
 *
 * @param p The two-sided probability, above 0 and below 1: 0.05 for an interval of 95%.
 * @param degreesOfFreedom v, whole or not; with 0 or less nothing is known, and t is infinite.
 * @returns Above 0; infinite where it is larger than 1e100.
 * @throws {RangeError} for a probability out of range, and for degrees of freedom that are not a finite number.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { studentQuantile } from "./student.ts";
 * assert(Math.abs(studentQuantile(0.05, 10) - 2.228138852) < 1e-9);
 * ```
 */
export function studentQuantile(p: number, degreesOfFreedom: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`p is ${p}, expected a number between 0 and 1`);
  if (!Number.isFinite(degreesOfFreedom)) {
    throw new RangeError(`degreesOfFreedom is ${degreesOfFreedom}, expected a finite number`);
  }
  if (degreesOfFreedom <= 0) return Infinity;
  let [low, high] = [0, 1];
  while (studentP(high, degreesOfFreedom) > p) {
    [low, high] = [high, 2 * high];
    if (high > 1e100) return Infinity;
  }
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return high;
    if (studentP(middle, degreesOfFreedom) > p) low = middle;
    else high = middle;
  }
}

/** I_x(a, b), with 1 - x given too: it may be too small to be told from x. */
function beta(x: number, rest: number, a: number, b: number): number {
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(rest)) / a;
  const tiny = 1e-300;
  const away = (value: number) => Math.abs(value) < tiny ? tiny : value;
  let c = 1, d = 1 / away(1 - (a + b) * x / (a + 1)), fraction = d;
  for (let m = 1; m <= MOST_TERMS; m++) {
    const even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= c * d;
    const odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return front * fraction;
}

/** Natural logarithm of the gamma function for x above 0: Stirling's series (Abramowitz and Stegun 6.1.41), moved up to where it is exact. */
function logGamma(x: number): number {
  let shift = 0;
  for (; x < 15; x++) shift += Math.log(x);
  const z = 1 / (x * x);
  const series = (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680 - z / 1188)))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
