/** Which of several faces in a picture is meant. */

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
