/** Grey pictures made smaller or larger as prepared faces are: by Lanczos's filter, stretched over the pixels that become one, or by cubic curves. */

/** How far the filters reach, in pixels of the smaller picture. */
const LANCZOS = 3, CUBIC = 2;

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
  const [filter, reach] = to > from ? [cubic, CUBIC] : [lanczos, LANCZOS];
  const stretch = Math.max(1, from / to);
  // What prepares faces (sharp) enlarges by where pixels begin, half a pixel off, and shrinks by their middles.
  const center = to > from ? at * from / to - 0.5 : (at + 0.5) * from / to - 0.5;
  const first = Math.ceil(center - reach * stretch), last = Math.floor(center + reach * stretch);
  const raw = Array.from({ length: last - first + 1 }, (_, n) => filter((first + n - center) / stretch));
  const sum = raw.reduce((sum, weight) => sum + weight, 0);
  return { first, weights: raw.map((weight) => weight / sum) };
}

function lanczos(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= LANCZOS) return 0;
  const angle = Math.PI * x;
  return LANCZOS * Math.sin(angle) * Math.sin(angle / LANCZOS) / (angle * angle);
}

/** Catmull and Rom's. */
function cubic(x: number): number {
  const far = Math.abs(x);
  if (far < 1) return 1 - 2.5 * far ** 2 + 1.5 * far ** 3;
  return far < 2 ? 2 - 4 * far + 2.5 * far ** 2 - 0.5 * far ** 3 : 0;
}
