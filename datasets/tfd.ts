/**
 * The Toronto Face Dataset as its authors hand it out: `TFD_48x48.mat` and `TFD_96x96.mat`, each with the fields
 * `images` (N x S x S), `folds` (N x 5), `labs_ex` (N x 1) and `labs_id` (N x 1), in any order.
 *
 * J. Susskind, A. Anderson, G. Hinton: The Toronto Face Database, UTML TR 2010-001, University of Toronto.
 */

import { join } from "node:path";
import type { Dataset } from "./dataset.ts";
import { fingerprint } from "./fingerprint.ts";
import { fileSource, type MatElements, MatError, type MatVariable, readMat } from "./mat/mod.ts";

/** What of TFD is prepared, and from where. */
export interface TfdOptions {
  /** Folder that holds the `.mat` files. */
  input: string;
  /** Side of an image in pixels, which chooses the file. */
  imageSize: 48 | 96;
  /** Keep the images without an expression label too (label -1). */
  includeUnlabelled?: boolean;
  /** Called with the part of the pixels read so far, 0 to 1. */
  onProgress?: (fraction: number) => void;
  /** Stops the reading. */
  signal?: AbortSignal;
}

/** The seven expressions in the order of TFD's numbers. */
export const TFD_CLASSES = ["anger", "disgust", "fear", "happy", "sad", "surprise", "neutral"];

const SPLITS = 5;
/** TFD's part numbers (0 unlabelled, 1 train, 2 validation, 3 test) as ours. */
const PARTS = [-1, 0, 1, 2];
/** Columns of all images that are collected before they are put in place: single ones would fill each cache line anew. */
const BAND = 16;
/** Images that are put in place together. */
const GROUP = 128;
/** Twice what TFD has: a small compressed file can claim, and hold, any number of equal images. */
const MOST_IMAGES = 200_000;

/**
 * Reads TFD. The pixels are read as a stream, so that the labelled images (4,178 in the real set) take little more memory
 * than they have themselves, out of a file of nearly a gigabyte.
 *
 * @param options Folder, image size, which images.
 * @returns Dataset `"tfd"`: labels 0..6, subjects (-1 unknown), n x 5 official splits (0 train, 1 validation, 2 test, -1
 * unused).
 * @throws {MatError} When the file is missing, damaged, or its fields are not TFD's: names file, field and byte.
 * @throws The signal's reason when it is aborted.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { prepareTfd } from "./tfd.ts";
 *
 * await assert.rejects(prepareTfd({ input: "nowhere", imageSize: 96 }), /TFD_96x96.mat: is missing/);
 * ```
 */
export async function prepareTfd(options: TfdOptions): Promise<Dataset> {
  const { input, imageSize, includeUnlabelled = false, onProgress, signal } = options;
  const path = join(input, `TFD_${imageSize}x${imageSize}.mat`);
  const fields = await findFields(path);
  const count = fields.images.dimensions[0];
  checkShape(path, fields.images, `N x ${imageSize} x ${imageSize}`, [count, imageSize, imageSize]);
  if (!(count >= 1 && count <= MOST_IMAGES)) {
    throw new MatError(path, `field images: ${count} images, expected 1 to ${MOST_IMAGES}`, fields.images.offset);
  }
  // The shapes are believed only now that the file is known to be large enough for that many images.
  const vector = fields.labs_ex.dimensions[0] === 1 ? [1, count] : [count, 1];
  checkShape(path, fields.labs_ex, `${count} x 1`, vector);
  checkShape(path, fields.labs_id, `${count} x 1`, fields.labs_id.dimensions[0] === 1 ? [1, count] : [count, 1]);
  checkShape(path, fields.folds, `${count} x ${SPLITS}`, [count, SPLITS]);
  const expression = await readWhole(path, fields.labs_ex, [-1, 1, 2, 3, 4, 5, 6, 7]);
  const identity = await readWhole(path, fields.labs_id);
  const parts = await readWhole(path, fields.folds, [0, 1, 2, 3]);

  const kept: number[] = [];
  expression.forEach((label, image) => {
    if (label > 0 || includeUnlabelled) kept.push(image);
  });
  if (kept.length === 0) throw new MatError(path, "field labs_ex: no image has a label 1 to 7", fields.labs_ex.offset);
  const images = await readImages(path, fields.images, Uint32Array.from(kept), imageSize, onProgress, signal);
  const dataset = {
    name: "tfd",
    imageSize,
    classNames: [...TFD_CLASSES],
    images,
    labels: Int32Array.from(kept, (image) => Math.max(expression[image] - 1, -1)),
    subjects: Int32Array.from(kept, (image) => identity[image]),
    folds: Int32Array.from({ length: kept.length * SPLITS }, (_, i) => {
      return PARTS[parts[kept[Math.floor(i / SPLITS)] + (i % SPLITS) * count]];
    }),
    foldColumns: SPLITS,
  };
  return { ...dataset, fingerprint: await fingerprint(dataset) };
}

const FIELDS = ["images", "folds", "labs_ex", "labs_id"] as const;

