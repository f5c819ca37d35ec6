/** Where the parts of a face lie, in flat face units before the head is turned: what an Action Unit does to each. */

import type { Identity } from "./identity.ts";
import { type ActionUnit, type Expression, intensity, meanIntensity } from "./expression.ts";
import type { Point } from "./drawing/svg.ts";

/** One eye. Openings are how far the lids stand above and below the line between the corners. */
export interface EyeShape {
  side: number;
  inner: Point;
  outer: Point;
  upper: number;
  lower: number;
  /** How much lower the inner half of the upper lid stands than its outer half: a frown's slant, or, below 0, grief's. */
  slant: number;
  iris: Point;
  irisRadius: number;
}

/** One brow: centre line from the nose outwards, and its half thickness. */
export interface BrowShape {
  side: number;
  line: [Point, Point, Point, Point];
  half: number;
}

/** The mouth: each line runs from the left corner to the right one. */
export interface MouthShape {
  left: Point;
  right: Point;
  upperOuter: Point[];
  upperInner: Point[];
  lowerInner: Point[];
  lowerOuter: Point[];
  /** Distance between the lips in the middle; 0 when closed. */
  gap: number;
}

/** All of it. Index 0 is the picture's left, 1 its right. */
export interface FaceShape {
  outline: Point[];
  eyes: [EyeShape, EyeShape];
  brows: [BrowShape, BrowShape];
  /** Tip and wings of the nose; `wingLift` is how far each wing is raised. */
  noseTip: Point;
  wings: [Point, Point];
  mouth: MouthShape;
  /** How far the jaw has dropped, and where the chin ends. */
  jawDrop: number;
  chin: Point;
}

/** Height of the line between the eyes in face units. */
export const EYE_LINE = -22;
const BROW_LINE = -50;
const MOUTH_LINE = 73;

/**
 * The shape of a face with an expression.
 *
 * @param identity whose face.
 * @param expression how far each unit has moved it, as `appearance` tells.
 *
 * @example
 * ```ts
 * import { drawIdentity } from "./identity.ts";
 * import { faceShape } from "./shape.ts";
 * const person = drawIdentity(1, 0);
 * const still = faceShape(person, {}), smiling = faceShape(person, { 12: [1, 1] });
 * if (smiling.mouth.left[1] >= still.mouth.left[1]) throw new Error("a smile raises the lip corners");
 * ```
 */
export function faceShape(identity: Identity, expression: Expression): FaceShape {
  const jawDrop = 2 * meanIntensity(expression, 25) + 17 * meanIntensity(expression, 26) +
    34 * meanIntensity(expression, 27);
  const noseBottom = 36 * identity.noseLength;
  const wing = (side: number): Point => [
    side * 17.5 * identity.noseWidth *
    (1 + 0.1 * intensity(expression, 12, side) + 0.12 * intensity(expression, 9, side)),
    noseBottom - 6 * intensity(expression, 9, side) - 3 * intensity(expression, 10, side),
  ];
  const chinY = 135 * identity.faceLength + jawDrop - 3 * meanIntensity(expression, 17);
  return {
    outline: outline(identity, jawDrop, chinY),
    eyes: [eye(identity, expression, -1), eye(identity, expression, 1)],
    brows: [brow(identity, expression, -1), brow(identity, expression, 1)],
    noseTip: [0, noseBottom - 5 - 2 * meanIntensity(expression, 9)],
    wings: [wing(-1), wing(1)],
    mouth: mouth(identity, expression, jawDrop),
    jawDrop,
    chin: [0, chinY],
  };
}

function outline(identity: Identity, jawDrop: number, chinY: number): Point[] {
  const width = 97 * identity.faceWidth;
  const jaw = width * identity.jawWidth;
  const chin = width * identity.chinWidth;
  const top = -152 - 12 * (identity.foreheadHeight - 1) * 5;
  const length = identity.faceLength;
  const half: Point[] = [
    [width * 0.5, top + 11],
    [width * 0.84, -106],
    [width * 0.975, -54],
    [width, 0],
    [width * (0.35 + 0.65 * identity.jawWidth), 48 * length + 0.1 * jawDrop],
    [jaw * 0.93, 88 * length + 0.45 * jawDrop],
    [chin * 1.4, 120 * length + 0.85 * jawDrop],
    [chin * 0.72, chinY - 3],
  ];
  const mirrored = half.map(([x, y]): Point => [-x, y]).reverse();
  return [[0, top], ...half, [0, chinY], ...mirrored];
}

