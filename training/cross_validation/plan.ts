/** Which runs make a cross-validation: every variant on every split, with every seed. */
import { type Variant, VARIANTS } from "../options.ts";

/** One run of a cross-validation. */
export interface PlannedRun {
  /** `cnn_ad-split3-seed1`: unique in its plan, and a good name for a folder. */
  name: string;
  variant: Variant;
  split: number;
  seed: number;
}

/** What is crossed. */
export interface CrossValidationPlan {
  /** One or more, each once. */
  variants: readonly Variant[];
  /** Numbers of the splits, each once. */
  splits: readonly number[];
  /** Each once. */
  seeds: readonly number[];
}

/**
 * The runs of a plan, in the order variant, split, seed.
 *
 * @throws {RangeError} for a variant that is unknown, a number that is no 32-bit unsigned integer, a list that is empty or names one twice.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { planRuns } from "./plan.ts";
 * const runs = planRuns({ variants: ["cnn", "cnn_ad"], splits: [0, 1, 2], seeds: [1] });
 * assert.equal(runs.length, 6);
 * assert.equal(runs[4].name, "cnn_ad-split1-seed1");
 * ```
 */
export function planRuns({ variants, splits, seeds }: CrossValidationPlan): PlannedRun[] {
  for (const [name, list] of Object.entries({ variants, splits, seeds })) {
    if (list.length === 0) throw new RangeError(`${name} is empty, expected at least one`);
    const twice = list.find((value: unknown, at: number) => (list as readonly unknown[]).indexOf(value) < at);
    if (twice !== undefined) throw new RangeError(`${name} has ${twice} twice`);
  }
  for (const variant of variants) {
    if (!VARIANTS.includes(variant)) {
      throw new RangeError(`variants has ${JSON.stringify(variant)}, expected some of ${VARIANTS.join(", ")}`);
    }
  }
  for (const [name, list] of Object.entries({ splits, seeds })) {
    for (const value of list) {
      if (!(Number.isInteger(value) && value >= 0 && value < 2 ** 32)) {
        throw new RangeError(`${name} has ${value}, expected integers from 0 to 2^32 - 1`);
      }
    }
  }
  return variants.flatMap((variant) =>
    splits.flatMap((split) =>
      seeds.map((seed) => ({ name: `${variant}-split${split}-seed${seed}`, variant, split, seed }))
    )
  );
}
