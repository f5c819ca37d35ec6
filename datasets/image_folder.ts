/** A folder of photographs, a class a sub-folder: how RAF-DB, JAFFE, AffectNet and a user's own pictures can be trained on. */

import { basename, join } from "node:path";
import type { Dataset } from "./dataset.ts";
import { FACE_DETECTOR } from "./deps.ts";
import type { FaceBackend } from "./faces/networks.ts";
import { fingerprint } from "./fingerprint.ts";
import { findImages, type FoundImages } from "./image_folder/find_images.ts";
import { type FolderCrop, readSquare } from "./image_folder/read_image.ts";
import { dealFolds, findSubjects, numberSubjects, subjectPattern } from "./image_folder/subjects.ts";
import { subjectDoubts } from "./subject_doubts.ts";
import { SourceError, SourceProblems } from "./source_error.ts";

/** Which folder, and what to make of it. */
export interface ImageFolderOptions {
  /** Folder whose sub-folders are the classes. */
  input: string;
  /** Name of the dataset; the folder's own when left out. */
  name?: string;
  /** Side of an image in pixels, 8 to 512; 96 when left out. */
  imageSize?: number;
  /** `"none"`: the largest square in the middle (the default); `"detector"`: the face, where one is found. */
  crop?: FolderCrop;
  /** What computes where faces are detected; `wasm` when left out. */
  backend?: FaceBackend;
  /** Regular expression, matched on the path within the folder; its first group names the subject. */
  subject?: string;
  /** Number of folds, 2 to 1,000; ten when left out. */
  folds?: number;
  /** Deals images of nobody known out to the folds; 1 when left out. */
  seed?: number;
  /** Called with the part of the images read so far, 0 to 1. */
  onProgress?: (fraction: number) => void;
  /** Stops the reading. */
  signal?: AbortSignal;
}

/** A dataset, and what is to be said about it. */
export interface PreparedImages {
  /** Images by class, then by name. */
  dataset: Dataset;
  /** What to remember of the preparation: plain JSON. */
  details: Record<string, unknown>;
  /** `sources.txt`: the path of each image within the folder, a line an image; `missed_faces.txt`, where faces were missed. */
  files: Record<string, string>;
  /** The pictures that were read, in the order of the images. */
  sources: string[];
  /** What the user should know. */
  warnings: string[];
}

/** No more pixels than fit comfortably in memory. */
const MOST_BYTES = 2 ** 31;
/** Images decoded at once: two of the largest take 400 MB. */
const IN_FLIGHT = 2;

/**
 * Reads a folder of images: every sub-folder a class, numbered in the order of their names. Where a subject pattern is
 * given, nobody stands in two folds: it must not reach over the class folder. With a detector, a picture without a face is left out, never passed on whole.
 *
 * @param options Folder, size, crop, subjects, folds.
 * @returns The dataset, and what to remember and to say.
 * @throws {SourceError} For a folder that holds no classes, images that cannot be read (`SourceErrors` where they are
 * several), a link that leaves the folder: names the files.
 * @throws {RangeError} For options out of range, a wrong subject pattern, or one that matches no image.
 * @throws The signal's reason when it is aborted.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { prepareImageFolder } from "./image_folder.ts";
 *
 * await assert.rejects(prepareImageFolder({ input: "nowhere" }), /nowhere: cannot be read/);
 * ```
 */
