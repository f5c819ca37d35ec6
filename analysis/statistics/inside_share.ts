/** How much of a projection to the pixels lies inside a region, and how much would lie there by chance. */

/**
 * Share of a projection's absolute value that lies inside a mask.
 *
 * @param projection One number a pixel.
 * @param mask As many: 1 inside, 0 outside.
 * @returns 0..1; NaN where the projection is 0 everywhere.
 * @throws {RangeError} When the lengths differ, or a value is not finite.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { insideShare } from "./inside_share.ts";
 *
 * assert.equal(insideShare([3, -1, 0, 0], [1, 0, 0, 1]), 0.75);
 * ```
 */
export function insideShare(projection: ArrayLike<number>, mask: ArrayLike<number>): number {
  let inside = 0;
  const all = totalOf(projection, mask);
  for (let i = 0; i < mask.length; i++) if (mask[i] !== 0) inside += Math.abs(projection[i]);
  return inside / all;
}

/**
 * What {@linkcode insideShare} would be for a region of the same size and shape elsewhere: its mean over all translations
 * that keep the mask inside the image, the one where it stands included.
 *
 * @param projection S x S numbers, row-major.
 * @param mask S x S: 1 inside, 0 outside; at least one pixel inside.
 * @returns 0..1; NaN where the projection is 0 everywhere.
 * @throws {RangeError} When the lengths differ or are no square, the mask is empty, or a value is not finite.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { shiftedShare } from "./inside_share.ts";
 *
 * // One pixel of nine may stand anywhere; the projection lies on one of them.
 * const projection = [0, 0, 0, 0, 5, 0, 0, 0, 0];
 * assert(Math.abs(shiftedShare(projection, [1, 0, 0, 0, 0, 0, 0, 0, 0]) - 1 / 9) < 1e-15);
 * ```
 */
export function shiftedShare(projection: ArrayLike<number>, mask: ArrayLike<number>): number {
  const all = totalOf(projection, mask);
  const side = Math.sqrt(mask.length);
  if (!Number.isInteger(side)) throw new RangeError(`mask has ${mask.length} pixels, expected a square`);
  const inside = Array.from({ length: mask.length }, (_, i) => i).filter((i) => mask[i] !== 0);
  if (inside.length === 0) throw new RangeError("mask has no pixel inside");
  const rows = inside.map((i) => Math.floor(i / side)), columns = inside.map((i) => i % side);
  const [top, bottom] = [rows[0], rows.at(-1)!];
  const [left, right] = columns.reduce(([low, high], x) => [Math.min(low, x), Math.max(high, x)], [side, 0]);
  let sum = 0, shifts = 0;
  for (let down = -top; down < side - bottom; down++) {
    for (let across = -left; across < side - right; across++, shifts++) {
      const shift = down * side + across;
      for (const i of inside) sum += Math.abs(projection[i + shift]);
    }
  }
  return sum / shifts / all;
}

function totalOf(projection: ArrayLike<number>, mask: ArrayLike<number>): number {
  if (projection.length !== mask.length) {
    throw new RangeError(`projection has ${projection.length} pixels, the mask ${mask.length}, expected as many`);
  }
  let all = 0;
  for (let i = 0; i < projection.length; i++) {
    if (!Number.isFinite(projection[i])) {
      throw new RangeError(`projection[${i}] is ${projection[i]}, expected a finite number`);
    }
    all += Math.abs(projection[i]);
  }
  return all;
}
