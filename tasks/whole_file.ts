/** Writes a file whole or not at all. */
import { dirname } from "node:path";

/** End of the name of a file that is being written. */
export const WRITING = ".writing";

/**
 * Writes a file under a temporary name of its own, syncs it, and gives it its name: a reader finds all of it or the one before, and of two
 * writers the last. Makes its folder.
 */
export async function writeWholeFile(path: string, contents: Uint8Array | string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${crypto.randomUUID().slice(0, 8)}${WRITING}`;
  const bytes = typeof contents === "string" ? new TextEncoder().encode(contents) : contents;
  try {
    using file = await Deno.open(temporary, { write: true, createNew: true });
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    await file.sync();
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
  await Deno.rename(temporary, path);
}