export async function prepareImageFolder(options: ImageFolderOptions): Promise<PreparedImages> {
  const { imageSize = 96, crop = "none", backend = "wasm", folds = 10, seed = 1, onProgress, signal } = options;
  inRange("imageSize", imageSize, 8, 512);
  inRange("folds", folds, 2, 1000);
  inRange("seed", seed, 0, 2 ** 32 - 1);
  const pattern = options.subject === undefined ? undefined : subjectPattern(options.subject);
  const input = await Deno.realPath(options.input).catch((cause) => {
    throw new SourceError(options.input, `cannot be read: ${cause.message}`, { cause });
  });
  const found = await findImages(input, Math.floor(MOST_BYTES / imageSize ** 2), signal);
  const people = findSubjects(found.images.map(({ name }) => name), pattern);
  if (pattern && people.every((person) => person === undefined)) {
    const example = found.images[0].name;
    throw new RangeError(`subject pattern ${JSON.stringify(options.subject)} matches no path, not ${example}`);
  }
  const paths = found.images.map(({ name }) => join(input, name));
  const { images, kept } = await readAll(
    input,
    paths,
    // Nobody needs the faces any more once a file is wrong, but whether the others can be read.
    (path, inVain) => readSquare(path, imageSize, inVain ? "none" : crop, backend),
    imageSize,
    onProgress,
    signal,
  );
  if (kept.length === 0) throw new SourceError(input, `no face in any of the ${paths.length} images`);
  const names = kept.map((image) => found.images[image].name);
  const subjects = numberSubjects(kept.map((image) => people[image]));
  const labels = Int32Array.from(kept, (image) => found.images[image].label);
  const dataset = {
    name: (options.name ?? basename(input)).normalize("NFC"),
    imageSize,
    classNames: found.classNames,
    images,
    labels,
    subjects,
    folds: dealFolds(labels, subjects, folds, seed),
    foldColumns: 1,
  };
  const isKept = new Set(kept);
  const missed = found.images.filter((_, image) => !isKept.has(image)).map(({ name }) => name);
  const lines = (names: string[]) => names.map((name) => `${name}\n`).join("");
  return {
    dataset: { ...dataset, fingerprint: await fingerprint(dataset) },
    details: {
      source: "folder of images",
      crop,
      ...(crop === "detector" && { detector: FACE_DETECTOR, backend }),
      subject: options.subject ?? null,
      folds,
      seed,
      missedFaces: missed.length,
    },
    files: { "sources.txt": lines(names), ...(missed.length > 0 && { "missed_faces.txt": lines(missed) }) },
    sources: kept.map((image) => paths[image]),
    warnings: [...warningsOf(found, missed.length, subjects, pattern), ...subjectDoubts({ labels, subjects })],
  };
}

/** Decodes all images, a few at a time. `kept` numbers those with a face. All files that are wrong are told. */
async function readAll(
  folder: string,
  paths: string[],
  read: (path: string, inVain: boolean) => Promise<Uint8Array | undefined>,
  imageSize: number,
  onProgress?: (fraction: number) => void,
  signal?: AbortSignal,
): Promise<{ images: Uint8Array; kept: number[] }> {
  const pixels = imageSize * imageSize;
  const images = new Uint8Array(paths.length * pixels);
  const found = new Uint8Array(paths.length);
  const problems = new SourceProblems(folder);
  let next = 0, done = 0;
  const worker = async () => {
    while (next < paths.length) {
      signal?.throwIfAborted();
      const index = next++;
      try {
        const square = await read(paths[index], problems.any);
        if (square) {
          images.set(square, index * pixels);
          found[index] = 1;
        }
      } catch (error) {
        problems.add(error);
      }
      onProgress?.(++done / paths.length);
    }
  };
  try {
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  } catch (error) {
    next = paths.length; // the other workers stop, too
    throw error;
  }
  signal?.throwIfAborted();
  problems.throwIfAny();
  const kept = [...found.keys()].filter((index) => found[index]);
  kept.forEach((index, place) => images.copyWithin(place * pixels, index * pixels, (index + 1) * pixels));
  return { images: images.subarray(0, kept.length * pixels), kept };
}

function warningsOf(
  { others, otherCount }: FoundImages,
  missed: number,
  subjects: Int32Array,
  pattern?: RegExp,
): string[] {
  const warnings = [];
  if (missed > 0) warnings.push(`${missed} images without a face are left out; missed_faces.txt lists them`);
  if (otherCount > 0) {
    const more = otherCount > others.length ? ` and ${otherCount - others.length} more` : "";
    warnings.push(`left out, no images by their names or in no class: ${others.join(", ")}${more}`);
  }
  const unknown = subjects.filter((subject) => subject < 0).length;
  if (!pattern) {
    warnings.push("people are not known: the same person may stand in training and test; a subject pattern parts them");
  } else if (unknown > 0) {
    warnings.push(`the subject pattern does not match ${unknown} of ${subjects.length} images; their folds are drawn`);
  }
  return warnings;
}

function inRange(name: string, value: number, least: number, most: number): void {
  if (!(Number.isInteger(value) && value >= least && value <= most)) {
    throw new RangeError(`prepareImageFolder: ${name} is ${value}, expected a whole number from ${least} to ${most}`);
  }
}
