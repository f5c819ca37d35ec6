/** What a drawn face does: Action Units and their intensities, and the eight emotions as mixtures of them. */

import type { Random } from "./random.ts";

/** The Action Units that can be drawn, by their FACS numbers. */
export const ACTION_UNITS = [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 24, 25, 26, 27] as const;

/** The number of an Action Unit that can be drawn. */
export type ActionUnit = typeof ACTION_UNITS[number];

/** The emotions in the order of CK+: the index is the class number. */
export const EMOTIONS = [
  "neutral",
  "anger",
  "contempt",
  "disgust",
  "fear",
  "happy",
  "sadness",
  "surprise",
] as const;

/** Name of an emotion. */
export type Emotion = typeof EMOTIONS[number];

/** Intensity 0..1 of each active Action Unit on the picture's left and right side of the face; what is missing is 0. */
export type Expression = Partial<Record<ActionUnit, readonly [left: number, right: number]>>;

/**
 * Intensity of a unit on one side: -1 the picture's left, 1 its right.
 *
 * @example
 * ```ts
 * import { intensity } from "./expression.ts";
 * if (intensity({ 12: [0.2, 0.9] }, 12, 1) !== 0.9) throw new Error("the picture's right side");
 * ```
 */
export function intensity(expression: Expression, unit: ActionUnit, side: number): number {
  return expression[unit]?.[side < 0 ? 0 : 1] ?? 0;
}

/**
 * Intensity of a unit averaged over both sides, for what lies in the middle of the face.
 *
 * @example
 * ```ts
 * import { meanIntensity } from "./expression.ts";
 * if (meanIntensity({ 12: [0.2, 0.8] }, 12) !== 0.5) throw new Error("the mean of both sides");
 * ```
 */
export function meanIntensity(expression: Expression, unit: ActionUnit): number {
  const sides = expression[unit];
  return sides ? (sides[0] + sides[1]) / 2 : 0;
}

/**
 * FACS intensity codes of an expression: 0 absent, 1..5 for A..E, by the stronger side.
 *
 * @param expression intensities 0..1.
 * @returns one code for each of `ACTION_UNITS`.
 *
 * @example
 * ```ts
 * import { ACTION_UNITS, unitCodes } from "./expression.ts";
 * const codes = unitCodes({ 12: [0.9, 1] });
 * if (codes[ACTION_UNITS.indexOf(12)] !== 5) throw new Error("a full smile is 12E");
 * ```
 */
export function unitCodes(expression: Expression): Uint8Array {
  return Uint8Array.from(ACTION_UNITS, (unit) => Math.min(5, Math.ceil(5 * Math.max(...expression[unit] ?? [0, 0]))));
}

/**
 * How far each unit of an expression has moved the face, 0..1. FACS's five grades are not equal steps of the skin: a trace
 * and a slight action move it little, marked and severe ones cover most of the way, and the last grade adds little.
 *
 * @param expression intensities 0..1, a grade each fifth.
 *
 * @example
 * ```ts
 * import { appearance } from "./expression.ts";
 * const [trace, marked] = appearance({ 12: [0.1, 0.5] })[12]!;
 * if (!(trace < 0.1 && marked > 0.5)) throw new Error("a trace is hardly seen, a marked action clearly");
 * ```
 */
export function appearance(expression: Expression): Expression {
  return Object.fromEntries(
    Object.entries(expression).map(([unit, sides]) => [unit, sides.map(movement)]),
  );
}

/** Steepest a little below the middle, flat at both ends. */
function movement(intensity: number): number {
  const eased = intensity ** 0.8;
  return eased - 0.09 * Math.sin(2 * Math.PI * eased);
}

/** A unit of a prototype: how often it is there, and how strong it is relative to the whole expression. */
type Part = readonly [probability: number, low: number, high: number];

/** A variant of an emotion. */
type Prototype = Partial<Record<ActionUnit, Part>>;

/**
 * The variants of each emotion after EMFACS (Friesen and Ekman 1983) and the CK+ criteria (Lucey et al. 2010).
 * Units that define the emotion have a probability near 1; the others make one anger differ from the next.
 */
