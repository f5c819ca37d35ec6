/** Writes a file that is read back before it counts. */
import { UsageError } from "../command.ts";
import { writeWholeFile } from "../../run/storage/whole_file.ts";

/**
 * Writes a file under another name, reads it back, and gives it its name only then: where the disk has kept something else, what was there
 * before stays.
 *
 * @param path The file.
 * @param bytes What it is to hold.
 * @param read What reads it back.
 * @throws {UsageError} where what was read back is not what was written.
 * @throws {WriteError} where the disk is full or may not be written, or a folder has the name.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { writeCheckedFile } from "./checked_file.ts";
 * const path = await Deno.makeTempFile();
 * await writeCheckedFile(path, new Uint8Array([1, 2]));
 * assert.deepEqual(await Deno.readFile(path), new Uint8Array([1, 2]));
 * await Deno.remove(path);
 * ```
 */
export async function writeCheckedFile(
  path: string,
  bytes: Uint8Array,
  read: (path: string) => Promise<Uint8Array> = (path) => Deno.readFile(path),
): Promise<void> {
  await writeWholeFile(path, bytes, async (temporary) => {
    const written = await read(temporary);
    if (written.length !== bytes.length || !written.every((byte, at) => byte === bytes[at])) {
      throw new UsageError(`${path}: what was read back is not what was written. Remedy: look at the disk.`);
    }
  });
}
