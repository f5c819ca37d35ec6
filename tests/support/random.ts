/** Seeded random arrays for tests: the same numbers in every run, from a generator that the project itself does not use. */

/** Marsaglia's xorshift with 32 bits of state ("Xorshift RNGs", 2003), its seed scrambled first. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) | 1;
    for (let i = 0; i < 8; i++) this.word();
  }

  /** A word of 32 bits, never 0. */
  word(): number {
    let s = this.#state;
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    this.#state = s;
    return s >>> 0;
  }

  /** `count` numbers uniform between `low` and `high`. */
  uniform(count: number, low = -1, high = 1): Float32Array<ArrayBuffer> {
    return new Float32Array(count).map(() => low + (high - low) * this.word() / 2 ** 32);
  }

  /** `count` standard normal numbers times `scale`, by Box and Muller. */
  normal(count: number, scale = 1): Float32Array<ArrayBuffer> {
    return new Float32Array(count).map(() =>
      scale * Math.sqrt(-2 * Math.log(this.word() / 2 ** 32)) * Math.cos(2 * Math.PI * this.word() / 2 ** 32)
    );
  }

  /** `count` integers from 0 up to below `bound`. */
  integers(count: number, bound: number): Uint32Array<ArrayBuffer> {
    return new Uint32Array(count).map(() => this.word() % bound);
  }
}
