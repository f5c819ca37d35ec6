/**
 * The folder of a twin: written whole, known again by its `twin.json`, replaced only where nothing of others is lost. That
 * file names every other one with its digest, so that a file that somebody put in a drawn one's place is known, too.
 */

import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { inTheWayOf, notFound } from "../../file_system.ts";
import { readFile } from "../../prepared/files.ts";
import { checkNotInterrupted, recoverFolder, targetOf, whyNotWritable } from "../../prepared/leftovers.ts";
import { writeWholeFolder } from "../../prepared/whole_folder.ts";
import { SourceError } from "../../source_error.ts";

const FORMAT = "aulens twin";
const DESCRIPTION = "twin.json";
/** A hundred bytes for each of the files that there may be. */
const LONGEST_DESCRIPTION = 2 ** 24;
/** More than any twin has. */
const MOST_FILES = 100_000;
/** More than these are counted in a message. */
const MOST_NAMED = 5;

/** Digests by the names of the files; undefined for a twin of before they were kept. */
type Digests = Map<string, string> | undefined;

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
    const files: Record<string, string> = {};
    for (const name of await listFiles(folder)) files[name] = (await digest(join(folder, name)))!;
    const text = JSON.stringify({ format: FORMAT, version: 2, ...description, files }, null, 2) + "\n";
    await Deno.writeTextFile(join(folder, DESCRIPTION), text);
  };
  await writeWholeFolder(directory, whole, {
    signal: target.signal,
    check: () => checkReplaceable(directory, target),
  });
}

/**
 * Whether a twin may and can be written to `directory`: to ask before it is drawn rather than after. What an interrupted
 * replacement took away is put back first.
 *
 * @param directory The folder to be written.
 * @param target `overwrite` allows another twin to be replaced, as long as nothing was added to it or changed.
 * @throws {SourceError} When something stands there that must not be replaced, or a file where a folder above it should;
 * when nothing can be written beside it, or it is a mount point.
 * @throws {PreparedError} When it may not be the twin, because a replacement was interrupted; it says where what stood there is.
 *
 * @example
 * ```ts
 * import { checkTwinTarget } from "./folder.ts";
 *
 * await checkTwinTarget("no such folder yet", {});
 * ```
 */
export async function checkTwinTarget(directory: string, target: TwinTarget): Promise<void> {
  await checkReplaceable(directory, target);
  const reason = await whyNotWritable(directory);
  if (reason !== undefined) throw new SourceError(directory, reason);
}

/** What of `checkTwinTarget` may change while the twin is drawn. */
async function checkReplaceable(directory: string, { overwrite = false }: TwinTarget): Promise<void> {
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
    throw new SourceError(directory, "is there already; give another folder, or overwrite it", {
      options: ["overwrite"],
    });
  }
  const digests = await readDigests(directory).catch(async (error) => {
    await checkNotInterrupted(directory);
    throw new SourceError(directory, `is no twin, so it is not overwritten: ${error.message}`);
  });
  if (!digests) {
    throw new SourceError(
      directory,
      "is a twin that does not say which files are its own, so it is not overwritten; remove it, or give another folder",
    );
  }
  await checkNothingIsLost(directory, digests);
}

/** @throws {SourceError} Where a twin's folder holds files that were not drawn for it. */
async function checkNothingIsLost(directory: string, digests: Map<string, string>): Promise<void> {
  const strange: string[] = [];
  for (const name of await listFiles(directory)) {
    if (name === DESCRIPTION) continue;
    const expected = digests.get(name);
    if (expected !== undefined && await digest(join(directory, name)) === expected) continue;
    strange.push(expected === undefined ? name : `${name} (its name is the twin's, what it holds is not)`);
    if (strange.length > MOST_NAMED) break;
  }
  if (strange.length === 0) return;
  const named = strange.slice(0, MOST_NAMED).join(", ") + (strange.length > MOST_NAMED ? " and more" : "");
  throw new SourceError(directory, `holds files that are not the twin's, move them first: ${named}`);
}

