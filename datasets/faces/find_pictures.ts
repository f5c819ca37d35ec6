/** The picture files that a user names: files, folders at any depth, and globs; found without reading them. */

import { glob } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import { IMAGE_ENDINGS, kindOf, LITTER } from "../image_folder/find_images.ts";
import { SourceError } from "../source_error.ts";

/** What was found. */
export interface FoundPictures {
  /** Paths that begin as the user wrote them, each file once: in the order of the arguments, in a folder by name. */
  files: string[];
  /** What is in the way: a name that nothing has, a folder that cannot be listed, a link out of its folder. */
  errors: SourceError[];
}

const MOST_ENTRIES = 1_000_000;
const DEEPEST = 12;

/**
 * Finds picture files. A path that is there is taken as it stands, whatever characters it has; of a folder all files at any depth up to twelve whose
 * endings are those of pictures. Hidden files and what systems leave behind are passed over. A path that is not there and has one of `*?[{` in it is
 * a glob (`**` for any depth), of which files with other endings are passed over too. What cannot be had does not stop the rest.
 *
 * @param paths Files, folders, globs.
 * @param signal Stops the search.
 * @returns Files, and errors.
 * @throws {RangeError} For more than a million entries: names where.
 * @throws The signal's reason when it is aborted.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { findPictures } from "./find_pictures.ts";
 *
 * const folder = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${folder}/a.jpg`, "");
 * await Deno.writeTextFile(`${folder}/notes.txt`, "");
 * const { files, errors } = await findPictures([folder, `${folder}/nowhere.png`]);
 * await Deno.remove(folder, { recursive: true });
 * assert(files.length === 1 && files[0].endsWith("a.jpg"));
 * assert.match(errors[0].message, /nowhere.png: there is no such file/);
 * ```
 */
export async function findPictures(paths: readonly string[], signal?: AbortSignal): Promise<FoundPictures> {
  const files: string[] = [];
  const errors: SourceError[] = [];
  const known = new Set<string>();
  let entries = 0, pictures = 0;
  const count = (path: string) => {
    signal?.throwIfAborted();
    if (++entries > MOST_ENTRIES) {
      throw new RangeError(`${path}: there are more than ${MOST_ENTRIES} files; name fewer`);
    }
  };
  const add = (path: string) => {
    pictures++;
    const whole = resolve(path);
    if (!known.has(whole)) files.push(path);
    known.add(whole);
  };
  const walk = async (root: string, real: string, inside: string, depth: number) => {
    const path = join(root, inside);
    if (depth > DEEPEST) throw new SourceError(path, `lies more than ${DEEPEST} folders deep`);
    for (const entry of await list(path, count)) {
      const name = inside === "" ? entry.name : `${inside}/${entry.name}`;
      await tell(errors, async () => {
        if (await kindOf(root, name, entry, real) === "folder") await walk(root, real, name, depth + 1);
        else if (isPicture(name)) add(join(root, name));
      });
    }
  };
  const take = async (path: string, info: Deno.FileInfo, named: boolean) => {
    if (info.isDirectory) {
      const before = pictures + errors.length;
      await walk(path, await Deno.realPath(path), "", 1);
      if (named && pictures + errors.length === before) {
        throw new SourceError(path, `holds no picture (${IMAGE_ENDINGS.join(" ")})`);
      }
    } else if (named || isPicture(path)) add(path);
  };
  for (const path of paths) {
    await tell(errors, async () => {
      const info = await stat(path);
      if (info) return await take(path, info, true);
      if (!/[*?[{]/.test(path)) throw new SourceError(path, "there is no such file");
      const matches = [];
      for await (const match of glob(path)) {
        count(path);
        matches.push(match);
      }
      if (matches.length === 0) throw new SourceError(path, "no file matches");
      for (const match of matches.sort()) {
        await tell(errors, async () => {
          const info = await stat(match);
          if (info) await take(match, info, false);
        });
      }
    });
  }
  return { files, errors };
}

function isPicture(path: string): boolean {
  return IMAGE_ENDINGS.includes(extname(path).toLowerCase());
}

async function stat(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new SourceError(path, `cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** Keeps what is wrong with one path for later; anything else ends the search. */
async function tell(errors: SourceError[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    errors.push(error);
  }
}

/** The entries that count, sorted by name: by code unit, the same on every machine. */
async function list(path: string, count: (path: string) => void): Promise<Deno.DirEntry[]> {
  const entries: Deno.DirEntry[] = [];
  try {
    for await (const entry of Deno.readDir(path)) {
      count(path);
      entries.push(entry);
    }
  } catch (cause) {
    if (!(cause instanceof Error && cause.name in Deno.errors)) throw cause;
    throw new SourceError(path, `cannot be listed: ${(cause as Error).message}`, { cause });
  }
  return entries.filter(({ name }) => !name.startsWith(".") && !LITTER.includes(name.toLowerCase()))
    .sort((a, b) => a.name < b.name ? -1 : 1);
}