function eye(identity: Identity, expression: Expression, side: number): EyeShape {
  const on = (unit: ActionUnit) => intensity(expression, unit, side);
  const centreX = 43 * identity.eyeSpacing * identity.faceWidth;
  const half = 20.5 * identity.eyeSize;
  // A lowered brow pushes its fold down onto the lid, unless the lid is raised against it.
  const frown = on(4) * (1 - 0.6 * on(1));
  const narrowing = 0.3 * on(6) + 0.16 * on(7) + 0.2 * frown * (1 - on(5)) + 0.25 * on(9);
  const upper = 7.7 * identity.eyeOpening * Math.max(0.4, 1 - narrowing) + 7 * on(5) + 0.8 * on(2);
  const raised = 0.5 * on(6) + 0.72 * on(7) + 0.35 * on(9) + 0.12 * on(12);
  const lower = 7.2 * identity.eyeOpening * Math.max(0.08, 1 - raised) + 0.8 * on(5);
  const irisRadius = 8.9 * identity.eyeSize;
  return {
    side,
    inner: [side * (centreX - half), EYE_LINE + 2.5],
    outer: [side * (centreX + half), EYE_LINE + 1 - identity.eyeTilt],
    upper,
    lower,
    slant: 2.6 * frown + 1.2 * on(9) - 2.2 * on(1) * (1 - on(2) * (1 - on(4))) * (0.4 + 0.6 * on(4)),
    iris: [side * centreX, EYE_LINE + 0.6],
    irisRadius,
  };
}

/** A cubic Bezier curve: where it starts, its two control points, where it ends. */
export type Cubic = readonly [Point, Point, Point, Point];

/**
 * The edges of the lids, both from the inner corner to the outer one, in face units.
 *
 * @example
 * ```ts
 * import { drawIdentity } from "./identity.ts";
 * import { faceShape, lidEdges } from "./shape.ts";
 * const [eye] = faceShape(drawIdentity(1, 0), {}).eyes;
 * const { upper, lower } = lidEdges(eye);
 * if (upper[1][1] >= lower[1][1]) throw new Error("an open eye");
 * ```
 */
export function lidEdges({ inner, outer, upper, lower, slant }: EyeShape): { upper: Cubic; lower: Cubic } {
  const along = (share: number, rise: number): Point => [
    inner[0] + share * (outer[0] - inner[0]),
    inner[1] + share * (outer[1] - inner[1]) - rise,
  ];
  // A cubic reaches three quarters of its control points' height.
  const [above, below] = [upper / 0.75, lower / 0.75];
  return {
    upper: [inner, along(0.25, above - slant), along(0.72, above + slant), outer],
    lower: [inner, along(0.3, -below), along(0.75, -below), outer],
  };
}

function brow(identity: Identity, expression: Expression, side: number): BrowShape {
  const on = (unit: ActionUnit) => intensity(expression, unit, side);
  const base = BROW_LINE - identity.browHeight;
  // Inner and outer raiser and the lowerer pull at different thirds of the brow. Against the inner raiser the lowerer
  // keeps only the middle and the outer third down, the oblique brow of grief; against both raisers it takes the arch
  // away, and the brow of fear is raised, straight and drawn together.
  const alone = on(4) * (1 - 0.85 * on(1));
  const grief = on(4) * on(1) * (1 - 0.5 * on(2));
  const lifted = on(2) * (1 - 0.65 * on(4));
  const inner = -15 * on(1) + 18 * alone + 7 * on(9) * (1 - on(4)) - 2 * lifted;
  const middle = -7 * on(1) - 11 * lifted + 11 * alone + 6 * grief + 6 * on(9) * (1 - on(4));
  const outer = -2 * on(1) - 13 * lifted + alone + 6 * grief + 2 * on(9) + 1.5 * on(6) * (1 - on(2));
  const squeeze = 6.5 * on(4) * (1 - 0.4 * on(1)) + 0.5 * on(9);
  const arch = identity.browArch * (1 - 0.4 * on(4));
  const spacing = identity.faceWidth;
  return {
    side,
    line: [
      [side * (20 * spacing - squeeze), base + 3 + identity.browSlant + inner],
      [side * (35 * spacing - squeeze * 0.6), base - 3 - arch * 0.6 + (inner + middle) / 2 - 1],
      [side * (52 * spacing - squeeze * 0.2), base - 5 - arch + middle * 0.7 + outer * 0.3],
      [side * 71 * spacing, base + 5 - identity.browSlant + outer],
    ],
    half: 3.9 * identity.browThickness * (1 + 0.2 * on(4)),
  };
}

