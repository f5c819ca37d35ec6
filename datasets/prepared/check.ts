/** What must hold in every dataset, said in the terms of the prepared folder's files. */

import { join } from "node:path";
import type { Dataset } from "../dataset.ts";
import { foldKind } from "../split.ts";
import { PreparedError } from "./files.ts";

/**
 * Checks that a dataset's arrays fit together: counts, sizes, and the range of every label, subject, fold and unit.
 *
 * @param dataset The dataset; its fingerprint is not looked at.
 * @param directory Folder to name in errors.
 * @throws {PreparedError} Naming the file the array has in a prepared folder, the value and what was expected.
 *
 * @example
 * ```ts
 * import { checkDataset } from "./check.ts";
 *
 * checkDataset({
 *   name: "tiny",
 *   imageSize: 1,
 *   classNames: ["dark", "bright"],
 *   images: Uint8Array.of(0, 255),
 *   labels: Int32Array.of(0, 1),
 *   subjects: Int32Array.of(-1, -1),
 *   folds: Int32Array.of(0, 1),
 *   foldColumns: 1,
 * });
 * ```
 */
export function checkDataset(dataset: Omit<Dataset, "fingerprint">, directory = ""): void {
  const { name, imageSize, classNames, images, labels, subjects, folds, foldColumns, actionUnits, units, sequences } =
    dataset;
  const fail = (file: string, problem: string) => {
    throw new PreparedError(`${join(directory, file)}: ${problem}`);
  };
  const count = labels.length;
  const classes = classNames.length;
  const whole = (field: string, value: number) => {
    if (!(Number.isInteger(value) && value >= 1)) fail("meta.json", `${field} is ${value}, expected 1 or more`);
  };
  whole("imageSize", imageSize);
  whole("foldColumns", foldColumns);
  if (!["folds", "splits", undefined].includes(dataset.foldKind)) {
    fail("meta.json", `foldKind is ${dataset.foldKind}, expected folds or splits`);
  }
  if (dataset.foldKind === "folds" && foldColumns > 1) {
    fail("meta.json", `foldKind is folds, but there are ${foldColumns} columns; expected splits`);
  }
  if (name === "") fail("meta.json", "name is empty");
  if (count === 0) fail("y.npy", "0 labels, expected at least 1");
  if (classes === 0) fail("meta.json", "classNames is empty, expected at least one class");
  if (new Set(classNames).size !== classes) fail("meta.json", `classNames ${classNames} names a class twice`);

  const hasLength = (file: string, length: number, perImage: number) => {
    if (length !== count * perImage) {
      fail(
        file,
        `${length} values, expected ${count * perImage} (${perImage} for each of the ${count} labels in y.npy)`,
      );
    }
  };
  const inRange = (file: string, values: ArrayLike<number>, least: number, most: number, what: string) => {
    for (let i = 0; i < values.length; i++) {
      if (!(values[i] >= least && values[i] <= most)) fail(file, `value ${values[i]} at ${i}, expected ${what}`);
    }
  };
  hasLength("X.npy", images.length, imageSize * imageSize);
  hasLength("subjs.npy", subjects.length, 1);
  hasLength("folds.npy", folds.length, foldColumns);
  inRange(
    "y.npy",
    labels,
    -1,
    classes - 1,
    `0 to ${classes - 1} (${classes} classes in meta.json), or -1 for no label`,
  );
  inRange("subjs.npy", subjects, -1, Infinity, "a subject number from 0, or -1 for unknown");
  if (sequences) {
    hasLength("seqs.npy", sequences.length, 1);
    inRange("seqs.npy", sequences, -1, Infinity, "a sequence number from 0, or -1 for none");
  }
  if (foldKind(dataset) === "folds") {
    inRange("folds.npy", folds, -1, Infinity, "a fold number from 0, or -1 for unused");
  } else inRange("folds.npy", folds, -1, 2, "0 train, 1 validation, 2 test or -1 unused");

  if (!actionUnits !== !units) fail("aus.npy", "actionUnits and units must be given together or not at all");
  if (!actionUnits || !units) return;
  if (actionUnits.length === 0) fail("meta.json", "actionUnits is an empty list, expected null where none are known");
  if (new Set(actionUnits).size !== actionUnits.length) fail("meta.json", `actionUnits ${actionUnits} names one twice`);
  inRange("meta.json", actionUnits, 1, 999, "an Action Unit number in actionUnits, 1 to 999");
  hasLength("aus.npy", units.length, actionUnits.length);
  const bad = units.findIndex((unit) => unit > 6 && unit !== 255);
  if (bad >= 0) fail("aus.npy", `value ${units[bad]} at ${bad}, expected 0 to 6, or 255 for unknown`);
}
