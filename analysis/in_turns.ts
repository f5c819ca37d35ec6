/** Long computations on the processor in turns: between two of them the program hears a stop, and a page stays alive. */

/** Milliseconds of a turn, after which whatever else waits has its own. */
const TURN = 200;

/**
 * Does a computation that pauses where it may be stopped, in turns of a fifth of a second.
 *
 * @param work Pauses at each `yield`; what it returns is the result.
 * @param options `signal` stops it at its next pause; `now` says milliseconds since some moment, for tests.
 * @throws The signal's reason when it is aborted; what `work` throws.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { inTurns } from "./in_turns.ts";
 * function* sum(count: number) {
 *   let sum = 0;
 *   for (let n = 1; n <= count; n++, yield) sum += n;
 *   return sum;
 * }
 * assert.equal(await inTurns(sum(100)), 5050);
 * await assert.rejects(inTurns(sum(100), { signal: AbortSignal.abort(new Error("enough")) }), /enough/);
 * ```
 */
export async function inTurns<T>(
  work: Generator<void, T>,
  { signal, now = () => performance.now() }: { signal?: AbortSignal; now?: () => number } = {},
): Promise<T> {
  for (let since = now();;) {
    signal?.throwIfAborted();
    const { done, value } = work.next();
    if (done) return value;
    if (now() - since < TURN) continue;
    // What a signal of the system calls waits behind tasks, not behind promises.
    await new Promise((resolve) => setTimeout(resolve));
    since = now();
  }
}

/**
 * Does it at once.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { atOnce } from "./in_turns.ts";
 * assert.equal(atOnce((function* () {
 *   yield;
 *   return 7;
 * })()), 7);
 * ```
 */
export function atOnce<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}
