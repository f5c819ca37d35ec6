/** `meta.json`, a prepared folder's own description. */

import { join } from "node:path";
import type { Dataset, FoldKind } from "../dataset.ts";
import { foldKind } from "../split.ts";
import { excerpt, isPrintable } from "../printable.ts";
import { PreparedError, readFile } from "./files.ts";
import { checkNotInterrupted } from "./leftovers.ts";

/** What `meta.json` says. */
export interface PreparedMeta {
  /** Always `"aulens prepared dataset"`: how a prepared folder is known. */
  format: "aulens prepared dataset";
  /** Version of this layout. */
  version: 1;
  /** Short name of the dataset. */
  name: string;
  /** Side of an image in pixels. */
  imageSize: number;
  /** Number of images. */
  count: number;
  /** Class names in the order of the label numbers. */
  classNames: string[];
  /** Number of images of each class, in the same order. */
  classCounts: number[];
  /** Number of images without a label. */
  unlabelled: number;
  /** Columns of `folds.npy`: 1 for cross-validation by fold, as many as there are official splits. */
  foldColumns: number;
  /** What a column holds; folders of an earlier preparation leave it out where the number of columns says it. */
  foldKind?: FoldKind;
  /** Action Unit numbers, the columns of `aus.npy`; null where none are known. */
  actionUnits: number[] | null;
  /** Whether `seqs.npy` says which images are frames of one sequence; left out where it is not there. */
  sequences?: boolean;
  /** Hexadecimal SHA-256 of the dataset. */
  fingerprint: string;
  /** What the preparation wants to be remembered: how faces were cropped, from which source, with which options. */
  details: Record<string, unknown>;
  /** Names of all files in the folder, this one included. */
  files: string[];
}

const FORMAT = "aulens prepared dataset";
const LONGEST_META = 16 * 2 ** 20;

/**
 * Reads only the `meta.json` of a prepared folder.
 *
 * @param directory The prepared folder.
 * @returns What the preparation remembers.
 * @throws {PreparedError} When there is none, or a field has the wrong type.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readPreparedMeta } from "./meta.ts";
 *
 * const message = await readPreparedMeta("no such folder").catch((error) => error.message);
 * assert(message.includes("meta.json: is missing"));
 * ```
 */
export async function readPreparedMeta(directory: string): Promise<PreparedMeta> {
  const path = join(directory, "meta.json");
  const bytes = await readFile(path, LONGEST_META).catch(async (error) => {
    await checkNotInterrupted(directory);
    throw error;
  });
  const text = new TextDecoder().decode(bytes);
  let meta: PreparedMeta;
  try {
    meta = JSON.parse(text);
  } catch (cause) {
    throw new PreparedError(`${path}: is no JSON: ${(cause as Error).message}`, { cause });
  }
  const whole = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 1;
  const list = (value: unknown, type: string) => Array.isArray(value) && value.every((item) => typeof item === type);
  const expect = (field: keyof PreparedMeta, good: boolean, expected: string) => {
    if (good) return;
    throw new PreparedError(`${path}: ${field} is ${excerpt(meta?.[field])}, expected ${expected}`);
  };
  expect("format", meta?.format === FORMAT, `"${FORMAT}"`);
  expect("version", meta.version === 1, "1, the version that this program reads");
  expect("name", isPrintable(meta.name) && meta.name !== "", "a name");
  expect("imageSize", whole(meta.imageSize) && meta.imageSize <= 65536, "a side in pixels, 1 to 65536");
  expect("count", whole(meta.count), "a number of images from 1");
  expect("foldColumns", whole(meta.foldColumns), "a number of columns from 1");
  expect("foldKind", [undefined, "folds", "splits"].includes(meta.foldKind), '"folds" or "splits"');
  expect("classNames", list(meta.classNames, "string") && meta.classNames.every(isPrintable), "a list of names");
  expect("actionUnits", meta.actionUnits === null || list(meta.actionUnits, "number"), "null or a list of numbers");
  expect("sequences", [undefined, true].includes(meta.sequences), "true, or nothing");
  expect(
    "fingerprint",
    typeof meta.fingerprint === "string" && /^[0-9a-f]{64}$/.test(meta.fingerprint),
    "64 hexadecimal digits",
  );
  expect(
    "details",
    typeof meta.details === "object" && meta.details !== null && !Array.isArray(meta.details),
    "an object",
  );
  expect("files", list(meta.files, "string"), "a list of file names");
  return meta;
}

/**
 * Makes the description of a dataset.
 *
 * @param dataset The dataset, consistent.
 * @param details What the preparation wants to be remembered.
 * @param files Names of all files that the folder will hold.
 * @returns What `meta.json` will say.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { describeDataset } from "./meta.ts";
 *
 * const meta = describeDataset({
 *   name: "tiny",
 *   imageSize: 1,
 *   classNames: ["dark", "bright"],
 *   images: Uint8Array.of(0, 255),
 *   labels: Int32Array.of(1, 1),
 *   subjects: Int32Array.of(-1, -1),
 *   folds: Int32Array.of(0, 1),
 *   foldColumns: 1,
 *   fingerprint: "0".repeat(64),
 * }, {}, ["meta.json"]);
 * assert(meta.classCounts[1] === 2);
 * ```
 */
export function describeDataset(dataset: Dataset, details: Record<string, unknown>, files: string[]): PreparedMeta {
  const { name, imageSize, classNames, labels, foldColumns, actionUnits } = dataset;
  const classCounts = classNames.map(() => 0);
  let unlabelled = 0;
  for (const label of labels) {
    if (label < 0) unlabelled++;
    else classCounts[label]++;
  }
  return {
    format: FORMAT,
    version: 1,
    name,
    imageSize,
    count: labels.length,
    classNames,
    classCounts,
    unlabelled,
    foldColumns,
    foldKind: foldKind(dataset),
    actionUnits: actionUnits ?? null,
    ...(dataset.sequences && { sequences: true }),
    fingerprint: dataset.fingerprint,
    details,
    files,
  };
}
