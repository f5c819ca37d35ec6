/** The paper's augmentation of one image, in float64: mirror, one bilinear resampling, intensity, min-max to [0, 2]. */
import { pcg4d, unit } from "./random.ts";

/** What is drawn for a sample. Angle in radians, shifts in source pixels. */
export interface Draw {
  mirror: number;
  angle: number;
  scale: number;
  down: number;
  right: number;
  exponent: number;
  factor: number;
  offset: number;
}

/** The draw of a sample, from eight words of two hashes. */
export function draw(seed: number, step: number, sample: number, size: number): Draw {
  const purpose = 3;
  const u = [...pcg4d(seed, step, sample, purpose), ...pcg4d(seed, step, sample, purpose + 256)].map(unit);
  const between = (low: number, high: number, at: number) => low + (high - low) * at;
  const scale = between(0.7, 1.4, u[2]);
  const reach = Math.abs(size - scale * size) / 2;
  return {
    mirror: u[0] < 0.5 ? 1 : 0,
    angle: between(-5, 5, u[1]) * Math.PI / 180,
    scale,
    down: between(-reach, reach, u[3]),
    right: between(-reach, reach, u[4]),
    exponent: between(0.25, 4, u[5]),
    factor: between(0.7, 1.4, u[6]),
    offset: between(-0.1, 0.1, u[7]),
  };
}

/** Mirror and resampling: the value before intensity of every pixel of the result. */
export function resample(x: ArrayLike<number>, size: number, d: Draw): Float64Array {
  const pixel = (i: number, j: number) =>
    i < 0 || j < 0 || i >= size || j >= size ? 0 : x[i * size + (d.mirror ? size - 1 - j : j)];
  const center = size / 2;
  return new Float64Array(size * size).map((_, at) => {
    const down = Math.floor(at / size) - center, right = at % size - center;
    const i = center + d.down + d.scale * (Math.cos(d.angle) * down - Math.sin(d.angle) * right);
    const j = center + d.right + d.scale * (Math.sin(d.angle) * down + Math.cos(d.angle) * right);
    const i0 = Math.floor(i), j0 = Math.floor(j), a = i - i0, b = j - j0;
    return (1 - a) * ((1 - b) * pixel(i0, j0) + b * pixel(i0, j0 + 1)) +
      a * ((1 - b) * pixel(i0 + 1, j0) + b * pixel(i0 + 1, j0 + 1));
  });
}

/** The intensity change of one value; what a rounding error made negative counts as 0. */
export function intensity(value: number, d: Draw): number {
  return Math.max(value, 0) ** d.exponent * d.factor + d.offset;
}

/** Min-max to [0, 2]; an image whose values differ by no more than float32's rounding becomes 0. */
export function rescale(x: Float64Array): Float64Array {
  const low = Math.min(...x), high = Math.max(...x);
  const flat = 1e-5 * Math.max(0.1, Math.abs(low), Math.abs(high));
  return x.map((value) => (high - low > flat ? (value - low) / (high - low) * 2 : 0));
}
