/** The image files of a folder of classes, found without reading them. */

import { extname, join } from "node:path";
import { isWithin } from "../paths.ts";
import { isPrintable } from "../printable.ts";
import { SourceError } from "../source_error.ts";

/** An image file of a class. */
export interface FoundImage {
  /** Its path within the folder, with slashes: `happy/S005/1.png`. */
  name: string;
  /** Class number. */
  label: number;
}

/** What a folder of classes holds. */
export interface FoundImages {
  /** Names of the sub-folders in Unicode's composed form (NFC), sorted. */
  classNames: string[];
  /** The images by class, then by name. */
  images: FoundImage[];
  /** Files that are no images by their names, at most ten of them. */
  others: string[];
  /** How many such files there are. */
  otherCount: number;
}

/** Endings of the formats that are read. */
export const IMAGE_ENDINGS = [".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff", ".gif", ".avif"];

/** What systems put into folders; hidden files (a leading dot) are passed over too. */
export const LITTER = ["thumbs.db", "desktop.ini", "__macosx"];
const MOST_CLASSES = 1000;
const DEEPEST = 12;

/**
 * Lists the images below each sub-folder, at any depth up to twelve. Hidden files and what systems leave behind are
 * passed over; other files that are no images by their endings are counted.
 *
 * @param folder The folder; must be a real path.
 * @param most Most images there may be; ten times as many files of any kind.
 * @param signal Stops the search.
 * @returns Classes and images.
 * @throws {SourceError} For a name in two Unicode forms beside each other, fewer than two classes or more than 1,000, a class without images, too many files, a link to a
 * folder or to something outside, an entry that is neither file nor folder or has control characters in its name: names it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { findImages } from "./find_images.ts";
 *
 * const folder = await Deno.makeTempDir();
 * for (const name of ["sad", "happy"]) {
 *   await Deno.mkdir(`${folder}/${name}`);
 *   await Deno.writeTextFile(`${folder}/${name}/1.png`, "");
 * }
 * const { classNames, images } = await findImages(await Deno.realPath(folder), 10);
 * await Deno.remove(folder, { recursive: true });
 * assert(String(classNames) === "happy,sad" && images[1].name === "sad/1.png");
 * ```
 */
export async function findImages(folder: string, most: number, signal?: AbortSignal): Promise<FoundImages> {
  const found: FoundImages = { classNames: [], images: [], others: [], otherCount: 0 };
  let files = 0;
  const count = () => {
    if (++files > 10 * most) throw new SourceError(folder, `holds more than ${10 * most} files`);
  };
  const other = (name: string) => {
    if (found.otherCount++ < 10) found.others.push(name);
  };
  // On a disk where a Mac's archive was unpacked over the same files, a name may be there in both of its Unicode forms.
  const namesOf = (folder: string) => {
    const known = new Map<string, string>();
    return (name: string) => {
      const key = name.normalize("NFC"), other = known.get(key);
      known.set(key, name);
      if (other === undefined) return key;
      throw new SourceError(
        join(folder, name),
        `is there twice: ${
          JSON.stringify(name)
        } is one name in two Unicode forms, with its accents apart and joined. ` +
          "Remedy: move one of them away, a class's pictures into the other",
      );
    };
  };
  const walk = async (name: string, label: number, depth: number) => {
    const once = namesOf(join(folder, name));
    if (depth > DEEPEST) throw new SourceError(join(folder, name), `lies more than ${DEEPEST} folders deep`);
    for (const entry of await list(join(folder, name), count, signal)) {
      const inside = `${name}/${entry.name}`;
      once(entry.name);
      const kind = await kindOf(folder, inside, entry);
      const isNamedImage = IMAGE_ENDINGS.includes(extname(inside).toLowerCase());
      if (kind === "folder" && isNamedImage) throw new SourceError(join(folder, inside), "is a folder, not an image");
      else if (kind === "folder") await walk(inside, label, depth + 1);
      else if (!isNamedImage) other(inside);
      else if (found.images.push({ name: inside, label }) > most) {
        throw new SourceError(folder, `holds more than ${most} images, which do not fit in memory at this size`);
      }
    }
  };
  const once = namesOf(folder);
  for (const entry of await list(folder, count, signal)) {
    const className = once(entry.name);
    if (await kindOf(folder, entry.name, entry) === "file") {
      other(entry.name);
      continue;
    }
    const label = found.classNames.push(className) - 1;
    if (label === MOST_CLASSES) throw new SourceError(folder, `has more than ${MOST_CLASSES} sub-folders, one a class`);
    const before = found.images.length;
    await walk(entry.name, label, 1);
    if (found.images.length === before) {
      const endings = IMAGE_ENDINGS.join(" ");
      throw new SourceError(join(folder, entry.name), `is a class without an image (${endings}); remove it or fill it`);
    }
  }
  const classes = found.classNames.length;
  if (classes < 2) throw new SourceError(folder, `has ${classes} sub-folders, expected two or more, one a class`);
  return found;
}

/** The entries that count, sorted by name: by code unit of the composed form (NFC), the same on every machine. */
async function list(path: string, count: () => void, signal?: AbortSignal): Promise<Deno.DirEntry[]> {
  const entries: Deno.DirEntry[] = [];
  try {
    for await (const entry of Deno.readDir(path)) {
      signal?.throwIfAborted();
      count();
      // Names come to stand in lists, a line each, and on terminals, where some characters are commands.
      if (!isPrintable(entry.name)) {
        throw new SourceError(path, `the name ${JSON.stringify(entry.name)} has control characters in it; rename it`);
      }
      if (!entry.name.startsWith(".") && !LITTER.includes(entry.name.toLowerCase())) entries.push(entry);
    }
  } catch (cause) {
    if (cause instanceof SourceError || signal?.aborted) throw cause;
    throw new SourceError(path, `cannot be listed: ${(cause as Error).message}`, { cause });
  }
  const key = ({ name }: Deno.DirEntry) => name.normalize("NFC");
  return entries.sort((a, b) => key(a) < key(b) ? -1 : 1);
}

/**
 * What an entry of a folder is. Links are followed to files within the folder only: no further, and never in a circle.
 *
 * @param folder The folder, as errors name it.
 * @param name The entry's path within it.
 * @param entry The entry.
 * @param real The folder's real path.
 * @throws {SourceError} For anything else: names it.
 */
export async function kindOf(
  folder: string,
  name: string,
  entry: Deno.DirEntry,
  real = folder,
): Promise<"file" | "folder"> {
  if (entry.isFile) return "file";
  if (entry.isDirectory) return "folder";
  const path = join(folder, name);
  if (!entry.isSymlink) throw new SourceError(path, "is neither a file nor a folder");
  const target = await Deno.realPath(path).catch((cause) => {
    throw new SourceError(path, `is a link that leads nowhere: ${cause.message}`, { cause });
  });
  if (!isWithin(real, target)) {
    throw new SourceError(path, "is a link out of the folder; put what it leads to in its place");
  }
  if (!(await Deno.stat(path)).isFile) throw new SourceError(path, "is a link to what is no file");
  return "file";
}
