/** What a file system is asked beyond reading and writing: whether a name still means the same file. */

import { notFound } from "./prepared/files.ts";

/**
 * Whether an open file is the one that a path leads to: its name may have been removed since, and given to another. Where the system does
 * not number files, any file at the path is taken for it.
 *
 * @param file The open file.
 * @param path Where it was opened.
 * @returns False also where nothing is there.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isStillAt } from "./file_system.ts";
 *
 * const path = await Deno.makeTempFile();
 * using file = await Deno.open(path);
 * assert(await isStillAt(file, path));
 * await Deno.remove(path);
 * assert(!await isStillAt(file, path));
 * ```
 */
export async function isStillAt(file: Pick<Deno.FsFile, "stat">, path: string): Promise<boolean> {
  const [held, found] = await Promise.all([file.stat(), Deno.stat(path).catch(notFound)]);
  if (!found) return false;
  const agree = (one: number | null, other: number | null) => !one || !other || one === other;
  return agree(held.ino, found.ino) && agree(held.dev, found.dev);
}
