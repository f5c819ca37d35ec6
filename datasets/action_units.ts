/** What the Action Units are called. */

/** Names by number: P. Ekman, W. V. Friesen, J. C. Hager: Facial Action Coding System, 2002. */
const NAMES: Record<number, string> = {
  1: "inner brow raiser",
  2: "outer brow raiser",
  4: "brow lowerer",
  5: "upper lid raiser",
  6: "cheek raiser",
  7: "lid tightener",
  8: "lips toward each other",
  9: "nose wrinkler",
  10: "upper lip raiser",
  11: "nasolabial deepener",
  12: "lip corner puller",
  13: "sharp lip puller",
  14: "dimpler",
  15: "lip corner depressor",
  16: "lower lip depressor",
  17: "chin raiser",
  18: "lip pucker",
  19: "tongue show",
  20: "lip stretcher",
  21: "neck tightener",
  22: "lip funneler",
  23: "lip tightener",
  24: "lip presser",
  25: "lips part",
  26: "jaw drop",
  27: "mouth stretch",
  28: "lips suck",
  29: "jaw thrust",
  30: "jaw sideways",
  31: "jaw clencher",
  32: "bite",
  33: "blow",
  34: "puff",
  35: "cheek suck",
  36: "tongue bulge",
  37: "lip wipe",
  38: "nostril dilator",
  39: "nostril compressor",
  43: "eye closure",
  44: "squint",
  45: "blink",
  46: "wink",
  51: "head turn left",
  52: "head turn right",
  53: "head up",
  54: "head down",
  55: "head tilt left",
  56: "head tilt right",
  57: "head forward",
  58: "head back",
  61: "eyes turn left",
  62: "eyes turn right",
  63: "eyes up",
  64: "eyes down",
};

/**
 * The name of an Action Unit.
 *
 * @param unit Its number in the Facial Action Coding System.
 * @returns The name in lower case; empty for a number without one here.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { actionUnitName } from "./action_units.ts";
 *
 * assert.equal(actionUnitName(12), "lip corner puller");
 * assert.equal(actionUnitName(99), "");
 * ```
 */
export function actionUnitName(unit: number): string {
  return NAMES[unit] ?? "";
}
