/** The folder of a twin: written whole, known again by its `twin.json`, replaced only where nothing of others is lost. */

import { join } from "node:path";
import { inTheWayOf, notFound } from "../../file_system.ts";
import { readFile } from "../../prepared/files.ts";
import { checkNotInterrupted, recoverFolder, targetOf } from "../../prepared/leftovers.ts";
import { writeWholeFolder } from "../../prepared/whole_folder.ts";
import { SourceError } from "../../source_error.ts";

const FORMAT = "aulens twin";
const LONGEST_DESCRIPTION = 2 ** 16;
/** More than any twin has. */
const MOST_FILES = 100_000;

/** How a twin may treat what is there. */
export interface TwinTarget {
  /** Replace an existing twin. */
  overwrite?: boolean;
  /** Stops the work; nothing is left behind. */
  signal?: AbortSignal;
}

/**
 * Writes a twin's folder: a hidden one beside it, which takes its name at the very end.
 *
 * @param directory Where to: a new folder, an empty one, or with `overwrite` another twin.
 * @param description What `twin.json` remembers; must be plain JSON.
 * @param fill Writes the files into the folder whose path it is given.
 * @param target Overwriting and stopping.
 * @throws {SourceError} When `directory` holds what must not be replaced.
 *
 * @example
 * ```ts
 * import { writeTwin } from "./folder.ts";
 *
 * const parent = await Deno.makeTempDir();
 * await writeTwin(`${parent}/twin`, { layout: "letters" }, (folder) => Deno.writeTextFile(`${folder}/a`, "a"));
 * const description = JSON.parse(await Deno.readTextFile(`${parent}/twin/twin.json`));
 * if (description.layout !== "letters") throw new Error("expected the description");
 * await Deno.remove(parent, { recursive: true });
 * ```
 */
export async function writeTwin(
  directory: string,
  description: Record<string, unknown>,
  fill: (folder: string) => Promise<void>,
  target: TwinTarget = {},
): Promise<void> {
  const whole = async (folder: string) => {
    await fill(folder);
    const files = await countFiles(folder) + 1;
    const text = JSON.stringify({ format: FORMAT, version: 1, ...description, files }, null, 2) + "\n";
    await Deno.writeTextFile(join(folder, "twin.json"), text);
  };
  await writeWholeFolder(directory, whole, {
    signal: target.signal,
    check: () => checkTwinTarget(directory, target),
  });
}

/**
 * Whether a twin may be written to `directory`: to ask before it is drawn rather than after. What an interrupted replacement took away is
 * put back first.
 *
 * @param directory The folder to be written.
 * @param target `overwrite` allows another twin to be replaced, as long as nothing was added to it.
 * @throws {SourceError} When something stands there that must not be replaced, or a file where a folder above it should.
 * @throws {PreparedError} When it may not be the twin, because a replacement was interrupted; it says where what stood there is.
 *
 * @example
 * ```ts
 * import { checkTwinTarget } from "./folder.ts";
 *
 * await checkTwinTarget("no such folder yet", {});
 * ```
 */
export async function checkTwinTarget(directory: string, { overwrite = false }: TwinTarget): Promise<void> {
  const obstacle = await inTheWayOf(await targetOf(directory));
  if (obstacle !== undefined) {
    const remedy = "Remedy: move that away, or give another folder";
    throw new SourceError(directory, `cannot be made, because ${obstacle} is no folder. ${remedy}`);
  }
  await recoverFolder(directory);
  const info = await Deno.lstat(directory).catch(notFound);
  if (!info) return;
  const names = await Array.fromAsync(Deno.readDir(directory), ({ name }) => name).catch((error) => {
    throw new SourceError(directory, `stands where the twin should go: ${error.message}`);
  });
  if (names.length === 0) return;
  if (!overwrite) {
    await checkNotInterrupted(directory);
    throw new SourceError(directory, "is there already; give another folder, or overwrite it (--overwrite)");
  }
  const expected = await readFileCount(join(directory, "twin.json")).catch(async (error) => {
    await checkNotInterrupted(directory);
    throw new SourceError(directory, `is no twin, so it is not overwritten: ${error.message}`);
  });
  const found = await countFiles(directory);
  if (found > expected) {
    throw new SourceError(directory, `holds ${found} files where the twin has ${expected}; move your own first`);
  }
}

/**
 * Whether a folder is a twin: what is prepared of it is drawn, whatever its files are called.
 *
 * @param directory The folder.
 * @returns True where it has the `twin.json` of one.
 *
 * @example
 * ```ts
 * import { isTwin } from "./folder.ts";
 *
 * if (await isTwin("no such folder")) throw new Error("nothing is no twin");
 * ```
 */
export async function isTwin(directory: string): Promise<boolean> {
  return await readFileCount(join(directory, "twin.json")).then(() => true, () => false);
}

async function readFileCount(path: string): Promise<number> {
  const text = new TextDecoder().decode(await readFile(path, LONGEST_DESCRIPTION));
  const document: { format?: unknown; files?: unknown } | null = JSON.parse(text);
  if (document?.format !== FORMAT || !Number.isInteger(document.files)) {
    throw new SourceError(path, `is not that of an ${FORMAT}`);
  }
  return document.files as number;
}

/** Files in a folder and below. */
async function countFiles(directory: string): Promise<number> {
  let count = 0;
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    count += isDirectory ? await countFiles(join(directory, name)) : 1;
    if (count > MOST_FILES) throw new SourceError(directory, `holds more than ${MOST_FILES} files`);
  }
  return count;
}
