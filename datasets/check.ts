/** What must hold in every dataset: asked once by everything that takes one, before any work. */
import { arrayProblem, type ArrayType } from "./arrays.ts";
import type { Dataset } from "./dataset.ts";
import { excerpt, isPrintable, printable } from "./printable.ts";

/**
 * A dataset whose parts do not fit together.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { DatasetError } from "./check.ts";
 * assert.equal(new DatasetError("labels", "value 7 at 0").message, "dataset.labels: value 7 at 0");
 * ```
 */
export class DatasetError extends RangeError {
  override name = "DatasetError";

  /**
   * @param field The field that is wrong.
   * @param problem What is wrong with it, the value, and what was expected.
   */
  constructor(readonly field: keyof Dataset, readonly problem: string) {
    super(printable(`dataset.${field}: ${problem}`));
  }
}

/**
 * Checks that a dataset's parts fit together: types and lengths of the arrays, and the range of every label, subject,
 * fold and unit.
 *
 * @param dataset The dataset; whether its fingerprint is right is not looked at.
 * @throws {DatasetError} naming the field, the value and what was expected.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkDataset } from "./check.ts";
 *
 * const tiny = {
 *   name: "tiny",
 *   imageSize: 1,
 *   classNames: ["dark", "bright"],
 *   images: Uint8Array.of(0, 255),
 *   labels: Int32Array.of(0, 1),
 *   subjects: Int32Array.of(-1, -1),
 *   folds: Int32Array.of(0, 1),
 *   foldColumns: 1,
 *   fingerprint: "",
 * };
 * checkDataset(tiny);
 * const wrong = { ...tiny, labels: Int32Array.of(1, 2) };
 * assert.throws(() => checkDataset(wrong), /dataset.labels: value 2 at 1, expected 0 to 1/);
 * ```
 */
export function checkDataset(dataset: Dataset): void {
  const { name, classNames, labels, subjects, sequences, fingerprint } = dataset;
  for (const [field, value] of Object.entries({ name, fingerprint })) {
    if (!isPrintable(value)) fail(field as keyof Dataset, `is ${excerpt(value)}, expected a text of one line`);
  }
  if (name === "") fail("name", "is empty");
  if (!Array.isArray(classNames) || !classNames.every(isPrintable)) {
    fail("classNames", `is ${excerpt(classNames)}, expected a list of names`);
  }
  if (classNames.length === 0) fail("classNames", "is empty, expected at least one class");
  if (new Set(classNames).size !== classNames.length) fail("classNames", `${classNames} names a class twice`);
  checkPictures(dataset, classNames.length);
  const count = labels.length;
  checkFolds(dataset, count);
  checkColumn("subjects", subjects, count, -1, "a subject number from 0, or -1 for unknown");
  if (sequences !== undefined) {
    checkColumn("sequences", sequences, count, -1, "a sequence number from 0, or -1 for none");
  }
  checkUnits(dataset);
}

/**
 * The part of {@linkcode checkDataset} that looks at images and labels, for what needs nothing else.
 *
 * @param dataset Its images, their size, and their labels.
 * @param classes Number of classes, where labels have to be of them.
 * @throws {DatasetError} as `checkDataset` does.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkPictures } from "./check.ts";
 * const two = { imageSize: 1, images: Uint8Array.of(0, 255), labels: Int32Array.of(0, 1) };
 * checkPictures(two);
 * assert.throws(() => checkPictures({ ...two, imageSize: 2 }), /dataset.images: 2 values, expected 8/);
 * ```
 */
export function checkPictures(
  { imageSize, images, labels }: Pick<Dataset, "imageSize" | "images" | "labels">,
  classes?: number,
): void {
  checkWhole("imageSize", imageSize);
  const known = classes === undefined ? "a class number from 0" : `0 to ${classes - 1} (${classes} classes)`;
  checkType("labels", labels, Int32Array);
  if (labels.length === 0) fail("labels", "0 labels, expected at least 1");
  checkRange("labels", labels, -1, (classes ?? Infinity) - 1, `${known}, or -1 for no label`);
  checkType("images", images, Uint8Array);
  checkLength("images", images, labels.length, imageSize * imageSize);
}

