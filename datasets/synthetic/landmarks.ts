/** The 68 landmarks of a drawn face, taken from the very curves that are drawn, so that they lie where a person would put them. */

import { createDrawing, type Drawing, type Face } from "./drawing/drawing.ts";
import type { Point } from "./drawing/svg.ts";
import type { Framing } from "./scene.ts";
import type { BrowShape, EyeShape } from "./shape.ts";

/** Height above the skull at which the drawing puts brows and lips, in face units; skin and eyes lie at 0. */
const BROW_LIFT = 4;
const LIP_LIFT = 5;

/**
 * Where the 68 landmarks of a drawn face lie in its picture, in the usual order: 0..16 jaw from the picture's left ear
 * over the chin (8) to the right one, 17..26 brows, 27..35 nose, 36..47 eyes, 48..59 the lips' outer edge, 60..67 their
 * inner one.
 *
 * @param face the face.
 * @param width picture width in pixels, as given to `photograph`.
 * @param height picture height in pixels.
 * @param framing as given to `photograph`.
 * @returns 68 points in pixels, x to the right and y down; a point may lie outside the picture.
 *
 * @example
 * ```ts
 * import { drawIdentity } from "./identity.ts";
 * import { faceLandmarks } from "./landmarks.ts";
 * import { PLAIN_SCENE } from "./scene.ts";
 * const points = faceLandmarks({ identity: drawIdentity(1, 0), expression: {}, scene: PLAIN_SCENE }, 640, 490, "portrait");
 * if (points.length !== 68 || points[8][1] < points[57][1]) throw new Error("the chin lies below the lips");
 * ```
 */
export function faceLandmarks(face: Face, width: number, height: number, framing: Framing = "face"): Point[] {
  const drawing = createDrawing(face, width, height, framing);
  const [a, b, c, d, e, f] = drawing.camera.matrix;
  const { eyes: [leftEye, rightEye], brows: [leftBrow, rightBrow] } = drawing.shape;
  const flat = [
    ...jaw(drawing),
    ...brow(drawing, leftBrow).reverse(),
    ...brow(drawing, rightBrow),
    ...nose(drawing),
    ...eye(drawing, leftEye),
    ...mirrored(eye(drawing, rightEye)),
    ...mouth(drawing),
  ];
  return flat.map(([x, y]): Point => [a * x + c * y + e, b * x + d * y + f]);
}

/** Along the outline from where an ear begins, down to the chin and up to the other ear, in equal steps. */
function jaw({ shape, turn }: Drawing): Point[] {
  const points = shape.outline.map(([x, y]) => turn(x, y));
  // Of the outline's 18 points number 0 is the crown and 9 the chin; 4 and 14 stand at half the height of the nose.
  const right = evenly(points, 9, 3.75);
  const left = evenly(points, 9, 14.25);
  return [...left.slice(1).reverse(), ...right];
}

/** Nine points of a closed curve at equal distances, from one place on it to another. */
function evenly(points: readonly Point[], from: number, to: number): Point[] {
  const STEPS = 160;
  const fine = Array.from({ length: STEPS + 1 }, (_, step) => onCurve(points, from + (to - from) * step / STEPS, true));
  const lengths = [0];
  for (let step = 1; step <= STEPS; step++) {
    lengths.push(lengths[step - 1] + Math.hypot(fine[step][0] - fine[step - 1][0], fine[step][1] - fine[step - 1][1]));
  }
  return Array.from({ length: 9 }, (_, index) => {
    const wanted = lengths[STEPS] * index / 8;
    const step = lengths.findIndex((length) => length >= wanted - 1e-9);
    return fine[step];
  });
}

/** From the nose outwards. */
function brow({ turn }: Drawing, { line }: BrowShape): Point[] {
  const points = line.map(([x, y]) => turn(x, y, BROW_LIFT));
  return [0, 0.75, 1.5, 2.25, 3].map((at) => onCurve(points, at, false));
}