async function findFields(path: string): Promise<Record<typeof FIELDS[number], MatVariable>> {
  const found = new Map<string, MatVariable>();
  for await (const variable of readMat(await fileSource(path))) {
    if (found.has(variable.name)) {
      throw new MatError(path, `field ${JSON.stringify(variable.name)} is there twice`, variable.offset);
    }
    found.set(variable.name, variable);
  }
  const field = (name: string) => {
    const names = JSON.stringify([...found.keys()].join(", ").slice(0, 200)).slice(1, -1);
    return found.get(name) ?? fail(path, `no field ${name}; it has: ${names || "none"}. Is this a file of TFD?`);
  };
  return { images: field("images"), folds: field("folds"), labs_ex: field("labs_ex"), labs_id: field("labs_id") };
}

function checkShape(path: string, field: MatVariable, expected: string, shape: number[]): void {
  if (String(field.dimensions) === String(shape)) return;
  throw new MatError(
    path,
    `field ${field.name} is ${field.dimensions.join(" x ")}, expected ${expected}`,
    field.offset,
  );
}

/** Reads a small field as whole numbers, each one of `allowed`, or without it -1 and up. */
async function readWhole(path: string, field: MatVariable, allowed?: number[]): Promise<Int32Array> {
  const values = new Int32Array(field.dimensions.reduce((product, length) => product * length, 1));
  // By value + 1; what is no whole number has no place in it.
  const isAllowed = allowed && Uint8Array.from({ length: 16 }, (_, place) => Number(allowed.includes(place - 1)));
  let index = 0;
  for await (const piece of field.elements()) {
    for (const element of piece) {
      const value = Number(element);
      if (!(isAllowed ? isAllowed[value + 1] : Number.isInteger(value) && value >= -1 && value < 2 ** 31)) {
        const expected = allowed ? `one of ${allowed.join(", ")}` : "a whole number, -1 or more";
        throw new MatError(path, `field ${field.name}: value ${value} at ${index}, expected ${expected}`, field.offset);
      }
      values[index++] = value;
    }
  }
  return values;
}

/**
 * Picks the images `kept` out of the stream. In the file the image number runs fastest, then the row, then the column:
 * all images' first pixel, then all images' pixel below it, and so on.
 */
async function readImages(
  path: string,
  field: MatVariable,
  kept: Uint32Array,
  imageSize: number,
  onProgress?: (fraction: number) => void,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const count = field.dimensions[0];
  const pixels = imageSize * imageSize;
  const images = allocate(path, kept.length * pixels);
  const band = allocate(path, kept.length * imageSize * BAND);
  let pixel = 0; // which pixel, counted down the columns, the stream is at
  let next = 0; // which of the kept images comes next
  let start = 0; // position of the pixel's image 0 within the piece; negative when it was in an earlier piece
  signal?.throwIfAborted();
  for await (const piece of field.elements({ reuse: true })) {
    signal?.throwIfAborted();
    const bytes = greyLevels(path, field, piece);
    while (pixel < pixels) {
      const target = pixel % (imageSize * BAND) * kept.length;
      const here = start + count <= bytes.length ? kept.length : firstNotBelow(kept, bytes.length - start);
      for (; next < here; next++) band[target + next] = bytes[start + kept[next]];
      if (start + count > bytes.length) break;
      start += count;
      next = 0;
      pixel++;
      if (pixel % (imageSize * BAND) === 0) spreadBand(band, images, pixel / imageSize - BAND, imageSize);
    }
    start -= bytes.length;
    onProgress?.(pixel / pixels);
  }
  return images;
}

/**
 * Writes `BAND` columns of all images, from column `left` on, to their place in the row-major images. Four at a time, as
 * one word with the first column in its lowest byte, which on every machine that runs Deno is the first in memory; and so
 * many images at a time that the nearest cache holds the lines that are written.
 */
function spreadBand(band: Uint8Array, images: Uint8Array, left: number, imageSize: number): void {
  const words = new Uint32Array(images.buffer);
  const stride = imageSize * imageSize / 4;
  const count = words.length / stride;
  for (let first = 0; first < count; first += GROUP) {
    const end = Math.min(count, first + GROUP);
    for (let row = 0; row < imageSize; row++) {
      for (let x = 0; x < BAND; x += 4) {
        const one = (x * imageSize + row) * count, next = imageSize * count;
        let target = first * stride + (row * imageSize + left + x) / 4;
        for (let at = one + first; at < one + end; at++, target += stride) {
          words[target] = band[at] | band[at + next] << 8 | band[at + 2 * next] << 16 | band[at + 3 * next] << 24;
        }
      }
    }
  }
}

/** Position of the first of the ascending `numbers` that is not below `bound`. */
function firstNotBelow(numbers: Uint32Array, bound: number): number {
  let low = 0, high = numbers.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (numbers[middle] < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

function greyLevels(path: string, field: MatVariable, piece: MatElements): Uint8Array {
  if (piece instanceof Uint8Array) return piece;
  return Uint8Array.from(piece as Iterable<number | bigint>, (element) => {
    const value = Number(element);
    if (Number.isInteger(value) && value >= 0 && value <= 255) return value;
    return fail(path, `field images: value ${value}, expected whole grey levels 0 to 255`, field.offset);
  });
}

function allocate(path: string, length: number): Uint8Array {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    throw new MatError(path, `${length} bytes of images do not fit in memory`, undefined, { cause });
  }
}

function fail(path: string, problem: string, offset?: number): never {
  throw new MatError(path, problem, offset);
}
