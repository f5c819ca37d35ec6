/** The square that a visitor draws and moves: always one that can be read, its middle in the picture. */
import type { Square } from "../../../../datasets/faces/square.ts";

/** A picture's size in pixels, and whether it is shown as a mirror would. */
export interface Shown {
  width: number;
  height: number;
  mirrored: boolean;
}

/** The least square, over the picture's shorter side; and in pixels. */
const LEAST = 0.04, LEAST_PIXELS = 2;
/** What a key does, in hundredths of the picture's shorter side: to the right as it is shown, down, larger. */
const KEYS: Readonly<Record<string, [right: number, down: number, larger: number]>> = {
  ArrowLeft: [-1, 0, 0],
  ArrowRight: [1, 0, 0],
  ArrowUp: [0, -1, 0],
  ArrowDown: [0, 1, 0],
  "+": [0, 0, 2],
  "-": [0, 0, -2],
};

/**
 * The square nearest to one that can be read: no smaller than a face can be, no larger than the picture's longer side, its middle in the picture.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { kept } from "./drawn_square.ts";
 * const picture = { width: 200, height: 100 };
 * assert.deepEqual(kept({ left: 190, top: -10, size: 40 }, picture), { left: 180, top: -10, size: 40 });
 * assert.equal(kept({ left: 0, top: 0, size: 1e9 }, picture).size, 200);
 * ```
 */
export function kept(square: Square, { width, height }: Pick<Shown, "width" | "height">): Square {
  const size = within(square.size, leastSide({ width, height }), Math.max(width, height, LEAST_PIXELS));
  const middle = (at: number, side: number) => within(at + square.size / 2, 0, side) - size / 2;
  return { left: middle(square.left, width), top: middle(square.top, height), size };
}

/**
 * The square after a key: arrows move it as the visitor sees it, plus and minus change its size around its middle.
 *
 * @returns Undefined for any other key.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { moved } from "./drawn_square.ts";
 * const square = { left: 50, top: 40, size: 20 }, picture = { width: 200, height: 100, mirrored: true };
 * assert.deepEqual(moved(square, "ArrowRight", picture), { left: 49, top: 40, size: 20 });
 * assert.deepEqual(moved(square, "+", picture), { left: 49, top: 39, size: 22 });
 * assert.equal(moved(square, "a", picture), undefined);
 * ```
 */
export function moved({ left, top, size }: Square, key: string, shown: Shown): Square | undefined {
  if (!Object.hasOwn(KEYS, key)) return undefined;
  const step = Math.min(shown.width, shown.height) / 100;
  const [right, down, larger] = KEYS[key].map((steps) => steps * step);
  const grown = kept({ left: left - larger / 2, top: top - larger / 2, size: size + larger }, shown);
  return kept({ ...grown, left: grown.left + (shown.mirrored ? -right : right), top: grown.top + down }, shown);
}

/**
 * The square between two places of the picture, in its pixels: one corner where the pointer went down, the opposite one towards where it is.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { dragged } from "./drawn_square.ts";
 * assert.deepEqual(dragged([60, 50], [30, 40], { width: 200, height: 100 }), { left: 30, top: 20, size: 30 });
 * ```
 */
export function dragged(
  [fromX, fromY]: readonly [number, number],
  [x, y]: readonly [number, number],
  picture: Pick<Shown, "width" | "height">,
): Square {
  const size = Math.max(leastSide(picture), Math.abs(x - fromX), Math.abs(y - fromY));
  return kept({ left: x < fromX ? fromX - size : fromX, top: y < fromY ? fromY - size : fromY, size }, picture);
}

function leastSide({ width, height }: Pick<Shown, "width" | "height">): number {
  return Math.max(LEAST_PIXELS, LEAST * Math.min(width, height));
}

function within(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
