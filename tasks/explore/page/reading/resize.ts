/** Grey pictures made smaller or larger, as prepared faces were: Lanczos's filter, three lobes wide, stretched where pixels become fewer. */

const LOBES = 3;

/** How much of which source pixels a pixel of the result takes. */
interface Taps {
  first: number;
  weights: number[];
}

/**
 * Resizes a square.
 *
 * @param pixels Grey levels, `from` x `from`.
 * @returns Grey levels, `to` x `to`; beyond the border the last pixel goes on.
 */
export function resizeGrey(pixels: Uint8Array, from: number, to: number): Uint8Array {
  if (from === to) return pixels.slice();
  const taps = Array.from({ length: to }, (_, at) => tapsAt(at, from, to));
  const clamp = (at: number) => Math.min(from - 1, Math.max(0, at));
  const wide = new Float32Array(to * from); // rows still as many as before
  for (let y = 0; y < from; y++) {
    for (let x = 0; x < to; x++) {
      const { first, weights } = taps[x];
      let sum = 0;
      weights.forEach((weight, n) => sum += weight * pixels[y * from + clamp(first + n)]);
      wide[y * to + x] = sum;
    }
  }
  const result = new Uint8ClampedArray(to * to);
  for (let y = 0; y < to; y++) {
    const { first, weights } = taps[y];
    for (let x = 0; x < to; x++) {
      let sum = 0;
      weights.forEach((weight, n) => sum += weight * wide[clamp(first + n) * to + x]);
      result[y * to + x] = Math.round(sum);
    }
  }
  return new Uint8Array(result.buffer);
}

function tapsAt(at: number, from: number, to: number): Taps {
  const stretch = Math.max(1, from / to);
  const center = (at + 0.5) * from / to - 0.5;
  const first = Math.ceil(center - LOBES * stretch), last = Math.floor(center + LOBES * stretch);
  const raw = Array.from({ length: last - first + 1 }, (_, n) => lanczos((first + n - center) / stretch));
  const sum = raw.reduce((sum, weight) => sum + weight, 0);
  return { first, weights: raw.map((weight) => weight / sum) };
}

function lanczos(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= LOBES) return 0;
  const angle = Math.PI * x;
  return LOBES * Math.sin(angle) * Math.sin(angle / LOBES) / (angle * angle);
}
