/** What must hold in every dataset, said in the terms of the prepared folder's files. */

import { join } from "node:path";
import { checkDataset, DatasetError } from "../check.ts";
import type { Dataset } from "../dataset.ts";
import { PreparedError } from "./files.ts";

/** The file of each array; the other fields are in `meta.json`. */
const FILES: Partial<Record<keyof Dataset, string>> = {
  images: "X.npy",
  labels: "y.npy",
  subjects: "subjs.npy",
  folds: "folds.npy",
  sequences: "seqs.npy",
  units: "aus.npy",
};

/**
 * Checks a dataset as {@linkcode checkDataset} does, and names the file in which what is wrong with it is, or would be.
 *
 * @param dataset The dataset, whose fingerprint may be yet to be computed.
 * @param directory Folder to name in errors.
 * @throws {PreparedError} Naming the file the array has in a prepared folder, the value and what was expected.
 *
 * @example
 * ```ts
 * import { checkPrepared } from "./check.ts";
 *
 * checkPrepared({
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
export function checkPrepared(dataset: Omit<Dataset, "fingerprint">, directory = ""): void {
  try {
    checkDataset({ fingerprint: "", ...dataset });
  } catch (cause) {
    if (!(cause instanceof DatasetError)) throw cause;
    const { field, problem } = cause, file = FILES[field];
    const where = join(directory, file ?? "meta.json");
    throw new PreparedError(`${where}: ${file ? problem : `${field} ${problem}`}`, { cause });
  }
}
