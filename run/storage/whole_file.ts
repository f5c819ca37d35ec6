/** Writes a file whole or not at all. */
import { dirname } from "node:path";
import { syncFolder } from "../../datasets/file_system.ts";
import { explainWrite } from "./write_error.ts";

/** End of the name of a file that is being written. */
export const WRITING = ".writing";

/**
 * Writes a file under a temporary name of its own, syncs it, gives it its name, and syncs the folder: a reader finds all of it or the one
 * before, and of two writers the last; of two files that one writer writes, a power loss leaves the second only with the first. Makes its
 * folder.
 *
 * @param path The file.
 * @param contents What it is to hold; text becomes UTF-8.
 * @param check Is handed the temporary file once it is synced; where it throws, nothing takes the name.
 * @throws {WriteError} where the disk is full or may not be written, or a folder has the name.
 * @throws What `check` throws.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { writeWholeFile } from "./whole_file.ts";
 * const path = await Deno.makeTempFile();
 * await assert.rejects(writeWholeFile(path, "words", () => Promise.reject(new Error("no"))), /no/);
 * assert.equal(await Deno.readTextFile(path), "");
 * await writeWholeFile(path, "words");
 * assert.equal(await Deno.readTextFile(path), "words");
 * await Deno.remove(path);
 * ```
 */
export async function writeWholeFile(
  path: string,
  contents: Uint8Array | string,
  check?: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID().slice(0, 8)}${WRITING}`;
  const bytes = typeof contents === "string" ? new TextEncoder().encode(contents) : contents;
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    {
      using file = await Deno.open(temporary, { write: true, createNew: true });
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
      await file.sync();
    }
    await check?.(temporary);
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw explainWrite(path, error);
  }
  await syncFolder(dirname(path));
}
