/** Finds people on both sides of a split: what would make a test measure memory instead of learning. */

import { checkFolds } from "./check.ts";
import type { Dataset } from "./dataset.ts";
import { foldKind } from "./split.ts";

/** A known subject in more than one fold, or in more than one part of one official split. */
export interface SubjectOverlap {
  /** Subject number, 0 or more. */
  subject: number;
  /** Official split it was found in, from 0; left out for cross-validation by fold. */
  split?: number;
  /** Folds, or parts of the split (0 train, 1 validation, 2 test), ascending; two or more. */
  folds: number[];
}

/**
 * Lists every known subject that stands in two folds, or in two parts of one official split. Images that no fold uses
 * (-1) and images of nobody known (subject -1) do not count.
 *
 * @param dataset Only subjects and folds are read.
 * @returns One entry for each such subject (and split), by split, then by subject; empty where people are kept apart.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { subjectOverlaps } from "./subject_overlap.ts";
 *
 * const dataset = { subjects: Int32Array.of(4, 4, 5, -1), folds: Int32Array.of(0, 2, 1, 0), foldColumns: 1 };
 * const [overlap] = subjectOverlaps(dataset);
 * assert(overlap.subject === 4 && String(overlap.folds) === "0,2");
 * ```
 */
export function subjectOverlaps(
  dataset: Pick<Dataset, "subjects" | "folds" | "foldColumns" | "foldKind">,
): SubjectOverlap[] {
  const { subjects, folds, foldColumns } = dataset;
  checkFolds(dataset, subjects.length);
  const overlaps: SubjectOverlap[] = [];
  for (let column = 0; column < foldColumns; column++) {
    const found = new Map<number, Set<number>>();
    subjects.forEach((subject, image) => {
      const fold = folds[image * foldColumns + column];
      if (subject < 0 || fold < 0) return;
      found.set(subject, (found.get(subject) ?? new Set()).add(fold));
    });
    for (const [subject, of] of [...found].sort(([a], [b]) => a - b)) {
      if (of.size < 2) continue;
      const split = foldKind(dataset) === "splits" ? { split: column } : {};
      overlaps.push({ subject, ...split, folds: [...of].sort((a, b) => a - b) });
    }
  }
  return overlaps;
}
