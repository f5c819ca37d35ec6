/** Reads a prepared folder back, with every file checked against the others. */

import { join } from "node:path";
import type { Dataset } from "../dataset.ts";
import { fingerprint } from "../fingerprint.ts";
import { type NpyArray, readNpy } from "../npy.ts";
import { foldKind } from "../split.ts";
import { checkPrepared } from "./check.ts";
import { isThere } from "../file_system.ts";
import { PreparedError, readFile } from "./files.ts";
import { readPreparedMeta } from "./meta.ts";

/**
 * Reads a prepared folder. Every file is checked against `meta.json` and the others, and the fingerprint is computed
 * anew. A file is measured before it is read, so that a wrong one takes no memory.
 *
 * @param directory The prepared folder.
 * @returns The dataset.
 * @throws {PreparedError} When a file is missing, damaged or contradicts another: it names file, value and expectation.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { fingerprint } from "../fingerprint.ts";
 * import { readPrepared } from "./read.ts";
 * import { writePrepared } from "./write.ts";
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
 * };
 * const parent = await Deno.makeTempDir();
 * await writePrepared(`${parent}/tiny`, { ...tiny, fingerprint: await fingerprint(tiny) }, { source: "by hand" });
 * assert((await readPrepared(`${parent}/tiny`)).labels[1] === 1);
 * await Deno.remove(parent, { recursive: true });
 * ```
 */
export async function readPrepared(directory: string): Promise<Dataset> {
  const meta = await readPreparedMeta(directory);
  const { name, imageSize, count, classNames, foldColumns, actionUnits } = meta;
  const read = (file: string, type: "uint8" | "int32", shape: number[]) => readArray(directory, file, type, shape);
  const dataset = {
    name,
    imageSize,
    classNames,
    images: await read("X.npy", "uint8", [count, 1, imageSize, imageSize]) as Uint8Array,
    labels: await read("y.npy", "int32", [count]) as Int32Array,
    subjects: await read("subjs.npy", "int32", [count]) as Int32Array,
    folds: await read("folds.npy", "int32", foldKind(meta) === "folds" ? [count] : [count, foldColumns]) as Int32Array,
    foldColumns,
    ...(foldColumns === 1 && meta.foldKind === "splits" && { foldKind: meta.foldKind }),
    ...(meta.sequences && { sequences: await read("seqs.npy", "int32", [count]) as Int32Array }),
    ...(actionUnits && {
      actionUnits,
      units: await read("aus.npy", "uint8", [count, actionUnits.length]) as Uint8Array,
    }),
  };
  if (!actionUnits && await isThere(join(directory, "aus.npy"))) {
    throw new PreparedError(`${join(directory, "aus.npy")}: is there, but meta.json names no actionUnits`);
  }
  if (!meta.sequences && await isThere(join(directory, "seqs.npy"))) {
    throw new PreparedError(`${join(directory, "seqs.npy")}: is there, but meta.json says of no sequences`);
  }
  checkPrepared(dataset, directory);
  const actual = await fingerprint(dataset);
  if (actual !== meta.fingerprint) {
    throw new PreparedError(
      `${join(directory, "meta.json")}: fingerprint ${meta.fingerprint}, the arrays beside it have ${actual}: ` +
        "they were changed after the preparation, prepare the dataset again",
    );
  }
  return { ...dataset, fingerprint: actual };
}

async function readArray(directory: string, file: string, type: "uint8" | "int32", shape: number[]) {
  const path = join(directory, file);
  const expected = `${type} (${shape.join(", ")}), as meta.json says`;
  const size = shape.reduce((product, length) => product * length, type === "uint8" ? 1 : 4);
  const bytes = await readFile(path, size + 65536 + 12, { expected });
  let array: NpyArray;
  try {
    array = readNpy(bytes);
  } catch (cause) {
    throw new PreparedError(`${path}: ${(cause as Error).message}; expected ${expected}`, { cause });
  }
  if (array.type !== type || String(array.shape) !== String(shape)) {
    throw new PreparedError(`${path}: holds ${array.type} (${array.shape.join(", ")}), expected ${expected}`);
  }
  return array.data;
}
