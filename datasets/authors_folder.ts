/**
 * The folders that the paper's authors' own scripts make: `npy_files` for CK+ (`X.npy`, `y.npy`, `subjs.npy`, `folds.npy` with
 * fold numbers) and `npy_files/TFD_96/split_0` to `split_4` for TFD (`X.npy`, `y.npy`, `folds.npy` with 0 train, 1 validation,
 * 2 test). They hold no description, so what each is follows from the files.
 */

import { join } from "node:path";
import { CK_PLUS_CLASSES } from "./ck_plus/labels.ts";
import type { Dataset } from "./dataset.ts";
import { fingerprint } from "./fingerprint.ts";
import { readNpy } from "./npy.ts";
import { checkPrepared } from "./prepared/check.ts";
import { isThere } from "./file_system.ts";
import { PreparedError, readFile } from "./prepared/files.ts";
import { TFD_CLASSES } from "./tfd.ts";

/** Twenty times the real sets' 4,178 images at 96 pixels: a small description may not cost all memory. */
const MOST_BYTES = 2 ** 30;
/** TFD has five. */
const MOST_SPLITS = 100;
/** What may stand before an array's numbers in its file. */
const LONGEST_HEADER = 65536 + 12;

/**
 * Which of the authors' datasets a folder holds, from the names of its files: no `meta.json`, but arrays or splits.
 *
 * @param directory The folder.
 * @returns The name of the dataset, or undefined where {@linkcode readAuthorsFolder} is not meant for the folder.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { authorsDataset } from "./authors_folder.ts";
 *
 * assert(await authorsDataset("no such folder") === undefined);
 * ```
 */
export async function authorsDataset(directory: string): Promise<"ck_plus" | "tfd" | undefined> {
  const has = (name: string) => isThere(join(directory, name));
  if (await has("meta.json")) return undefined;
  if (await has(join("split_0", "folds.npy"))) return "tfd";
  if (!await has("folds.npy")) return undefined;
  return await has("subjs.npy") ? "ck_plus" : "tfd";
}

/**
 * Reads CK+'s `npy_files`, one of TFD's `split_<n>`, or the folder that holds them (`TFD_96`): then every split is one of
 * the dataset's.
 *
 * @param directory The folder.
 * @returns Dataset `"ck_plus"` (subjects known, ten folds) or `"tfd"` (nobody known, official splits).
 * @throws {PreparedError} When a file is missing, damaged, larger than 1 GiB or does not fit the others: names it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readAuthorsFolder } from "./authors_folder.ts";
 *
 * await assert.rejects(readAuthorsFolder("no such folder"), /X.npy: is missing/);
 * ```
 */
export async function readAuthorsFolder(directory: string): Promise<Dataset> {
  const splits = await splitFolders(directory);
  const first = splits[0];
  const { data, shape } = await readArray(join(first, "X.npy"), directory);
  const [count, channels, imageSize, width] = shape;
  if (!(data instanceof Uint8Array) || shape.length !== 4 || channels !== 1 || imageSize !== width) {
    throw new PreparedError(`${join(first, "X.npy")}: has shape (${shape}), expected uint8 (N, 1, S, S)`);
  }
  const subjectsPath = join(first, "subjs.npy");
  const integers = (path: string) => readIntegers(path, count, directory);
  const subjects = await isThere(subjectsPath) ? await integers(subjectsPath) : undefined;
  const columns: Int32Array[] = [];
  for (const split of splits) columns.push(await integers(join(split, "folds.npy")));
  const dataset = {
    name: subjects ? "ck_plus" : "tfd",
    imageSize,
    classNames: [...(subjects ? CK_PLUS_CLASSES : TFD_CLASSES)],
    images: data,
    labels: await integers(join(first, "y.npy")),
    subjects: subjects ?? new Int32Array(count).fill(-1),
    folds: Int32Array.from({ length: count * columns.length }, (_, i) => {
      return columns[i % columns.length][Math.floor(i / columns.length)];
    }),
    foldColumns: columns.length,
    ...(!subjects && columns.length === 1 && { foldKind: "splits" as const }),
  };
  for (const split of splits.slice(1)) await checkSame(split, dataset, directory);
  checkPrepared(dataset, first);
  return { ...dataset, fingerprint: await fingerprint(dataset) };
}

/** The folder itself, or its `split_<n>` in order. */
async function splitFolders(directory: string): Promise<string[]> {
  const splits = [];
  for (let n = 0; n < MOST_SPLITS; n++) {
    const split = join(directory, `split_${n}`);
    if (!await isThere(split)) break;
    splits.push(split);
  }
  return splits.length > 0 ? splits : [directory];
}

/** The same images stand in every split, in the same order: one split's folds apply to another's images. */
async function checkSame(
  split: string,
  { images, labels }: Pick<Dataset, "images" | "labels">,
  directory: string,
): Promise<void> {
  const { data } = await readArray(join(split, "X.npy"), directory);
  const path = data.length !== images.length || images.some((value, i) => value !== data[i]) ? "X.npy" : "y.npy";
  const others = path === "y.npy" ? await readIntegers(join(split, path), labels.length, directory) : undefined;
  if (!others?.every((value, i) => value === labels[i])) {
    throw new PreparedError(
      `${join(split, path)}: differs from that of split_0. Remedy: name one split's folder, ${split}`,
    );
  }
}

/** Links may lead from one split to another, not out of the folder. */
async function readArray(path: string, within: string, longest = MOST_BYTES) {
  try {
    return readNpy(await readFile(path, longest, { expected: `at most ${longest}`, within }));
  } catch (cause) {
    if (cause instanceof PreparedError) throw cause;
    throw new PreparedError(`${path}: ${(cause as Error).message}`, { cause });
  }
}

/** Reads whole numbers of any type: the scripts keep the types of MATLAB's files. */
async function readIntegers(path: string, count: number, within: string): Promise<Int32Array> {
  const { data, shape } = await readArray(path, within, 8 * count + LONGEST_HEADER);
  if (shape.length !== 1 || shape[0] !== count) {
    throw new PreparedError(`${path}: has shape (${shape}), expected (${count}), a number for each image in X.npy`);
  }
  return Int32Array.from(data as Iterable<number | bigint>, (value) => {
    const whole = Number(value);
    if (whole === (whole | 0)) return whole;
    throw new PreparedError(`${path}: value ${value}, expected whole numbers`);
  });
}
