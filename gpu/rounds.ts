/**
 * How many rounds the loops of a kernel make, as Mesa's software driver counts them: it has one count for all loops of an invocation,
 * ends them when it is used up, and says nothing.
 */

/**
 * Most rounds that a kernel may make on a software adapter. Mesa stops at 65,535 (`LP_MAX_TGSI_LOOP_ITERATIONS`); the rest is for versions
 * that shape a loop otherwise than the one that was measured.
 */
export const MOST_ROUNDS = 65_000;

/** A loop: the rounds that it makes at most, and the loops that stand within it, one behind the other. */
export type Loop = readonly [rounds: number, ...inner: Loop[]];

/**
 * The rounds that loops cost which follow one another. A loop of n rounds makes one more, in which it finds its end; that one walks
 * through the loops within too, with all lanes off, so that each of them costs one round there. So n rounds cost n (1 + c) + 1 + d, where
 * c is what the inner loops cost in a round and d how many there are, however deep. The lanes of a vector share a count: where they
 * differ, give the most rounds of any.
 *
 * Measured to the round on Mesa 22.3 (`tests/gpu/rounds_test.ts`). Loops that the driver unrolls cost less.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { roundsOf } from "./rounds.ts";
 * assert.equal(roundsOf([10]), 11);
 * assert.equal(roundsOf([10], [3]), 11 + 4);
 * assert.equal(roundsOf([10, [3]]), 10 * (1 + 4) + 1 + 1);
 * assert.equal(roundsOf([10, [3, [2]], [5]]), 10 * (1 + roundsOf([3, [2]], [5])) + 1 + 3);
 * ```
 */
export function roundsOf(...loops: Loop[]): number {
  let sum = 0;
  for (const [rounds, ...inner] of loops) sum += rounds * (1 + roundsOf(...inner)) + 1 + roundsOf(...inner.map(ended));
  return sum;
}

/** A loop that is walked through with all lanes off. */
function ended([_, ...inner]: Loop): Loop {
  return [0, ...inner];
}
