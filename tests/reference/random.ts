/**
 * The counter-based draws, from the published algorithm: pcg4d of Jarzynski and Olano, "Hash Functions for GPU Rendering", 2020.
 * A linear congruential step a word, two rounds of multiply-add among the words, a shift by sixteen between them; all modulo 2^32.
 */

const MASK = 0xffffffffn;

/** Four words to four words, in exact integers. */
export function pcg4d(...key: [number, number, number, number]): number[] {
  let words = key.map((word) => (BigInt(word) * 1664525n + 1013904223n) & MASK);
  const round = () => {
    for (const [target, one, other] of [[0, 1, 3], [1, 2, 0], [2, 0, 1], [3, 1, 2]]) {
      words[target] = (words[target] + words[one] * words[other]) & MASK;
    }
  };
  round();
  words = words.map((word) => word ^ (word >> 16n));
  round();
  return words.map(Number);
}

/** Uniform in [0, 1) from the upper 24 bits. */
export function unit(word: number): number {
  return Math.floor(word / 256) / 2 ** 24;
}

/** Which units of a sample are kept: unit u takes word u mod 4 of the hash whose purpose has floor(u / 4) above its eighth bit. */
export function dropoutKept(seed: number, step: number, sample: number, unitIndex: number, rate: number): boolean {
  const words = pcg4d(seed, step, sample, 4 + 256 * Math.floor(unitIndex / 4));
  return unit(words[unitIndex % 4]) >= rate;
}

/** The rows of a batch drawn with replacement: the first word of each sample's hash modulo their number. */
export function drawRows(
  seed: number,
  step: number,
  purpose: number,
  batch: number,
  rows: ArrayLike<number>,
): number[] {
  return Array.from({ length: batch }, (_, n) => rows[pcg4d(seed, step, n, purpose)[0] % rows.length]);
}
