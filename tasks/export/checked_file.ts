/** Writes a file that is read back before it counts. */
import { UsageError } from "../command.ts";
import { writeWholeFile, WRITING } from "../whole_file.ts";

/**
 * Writes a file under another name, reads it back, and gives it its name only then: where the disk has kept something else, what was there
 * before stays.
 *
 * @param path The file.
 * @param bytes What it is to hold.
 * @param read What reads it back.
 * @throws {UsageError} where what was read back is not what was written.
 * @throws {WriteError} where the disk is full or may not be written.
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
  const draft = `${path}.${crypto.randomUUID().slice(0, 8)}${WRITING}`;
  try {
    await writeWholeFile(draft, bytes);
    const written = await read(draft);
    if (written.length !== bytes.length || !written.every((byte, at) => byte === bytes[at])) {
      throw new UsageError(`${path}: what was read back is not what was written. Remedy: look at the disk.`);
    }
    await Deno.rename(draft, path);
  } catch (error) {
    await Deno.remove(draft).catch(() => {});
    throw error;
  }
}
