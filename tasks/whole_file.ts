/** Writes a file whole or not at all. */
import { dirname } from "node:path";
import { explainWrite } from "./write_error.ts";

/** End of the name of a file that is being written. */
export const WRITING = ".writing";

/**
 * Writes a file under a temporary name of its own, syncs it, gives it its name, and syncs the folder: a reader finds all of it or the one
 * before, and of two writers the last; of two files that one writer writes, a power loss leaves the second only with the first. Makes its
 * folder.
 * @throws {WriteError} where the disk is full or may not be written, or a folder has the name.
 */
export async function writeWholeFile(path: string, contents: Uint8Array | string): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID().slice(0, 8)}${WRITING}`;
  const bytes = typeof contents === "string" ? new TextEncoder().encode(contents) : contents;
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    {
      using file = await Deno.open(temporary, { write: true, createNew: true });
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
      await file.sync();
    }
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw explainWrite(path, error);
  }
  await syncFolder(dirname(path));
}

/**
 * Makes sure that the names in a folder, those taken away too, outlast a power loss, where the system lets folders be synced: Windows does
 * not. Nothing is lost without it but that order, so that it fails in silence.
 */
export async function syncFolder(path: string): Promise<void> {
  try {
    using folder = await Deno.open(path);
    await folder.sync();
  } catch {
    // The file itself has been written and synced.
  }
}
