/** The images of a split, all parts that are needed there: what cannot be trained or tested is refused before it is begun. */
import type { Dataset } from "../datasets/dataset.ts";
import { type Split, splitIndices } from "../datasets/split.ts";
import type { TrainingSettings } from "../training/options.ts";
import { RunError } from "./errors.ts";

/** Names of the parts, as they are told. */
const WORDS: Record<keyof Split, string> = { train: "training", validation: "validation", test: "test" };

/**
 * The images of a split.
 *
 * @param needed Parts that may not be empty.
 * @throws {RunError} naming the part that is.
 * @throws {RangeError} for no such split.
 */
export function partsFor(
  dataset: Dataset,
  { split, protocol }: Pick<TrainingSettings, "split" | "protocol">,
  needed: readonly (keyof Split)[] = ["train", "test"],
): Split {
  const parts = splitIndices(dataset, split, { protocol });
  const missing = needed.find((part) => parts[part].length === 0);
  if (missing !== undefined) {
    throw new RunError(
      `split ${split} of ${dataset.name} has no ${WORDS[missing]} image. Remedy: choose another split.`,
      { options: ["split"] },
    );
  }
  return parts;
}
