/** Writes a dataset as a prepared folder, whole or not at all. */

import { basename, join } from "node:path";
import type { Dataset } from "../dataset.ts";
import { inTheWayOf, notFound } from "../file_system.ts";
import { fingerprint } from "../fingerprint.ts";
import { type NpyArray, npyHeader } from "../npy.ts";
import { foldKind } from "../split.ts";
import { checkPrepared } from "./check.ts";
import { PreparedError, writeFile } from "./files.ts";
import { checkNotInterrupted, recoverFolder, targetOf, whyNotWritable } from "./leftovers.ts";
import { describeDataset, readPreparedMeta } from "./meta.ts";
import { writeWholeFolder } from "./whole_folder.ts";

/** How {@linkcode writePrepared} may treat what is there, and what else it puts beside the arrays. */
export interface WritePreparedOptions {
  /** Replace an existing prepared folder. */
  overwrite?: boolean;
  /** Stops the writing; nothing is left behind. */
  signal?: AbortSignal;
  /** Further files for the folder by name, a contact sheet for example. */
  files?: Record<string, Uint8Array | string>;
}

/**
 * Writes a dataset as a prepared folder: into a hidden folder beside it, which takes its name at the very end.
 *
 * @param directory Where to: a new folder, an empty one, or with `overwrite` a prepared one.
 * @param dataset What to write.
 * @param details What `meta.json` remembers of the preparation; must be plain JSON.
 * @param options Overwriting, stopping, further files.
 * @throws {PreparedError} When the dataset contradicts itself, or `directory` holds what must not be replaced.
 * @throws The signal's reason when it is aborted; the folder is then as before.
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
export async function writePrepared(
  directory: string,
  dataset: Dataset,
  details: Record<string, unknown> = {},
  options: WritePreparedOptions = {},
): Promise<void> {
  const { signal, files = {} } = options;
  checkPrepared(dataset);
  const actual = await fingerprint(dataset);
  if (dataset.fingerprint !== actual) {
    throw new PreparedError(`fingerprint ${dataset.fingerprint} is not that of the dataset, which is ${actual}`);
  }
  const arrays = toArrays(dataset);
  const names = [...Object.keys(arrays), "meta.json"];
  for (const name of Object.keys(files)) {
    if (name !== basename(name) || ["", ".", ".."].includes(name) || names.includes(name)) {
      throw new PreparedError(`file name "${name}" cannot stand in a prepared folder: choose a plain one`);
    }
  }
  const meta = describeDataset(dataset, details, [...names, ...Object.keys(files)].sort());
  const metaText = new TextEncoder().encode(JSON.stringify(meta, null, 2) + "\n");
  const fill = async (partial: string) => {
    for (const [name, array] of Object.entries(arrays)) {
      const { buffer, byteOffset, byteLength } = array.data;
      await writeFile(join(partial, name), [npyHeader(array), new Uint8Array(buffer, byteOffset, byteLength)], signal);
    }
    for (const [name, content] of Object.entries(files)) {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await writeFile(join(partial, name), [bytes], signal);
    }
    await writeFile(join(partial, "meta.json"), [metaText], signal);
  };
  await writeWholeFolder(directory, fill, { signal, check: () => checkReplaceable(directory, options) });
}

/**
 * Whether {@linkcode writePrepared} may and can write to `directory`: to ask before hours of preparation rather than after.
 * What an interrupted replacement took away is put back first.
 *
 * @param directory The folder to be written.
 * @param options `overwrite` allows a prepared folder to be replaced.
 * @throws {PreparedError} When something stands there that must not be replaced, or that holds files of others; when a
 * file stands where a folder above it should; when nothing can be written beside it, or it is a mount point.
 *
 * @example
 * ```ts
 * import { checkTarget } from "./write.ts";
 *
 * await checkTarget("no such folder yet", { overwrite: false });
 * ```
 */
export async function checkTarget(directory: string, options: { overwrite?: boolean }): Promise<void> {
  await checkReplaceable(directory, options);
  const reason = await whyNotWritable(directory);
  if (reason !== undefined) throw new PreparedError(`${directory}: ${reason}`);
}

/** What of `checkTarget` may change while the folder is written. */
async function checkReplaceable(directory: string, { overwrite = false }: { overwrite?: boolean }): Promise<void> {
  const obstacle = await inTheWayOf(await targetOf(directory));
  if (obstacle !== undefined) {
    throw new PreparedError(
      `${directory}: cannot be made, because ${obstacle} is no folder. Remedy: move that away, or give another folder`,
    );
  }
  await recoverFolder(directory);
  const info = await Deno.lstat(directory).catch(notFound);
  if (!info) return;
  const names = await Array.fromAsync(Deno.readDir(directory), (entry) => entry.name).catch((error) => {
    throw new PreparedError(`${directory}: stands where the prepared folder should go: ${error.message}`);
  });
  if (names.length === 0) return;
  if (!overwrite) {
    await checkNotInterrupted(directory);
    throw new PreparedError(`${directory}: is there already; give another folder, or overwrite it`, {
      options: ["overwrite"],
    });
  }
  const { files } = await readPreparedMeta(directory).catch((error) => {
    throw new PreparedError(`${directory}: is no prepared folder, so it is not overwritten: ${error.message}`);
  });
  const others = names.filter((name) => !files.includes(name));
  if (others.length > 0) {
    throw new PreparedError(
      `${directory}: holds files that no preparation wrote, move them first: ${others.slice(0, 5)}`,
    );
  }
}

function toArrays(dataset: Dataset): Record<string, NpyArray> {
  const { images, labels, subjects, folds, foldColumns, imageSize, actionUnits, units, sequences } = dataset;
  const count = labels.length;
  return {
    "X.npy": { shape: [count, 1, imageSize, imageSize], data: images },
    "y.npy": { shape: [count], data: labels },
    "subjs.npy": { shape: [count], data: subjects },
    "folds.npy": { shape: foldKind(dataset) === "folds" ? [count] : [count, foldColumns], data: folds },
    ...(sequences && { "seqs.npy": { shape: [count], data: sequences } }),
    ...(actionUnits && units && { "aus.npy": { shape: [count, actionUnits.length], data: units } }),
  };
}
