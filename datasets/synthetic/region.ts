/** Which part of a drawn face an Action Unit moves: the truth that an analysis of a network can be checked against. */

import type { Face } from "./drawing/drawing.ts";
import { ACTION_UNITS, type ActionUnit } from "./expression.ts";
import { createCamera, type Framing } from "./scene.ts";
import { type FaceShape, faceShape } from "./shape.ts";

/** An ellipse on the skin in face units. */
type Patch = readonly [x: number, y: number, radiusX: number, radiusY: number];

/**
 * The region of the face that an Action Unit moves, wrinkles, or shades when it contracts on this face.
 *
 * @param face the face; its expression says where mouth, brows and chin are, its scene how the head is turned.
 * @param unit one of `ACTION_UNITS`; it need not be active.
 * @param width picture width in pixels, 1..2048: the image size of `generateSynthetic`, or as given to `photograph`.
 * @param height picture height in pixels, 1..2048; as the width when left out.
 * @param framing as given to `photograph`: `face` when left out, `portrait` for the frames of the CK+ twin.
 * @returns height x width bytes, row-major: 1 inside the region, 0 outside.
 * @throws RangeError when the unit cannot be drawn or the size is out of range.
 *
 * @example
 * ```ts
 * import { drawIdentity } from "./identity.ts";
 * import { actionUnitRegion } from "./region.ts";
 * import { PLAIN_SCENE } from "./scene.ts";
 * const face = { identity: drawIdentity(1, 0), expression: {}, scene: PLAIN_SCENE };
 * const mask = actionUnitRegion(face, 12, 48);
 * if (mask[5 * 48 + 24] !== 0) throw new Error("a smile does not reach the forehead");
 * ```
 */
export function actionUnitRegion(
  face: Face,
  unit: ActionUnit,
  width: number,
  height: number = width,
  framing: Framing = "face",
): Uint8Array {
  if (!ACTION_UNITS.includes(unit)) {
    throw new RangeError(`actionUnitRegion: unit is ${unit}; expected one of ${ACTION_UNITS.join(", ")}.`);
  }
  for (const [name, value] of Object.entries({ width, height })) {
    if (!Number.isInteger(value) || value < 1 || value > 2048) {
      throw new RangeError(`actionUnitRegion: ${name} is ${value}; expected a whole number from 1 to 2048.`);
    }
  }
  const { toPixel } = createCamera(face.scene, width, height, framing);
  const mask = new Uint8Array(width * height);
  for (const [x, y, radiusX, radiusY] of patches(faceShape(face.identity, face.expression), unit)) {
    const [centreX, centreY] = toPixel(x, y);
    const [rightX, rightY] = toPixel(x + 1, y).map((value, axis) => (value - [centreX, centreY][axis]) * radiusX);
    const [downX, downY] = toPixel(x, y + 1).map((value, axis) => (value - [centreX, centreY][axis]) * radiusY);
    const determinant = rightX * downY - rightY * downX;
    // A patch that is turned away edge-on covers nothing.
    if (Math.abs(determinant) < 1e-9) continue;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const [dx, dy] = [column + 0.5 - centreX, row + 0.5 - centreY];
        const across = (dx * downY - dy * downX) / determinant;
        const along = (dy * rightX - dx * rightY) / determinant;
        if (across * across + along * along <= 1) mask[row * width + column] = 1;
      }
    }
  }
  return mask;
}

function patches(shape: FaceShape, unit: ActionUnit): Patch[] {
  const { mouth, eyes, chin, wings } = shape;
  const eyeX = eyes[1].iris[0];
  const eyeY = eyes[1].iris[1];
  const [left, right] = [mouth.left, mouth.right];
  const middleY = (mouth.upperInner[3][1] + mouth.lowerInner[3][1]) / 2;
  const half = (mouth.lowerOuter[3][1] - mouth.upperOuter[3][1]) / 2;
  const browY = (shape.brows[0].line[1][1] + shape.brows[1].line[1][1]) / 2;
  const both = (x: number, y: number, radiusX: number, radiusY: number): Patch[] => [
    [-x, y, radiusX, radiusY],
    [x, y, radiusX, radiusY],
  ];
  const corners = (radiusX: number, radiusY: number, dy = 0): Patch[] => [
    [left[0], left[1] + dy, radiusX, radiusY],
    [right[0], right[1] + dy, radiusX, radiusY],
  ];
  const lips: Patch = [0, middleY, right[0] + 12, half + 13];
  const lidArea = both(eyeX, eyeY - 3, 30, 17);
  const jaw: Patch = [0, middleY + 34, 98, 62];
  // The shadow of the chin on the throat goes where the chin goes.
  const throat = (depth: number): Patch => [0, chin[1] + depth / 2, 66, depth];
  switch (unit) {
    case 1:
      return [[0, browY - 22, 50, 36], ...both(42, browY, 28, 16)];
    case 2:
      return both(54, browY - 12, 32, 36);
    case 4:
      return [[0, browY + 4, 26, 28], ...both(40, browY + 2, 36, 20), ...lidArea];
    case 5:
      return both(eyeX, eyeY - 6, 29, 19);
    case 6:
      return [...both(eyeX + 4, eyeY + 26, 40, 38), ...both(eyeX + 30, eyeY - 6, 22, 32), ...lidArea];
    case 7:
      return both(eyeX, eyeY + 2, 30, 20);
    case 9:
      return [
        [0, (wings[0][1] + browY) / 2, 36, 54],
        ...both(40, browY, 38, 24),
        ...both(34, eyeY + 22, 32, 16),
        ...lidArea,
        [0, middleY - 16, 38, 26],
      ];
    case 10:
      return [lips, [0, middleY - 18, 40, 24], ...both(right[0] + 2, middleY - 24, 18, 30)];
    case 12:
      return [lips, ...corners(26, 30, -12), ...both(52, 28, 32, 34), ...both(28, 48, 22, 28)];
    case 14:
      return [lips, ...corners(30, 24)];
    case 15:
      return [lips, ...corners(18, 26, 10)];
    case 17:
      return [lips, [0, (middleY + chin[1]) / 2 + 6, 52, (chin[1] - middleY) / 2 + 12], throat(28)];
    case 20:
      return [lips, ...corners(26, 26), ...both(34, middleY - 20, 18, 24), ...both(26, 170, 20, 40)];
    case 23:
    case 24:
      return [lips, [0, middleY, right[0] + 16, half + 18]];
    case 25:
      return [lips, [0, middleY + 28, 70, 52]];
    case 26:
    case 27:
      return [lips, jaw, throat(46)];
  }
}
