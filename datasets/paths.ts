/** Paths in relation to a folder, on every system. */
import { isAbsolute, relative, sep } from "node:path";

/**
 * Whether a path is a folder's or lies in it. Both are taken as they are written: links are for the caller to follow.
 *
 * @param folder The folder.
 * @param path The other path; on Windows it may be on another drive.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isWithin } from "./paths.ts";
 *
 * assert(isWithin("a", "a/b") && isWithin("a", "a"));
 * assert(!isWithin("a", "ab"));
 * ```
 */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return !isAbsolute(way) && way.split(sep)[0] !== "..";
}

/**
 * The path from a folder to something in it, with slashes on every system, for lists that travel.
 *
 * @param folder The folder.
 * @param path What lies in it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { pathWithin } from "./paths.ts";
 *
 * assert.equal(pathWithin("a", "a/b/c.png"), "b/c.png");
 * ```
 */
export function pathWithin(folder: string, path: string): string {
  return relative(folder, path).split(sep).join("/");
}
