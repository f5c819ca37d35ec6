/** `meta.json`, a prepared folder's own description. */

import { join } from "node:path";
import type { Dataset, FoldKind } from "../dataset.ts";
import { foldKind } from "../split.ts";
import {
  kind,
  listOf,
  oneOf,
  orMissing,
  orNull,
  type Schema,
  TABLE,
  table,
  TEXT,
  whole,
} from "../../formats/schema.ts";
import { laterVersion } from "../../formats/version.ts";
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
const VERSION = 1;
const LONGEST_META = 16 * 2 ** 20;

const exactly = <const T>(value: T) => kind<T>(JSON.stringify(value), (found) => found === value);
const WORDS = kind<string>("text", (value) => typeof value === "string");
/** What the file has to say: the same as `PreparedMeta`, or it does not compile. */
const META: Schema<PreparedMeta> = table({
  format: exactly(FORMAT),
  version: exactly(VERSION),
  name: kind<string>("a name", (value) => isPrintable(value) && value !== ""),
  imageSize: whole(1, 65536),
  count: whole(1),
  classNames: listOf(TEXT),
  classCounts: listOf(whole(0)),
  unlabelled: whole(0),
  foldColumns: whole(1),
  foldKind: orMissing(oneOf(["folds", "splits"])),
  actionUnits: orNull(listOf(kind<number>("a number", (value) => typeof value === "number"))),
  sequences: orMissing(kind<boolean>("true", (value) => value === true)),
  fingerprint: kind<string>(
    "64 hexadecimal digits",
    (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value),
  ),
  details: TABLE,
  files: listOf(WORDS),
});

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
  let meta: unknown;
  try {
    meta = JSON.parse(text);
  } catch (cause) {
    throw new PreparedError(`${path}: is no JSON: ${(cause as Error).message}`, { cause });
  }
  const { format, version } = (meta ?? {}) as { format?: unknown; version?: unknown };
  if (format === FORMAT && Number.isSafeInteger(version) && Number(version) > VERSION) {
    throw new PreparedError(`${path}: ${laterVersion(Number(version), VERSION)}`);
  }
  const fault = META.fault(meta);
  if (!fault) return meta as PreparedMeta;
  const field = fault.path.join(".") || "what it says";
  throw new PreparedError(`${path}: ${field} is ${excerpt(fault.value)}, expected ${fault.expected}`);
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
    version: VERSION,
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
