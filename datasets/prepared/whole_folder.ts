/** Writes a folder whole or not at all. */

import { basename, dirname, join } from "node:path";
import { notFound } from "./files.ts";

/** What stops the writing, and what must still hold when the folder takes its name. */
export interface WholeFolderOptions {
  /** Stops the writing; nothing is left behind. */
  signal?: AbortSignal;
  /** Throws where the folder must not be written or replaced; asked before the writing and again at its end. */
  check?: () => Promise<void>;
}

/**
 * Fills a hidden folder beside `directory`, which takes its name at the very end. What stood there is replaced.
 *
 * @param directory Where to; folders above it are made.
 * @param fill Writes into the folder whose path it is given.
 * @param options Stopping, and whether what is there may be replaced.
 * @throws What `fill` or `check` throws, or the signal's reason; `directory` is then as before.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { writeWholeFolder } from "./whole_folder.ts";
 *
 * const parent = await Deno.makeTempDir();
 * await writeWholeFolder(`${parent}/a`, (partial) => Deno.writeTextFile(`${partial}/b`, "c"));
 * assert(await Deno.readTextFile(`${parent}/a/b`) === "c");
 * await Deno.remove(parent, { recursive: true });
 * ```
 */
export async function writeWholeFolder(
  directory: string,
  fill: (partial: string) => Promise<void>,
  options: WholeFolderOptions = {},
): Promise<void> {
  const { signal, check } = options;
  await check?.();
  // A link keeps pointing at the folder it points at: what it leads to is replaced, not the link.
  const target = await Deno.realPath(directory).catch(() => directory);
  await Deno.mkdir(dirname(target), { recursive: true });
  const partial = join(dirname(target), `.${basename(target)}.partial-${crypto.randomUUID().slice(0, 8)}`);
  await Deno.mkdir(partial);
  try {
    await fill(partial);
    signal?.throwIfAborted();
    await check?.();
    await replace(target, partial);
  } finally {
    await Deno.remove(partial, { recursive: true }).catch(() => {});
  }
}

async function replace(target: string, partial: string): Promise<void> {
  const old = `${partial}-old`;
  const before = await Deno.rename(target, old).then(() => true, notFound);
  try {
    await Deno.rename(partial, target);
  } catch (error) {
    if (before) await Deno.rename(old, target);
    throw error;
  }
  if (before) await Deno.remove(old, { recursive: true });
}
