/** Writes a folder whole or not at all. */

import { dirname } from "node:path";
import { notFound, syncFolder } from "../file_system.ts";
import { checkNotInterrupted, recoverFolder, takePlace, targetOf } from "./leftovers.ts";

/** What stops the writing, and what must still hold when the folder takes its name. */
export interface WholeFolderOptions {
  /** Stops the writing; nothing is left behind. */
  signal?: AbortSignal;
  /** Throws where the folder must not be written or replaced; asked before the writing and again at its end. */
  check?: () => Promise<void>;
}

/**
 * Fills a hidden folder beside `directory`, which takes its name at the very end. What stood there is replaced. Where an earlier process
 * ended in the middle of this, what it took away is put back first, and what it left is removed.
 *
 * @param directory Where to; folders above it are made.
 * @param fill Writes into the folder whose path it is given. What it returns is returned.
 * @param options Stopping, and whether what is there may be replaced.
 * @throws What `fill` or `check` throws, or the signal's reason; `directory` is then as before.
 * @throws {PreparedError} When another took the name between the two renamings; it says where what stood there is.
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
export async function writeWholeFolder<T>(
  directory: string,
  fill: (partial: string) => Promise<T>,
  options: WholeFolderOptions = {},
): Promise<T> {
  const { signal, check } = options;
  await recoverFolder(directory);
  await check?.();
  const target = await targetOf(directory);
  await Deno.mkdir(dirname(target), { recursive: true });
  await using place = await takePlace(target);
  const { partial, old, replaced } = place;
  const result = await fill(partial);
  signal?.throwIfAborted();
  await check?.();
  const before = await Deno.rename(target, old).then(() => true, notFound);
  try {
    await Deno.rename(partial, target);
  } catch (error) {
    // Where the name was taken in the meantime, that it is still there is what matters.
    if (before) await Deno.rename(old, target).catch(() => checkNotInterrupted(directory));
    throw error;
  }
  if (before) {
    // Its name says that it may go, and says so only once the new one would be found after a power loss.
    await syncFolder(dirname(target));
    await Deno.rename(old, replaced);
    await Deno.remove(replaced, { recursive: true });
  }
  return result;
}
