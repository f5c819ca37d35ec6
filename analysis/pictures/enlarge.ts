/** Small maps as large as the image that they are of. */

/**
 * Enlarges square maps bilinearly, `from` to `to` pixels a side. Pixel centers lie half a pixel in, so that a unit of conv3 lands in the middle of the
 * pixels that it stands for; beyond the border the last value goes on.
 *
 * @param maps count x from x from
 * @returns count x to x to
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { enlarge } from "./enlarge.ts";
 * assert.deepEqual([...enlarge(Float32Array.of(0, 4, 0, 4), 2, 4)].slice(0, 4), [0, 1, 3, 4]);
 * ```
 */
export function enlarge(maps: Float32Array, from: number, to: number): Float32Array {
  const count = maps.length / from ** 2;
  const taps = Array.from({ length: to }, (_, at) => {
    const place = Math.min(from - 1, Math.max(0, (at + 0.5) * from / to - 0.5));
    const low = Math.min(Math.floor(place), Math.max(0, from - 2));
    return { low, high: Math.min(low + 1, from - 1), share: place - low };
  });
  const result = new Float32Array(count * to ** 2);
  for (let n = 0; n < count; n++) {
    const value = (i: number, j: number) => maps[(n * from + i) * from + j];
    for (let i = 0; i < to; i++) {
      const down = taps[i];
      for (let j = 0; j < to; j++) {
        const { low, high, share } = taps[j];
        const upper = value(down.low, low) * (1 - share) + value(down.low, high) * share;
        const lower = value(down.high, low) * (1 - share) + value(down.high, high) * share;
        result[(n * to + i) * to + j] = upper * (1 - down.share) + lower * down.share;
      }
    }
  }
  return result;
}
