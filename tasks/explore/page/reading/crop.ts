/** The face that the network reads: a square of a picture, grey, at the model's size, cut out as prepared faces are. */
import type { Square } from "../../../../datasets/faces/square.ts";
import { resizeGrey } from "./resize.ts";

/** The largest square that is cut out: four times the largest picture that the page keeps. */
const MOST_SIDE = 2 ** 14;

/** Pixels as a canvas has them. */
export interface Rgba {
  /** Red, green, blue, opacity, row by row. */
  data: Uint8ClampedArray | Uint8Array;
  width: number;
  height: number;
}

/**
 * Cuts a square out. Where it reaches over the picture's edge, the edge's pixels go on.
 *
 * @param image The picture.
 * @param square What to cut out; rounded to whole pixels.
 * @param size Side of the result, S.
 * @returns Grey levels, S x S; colors are weighed as in BT.601.
 * @throws {RangeError} for a square of less than two pixels, or of more than any picture has.
 */
export function cropGrey({ data, width, height }: Rgba, square: Square, size: number): Uint8Array {
  const [left, top, side] = [square.left, square.top, square.size].map(Math.round);
  if (!(side >= 2 && side <= MOST_SIDE)) throw new RangeError(`a square of ${side} pixels is no face`);
  const cut = new Uint8Array(side * side);
  for (let y = 0, target = 0; y < side; y++) {
    const row = Math.max(0, Math.min(height - 1, top + y)) * width;
    for (let x = 0; x < side; x++) {
      const at = 4 * (row + Math.max(0, Math.min(width - 1, left + x)));
      cut[target++] = Math.round(0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2]);
    }
  }
  return resizeGrey(cut, side, size);
}
