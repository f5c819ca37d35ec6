/** A folder that is replaced as a whole: a reader finds all of the old one or all of the new one, and a stopped task leaves the old. */
import { dirname, join } from "node:path";

/** Lets `work` write files, and puts their folder in the place of `path` when all are written. */
export async function replaceFolder<T>(
  path: string,
  work: (write: (name: string, contents: Uint8Array | string) => Promise<void>) => Promise<T>,
): Promise<T> {
  const temporary = `${path}.writing`;
  await Deno.mkdir(dirname(path), { recursive: true });
  await remove(temporary);
  await Deno.mkdir(temporary);
  try {
    const result = await work(async (name, contents) => {
      const bytes = typeof contents === "string" ? new TextEncoder().encode(contents) : contents;
      await Deno.writeFile(join(temporary, name), bytes);
    });
    await remove(path);
    await Deno.rename(temporary, path);
    return result;
  } catch (error) {
    await remove(temporary);
    throw error;
  }
}

async function remove(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}
