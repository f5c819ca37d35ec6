/** Faces out of many files: every face in every picture, cut out alike, a file after the other. */

import { SourceError } from "../source_error.ts";
import type { FaceBox } from "./choose.ts";
import { type DetectOptions, findFaces } from "./detect.ts";
import { findPictures } from "./find_pictures.ts";
import { cutSquare, type Image, middleSquare, PICTURES, readImage, type Square } from "./image.ts";
import { type FaceFrame, faceSquare, type Point } from "./landmarks.ts";
import type { Detector } from "./networks.ts";

/** How faces are cut out: by eyes and chin, in either frame; or no face is looked for, and the largest square in the middle is taken. */
export type FaceCrop = FaceFrame | "whole-image";
const CROPS: readonly FaceCrop[] = ["eyes-and-chin", "drawn", "whole-image"];

/** How to read faces. */
export interface ReadFacesOptions extends DetectOptions {
  /** Side of a crop in pixels, S: a whole number, 8 to 1,024. */
  size: number;
  /** What the crops are; `eyes-and-chin`, as prepared photographs are cut out, when left out. */
  crop?: FaceCrop;
  /** Called before each file with the number of files done, and of all. */
  onProgress?: (done: number, total: number) => void;
  /** Stops the reading: the iterator throws its reason. */
  signal?: AbortSignal;
}

/** A face, and the pixels that a network reads. */
export interface ReadFace {
  /** Where a detector saw it, in pixels of the picture; for a whole image its square, with a score of 1. */
  box: FaceBox;
  /** Who saw it; undefined where nobody looked. */
  detector?: Detector;
  /** 68 points in pixels of the picture; undefined where nobody looked. */
  landmarks?: Point[];
  /** What was cut out, in pixels of the picture. */
  square: Square;
  /** Grey levels, S x S, row-major. */
  crop: Uint8Array;
}

/** What a file held. */
export interface PictureFaces {
  /** The file, its path beginning as it was given. */
  path: string;
  /** From left to right; none where none was found, or the file is broken. */
  faces: ReadFace[];
  /** The picture, upright; undefined where the file is broken. */
  image?: Image;
  /** What is wrong with the file; undefined where nothing is. */
  error?: SourceError;
}

/** Files that are decoded while one is looked at: three of the largest take 600 MB. */
const AHEAD = 2;
/** The least picture that detectors take. Nothing smaller holds a face. */
const LEAST_SIDE = 16;

/**
 * Reads every face of many pictures, upright by their EXIF orientation. A broken file gives its error and does not stop the rest. Few files are in
 * memory at a time, however many there are.
 *
 * @param paths Files, folders (at any depth) and globs, as `findPictures` takes them.
 * @param options Size and kind of the crops, detectors, backend.
 * @returns The files in the order in which they were found; then the paths that nothing was found for, with errors.
 * @throws {RangeError} When an option is out of range, or there are more than a million files.
 * @throws {FaceDetectionError} When detection does not start, or a GPU refuses it.
 * @throws The signal's reason when it is aborted.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readFaces } from "./read_faces.ts";
 *
 * for await (const { path, faces, error } of readFaces(["nowhere.png"], { size: 48 })) {
 *   assert.match(`${path}, ${faces.length} faces, ${error?.message}`, /0 faces, nowhere.png: there is no such file/);
 * }
 * ```
 */
export async function* readFaces(paths: readonly string[], options: ReadFacesOptions): AsyncGenerator<PictureFaces> {
  const { size, crop = "eyes-and-chin", onProgress, signal } = options;
  if (!(Number.isInteger(size) && size >= 8 && size <= 1024)) {
    throw new RangeError(`readFaces: size is ${size}; expected a whole number from 8 to 1024.`);
  }
  if (!CROPS.includes(crop)) throw new RangeError(`readFaces: crop is ${crop}; expected ${CROPS.join(", ")}.`);
  const { files, errors } = await findPictures(paths, signal);
  const reading: Promise<PictureFaces>[] = [];
  try {
    for (let done = 0, next = 0; done < files.length; done++) {
      signal?.throwIfAborted();
      onProgress?.(done, files.length);
      while (next < files.length && reading.length <= AHEAD) {
        const one = readPicture(files[next++], crop, options);
        one.catch(() => {}); // whoever awaits it hears of it; nobody may, after another has failed
        reading.push(one);
      }
      yield await reading.shift()!;
    }
  } finally {
    await Promise.allSettled(reading);
  }
  onProgress?.(files.length, files.length);
  for (const error of errors) yield { path: error.path, faces: [], error };
}

async function readPicture(path: string, rule: FaceCrop, options: ReadFacesOptions): Promise<PictureFaces> {
  try {
    const image = await readImage(path, PICTURES);
    const faces: ReadFace[] = [];
    for (const face of rule === "whole-image" ? [whole(image)] : await seen(image, rule, options)) {
      const crop = await cutSquare(image, face.square, options.size).catch((cause) => {
        throw new SourceError(path, `a face cannot be cut out (${cause.message})`, { cause });
      });
      faces.push({ ...face, crop });
    }
    return { path, faces, image };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return { path, faces: [], error };
  }
}

function whole(image: Image): Omit<ReadFace, "crop"> {
  const { left, top, size } = middleSquare(image);
  return { box: { left, top, width: size, height: size, score: 1 }, square: { left, top, size } };
}

async function seen(image: Image, frame: FaceFrame, options: DetectOptions): Promise<Omit<ReadFace, "crop">[]> {
  if (image.width < LEAST_SIDE || image.height < LEAST_SIDE) return [];
  return (await findFaces(image, options)).map(({ left, top, width, height, score, detector, landmarks }) => ({
    box: { left, top, width, height, score },
    detector,
    landmarks,
    square: faceSquare(landmarks, frame)!, // what is found is an upright face
  }));
}
