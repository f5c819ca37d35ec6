/** Where predictions may be written: never into what they are read from, nor into a folder that holds something. */
import { basename, dirname, join, matchesGlob, relative, resolve } from "node:path";
import { isThere } from "../../datasets/file_system.ts";
import { isWithin } from "../../datasets/paths.ts";
import { fileName } from "../../run/file_name.ts";
import { UsageError } from "../command.ts";
import { plain } from "../../run/words.ts";
import { realPathToBe } from "../place.ts";

/** File systems take 255 bytes, and a letter may have four. */
const LONGEST_NAME = 60;

/**
 * Refuses an output that lies in a folder of inputs, or where a glob among them finds it: the next run would read what this one has written.
 *
 * @param output A file, or with `isFolder` a folder for pictures.
 * @throws {UsageError} naming both.
 */
export async function checkOutput(
  option: string,
  output: string,
  inputs: readonly string[],
  isFolder = false,
): Promise<void> {
  const target = await realPathToBe(output);
  for (const input of inputs) {
    const folder = await placeOf(input);
    const found = await Deno.realPath(folder).catch(() => undefined);
    if (found === undefined) continue;
    const way = relative(found, target);
    if (
      isWithin(found, target) &&
      (folder === input || finds(relative(folder, input), isFolder ? join(way, "copy.jpg") : way))
    ) {
      throw new UsageError(
        `${option} ${plain(output)}: lies in ${
          plain(input)
        }, which is read from and not written into. Remedy: name another place.`,
      );
    }
  }
}

/**
 * Refuses a folder that holds something.
 *
 * @throws {UsageError} naming it.
 */
export async function checkEmpty(option: string, folder: string): Promise<void> {
  try {
    for await (const _ of Deno.readDir(folder)) {
      throw new UsageError(`${option} ${plain(folder)}: is there, and not empty. Remedy: name a new folder.`);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${option} ${plain(folder)}: is no folder: ${(error as Error).message}`);
  }
}

/** Whether a glob matches a file, or one of the folders that it is in: those are looked through. */
function finds(pattern: string, path: string): boolean {
  const parts = path.split(/[\\/]/);
  return parts.some((_, at) => matchesGlob(parts.slice(0, at + 1).join("/"), pattern));
}

/** Gives each picture's annotated copy a name of its own: as its path below what all inputs have in common. */
export class CopyNames {
  #root: string;
  #taken = new Set<string>();

  /** @param places Files and folders, those of globs too: see {@linkcode placeOf}. */
  constructor(places: readonly string[]) {
    this.#root = common(places.map((place) => resolve(place)));
  }

  /** The copy's name: `x.jpg`; `a-x.jpg` for a picture in a folder; `x-2.jpg` where there was one. */
  next(path: string): string {
    const inside = relative(this.#root, resolve(path)).replace(/^(\.\.[\\/])+/, "") || basename(path);
    const stem = fileName(inside.replace(/\.[^./\\]*$/, "").replaceAll(/[\\/]+/g, "-")).slice(0, LONGEST_NAME);
    for (let number = 1;; number++) {
      const name = number === 1 ? `${stem}.jpg` : `${stem}-${number}.jpg`;
      // Some file systems take A and a for the same letter.
      const key = name.toLowerCase();
      if (this.#taken.has(key)) continue;
      this.#taken.add(key);
      return name;
    }
  }
}

/** Where an input leads: itself where it is there, whatever characters it has; of a glob, the folder that it looks through. */
export async function placeOf(input: string): Promise<string> {
  if (await isThere(input)) return input;
  let place = input;
  while (/[*?[{]/.test(place)) place = dirname(place);
  return place;
}

/** The folder that all of these are in, or are; on several drives, the top of the first. */
function common(paths: readonly string[]): string {
  let folder = paths[0];
  while (!paths.every((path) => isWithin(folder, path)) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}
