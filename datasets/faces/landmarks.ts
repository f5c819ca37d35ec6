/** The 68 landmarks of a face (iBUG's order, which CK+ uses too), and the square that its eyes and chin ask for. */

import type { Square } from "./image.ts";

/** A place in a picture in pixels: x to the right, y down. */
export type Point = readonly [x: number, y: number];

/** Number of landmarks of a face: 0..16 jaw (8 the chin), 17..26 brows, 27..35 nose, 36..47 eyes, 48..67 mouth. */
export const LANDMARKS = 68;
const CHIN = 8;
const EYES: readonly (readonly [first: number, end: number])[] = [[36, 42], [42, 48]];

/** Distance from eyes to chin over that between the eyes on a front view with the mouth closed. */
const FACE_LENGTH = 1.75;
/** Side of the crop over that face's distance from eyes to chin. */
const MARGIN = 1.6;
/**
 * Where in the crop the line between the eyes lies. The built-in faces were framed before any were found: of 800 of them the median side is
 * 0.99 of the square that their true landmarks ask for, the middle 0.06 of it higher; 0.05 by the landmarks that are found in portraits.
 */
const EYE_LINE: Record<FaceFrame, number> = { "eyes-and-chin": 0.3, drawn: 0.35 };

/** How a face sits in its crop: as photographs are cut out here, or as the built-in faces are drawn, with more of the forehead. */
export type FaceFrame = "eyes-and-chin" | "drawn";

/**
 * The square to cut out for a face. Its size is the mean of what the distance between the eyes and that from eyes to
 * chin ask for: a dropped jaw makes it larger, but less than the chin moves, and a turn to the side smaller, but less
 * than the eyes draw together. The line between the eyes lies at three tenths of its height, on the face's axis; in the
 * frame of the drawn faces a twentieth lower.
 *
 * A detector's box jumps by several pixels between two frames of a face that holds still; means over twelve eye
 * landmarks do so much less.
 *
 * @param landmarks 68 points in pixels.
 * @param frame How the face is to sit in it; `eyes-and-chin` when left out.
 * @returns The square, or undefined where the points are no upright face: not 68 finite points, eyes on one spot,
 * the chin not below them, a face over three times as long as usual or under half.
 *
 * @example
 * ```ts
 * import { faceSquare, type Point } from "./landmarks.ts";
 * const points: Point[] = new Array(68).fill([100, 160]); // all but the eyes, the chin among them
 * points.fill([80, 100], 36, 42);
 * points.fill([120, 100], 42, 48);
 * const square = faceSquare(points)!;
 * if (!(square.size > 80 && square.size < 120)) throw new Error(String(square.size));
 * ```
 */
export function faceSquare(landmarks: readonly Point[], frame: FaceFrame = "eyes-and-chin"): Square | undefined {
  if (landmarks.length !== LANDMARKS || !landmarks.flat().every(Number.isFinite)) return undefined;
  const [one, other] = EYES.map(([first, end]) => mean(landmarks.slice(first, end)));
  const eyes = mean([one, other]);
  const [downX, downY] = [landmarks[CHIN][0] - eyes[0], landmarks[CHIN][1] - eyes[1]];
  const between = Math.hypot(other[0] - one[0], other[1] - one[1]);
  const length = Math.hypot(downX, downY);
  const ratio = length / (between * FACE_LENGTH);
  // Written so that 0 / 0 is no face either.
  if (!(between >= 1 && downY > length / 2 && ratio > 0.5 && ratio < 3)) return undefined;
  const size = MARGIN * (length + FACE_LENGTH * between) / 2;
  const along = (0.5 - EYE_LINE[frame]) * size / length;
  return { left: eyes[0] + along * downX - size / 2, top: eyes[1] + along * downY - size / 2, size };
}

function mean(points: readonly Point[]): Point {
  const sum = (axis: 0 | 1) => points.reduce((total, point) => total + point[axis], 0) / points.length;
  return [sum(0), sum(1)];
}