const PROTOTYPES: Record<Emotion, readonly Prototype[]> = {
  neutral: [{}],
  anger: [
    {
      4: [1, 0.7, 1],
      5: [0.35, 0.3, 0.7],
      7: [0.85, 0.5, 1],
      17: [0.5, 0.3, 0.8],
      23: [0.8, 0.5, 1],
      24: [0.5, 0.4, 1],
    },
    {
      4: [1, 0.7, 1],
      5: [0.5, 0.4, 0.9],
      7: [0.7, 0.4, 1],
      9: [0.15, 0.2, 0.5],
      23: [0.5, 0.4, 0.9],
      24: [0.9, 0.5, 1],
    },
    {
      4: [1, 0.7, 1],
      7: [0.7, 0.4, 1],
      10: [0.45, 0.2, 0.6],
      23: [0.9, 0.4, 0.8],
      25: [1, 0.5, 1],
      26: [0.4, 0.2, 0.6],
    },
  ],
  contempt: [
    { 14: [1, 0.6, 1] },
    { 12: [0.8, 0.15, 0.4], 14: [1, 0.6, 1], 24: [0.25, 0.2, 0.5] },
  ],
  disgust: [
    {
      4: [0.5, 0.2, 0.6],
      6: [0.3, 0.2, 0.6],
      7: [0.5, 0.3, 0.8],
      9: [1, 0.6, 1],
      10: [0.4, 0.3, 0.8],
      17: [0.4, 0.3, 0.8],
    },
    {
      4: [0.3, 0.2, 0.5],
      7: [0.4, 0.3, 0.7],
      9: [0.5, 0.3, 0.7],
      10: [1, 0.6, 1],
      15: [0.35, 0.2, 0.6],
      17: [0.5, 0.3, 0.8],
    },
    {
      4: [0.4, 0.2, 0.6],
      6: [0.3, 0.2, 0.5],
      9: [1, 0.5, 1],
      10: [0.6, 0.4, 0.9],
      25: [1, 0.4, 1],
      26: [0.35, 0.2, 0.7],
    },
  ],
  fear: [
    {
      1: [1, 0.6, 1],
      2: [0.85, 0.3, 0.8],
      4: [0.95, 0.5, 0.9],
      5: [0.9, 0.6, 1],
      20: [0.85, 0.5, 1],
      25: [0.9, 0.5, 1],
      26: [0.4, 0.2, 0.7],
    },
    {
      1: [1, 0.6, 1],
      2: [0.7, 0.3, 0.7],
      4: [1, 0.5, 0.9],
      5: [1, 0.6, 1],
      7: [0.3, 0.2, 0.6],
      20: [0.7, 0.4, 0.9],
      25: [1, 0.5, 1],
      26: [0.7, 0.3, 0.9],
    },
  ],
  happy: [
    { 6: [0.8, 0.4, 1], 7: [0.15, 0.2, 0.4], 12: [1, 0.6, 1], 25: [0.85, 0.5, 1] },
    { 6: [0.6, 0.3, 0.9], 12: [1, 0.5, 1] },
    { 1: [0.15, 0.2, 0.5], 2: [0.15, 0.2, 0.5], 6: [0.9, 0.5, 1], 12: [1, 0.7, 1], 25: [1, 0.6, 1], 26: [1, 0.3, 0.9] },
  ],
  sadness: [
    { 1: [1, 0.6, 1], 4: [0.8, 0.3, 0.8], 15: [0.9, 0.5, 1], 17: [0.5, 0.3, 0.9] },
    {
      1: [0.85, 0.5, 1],
      4: [0.6, 0.3, 0.7],
      7: [0.25, 0.2, 0.5],
      15: [1, 0.6, 1],
      17: [0.7, 0.4, 1],
      24: [0.15, 0.2, 0.5],
    },
  ],
  surprise: [
    { 1: [1, 0.6, 1], 2: [1, 0.6, 1], 5: [0.8, 0.3, 0.8], 25: [1, 0.6, 1], 26: [1, 0.6, 1] },
    { 1: [1, 0.6, 1], 2: [1, 0.6, 1], 5: [0.8, 0.3, 0.9], 25: [1, 0.6, 1], 27: [1, 0.5, 1] },
    { 1: [1, 0.5, 1], 2: [1, 0.5, 1], 5: [0.5, 0.3, 0.8], 25: [0.8, 0.3, 0.8], 26: [0.3, 0.2, 0.5] },
  ],
};

/** Units that turn up in any expression, a neutral one included, because people are not textbook pictures. */
const STRAY_UNITS: readonly ActionUnit[] = [1, 2, 4, 5, 7, 14, 17, 24, 25];

/**
 * Draws an expression of an emotion: a prototype with missing and extra units, its own strength and asymmetry.
 *
 * @param emotion which one.
 * @param random the stream to draw from.
 * @returns intensities 0..1; a unit that is present has at least 0.05 on its stronger side.
 *
 * @example
 * ```ts
 * import { drawExpression } from "./expression.ts";
 * import { Random } from "./random.ts";
 * const smile = drawExpression("happy", new Random(1));
 * if (!smile[12]) throw new Error("every happy face has Action Unit 12");
 * ```
 */
export function drawExpression(emotion: Emotion, random: Random): Expression {
  const strength = random.chance(0.12) ? random.uniform(0.4, 0.65) : random.uniform(0.75, 1.15);
  const contemptSide = random.pick([0, 1]);
  const expression: Expression = {};
  const add = (unit: ActionUnit, amount: number) => {
    const skew = random.around(0, 0.1);
    const sides: [number, number] = [amount * (1 + skew), amount * (1 - skew)];
    // In contempt the other corner of the mouth stays at rest, or nearly.
    if (emotion === "contempt" && (unit === 12 || unit === 14)) {
      sides[1 - contemptSide] *= random.chance(0.7) ? 0 : 0.2;
    }
    const clip = (value: number) => value < 0.05 ? 0 : Math.min(1, value);
    expression[unit] = [clip(sides[0]), clip(sides[1])];
  };
  const prototype = random.pick(PROTOTYPES[emotion]);
  for (const unit of ACTION_UNITS) {
    const [probability, low, high] = prototype[unit] ?? [0, 0, 0];
    if (random.chance(probability)) add(unit, Math.max(0.1, strength * random.uniform(low, high)));
  }
  if (random.chance(emotion === "neutral" ? 0.35 : 0.2)) {
    const stray = random.pick(STRAY_UNITS);
    if (!expression[stray]) add(stray, random.uniform(0.1, 0.28));
  }
  // A jaw cannot be seen to drop behind lips that do not part.
  if ((expression[26] || expression[27]) && !expression[25]) add(25, 0.5);
  return expression;
}