/** Four points down the bridge, and five under the tip from the left wing to the right one. */
function nose({ shape, turn }: Drawing): Point[] {
  const { noseTip: [tipX, tipY], wings: [left, right], eyes } = shape;
  const top = eyes[0].iris[1] - 2;
  const bridge = [[0, 8], [0.33, 13], [0.67, 19], [1, 24]].map(([share, lift]) =>
    turn(tipX * share, top + (tipY - top) * share, lift)
  );
  const base = (left[1] + right[1]) / 2 + 6;
  return [
    ...bridge,
    turn(left[0] * 0.9, left[1] + 4, 12),
    turn(left[0] * 0.45, base, 15),
    turn(0, base + 2, 16),
    turn(right[0] * 0.45, base, 15),
    turn(right[0] * 0.9, right[1] + 4, 12),
  ];
}

/** Six points on the lids' edges: outer corner, two above, inner corner, two below; on the cubics that are drawn. */
function eye({ turn }: Drawing, { inner, outer, upper, lower }: EyeShape): Point[] {
  const along = (share: number, rise: number): Point =>
    turn(inner[0] + share * (outer[0] - inner[0]), inner[1] + share * (outer[1] - inner[1]) - rise);
  const [start, end] = [turn(...inner), turn(...outer)];
  const above = (at: number) => bezier(start, along(0.25, upper / 0.75), along(0.72, upper / 0.75), end, at);
  const below = (at: number) => bezier(start, along(0.3, -lower / 0.75), along(0.75, -lower / 0.75), end, at);
  return [end, above(2 / 3), above(1 / 3), start, below(1 / 3), below(2 / 3)];
}

/** The right eye's points: the order runs from the left in both eyes. */
function mirrored([outer, upperOuter, upperInner, inner, lowerInner, lowerOuter]: Point[]): Point[] {
  return [inner, upperInner, upperOuter, outer, lowerOuter, lowerInner];
}

function mouth({ shape: { mouth }, turn }: Drawing): Point[] {
  const turned = (points: readonly Point[]) => points.map(([x, y]) => turn(x, y, LIP_LIFT));
  const [upperInner, lowerInner] = [turned(mouth.upperInner), turned(mouth.lowerInner)];
  const between = ([x, y]: Point, [toX, toY]: Point): Point => [x + 0.3 * (toX - x), y + 0.3 * (toY - y)];
  return [
    ...turned(mouth.upperOuter),
    ...turned(mouth.lowerOuter).slice(1, -1).reverse(),
    between(upperInner[0], upperInner[1]),
    ...upperInner.slice(2, 5),
    between(upperInner[6], upperInner[5]),
    ...lowerInner.slice(2, 5).reverse(),
  ];
}

/** A place on the curve that `drawing/svg.ts` draws through points: 1.5 is halfway from point 1 to point 2. */
function onCurve(points: readonly Point[], at: number, closed: boolean): Point {
  const count = points.length;
  const point = (index: number) =>
    closed ? points[(index + count) % count] : points[Math.max(0, Math.min(count - 1, index))];
  const index = closed ? Math.floor(at) : Math.min(count - 2, Math.floor(at));
  const [before, from, to, after] = [point(index - 1), point(index), point(index + 1), point(index + 2)];
  const leaving: Point = [from[0] + (to[0] - before[0]) / 6, from[1] + (to[1] - before[1]) / 6];
  const arriving: Point = [to[0] - (after[0] - from[0]) / 6, to[1] - (after[1] - from[1]) / 6];
  return bezier(from, leaving, arriving, to, at - index);
}

function bezier(from: Point, leaving: Point, arriving: Point, to: Point, t: number): Point {
  const s = 1 - t;
  const axis = (i: 0 | 1) =>
    s ** 3 * from[i] + 3 * s * s * t * leaving[i] + 3 * s * t * t * arriving[i] + t ** 3 * to[i];
  return [axis(0), axis(1)];
}
