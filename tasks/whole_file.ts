/** Writes a file whole or not at all. */
import { dirname } from "node:path";
import { explainWrite } from "./write_error.ts";

/** End of the name of a file that is being written. */
export const WRITING = ".writing";

/**
 * Writes a file under a temporary name of its own, syncs it, and gives it its name: a reader finds all of it or the one before, and of two
 * writers the last. Makes its folder.
 * @throws {WriteError} where the disk is full or may not be written.
 */
export async function writeWholeFile(path: string, contents: Uint8Array | string): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID().slice(0, 8)}${WRITING}`;
  const bytes = typeof contents === "string" ? new TextEncoder().encode(contents) : contents;
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    using file = await Deno.open(temporary, { write: true, createNew: true });
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    await file.sync();
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw explainWrite(path, error);
  }
  await Deno.rename(temporary, path);
}