function mouth(identity: Identity, expression: Expression, jawDrop: number): MouthShape {
  const mean = (unit: ActionUnit) => meanIntensity(expression, unit);
  const centre = MOUTH_LINE * (0.5 + 0.5 * identity.faceLength);
  const pressed = Math.min(1, mean(24) + 0.8 * mean(23));
  const parted = Math.min(1, 2.5 * mean(25));
  // Pressed lips hold on to each other: 24 works against 25 but never wholly closes a dropped jaw.
  const gap = (5.5 * mean(25) + 13 * mean(26) + 31 * mean(27) + 3 * mean(12) * parted) * (1 - 0.5 * mean(24));
  const lift = 5 * mean(10) + 5.5 * mean(9) + 1.5 * mean(12) * parted;
  // The chin boss pushes the lower lip up, and so does pressing the lips: the line of the mouth rises in its middle.
  const push = 7 * mean(17) + 3.2 * pressed;
  const upperY = centre - 0.16 * gap - lift - push * 0.8;
  const lowerY = upperY + gap + parted * 0.5 * lift;
  const spread = 1 - 0.22 * mean(12) - 0.25 * mean(20);
  const upperThickness = Math.max(1.6, 8 * identity.upperLip * spread * (1 - 0.78 * pressed) * (1 - 0.25 * mean(10)));
  const lowerThickness = Math.max(
    2,
    10.5 * identity.lowerLip * spread * (1 - 0.74 * pressed) * (1 + 0.15 * mean(17)) * (1 - 0.15 * mean(27)),
  );
  const corner = (side: number): Point => {
    const on = (unit: ActionUnit) => intensity(expression, unit, side);
    const width = 31 * identity.mouthWidth + 14 * on(12) + 8 * on(14) + 15 * on(20) - 6 * on(23) - 3 * on(24) -
      8 * on(27) - 2.5 * on(26) - 2 * on(17) + 1.5 * on(15);
    const down = identity.restingMouth + 13.5 * on(15) - 15.5 * on(12) - 8 * on(14) + 4 * on(20) + 0.3 * jawDrop +
      3 * on(17);
    return [side * width, centre + down];
  };
  const [left, right] = [corner(-1), corner(1)];
  // A lip is a parabola through both corners: `where` runs from -1 at the left corner to 1 at the right one.
  const along = (where: number, middleY: number, sharpness: number): Point => {
    const end = where < 0 ? left : right;
    return [Math.abs(where) * end[0], middleY + (end[1] - middleY) * Math.abs(where) ** sharpness];
  };
  const inner = [-1, -0.72, -0.4, 0, 0.4, 0.72, 1];
  // Wide jaws, stretched lips and a raised upper lip make the line between the lips squarer than a parabola.
  const round = 2 + 1.3 * mean(27) + 0.4 * mean(26) + 0.9 * mean(20) + 1.2 * mean(10) + 0.7 * mean(9);
  const bow = Math.min(1.6, upperThickness * 0.2);
  const outerUpper = ([where, rise]: [number, number]): Point => {
    const [x, y] = along(where, upperY, round);
    return [x, y - rise];
  };
  return {
    left,
    right,
    upperInner: inner.map((where) => along(where, upperY, round)),
    lowerInner: inner.map((where) => along(where, lowerY, round)),
    upperOuter: ([
      [-1, 0.6],
      [-0.62, upperThickness * 0.62],
      [-0.2, upperThickness + bow * 0.5],
      [0, upperThickness - bow],
      [0.2, upperThickness + bow * 0.5],
      [0.62, upperThickness * 0.62],
      [1, 0.6],
    ] as [number, number][]).map(outerUpper),
    lowerOuter: [[-1, 0], [-0.7, 0.45], [-0.35, 0.9], [0, 1], [0.35, 0.9], [0.7, 0.45], [1, 0]].map(
      ([where, share]): Point => {
        const [x, y] = along(where, lowerY, round);
        return [x, y + lowerThickness * share];
      },
    ),
    gap,
  };
}
