/** Whole files of strangers, read into memory only where they are ordinary, not too long, and where they seem to be. */

import { isAbsolute, relative } from "node:path";

/** How a file is read. */
export interface BoundedOptions {
  /** Most bytes. */
  most: number;
  /** A folder that no link on the way to the file may lead out of; links are followed anywhere when left out. */
  within?: string;
  /** Makes the error from what is wrong, and from what the system said. */
  refuse: (problem: string, cause?: Error) => Error;
}

/**
 * Reads a whole file. Nothing is opened that is not an ordinary file: a named pipe would wait for ever, a device has no end.
 *
 * @param path The file.
 * @param options Bounds, and how to say that they are broken.
 * @returns Its bytes; undefined where nothing is there.
 * @throws What `refuse` makes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readBounded } from "./bounded_file.ts";
 * const refuse = (problem: string) => new RangeError(problem);
 * await assert.rejects(readBounded(".", { most: 9, refuse }), /is no ordinary file/);
 * assert.equal(await readBounded("no such file", { most: 9, refuse }), undefined);
 * ```
 */
export async function readBounded(path: string, options: BoundedOptions): Promise<Uint8Array | undefined> {
  const { most, within, refuse } = options;
  const unreadable = (cause: Error) => {
    if (!(cause instanceof Deno.errors.NotFound)) throw refuse(`cannot be read: ${cause.message}`, cause);
    return undefined;
  };
  const info = await Deno.stat(path).catch(unreadable);
  if (!info) return undefined;
  if (!info.isFile) throw refuse("is no ordinary file");
  if (info.size > most) throw refuse(`has ${info.size} bytes, more than the ${most} that are read`);
  if (within !== undefined) {
    const places = await Promise.all([Deno.realPath(within), Deno.realPath(path)]).catch(unreadable);
    if (!places) return undefined;
    const way = relative(...places);
    if (isAbsolute(way) || /^\.\.([\\/]|$)/.test(way)) {
      throw refuse(`is a link out of ${within}; put what it leads to in its place`);
    }
  }
  return await Deno.readFile(path).catch(unreadable);
}