/** Which of several files were drawn. */
export interface Drawn {
  drawn: number;
  /** The first file that was not. */
  other?: string;
}

/**
 * Counts the files that are a twin's: what is prepared of them is drawn, whatever they are called and from wherever their
 * folder is named. A file that lies in a twin and was put there by somebody is none.
 *
 * @param files Paths of the files that were read.
 * @returns How many of them were drawn.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { countDrawn, writeTwin } from "./folder.ts";
 *
 * const parent = await Deno.makeTempDir();
 * await writeTwin(`${parent}/twin`, {}, (folder) => Deno.writeTextFile(`${folder}/a`, "a"));
 * await Deno.writeTextFile(`${parent}/b`, "b");
 * const { drawn, other } = await countDrawn([`${parent}/twin/a`, `${parent}/b`]);
 * assert.deepEqual([drawn, other], [1, `${parent}/b`]);
 * await Deno.remove(parent, { recursive: true });
 * ```
 */
export async function countDrawn(files: readonly string[]): Promise<Drawn> {
  const twins = new Map<string, Promise<Twin | undefined>>();
  const above = (folder: string): Promise<Twin | undefined> => {
    let found = twins.get(folder);
    if (!found) {
      found = readDigests(folder).then((digests) => ({ folder, digests }), () => {
        return dirname(folder) === folder ? undefined : above(dirname(folder));
      });
      twins.set(folder, found);
    }
    return found;
  };
  const folders = new Map<string, string>();
  const result: Drawn = { drawn: 0 };
  for (const file of files) {
    const folder = folders.get(dirname(file)) ?? await Deno.realPath(dirname(file));
    folders.set(dirname(file), folder);
    const twin = await above(folder);
    if (twin && await isOf(twin, join(folder, basename(file)))) result.drawn++;
    else result.other ??= file;
  }
  return result;
}

/** A twin's folder, and what its `twin.json` says of its files. */
interface Twin {
  folder: string;
  digests: Digests;
}

/** Whether a file below a twin's folder is one of the twin's. */
async function isOf({ folder, digests }: Twin, file: string): Promise<boolean> {
  if (!digests) return true;
  const expected = digests.get(file.slice(folder.length + 1).replaceAll("\\", "/"));
  return expected !== undefined && await digest(file) === expected;
}

async function readDigests(directory: string): Promise<Digests> {
  const path = join(directory, DESCRIPTION);
  const text = new TextDecoder().decode(await readFile(path, LONGEST_DESCRIPTION));
  const document: { format?: unknown; files?: unknown } | null = JSON.parse(text);
  const files = document?.format === FORMAT ? document.files : undefined;
  if (Number.isInteger(files)) return undefined;
  if (typeof files !== "object" || files === null || Array.isArray(files)) {
    throw new SourceError(path, `is not that of an ${FORMAT}`);
  }
  return new Map(Object.entries(files));
}

/** Names of the files in a folder and below, with slashes, sorted. */
async function listFiles(directory: string): Promise<string[]> {
  const found: string[] = [];
  const walk = async (inside: string) => {
    for await (const { name, isDirectory } of Deno.readDir(join(directory, inside))) {
      const path = inside === "" ? name : `${inside}/${name}`;
      if (isDirectory) await walk(path);
      else if (found.push(path) > MOST_FILES) {
        throw new SourceError(directory, `holds more than ${MOST_FILES} files`);
      }
    }
  };
  await walk("");
  return found.sort();
}

/** Hexadecimal SHA-256 of an ordinary file; of anything else none. */
async function digest(path: string): Promise<string | undefined> {
  if (!(await Deno.lstat(path)).isFile) return undefined;
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  const piece = new Uint8Array(2 ** 18);
  for (let read = await file.read(piece); read !== null; read = await file.read(piece)) {
    hash.update(piece.subarray(0, read));
  }
  return hash.digest("hex");
}
