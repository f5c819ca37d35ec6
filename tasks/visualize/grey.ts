/** From signed numbers to grey levels, the same way in every picture: zero is middle grey. */
import { structuralSimilarity } from "../../analysis/pictures/structural_similarity.ts";
import type { Part } from "./page.ts";

/** What the grey levels mean, as it stands on every page. */
export const GREY_SCALE =
  "Middle grey is zero, lighter positive, darker negative; each picture is scaled to its own largest value.";

/** A part of square image number `n` of several, row by row. */
export function cut<T extends Float32Array | Uint8Array>(images: T, n: number, imageSize: number, part: Part): T {
  const values = images.slice(0, part.height * part.width) as T;
  for (let i = 0; i < part.height; i++) {
    const from = n * imageSize ** 2 + (part.top + i) * imageSize + part.left;
    values.set(images.subarray(from, from + part.width), i * part.width);
  }
  return values;
}

/** Values divided by the largest of them in size, so that they lie in [-1, 1]; all zeros stay zeros. */
export function scaled(values: Float32Array): Float32Array {
  const most = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return most > 0 ? values.map((value) => value / most) : values;
}

/** Grey levels of values in [-1, 1]. */
export function greyLevels(values: Float32Array): Uint8Array {
  return Uint8Array.from(values, (value) => Math.round(128 + 127 * value));
}

/** How alike a picture and its controls are on average, all scaled as they are shown. */
export function likeness(
  picture: Float32Array,
  controls: readonly Float32Array[],
  { width, height }: Pick<Part, "width" | "height">,
): number {
  const size = { width, height, range: 2 };
  const each = controls.map((control) => structuralSimilarity(scaled(picture), scaled(control), size));
  return each.reduce((sum, value) => sum + value, 0) / each.length;
}
