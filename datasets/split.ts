/** Which images train, which choose the checkpoint and which are read once at the end. */

import { checkFolds } from "./check.ts";
import type { Dataset, FoldKind } from "./dataset.ts";

/** Image numbers, ascending, of one split of a dataset. */
export interface Split {
  /** Images to learn from. */
  train: Uint32Array;
  /** Images that choose the checkpoint; none under the `"original"` protocol. */
  validation: Uint32Array;
  /** Images that say how good it is. */
  test: Uint32Array;
}

/** The parts of an official split in the order of their numbers in `folds`. */
export const PARTS = ["train", "validation", "test"] as const;

/**
 * What the columns of a dataset's `folds` hold. One column is fold numbers unless the dataset says otherwise.
 *
 * @param dataset Only `foldColumns` and `foldKind` are read.
 * @returns `"folds"` for cross-validation by fold, `"splits"` for official splits.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { foldKind } from "./split.ts";
 *
 * assert(foldKind({ foldColumns: 1 }) === "folds" && foldKind({ foldColumns: 5 }) === "splits");
 * assert(foldKind({ foldColumns: 1, foldKind: "splits" }) === "splits");
 * ```
 */
export function foldKind(dataset: Pick<Dataset, "foldColumns" | "foldKind">): FoldKind {
  return dataset.foldColumns === 1 ? dataset.foldKind ?? "folds" : "splits";
}

/**
 * How many splits a dataset has: its folds, or its official splits.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { splitCount } from "./split.ts";
 *
 * assert.equal(splitCount({ folds: Int32Array.of(0, 2, -1, 1), foldColumns: 1 }), 3);
 * ```
 */
export function splitCount(
  { folds, foldColumns, foldKind: kind }: Pick<Dataset, "folds" | "foldColumns" | "foldKind">,
): number {
  if (foldKind({ foldColumns, foldKind: kind }) === "splits") return foldColumns;
  return folds.reduce((largest, fold) => Math.max(largest, fold), -1) + 1;
}

/**
 * The image numbers of split `split`, unlabelled images (label -1) and unused ones (fold -1) left out.
 *
 * Cross-validation by fold (F folds): fold `split` tests, fold (`split` + 1) mod F validates, the others
 * train. Official splits: column `split` says so for each image. Under the protocol `"original"` the
 * validation images train too, and the checkpoint is left to be chosen by the test images.
 *
 * @param dataset What is split; only labels and folds are read.
 * @param split Number of the split, from 0.
 * @param options `protocol`: `"validation"` (default) or `"original"`.
 * @returns Ascending image numbers for each part.
 * @throws {DatasetError} When folds and labels do not fit together.
 * @throws {RangeError} When there is no such split, or too few folds to fill its parts.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { splitIndices } from "./split.ts";
 *
 * const dataset = { labels: Int32Array.of(0, 1, 0, 1), folds: Int32Array.of(0, 1, 2, 3), foldColumns: 1 };
 * const { train, validation, test } = splitIndices(dataset, 3);
 * assert(String([...train]) === "1,2" && validation[0] === 0 && test[0] === 3);
 * ```
 */
export function splitIndices(
  dataset: Pick<Dataset, "labels" | "folds" | "foldColumns" | "foldKind">,
  split: number,
  options: { protocol?: "validation" | "original" } = {},
): Split {
  checkFolds(dataset, dataset.labels.length);
  const { labels, folds, foldColumns } = dataset;
  const original = options.protocol === "original";
  const byFold = foldKind(dataset) === "folds";
  const count = splitCount(dataset);
  if (!(Number.isInteger(split) && split >= 0 && split < count)) {
    throw new RangeError(`split ${split}: the dataset has ${count} splits, numbered from 0 to ${count - 1}`);
  }
  const fewest = original ? 2 : 3;
  if (byFold && count < fewest) {
    throw new RangeError(`split ${split}: the dataset has ${count} folds, the protocol needs at least ${fewest}`);
  }
  const parts = { train: [] as number[], validation: [] as number[], test: [] as number[] };
  labels.forEach((label, image) => {
    let part = folds[image * foldColumns + (byFold ? 0 : split)];
    if (label < 0 || part < 0) return;
    if (byFold) part = part === split ? 2 : part === (split + 1) % count ? 1 : 0;
    if (original && part === 1) part = 0;
    parts[PARTS[part]].push(image);
  });
  return {
    train: Uint32Array.from(parts.train),
    validation: Uint32Array.from(parts.validation),
    test: Uint32Array.from(parts.test),
  };
}
