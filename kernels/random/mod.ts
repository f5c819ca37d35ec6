/**
 * Counter-based random numbers. Every draw is `pcg4d(seed, step, sample, purpose)`, on the GPU and here alike: nothing has a
 * state, so a resumed run draws what the uninterrupted one would have drawn.
 * Source: Jarzynski and Olano, "Hash Functions for GPU Rendering", JCGT 9(3), 2020.
 */
import type { SharedCode } from "../../gpu/kernel.ts";
import code from "./pcg4d.wgsl" with { type: "text" };

/** WGSL of `pcg4d` and `unit`, put behind the kernels that draw. */
export const randomCode: SharedCode = { name: "random/pcg4d", code };

/**
 * What a draw is for: the lowest eight bits of the hash's fourth word. The bits above count blocks of four words.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Purpose } from "./mod.ts";
 * assert(Object.values(Purpose).every((purpose) => purpose < 256));
 * ```
 */
export const Purpose = {
  /** Which images make a training batch. */
  trainBatch: 1,
  /** Which images make a validation batch. */
  validationBatch: 2,
  /** How a sample is augmented. */
  augmentation: 3,
  /** Which inputs of fc4 are dropped. */
  dropout: 4,
  /** The initial scale k, and the initial weights. */
  initialScale: 5,
  initialWeights: 6,
  /** Which groups make a resample of the bootstrap. */
  bootstrap: 7,
  /** The seed of a network with randomised weights that a trained one is compared with. */
  control: 8,
  /** How labels are exchanged in a permutation test. */
  permutation: 9,
} as const;

/**
 * Hashes four 32-bit words into four: the same bits as the WGSL function.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { pcg4d } from "./mod.ts";
 * const [a] = pcg4d(1, 2, 3, 4);
 * assert(a === pcg4d(1, 2, 3, 4)[0] && a !== pcg4d(1, 2, 3, 5)[0]);
 * ```
 */
export function pcg4d(a: number, b: number, c: number, d: number): [number, number, number, number] {
  const scramble = (word: number) => (Math.imul(word, 1664525) + 1013904223) | 0;
  let x = scramble(a), y = scramble(b), z = scramble(c), w = scramble(d);
  const mix = () => {
    x = (x + Math.imul(y, w)) | 0;
    y = (y + Math.imul(z, x)) | 0;
    z = (z + Math.imul(x, y)) | 0;
    w = (w + Math.imul(y, z)) | 0;
  };
  mix();
  x ^= x >>> 16;
  y ^= y >>> 16;
  z ^= z >>> 16;
  w ^= w >>> 16;
  mix();
  return [x >>> 0, y >>> 0, z >>> 0, w >>> 0];
}

/**
 * A uniform number in [0, 1) from the upper 24 bits of a word.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { unit } from "./mod.ts";
 * assert(unit(0) === 0 && unit(0xffffffff) < 1);
 * ```
 */
export function unit(word: number): number {
  return (word >>> 8) / 2 ** 24;
}
