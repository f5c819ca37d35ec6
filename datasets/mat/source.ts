/** Where a `.mat` file's bytes come from: any range, in pieces, as often as asked. */

import { plainBytes } from "../arrays.ts";
import { MatError } from "./format.ts";

/** A file that can be read from any place. */
export interface MatSource {
  /** Name for errors. */
  name: string;
  /** Length in bytes. */
  size: number;
  /**
   * The bytes from `begin` up to `end` in pieces of at most `piece` bytes. Each piece is the caller's to keep, unless
   * `reuse` allows the next one to take its memory.
   *
   * @throws {MatError} When the file has become shorter than `size`.
   */
  read(begin: number, end: number, piece: number, reuse?: boolean): AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/**
 * A file on disk. It is open only while it is read.
 *
 * @param path The file.
 * @returns The source.
 * @throws {MatError} When there is no such file, or it is no ordinary one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { fileSource } from "./source.ts";
 *
 * const path = await Deno.makeTempFile();
 * assert.equal((await fileSource(path)).size, 0);
 * await Deno.remove(path);
 * ```
 */
export async function fileSource(path: string): Promise<MatSource> {
  const info = await Deno.stat(path).catch((cause) => {
    throw new MatError(path, cause instanceof Deno.errors.NotFound ? "is missing" : cause.message, undefined, {
      cause,
    });
  });
  if (!info.isFile) throw new MatError(path, "is no ordinary file");
  return {
    name: path,
    size: info.size,
    async *read(begin, end, piece, reuse = false) {
      if (begin >= end) return;
      using file = await Deno.open(path);
      await file.seek(begin, Deno.SeekMode.Start);
      // A piece is read while the one before is worked on: two buffers, in turn.
      const buffers: Uint8Array<ArrayBuffer>[] = [];
      const start = async (position: number, turn: number) => {
        const wanted = Math.min(piece, end - position);
        const buffer = reuse ? buffers[turn % 2] ??= new Uint8Array(wanted) : new Uint8Array(wanted);
        const count = await file.read(buffer.subarray(0, wanted));
        if (count === null) throw new MatError(path, `cut short: ${end - position} bytes are missing`, position);
        return buffer.subarray(0, count);
      };
      let ahead = start(begin, 0);
      try {
        for (let position = begin, turn = 1; position < end; turn++) {
          const bytes = await ahead;
          position += bytes.length;
          if (position < end) ahead = start(position, turn);
          ahead.catch(() => {}); // it is heard of when its turn comes
          yield bytes;
        }
      } finally {
        // Who stops early leaves a piece on its way, and the file may not be closed under it.
        await ahead.catch(() => {});
      }
    },
  };
}

/**
 * A file in memory.
 *
 * @param name Name for errors.
 * @param bytes The whole file.
 * @returns The source.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { bytesSource } from "./source.ts";
 *
 * assert.equal(bytesSource("small.mat", new Uint8Array(128)).size, 128);
 * ```
 */
export function bytesSource(name: string, bytes: Uint8Array): MatSource {
  bytes = plainBytes("bytes", bytes);
  return {
    name,
    size: bytes.length,
    async *read(begin, end, piece) {
      for (let position = begin; position < end; position += piece) {
        yield await Promise.resolve(bytes.slice(position, Math.min(end, position + piece)));
      }
    },
  };
}
