/** Comparison of GPU results with a float64 reference: NaN fails, and a failure names the worst place. */

/**
 * Fails unless every |actual - expected| is at most `tolerance` times the largest |expected|.
 *
 * @param what Named in the message, with the worst index and both values there.
 * @throws {Error} where a value is off, is not a number, or the lengths differ.
 */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  const bound = tolerance * largest(expected);
  assertWithin(actual, expected, () => bound, what);
}

/** The same with a bound of its own for each element. */
export function assertWithin(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  bound: (index: number) => number,
  what: string,
): void {
  if (actual.length !== expected.length) {
    throw new Error(`${what}: ${actual.length} values, expected ${expected.length}`);
  }
  if (expected.length === 0) throw new Error(`${what}: nothing to compare`);
  let wrong = 0, worst = 0, worstExcess = -Infinity;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i] - expected[i]);
    if (difference <= bound(i)) continue; // a NaN goes on
    wrong++;
    const excess = Number.isNaN(difference) ? Infinity : difference / bound(i);
    if (excess > worstExcess) [worst, worstExcess] = [i, excess];
  }
  if (wrong > 0) {
    throw new Error(
      `${what}: ${wrong} of ${expected.length} values are off, worst at ${worst}: ` +
        `${actual[worst]}, expected ${expected[worst]} within ${bound(worst)}`,
    );
  }
}

/** The largest absolute value. */
export function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}

/** The sum of products of two arrays. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`dot: lengths ${a.length} and ${b.length}`);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/**
 * Fails unless `gradient` agrees with central differences of `loss` at `at` along random `directions`.
 *
 * The step is small for float64 and large for its rounding; a loss with kinks (ReLU, maxima) wants one so small that none is crossed.
 * @param tolerance relative to |gradient| |direction|, the largest that the derivative could be.
 */
export function assertGradient(
  gradient: ArrayLike<number>,
  at: ArrayLike<number>,
  loss: (at: Float64Array) => number,
  directions: ArrayLike<number>[],
  tolerance: number,
  what: string,
  step = 1e-6,
): void {
  for (const direction of directions) {
    const moved = (sign: number) => Float64Array.from(at, (value, i) => value + sign * step * direction[i]);
    const difference = (loss(moved(1)) - loss(moved(-1))) / (2 * step);
    const derivative = dot(gradient, direction);
    const bound = tolerance * Math.sqrt(dot(gradient, gradient) * dot(direction, direction));
    if (!(Math.abs(derivative - difference) <= bound)) {
      throw new Error(`${what}: derivative ${derivative}, by differences ${difference}, may differ by ${bound}`);
    }
  }
}
