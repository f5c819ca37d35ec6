/** Whether a file or a folder may and can be written where a command line says: asked before the work, so that none is done in vain. */
import { basename, dirname, join, resolve } from "node:path";
import { inTheWayOf, isThere } from "../datasets/file_system.ts";
import { isWithin } from "../datasets/paths.ts";
import { targetOf, whyNotWritable } from "../datasets/prepared/leftovers.ts";
import { UsageError } from "./command.ts";
import { plain } from "../run/words.ts";
import { temporaryName } from "../run/storage/whole_file.ts";
import { explainWrite, WriteError } from "../run/storage/write_error.ts";

/**
 * Refuses a place where something is, unless it is a file and may be replaced, and one where `writeWholeFile` cannot
 * write. To find that out it makes an empty file beside the place, and removes it.
 *
 * @param option What named it, as in `--output`; undefined where no option did.
 * @param path The file to write.
 * @param force Replaces one that is there.
 * @throws {UsageError} naming the option, the place and the remedy.
 * @throws {WriteError} where this user may not write there, or the disk is full or read-only.
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
export async function checkPlace(option: string | undefined, path: string, force: boolean): Promise<void> {
  const place = placeName(option, path);
  const there = await Deno.stat(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new UsageError(`${place}: cannot be written: ${error.message}`);
  });
  if (there && !there.isFile) throw new UsageError(`${place}: is no file. Remedy: name a file.`);
  if (there && !force) {
    throw new UsageError(`${place}: the file exists. Remedy: name another, or replace it with --force.`);
  }
  await checkWritable(place, path, there !== undefined);
}

/** The real path of what need not be there yet. */
export async function realPathToBe(path: string): Promise<string> {
  const whole = resolve(path);
  const found = await Deno.realPath(whole).catch(() => undefined);
  if (found !== undefined || dirname(whole) === whole) return found ?? whole;
  return join(await realPathToBe(dirname(whole)), basename(whole));
}

/**
 * Refuses a place in somebody's folder that a link leads out of it: what is elsewhere would be replaced.
 *
 * @param path The file or folder to write.
 * @param within The folder.
 * @throws {UsageError} naming both.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkInside } from "./place.ts";
 * const [run, elsewhere] = [await Deno.makeTempDir(), await Deno.makeTempDir()];
 * await checkInside(`${run}/pictures/conv3`, run);
 * await Deno.symlink(elsewhere, `${run}/pictures`);
 * await assert.rejects(checkInside(`${run}/pictures/conv3`, run), /leads out of .*Remedy: /);
 * for (const folder of [run, elsewhere]) await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function checkInside(path: string, within: string): Promise<void> {
  if (isWithin(await realPathToBe(within), await realPathToBe(await targetOf(path)))) return;
  throw new UsageError(
    `${plain(path)}: leads out of ${
      plain(within)
    }: nothing is written there. Remedy: put what the link leads to in its place.`,
  );
}

/**
 * Refuses a folder that cannot be written as a whole: a mount point, one where nothing can be written beside it, and
 * one below a file. What stands there is not looked at.
 *
 * @param option What named it, as in `--annotate`; undefined where no option did.
 * @param folder The folder to write.
 * @throws {UsageError} naming the option, the place and the remedy.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkFolderPlace } from "./place.ts";
 * const file = await Deno.makeTempFile();
 * await assert.rejects(checkFolderPlace("--annotate", `${file}/pictures`), /is no folder/);
 * await Deno.remove(file);
 * await checkFolderPlace("--annotate", `${file}/pictures`);
 * ```
 */
export async function checkFolderPlace(option: string | undefined, folder: string): Promise<void> {
  const place = placeName(option, folder);
  await checkWayTo(place, folder);
  const reason = await whyNotWritable(folder);
  if (reason !== undefined) throw new UsageError(`${place}: ${plain(reason)}.`);
}

function placeName(option: string | undefined, path: string): string {
  return option === undefined ? plain(path) : `${option} ${plain(path)}`;
}

async function checkWayTo(place: string, path: string): Promise<void> {
  const obstacle = await inTheWayOf(path);
  if (obstacle === undefined) return;
  throw new UsageError(
    `${place}: cannot be written, because ${
      plain(obstacle)
    } is no folder. Remedy: move that away, or name another place.`,
  );
}

/** Does what `writeWholeFile` does, but for the contents and the name. */
async function checkWritable(place: string, path: string, isThereAlready: boolean): Promise<void> {
  await checkWayTo(place, path);
  let above = dirname(path);
  while (!await isThere(above) && dirname(above) !== above) above = dirname(above);
  const probe = temporaryName(join(above, basename(path)));
  try {
    (await Deno.open(probe, { write: true, createNew: true })).close();
  } catch (error) {
    const explained = explainWrite(place, error);
    if (explained instanceof WriteError) throw explained;
    throw new UsageError(
      `${place}: cannot be written: ${plain((error as Error).message)}. Remedy: name another place.`,
    );
  }
  await Deno.remove(probe);
  if (!isThereAlready) return;
  // A file that is a mount point cannot be replaced, and a second name for it crosses the mount as the replacement would.
  const link = await Deno.link(path, probe).then(() => undefined, (error) => error as { code?: string });
  if (link === undefined) await Deno.remove(probe);
  else if (link.code === "EXDEV") {
    throw new UsageError(`${place}: cannot be replaced, because it is a mount point. Remedy: name another place.`);
  }
}