/**
 * The part of {@linkcode checkDataset} that looks at folds, for what needs nothing else.
 *
 * @param dataset Its folds, and what they mean.
 * @param count Number of images.
 * @throws {DatasetError} as `checkDataset` does.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkFolds } from "./check.ts";
 * const two = { folds: Int32Array.of(0, 1), foldColumns: 1 };
 * checkFolds(two, 2);
 * assert.throws(() => checkFolds({ ...two, foldColumns: 3 }, 2), /dataset.folds: 2 values, expected 6/);
 * ```
 */
export function checkFolds(
  { folds, foldColumns, foldKind }: Pick<Dataset, "folds" | "foldColumns" | "foldKind">,
  count: number,
): void {
  checkWhole("foldColumns", foldColumns);
  if (!["folds", "splits", undefined].includes(foldKind)) {
    fail("foldKind", `is ${excerpt(foldKind)}, expected "folds" or "splits"`);
  }
  if (foldKind === "folds" && foldColumns > 1) {
    fail("foldKind", `is folds, but there are ${foldColumns} columns; expected splits`);
  }
  checkType("folds", folds, Int32Array);
  checkLength("folds", folds, count, foldColumns);
  if (foldColumns === 1 && foldKind !== "splits") {
    checkRange("folds", folds, -1, Infinity, "a fold number from 0, or -1 for unused");
  } else checkRange("folds", folds, -1, 2, "0 train, 1 validation, 2 test or -1 unused");
}

function checkUnits({ labels, actionUnits, units }: Dataset): void {
  if (!actionUnits !== !units) fail("units", "actionUnits and units must be given together or not at all");
  if (!actionUnits || !units) return;
  if (!Array.isArray(actionUnits)) fail("actionUnits", `is ${excerpt(actionUnits)}, expected a list of numbers`);
  if (actionUnits.length === 0) fail("actionUnits", "is an empty list, expected none where none are known");
  if (new Set(actionUnits).size !== actionUnits.length) fail("actionUnits", `${actionUnits} names one twice`);
  checkRange("actionUnits", actionUnits, 1, 999, "an Action Unit number, 1 to 999");
  checkType("units", units, Uint8Array);
  checkLength("units", units, labels.length, actionUnits.length);
  const bad = units.findIndex((unit) => unit > 6 && unit !== 255);
  if (bad >= 0) fail("units", `value ${units[bad]} at ${bad}, expected 0 to 6, or 255 for unknown`);
}

/** A number for each image. */
function checkColumn(field: keyof Dataset, values: Int32Array, count: number, least: number, what: string): void {
  checkType(field, values, Int32Array);
  checkLength(field, values, count, 1);
  checkRange(field, values, least, Infinity, what);
}

function checkWhole(field: keyof Dataset, value: number): void {
  if (!(Number.isInteger(value) && value >= 1)) fail(field, `is ${excerpt(value)}, expected 1 or more`);
}

function checkType(field: keyof Dataset, values: unknown, type: ArrayType): void {
  const problem = arrayProblem(`dataset.${field}`, values, type);
  if (problem) fail(field, problem);
}

function checkLength(field: keyof Dataset, values: ArrayLike<number>, count: number, perImage: number): void {
  if (values.length === count * perImage) return;
  fail(
    field,
    `${values.length} values, expected ${count * perImage} (${perImage} for each of the ${count} labels)`,
  );
}

function checkRange(
  field: keyof Dataset,
  values: ArrayLike<number>,
  least: number,
  most: number,
  expected: string,
): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isInteger(values[i]) && values[i] >= least && values[i] <= most) continue;
    fail(field, `value ${values[i]} at ${i}, expected ${expected}`);
  }
}

function fail(field: keyof Dataset, problem: string): never {
  throw new DatasetError(field, problem);
}
