/** Random numbers that depend only on a seed and a few stream numbers: integer hashing, the same on every machine. */

/**
 * Mixes a 32-bit integer thoroughly (the output permutation of PCG-RXS-M-XS-32 after one congruential step).
 *
 * @param value any integer; its low 32 bits count.
 * @returns an integer in 0..2^32-1.
 *
 * @example
 * ```ts
 * import { mix } from "./random.ts";
 * if (mix(1) === mix(2)) throw new Error("different inputs must differ: the function is a bijection");
 * ```
 */
export function mix(value: number): number {
  const state = (Math.imul(value, 747796405) + 2891336453) | 0;
  const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737);
  return ((word >>> 22) ^ word) >>> 0;
}

/**
 * A stream of random draws. Draw number i of a stream is a hash of (seed, stream, i), so streams never disturb one
 * another: what is drawn for subject 7 does not depend on how many subjects there are.
 *
 * @example
 * ```ts
 * import { Random } from "./random.ts";
 * const first = new Random(1, 7), again = new Random(1, 7);
 * if (first.uniform(0, 1) !== again.uniform(0, 1)) throw new Error("same seed, same draws");
 * ```
 */
export class Random {
  readonly #key: number;
  #counter = 0;

  /**
   * @param seed integer; its low 32 bits count.
   * @param stream integers that name the stream, for example a purpose and a subject number.
   */
  constructor(seed: number, ...stream: number[]) {
    this.#key = stream.reduce((key, part) => mix(key ^ mix(part + 0x9e3779b9)), mix(seed));
  }

  /** The next 32 random bits, 0..2^32-1. */
  bits(): number {
    return mix(this.#key ^ mix(this.#counter++));
  }

  /** The next number, uniform in [low, high). */
  uniform(low: number, high: number): number {
    return low + (high - low) * (this.bits() / 4294967296);
  }

  /** The next number around `mean` with standard deviation `deviation`: a sum of four uniforms, so within 3.5 deviations. */
  around(mean: number, deviation: number): number {
    let sum = 0;
    for (let draw = 0; draw < 4; draw++) sum += this.uniform(-1, 1);
    return mean + deviation * sum * Math.sqrt(3 / 4);
  }

  /** True with the given probability, 0..1. */
  chance(probability: number): boolean {
    return this.uniform(0, 1) < probability;
  }

  /** One of the choices, each as likely; a choice listed twice is twice as likely. */
  pick<Choice>(choices: readonly Choice[]): Choice {
    return choices[Math.floor(this.uniform(0, choices.length))];
  }

  /** The numbers 0..count-1 in random order. */
  permutation(count: number): number[] {
    const order = Array.from({ length: count }, (_, index) => index);
    for (let last = count - 1; last > 0; last--) {
      const other = Math.floor(this.uniform(0, last + 1));
      [order[last], order[other]] = [order[other], order[last]];
    }
    return order;
  }
}
