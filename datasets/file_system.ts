/**
 * What a file system is asked beyond reading and writing: whether something is there, whether a name still means the same file, whether a
 * folder can be made, and that names outlast a power loss.
 */

import { dirname } from "node:path";

/**
 * Whether something stands at a path, whatever it is.
 *
 * @param path The path.
 * @returns False also for a path that leads through a file.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isThere } from "./file_system.ts";
 *
 * assert(await isThere(".") && !await isThere("no such file"));
 * ```
 */
export async function isThere(path: string): Promise<boolean> {
  return await Deno.lstat(path).catch(notFound) !== undefined;
}

/**
 * Turns "is not there" into `undefined`, for `promise.catch(notFound)`; any other error is thrown on.
 *
 * @param error What a file operation threw.
 * @returns Nothing.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { notFound } from "./file_system.ts";
 *
 * assert(await Deno.stat("no such file").catch(notFound) === undefined);
 * ```
 */
export function notFound(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) throw error;
}

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

/**
 * What keeps folders from being made down to a path: the nearest thing above it, where that is no folder.
 *
 * @param path What is to be made; what stands at the path itself is not looked at.
 * @returns The path of the file, or of the link that leads nowhere; undefined where the nearest is a folder.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { inTheWayOf } from "./file_system.ts";
 *
 * const file = await Deno.makeTempFile();
 * assert.equal(await inTheWayOf(`${file}/a/b`), file);
 * assert.equal(await inTheWayOf(file), undefined);
 * await Deno.remove(file);
 * ```
 */
export async function inTheWayOf(path: string): Promise<string | undefined> {
  for (let at = path, above = dirname(at); above !== at; at = above, above = dirname(at)) {
    if ((await Deno.stat(above).catch(notFound))?.isDirectory) return undefined;
    if (await isThere(above)) return above;
  }
  return undefined; // a disk that is not there; making the folder says so
}

/**
 * Makes sure that the names in a folder, those taken away too, outlast a power loss, where the system lets folders be synced: Windows does
 * not. Nothing is lost without it but that order, so that it fails in silence.
 *
 * @param path The folder.
 *
 * @example
 * ```ts
 * import { syncFolder } from "./file_system.ts";
 *
 * await syncFolder(".");
 * await syncFolder("no such folder"); // is not there, and nothing with it
 * ```
 */
export async function syncFolder(path: string): Promise<void> {
  try {
    using folder = await Deno.open(path);
    await folder.sync();
  } catch {
    // What is in it has been written all the same.
  }
}
