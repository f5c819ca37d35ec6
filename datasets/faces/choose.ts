/** Which of several faces in a picture is meant, whether it is one, and whether two are the same. */
import type { Square } from "./image.ts";

/** A face that a detector found: its box in pixels of the picture, and how sure the detector is, 0..1. */
export interface FaceBox {
  left: number;
  top: number;
  width: number;
  height: number;
  score: number;
}

/**
 * The largest face near the middle: a box counts by its area, less so the farther its middle lies from the picture's
 * (in full in the middle, a fifth in a corner).
 *
 * @param faces What a detector found.
 * @param image Size of the picture in pixels.
 * @returns One of `faces`, the first of equals; undefined when there is none.
 *
 * @example
 * ```ts
 * import { chooseFace } from "./choose.ts";
 * const small = { left: 45, top: 45, width: 10, height: 10, score: 1 };
 * const large = { left: 20, top: 30, width: 40, height: 40, score: 0.7 };
 * if (chooseFace([small, large], { width: 100, height: 100 }) !== large) throw new Error("the larger one");
 * ```
 */
export function chooseFace<Face extends FaceBox>(
  faces: readonly Face[],
  image: { width: number; height: number },
): Face | undefined {
  const weight = ({ left, top, width, height }: FaceBox) => {
    const x = (left + width / 2) / image.width - 0.5;
    const y = (top + height / 2) / image.height - 0.5;
    const far = Math.min(1, Math.hypot(x, y) / Math.SQRT1_2);
    return width * height * (1 - 0.8 * far);
  };
  let best: Face | undefined;
  for (const face of faces) if (!best || weight(face) > weight(best)) best = face;
  return best;
}

/**
 * Whether landmarks lie where the detector saw the face: the square that they ask for has its middle within a quarter of the box's longer
 * side of the box's, and 0.6 to 1.6 times its size. In a picture of several small people the fast detector may box an arm, and
 * landmarks are found in anything: then the two are apart.
 *
 * @param box What the detector found.
 * @param square What the landmarks in it ask for (`faceSquare`).
 * @returns False where the next detector had better be asked.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { agrees } from "./choose.ts";
 * const box = { left: 100, top: 100, width: 80, height: 100, score: 0.9 };
 * assert(agrees(box, { left: 95, top: 105, size: 95 }));
 * assert(!agrees(box, { left: 150, top: 105, size: 95 }));
 * ```
 */
export function agrees(box: FaceBox, square: Square): boolean {
  const side = Math.max(box.width, box.height);
  const right = square.left + square.size / 2 - (box.left + box.width / 2);
  const down = square.top + square.size / 2 - (box.top + box.height / 2);
  return Math.hypot(right, down) < side / 4 && square.size > 0.6 * side && square.size < 1.6 * side;
}

/** Between two faces that touch lie at least the halves of both; landmarks that two boxes lead to differ by far less. */
const SAME_PLACE = 0.35;

/**
 * Whether two squares are of one face: their middles lie within a third of the larger one's side. Detectors box a face in ways of their own, but
 * the landmarks in their boxes ask for nearly the same square.
 *
 * @param one What the landmarks in one box ask for (`faceSquare`).
 * @param other The same of another box.
 * @returns True where one of them is enough.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { sameFace } from "./choose.ts";
 * const square = { left: 100, top: 100, size: 100 };
 * assert(sameFace(square, { left: 110, top: 95, size: 90 }));
 * assert(!sameFace(square, { left: 170, top: 100, size: 100 }));
 * ```
 */
export function sameFace(one: Square, other: Square): boolean {
  const right = one.left + one.size / 2 - (other.left + other.size / 2);
  const down = one.top + one.size / 2 - (other.top + other.size / 2);
  return Math.hypot(right, down) < SAME_PLACE * Math.max(one.size, other.size);
}
