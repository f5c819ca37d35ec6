/**
 * FER2013 as Kaggle hands it out: `fer2013.csv` with the columns emotion (0..6), pixels (48 x 48 grey levels between
 * spaces) and Usage (Training, PublicTest, PrivateTest).
 *
 * I. Goodfellow and others: Challenges in Representation Learning, 2013, https://arxiv.org/abs/1307.0414
 */

import { join } from "node:path";
import type { Dataset } from "./dataset.ts";
import { fingerprint } from "./fingerprint.ts";
import { SourceError } from "./source_error.ts";
import { splitLines } from "./split_lines.ts";

/** Where FER2013 is. */
export interface Fer2013Options {
  /** Folder that holds `fer2013.csv`, or the file itself. */
  input: string;
  /** Called with the part of the file read so far, 0 to 1. */
  onProgress?: (fraction: number) => void;
  /** Stops the reading. */
  signal?: AbortSignal;
}

/** The seven expressions in the order of FER2013's numbers. */
export const FER2013_CLASSES = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"];

const SIZE = 48;
const PIXELS = SIZE * SIZE;
const COLUMNS = ["emotion", "pixels", "Usage"];
/** Each usage as a part of the official split: 0 train, 1 validation, 2 test. */
const USAGES = new Map([["Training", 0], ["PublicTest", 1], ["PrivateTest", 2]]);
/** A good line has at most 9,235 characters: four for each pixel and the two other fields. */
const LONGEST_LINE = 16_384;
/** Five times what FER2013 has. */
const MOST_IMAGES = 200_000;
/** Images in a block of memory: rows come one by one, and nobody says before how many. */
const BLOCK = 4096;

/**
 * Reads FER2013 line by line. The public test set becomes the validation part, the private one the test part of its one
 * official split. Nobody knows the subjects.
 *
 * @param options Where it is.
 * @returns Dataset `"fer2013"`: 48 x 48 pixels, labels 0..6, one official split.
 * @throws {SourceError} When the file is missing or a line is not FER2013's: names file, line and value.
 * @throws The signal's reason when it is aborted.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { prepareFer2013 } from "./fer2013.ts";
 *
 * await assert.rejects(prepareFer2013({ input: "nowhere" }), /fer2013.csv: is missing/);
 * ```
 */
export async function prepareFer2013(options: Fer2013Options): Promise<Dataset> {
  const { path, size } = await findFile(options.input);
  const { onProgress, signal } = options;
  const blocks: Uint8Array[] = [];
  const labels: number[] = [];
  const parts: number[] = [];
  let places: number[] | undefined;
  let width = 0;
  using file = await Deno.open(path);
  for await (const { line, number, end } of splitLines(file.readable, LONGEST_LINE, path)) {
    signal?.throwIfAborted();
    if (number % 256 === 0) onProgress?.(Math.min(1, end / size));
    if (line.length === 0) continue;
    const fail = (problem: string) => {
      throw new SourceError(path, `line ${number}: ${problem}`);
    };
    const fields = splitFields(line);
    if (!places) {
      places = columnPlaces(fields, fail);
      width = fields.length;
      continue;
    }
    if (fields.length !== width) fail(`${fields.length} fields, expected ${width} as in the header`);
    const [emotion, pixels, usage] = places.map((place) => fields[place]);
    const label = emotion.length === 1 ? emotion[0] - ZERO : -1;
    if (!(label >= 0 && label < FER2013_CLASSES.length)) fail(`emotion is ${excerpt(emotion)}, expected 0 to 6`);
    const part = USAGES.get(decode(usage)) ??
      fail(`Usage is ${excerpt(usage)}, expected one of ${[...USAGES.keys()].join(", ")}`);
    const index = labels.length;
    if (index === MOST_IMAGES) fail(`more than ${MOST_IMAGES} images, FER2013 has 35,887`);
    if (index % BLOCK === 0) blocks.push(new Uint8Array(BLOCK * PIXELS));
    readPixels(pixels, blocks.at(-1)!.subarray(index % BLOCK * PIXELS, (index % BLOCK + 1) * PIXELS), fail);
    labels.push(label);
    parts.push(part!);
  }
  signal?.throwIfAborted();
  if (labels.length === 0) throw new SourceError(path, "holds no image, expected a header and lines of images");
  const images = new Uint8Array(labels.length * PIXELS);
  blocks.forEach((block, n) => images.set(block.subarray(0, images.length - n * block.length), n * block.length));
  onProgress?.(1);
  const dataset = {
    name: "fer2013",
    imageSize: SIZE,
    classNames: [...FER2013_CLASSES],
    images,
    labels: Int32Array.from(labels),
    subjects: new Int32Array(labels.length).fill(-1),
    folds: Int32Array.from(parts),
    foldColumns: 1,
    foldKind: "splits" as const,
  };
  return { ...dataset, fingerprint: await fingerprint(dataset) };
}

async function findFile(input: string): Promise<{ path: string; size: number }> {
  const info = await Deno.stat(input).catch(() => undefined);
  const path = info?.isFile ? input : join(input, "fer2013.csv");
  const found = await Deno.stat(path).catch((cause) => {
    if (cause instanceof Deno.errors.NotFound) throw new SourceError(path, "is missing", { cause });
    throw new SourceError(path, `cannot be read: ${cause.message}`, { cause });
  });
  if (!found.isFile) throw new SourceError(path, "is no ordinary file");
  return { path, size: found.size };
}

const [COMMA, QUOTE, SPACE, ZERO] = [..."\x2c\x22\x20\x30"].map((character) => character.charCodeAt(0));

/** The fields between commas, without the quotes and spaces that some copies have around them. */
function splitFields(line: Uint8Array): Uint8Array[] {
  const fields = [];
  for (let start = 0; start <= line.length;) {
    const comma = line.indexOf(COMMA, start);
    let end = comma < 0 ? line.length : comma;
    const next = end + 1;
    while (start < end && (line[start] === SPACE || line[start] === QUOTE)) start++;
    while (end > start && (line[end - 1] === SPACE || line[end - 1] === QUOTE)) end--;
    fields.push(line.subarray(start, end));
    start = next;
  }
  return fields;
}

/** Which field is which column: copies circulate with Usage before pixels. */
function columnPlaces(fields: Uint8Array[], fail: (problem: string) => never | void): number[] {
  const names = fields.map(decode);
  return COLUMNS.map((column) => {
    const place = names.indexOf(column);
    if (place < 0) fail(`no column ${column}, expected the header ${COLUMNS}`);
    return place;
  });
}

/** Reads exactly as many grey levels as an image has. */
function readPixels(text: Uint8Array, image: Uint8Array, fail: (problem: string) => never | void): void {
  let count = 0;
  for (let at = 0; at < text.length;) {
    if (text[at] === SPACE) {
      at++;
      continue;
    }
    const start = at;
    let value = 0;
    for (; at < text.length && text[at] !== SPACE; at++) {
      const digit = text[at] - ZERO;
      value = digit >= 0 && digit <= 9 ? value * 10 + digit : NaN;
    }
    if (!(value <= 255)) fail(`pixel ${count} is ${excerpt(text.subarray(start, at))}, expected 0 to 255`);
    if (count < PIXELS) image[count] = value;
    count++;
  }
  if (count !== PIXELS) fail(`${count} pixels, expected ${PIXELS} (${SIZE} x ${SIZE})`);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function excerpt(bytes: Uint8Array): string {
  return JSON.stringify(decode(bytes.subarray(0, 40)));
}
