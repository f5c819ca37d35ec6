/** Rules by which a run's checkpoint is chosen, each with the sentence that has to stand beside its numbers. */
import type { Protocol } from "../options.ts";

/** How the checkpoint that is tested is chosen. */
export type Selection = "validation" | "original" | "last";
/** All rules, the default first. */
export const SELECTIONS: readonly Selection[] = ["validation", "original", "last"];

/** What each rule does, as it is printed beside every number that it gave. */
export const RULES: Readonly<Record<Selection, string>> = {
  validation: "best accuracy on the validation images, the earliest of equals; the test images chose nothing",
  original:
    "OPTIMISTIC: best accuracy on the test images themselves, validation images trained on; only for comparison with tables made so",
  last: "the last checkpoint, chosen by no accuracy; the test images chose nothing",
};

/**
 * Which images a run has to learn from for a rule: only `"original"` trains on the validation images too.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { protocolFor } from "./select.ts";
 * assert(protocolFor("last") === "validation" && protocolFor("original") === "original");
 * ```
 */
export function protocolFor(selection: Selection): Protocol {
  return selection === "original" ? "original" : "validation";
}

/** A checkpoint and how good it is on the images that choose. */
export interface CheckpointScore {
  /** Updates done. */
  step: number;
  /** Share of hits, 0..1; null where the rule asks for none. */
  accuracy: number | null;
}

/**
 * The checkpoint that a rule chooses.
 *
 * @param scores Every checkpoint with its accuracy: on validation images for `"validation"`, on test images for `"original"`.
 * @param selection The rule.
 * @returns The score of the chosen one; of equal accuracies that of the earliest step.
 * @throws {RangeError} for no checkpoints, and for one without the accuracy that the rule needs.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { selectCheckpoint } from "./select.ts";
 * const scores = [{ step: 2000, accuracy: 0.9 }, { step: 1000, accuracy: 0.9 }, { step: 3000, accuracy: 0.8 }];
 * assert.equal(selectCheckpoint(scores, "validation").step, 1000);
 * assert.equal(selectCheckpoint(scores, "last").step, 3000);
 * ```
 */
export function selectCheckpoint(scores: readonly CheckpointScore[], selection: Selection): CheckpointScore {
  if (scores.length === 0) throw new RangeError("there is no checkpoint to choose from");
  const ascending = scores.toSorted((a, b) => a.step - b.step);
  if (selection === "last") return ascending.at(-1)!;
  let best: CheckpointScore | undefined;
  for (const score of ascending) {
    const { accuracy, step } = score;
    if (accuracy === null || !Number.isFinite(accuracy)) {
      throw new RangeError(`the accuracy of checkpoint ${step} is ${accuracy}, selection ${selection} needs it`);
    }
    if (best === undefined || accuracy > best.accuracy!) best = score;
  }
  return best!;
}
