/** Whether what a dataset calls its subjects can be people. */

import type { Dataset } from "./dataset.ts";

/** Fewer people may well have been photographed with a single expression each. */
const LEAST_SUBJECTS = 5;

/**
 * Says where the subjects of a dataset look like something else than people: all of several have images of a single class.
 * A pattern that names the class or the picture gives such subjects, and one person stands in several folds then.
 *
 * @param dataset Only labels and subjects are read.
 * @returns A warning, or none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { subjectDoubts } from "./subject_doubts.ts";
 *
 * const labels = Int32Array.of(0, 0, 0, 1, 1, 1);
 * assert.equal(subjectDoubts({ labels, subjects: Int32Array.of(0, 1, 2, 3, 4, 5) }).length, 1);
 * assert.equal(subjectDoubts({ labels, subjects: Int32Array.of(0, 1, 2, 0, 1, 2) }).length, 0);
 * ```
 */
export function subjectDoubts({ labels, subjects }: Pick<Dataset, "labels" | "subjects">): string[] {
  const classes = new Map<number, number>();
  for (const [image, subject] of subjects.entries()) {
    const label = labels[image];
    if (subject < 0 || label < 0) continue;
    if ((classes.get(subject) ?? label) !== label) return [];
    classes.set(subject, label);
  }
  if (classes.size < LEAST_SUBJECTS || new Set(classes.values()).size < 2) return [];
  return [
    `each of the ${classes.size} subjects has images of a single class: do they name people, or classes or pictures? ` +
    "If one person has several names, training and test share people",
  ];
}
