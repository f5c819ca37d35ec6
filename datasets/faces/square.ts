/** A square in a picture: plain numbers, which a browser computes with too. */

/** A square in a picture, in pixels; it may reach over the picture's edge. */
export interface Square {
  left: number;
  top: number;
  size: number;
}

/**
 * The largest square in the middle of a picture.
 *
 * @param image Its size in pixels.
 * @returns The square; its corner may lie between two pixels.
 *
 * @example
 * ```ts
 * import { middleSquare } from "./square.ts";
 * const { left, top, size } = middleSquare({ width: 30, height: 20 });
 * if (left !== 5 || top !== 0 || size !== 20) throw new Error(`${left}, ${top}, ${size}`);
 * ```
 */
export function middleSquare({ width, height }: { width: number; height: number }): Square {
  const size = Math.min(width, height);
  return { left: (width - size) / 2, top: (height - size) / 2, size };
}
