/** Whether a file may be written where a command line says: asked before the work, so that none is done in vain. */
import { UsageError } from "./command.ts";
import { plain } from "../run/words.ts";

/**
 * Refuses a place where something is, unless it is a file and may be replaced.
 *
 * @param option What named it, as in `--output`.
 * @param path The file to write.
 * @param force Replaces one that is there.
 * @throws {UsageError} naming the option, the place and the remedy.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkPlace } from "./place.ts";
 * const path = await Deno.makeTempFile();
 * await assert.rejects(checkPlace("--output", path, false), /the file exists.*--force/);
 * await checkPlace("--output", path, true);
 * await Deno.remove(path);
 * await checkPlace("--output", path, false);
 * ```
 */
export async function checkPlace(option: string, path: string, force: boolean): Promise<void> {
  const place = `${option} ${plain(path)}`;
  const there = await Deno.stat(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new UsageError(`${place}: cannot be written: ${error.message}`);
  });
  if (there && !there.isFile) throw new UsageError(`${place}: is no file. Remedy: name a file.`);
  if (there && !force) {
    throw new UsageError(`${place}: the file exists. Remedy: name another, or replace it with --force.`);
  }
}
