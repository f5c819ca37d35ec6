/**
 * How many of a step's calls go into one submit. Whoever stops a run waits until what is queued is done, so a submit should take about a second
 * at most: a step that is expected to take less is one, a slower one is cut between its calls. Their order stays, and so do their bits.
 */
import type { Call } from "../gpu/device.ts";

/** Milliseconds that a submit is to take at most. */
export const PART_MILLISECONDS = 1000;

/**
 * Milliseconds of a training step for each pixel of its batch, for who has not measured any: much more than any adapter takes. Two busy cores
 * without AVX-512 took 0.03 to 0.05, and small images take more a pixel, as do kernels that are compiled first.
 */
const SLOWEST = 1;

/** Calls for one submit. */
export interface Part {
  calls: readonly Call[];
  /** Whether they are all of a step. */
  isWhole: boolean;
}

/**
 * What calls took lately; and what others will, as far as can be told.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Pace } from "./pace.ts";
 * const pace = new Pace(400); // a call is expected to take 400 ms
 * const calls = Array.from({ length: 6 }, () => [{ kernel: "relu/forward", bindGroup: {} } as never]);
 * assert.deepEqual([...pace.cut(calls)].map(({ calls }) => calls.length), [2, 2, 2]);
 * pace.took(calls.flat(), 60);
 * assert.deepEqual([...pace.cut(calls)].map(({ calls, isWhole }) => [calls.length, isWhole]), [[6, true]]);
 * ```
 */
export class Pace {
  /** Milliseconds by what a call binds, which is its own; by name, for those that have not run yet; and of any other. */
  #own = new WeakMap<GPUBindGroup, number>();
  #named = new Map<string, number>();
  #unknown: number;
  #most: number;

  /** @param call milliseconds that a call is expected to take of which nothing is known @param most those of a submit */
  constructor(call: number, most: number = PART_MILLISECONDS) {
    this.#unknown = call;
    this.#most = most;
  }

  /** For a step over so many pixels in so many calls, on an adapter of which nothing is known: cautious. */
  static cautious(pixels: number, calls: number): Pace {
    return new Pace(SLOWEST * pixels / calls);
  }

  /**
   * Cuts a step, in its order; what `took` learns while a part is worked on already counts for the next one.
   * @param groups calls that belong together are never cut apart
   */
  *cut(groups: Iterable<readonly Call[]>): Generator<Part> {
    let part: Call[] = [], expected = 0, isWhole = true;
    for (const group of groups) {
      const more = this.#sum(group);
      if (part.length > 0 && expected + more > this.#most) {
        isWhole = false;
        yield { calls: part, isWhole };
        [part, expected] = [[], 0];
      }
      part.push(...group);
      expected += more;
    }
    yield { calls: part, isWhole };
  }

  /**
   * Learns what calls took that went into one submit. Nobody knows how much of it was whose: all are taken for slower or faster than expected by
   * the same factor. A part that was too long is cut next time, until what is long in it stands alone.
   */
  took(calls: readonly Call[], milliseconds: number): void {
    const factor = Math.max(milliseconds, 0.01) / this.#sum(calls);
    const isNew = calls.some((call) => !this.#own.has(call.bindGroup) && !this.#named.has(nameOf(call)));
    const now = calls.map((call) => factor * this.#expected(call)); // before any of them is known otherwise
    calls.forEach((call, n) => {
      this.#own.set(call.bindGroup, now[n]);
      this.#named.set(nameOf(call), now[n]);
    });
    // The first calls of a step are small ones, and say little of those to come.
    if (isNew) this.#unknown *= Math.max(factor, 0.5);
  }

  #expected(call: Call): number {
    return this.#own.get(call.bindGroup) ?? this.#named.get(nameOf(call)) ?? this.#unknown;
  }

  #sum(calls: readonly Call[]): number {
    return calls.reduce((sum, call) => sum + this.#expected(call), 0);
  }
}

function nameOf({ part = "", kernel }: Call): string {
  return `${part} ${kernel}`;
}
