/** Files of a prepared folder as bytes: measured before they are read, written through to the disk. */

import { dirname } from "node:path";
import { notFound } from "../file_system.ts";
import { isWithin } from "../paths.ts";
import { printable } from "../printable.ts";

/**
 * A prepared folder, or a dataset meant to become one, that is incomplete, damaged or contradicts itself.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { PreparedError, readPrepared } from "../prepared.ts";
 * await assert.rejects(readPrepared("no such folder"), PreparedError);
 * ```
 */
export class PreparedError extends Error {
  override name = "PreparedError";
  /** The options that a remedy speaks of, as they are named in code. */
  readonly options: readonly string[];

  /**
   * @param message File, what is wrong with it, what was expected.
   * @param more The error behind it, and the options that the remedy speaks of.
   */
  constructor(message: string, { options = [], ...more }: ErrorOptions & { options?: readonly string[] } = {}) {
    super(printable(message), more);
    this.options = options;
  }
}

const WRITE_CHUNK = 2 ** 24;

/** How a folder's file is read. */
export interface ReadFileOptions {
  /** What it should be, for the error. */
  expected?: string;
  /** Folder that a link may not lead out of: the file's own when left out. */
  within?: string;
}

/** The most bytes of an array that fit comfortably in memory: twice what all of TFD has. */
const MOST_BYTES = 2 ** 31;

/**
 * Reads a whole ordinary file, unless it is longer than it can be.
 *
 * @param path The file.
 * @param longest Most bytes it may have; more than 2 GiB are never read.
 * @param options What it should be, and where.
 * @returns Its bytes.
 * @throws {PreparedError} When it is missing, no ordinary file, longer, a link out of the folder, or cannot be read.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readFile } from "./files.ts";
 *
 * const path = await Deno.makeTempFile();
 * assert((await readFile(path, 100)).length === 0);
 * await Deno.remove(path);
 * ```
 */
export async function readFile(path: string, longest: number, options: ReadFileOptions = {}): Promise<Uint8Array> {
  const { expected = "a small file", within = dirname(path) } = options;
  try {
    const info = await Deno.stat(path).catch(notFound);
    if (!info) throw new PreparedError(`${path}: is missing; is this a prepared folder?`);
    if (!info.isFile) throw new PreparedError(`${path}: is no ordinary file`);
    if (info.size > longest) throw new PreparedError(`${path}: has ${info.size} bytes, expected ${expected}`);
    if (info.size > MOST_BYTES) {
      throw new PreparedError(`${path}: has ${info.size} bytes, more than the ${MOST_BYTES} that are read into memory`);
    }
    if (!isWithin(await Deno.realPath(within), await Deno.realPath(path))) {
      throw new PreparedError(`${path}: is a link out of the folder; put what it leads to in its place`);
    }
    return await Deno.readFile(path);
  } catch (cause) {
    if (cause instanceof PreparedError) throw cause;
    throw new PreparedError(`${path}: cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Writes a new file and waits until the disk has it.
 *
 * @param path The file; must not exist.
 * @param parts Its bytes, in pieces, each asked for when the one before is written.
 * @param signal Stops the writing.
 * @throws The signal's reason when it is aborted.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { writeFile } from "./files.ts";
 *
 * const directory = await Deno.makeTempDir();
 * await writeFile(`${directory}/ab`, [new Uint8Array([97]), new Uint8Array([98])]);
 * assert(await Deno.readTextFile(`${directory}/ab`) === "ab");
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function writeFile(path: string, parts: Iterable<Uint8Array>, signal?: AbortSignal): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true });
  for (const part of parts) {
    for (let done = 0; done < part.length;) {
      signal?.throwIfAborted();
      done += await file.write(part.subarray(done, done + WRITE_CHUNK));
    }
  }
  await file.syncData();
}
