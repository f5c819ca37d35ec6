/** The folders of CK+ as they circulate: found by name, listed without following a link, junk passed over. */

import { join } from "node:path";
import { SourceError } from "../source_error.ts";

/** Where the parts of CK+ are; each holds a folder a subject (`S005`), that a folder a sequence (`001`), that its files. */
export interface CkPlusFolders {
  images: string;
  emotions: string;
  facs?: string;
  landmarks?: string;
}

/** The names that each part has in circulation, in lower case. */
const NAMES: Record<keyof CkPlusFolders, string[]> = {
  images: ["cohn-kanade-images"],
  emotions: ["emotion", "emotion_labels"],
  facs: ["facs", "facs_labels"],
  landmarks: ["landmarks"],
};
const SUBJECT = /^S\d{1,6}$/;
const SEQUENCE = /^\d{1,6}$/;
/** Files and folders that operating systems leave behind. */
const JUNK = /^(\..*|thumbs\.db|desktop\.ini|__macosx|icon\r)$/i;

/** The parts may lie this many folders down: each zipped part holds a folder of its own. */
const DEPTH = 3;
const MOST_FOLDERS = 1_000;
/** CK+ has 123 subjects, at most a dozen sequences of each, at most 71 frames a sequence. */
const MOST_ENTRIES = 10_000;

/**
 * Finds the parts of CK+ in a folder: by name in any spelling that circulates, up to three folders down, as unzipping
 * leaves them.
 *
 * @param input The folder.
 * @returns The parts; FACS and landmarks are missing where they are not there.
 * @throws {SourceError} When images or emotion labels are missing, a part is there twice, or is a symbolic link.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { findFolders } from "./tree.ts";
 *
 * await assert.rejects(findFolders("nowhere"), /nowhere: there is no such folder/);
 * ```
 */
export async function findFolders(input: string): Promise<CkPlusFolders> {
  const found: Record<keyof CkPlusFolders, string[]> = { images: [], emotions: [], facs: [], landmarks: [] };
  const parts = Object.keys(NAMES) as (keyof CkPlusFolders)[];
  let visited = 0;
  const visit = async (folder: string, depth: number) => {
    if (++visited > MOST_FOLDERS) {
      throw new SourceError(input, `has more than ${MOST_FOLDERS} folders; name the one that holds the parts of CK+`);
    }
    for (const { name, isDirectory, isSymlink } of await list(folder)) {
      const path = join(folder, name);
      const part = parts.find((part) => NAMES[part].includes(name.toLowerCase()));
      if (isSymlink && part) refuseLink(path);
      if (!isDirectory || SUBJECT.test(name)) continue;
      if (part && (await list(path)).some((entry) => SUBJECT.test(entry.name))) found[part].push(path);
      else if (depth < DEPTH) await visit(path, depth + 1);
    }
  };
  await visit(input, 1);
  const only = (part: keyof CkPlusFolders): string | undefined => {
    if (found[part].length <= 1) return found[part][0];
    throw new SourceError(input, `has ${found[part].join(" and ")}; leave one of them there`);
  };
  const needed = (part: "images" | "emotions", name: string): string => {
    const path = only(part);
    if (path) return path;
    throw new SourceError(
      input,
      `no folder ${name} with subjects (S005, S010, ...) in it; unzip that part of CK+ there`,
    );
  };
  return {
    images: needed("images", "cohn-kanade-images"),
    emotions: needed("emotions", "Emotion or Emotion_labels"),
    facs: only("facs"),
    landmarks: only("landmarks"),
  };
}

/** A sequence of a part: its name (`S005/001`), subject, and the names of its files, sorted. */
export interface SequenceFiles {
  name: string;
  subject: string;
  folder: string;
  files: string[];
}

/**
 * The sequences of a part in the order of their names. What is no subject, no sequence or no file is passed over.
 *
 * @param part One of the folders that `findFolders` gave.
 * @param files Which files belong to a sequence.
 * @throws {SourceError} When anything in a subject or sequence is a symbolic link, which may lead out of the folder, or
 * has the name of a subject or sequence and is no folder, or that of a file and is none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { listSequences } from "./tree.ts";
 *
 * const part = await Deno.makeTempDir();
 * await Deno.mkdir(`${part}/S005/001`, { recursive: true });
 * await Deno.writeTextFile(`${part}/S005/001/.DS_Store`, "");
 * await Deno.writeTextFile(`${part}/S005/001/S005_001_00000001.png`, "");
 * const [{ name, files }] = await listSequences(part, /\.png$/i);
 * assert.deepEqual([name, files], ["S005/001", ["S005_001_00000001.png"]]);
 * await Deno.remove(part, { recursive: true });
 * ```
 */
export async function listSequences(part: string, files: RegExp): Promise<SequenceFiles[]> {
  const sequences: SequenceFiles[] = [];
  for (const subject of await folders(part, SUBJECT)) {
    for (const sequence of await folders(join(part, subject), SEQUENCE)) {
      if (sequences.length === MOST_ENTRIES) throw new SourceError(part, `has more than ${MOST_ENTRIES} sequences`);
      const folder = join(part, subject, sequence);
      const entries = await list(folder);
      const link = entries.find(({ isSymlink }) => isSymlink);
      if (link) refuseLink(join(folder, link.name));
      const names = entries.map(({ name }) => name).filter((name) => files.test(name));
      // Passed over, it would be missed: the next frame would be the neutral one, or the sequence would have no label.
      const other = entries.find(({ name, isFile }) => files.test(name) && !isFile);
      if (other) throw new SourceError(join(folder, other.name), "is no ordinary file");
      sequences.push({ name: `${subject}/${sequence}`, subject, folder, files: names });
    }
  }
  return sequences;
}

async function folders(folder: string, names: RegExp): Promise<string[]> {
  const entries = await list(folder);
  const link = entries.find(({ name, isSymlink }) => isSymlink && names.test(name));
  if (link) refuseLink(join(folder, link.name));
  const other = entries.find(({ name, isDirectory }) => names.test(name) && !isDirectory);
  if (other) throw new SourceError(join(folder, other.name), "is no folder");
  return entries.map(({ name }) => name).filter((name) => names.test(name));
}

/** What a folder holds, sorted by name, without junk. */
async function list(folder: string): Promise<Deno.DirEntry[]> {
  const entries: Deno.DirEntry[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (JUNK.test(entry.name)) continue;
      if (entries.length === MOST_ENTRIES) throw new SourceError(folder, `has more than ${MOST_ENTRIES} entries`);
      entries.push(entry);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new SourceError(folder, "there is no such folder");
    if (error instanceof Deno.errors.NotADirectory) throw new SourceError(folder, "is no folder");
    if (error instanceof SourceError) throw error;
    throw new SourceError(folder, `cannot be listed: ${(error as Error).message}`, { cause: error });
  }
  return entries.sort((a, b) => a.name < b.name ? -1 : 1);
}

function refuseLink(path: string): never {
  throw new SourceError(path, "is a symbolic link, which may lead anywhere; put what it points to in its place");
}
