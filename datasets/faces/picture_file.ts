/** Picture files of strangers: what kind of file it is, how large, of which format and how many pixels is known before anything is decoded. */

import { readBounded } from "../bounded_file.ts";
import { sharp } from "../deps.ts";
import { SourceError } from "../source_error.ts";

const REMEDY = "Remedy: copy the file again, or, where it looks right, save it anew";

/** Most pixels where nothing else is said. */
export const MOST_PIXELS = 2 ** 24;

/** What a picture file may be. */
export interface PictureBounds {
  /** Formats as sharp names them, for example `["png"]`; PNG, JPEG, WebP and TIFF when left out. */
  formats?: readonly string[];
  /** Most pixels, width x height: 2^24 when left out. */
  mostPixels?: number;
  /** Most bytes of the file: 2^26 when left out. */
  mostBytes?: number;
  /** A folder that a link may not lead out of; links are followed anywhere when left out. */
  within?: string;
}

/** A picture file that is within its bounds: what its header says, and its bytes, not decoded. */
export interface PictureFile {
  path: string;
  bytes: Uint8Array;
  /** As sharp names it. */
  format: string;
  /** In pixels, as they are stored: a turn noted in EXIF is not made. */
  width: number;
  height: number;
  /** Numbers a pixel, with opacity. */
  channels: number;
}

/** How files of each format begin, a character a byte. `heif` is AVIF; SVG is known so that it can be refused by its name. */
const BEGINNINGS: readonly [format: string, begins: RegExp][] = [
  ["png", /^\x89PNG\r\n/],
  ["jpeg", /^\xff\xd8\xff/],
  ["gif", /^GIF8[79]a/],
  ["webp", /^RIFF.{4}WEBP/s],
  ["tiff", /^(II[\x2a\x2b]\0|MM\0[\x2a\x2b])/],
  ["heif", /^.{4}ftyp/s],
  ["svg", /<svg|<\?xml|<!DOCTYPE svg/i],
];

/**
 * Opens a picture file. A pipe, a device, a link out of `within`, a file of too many bytes and one whose first bytes are those of no wanted format
 * are refused before a decoder sees them, one of too many pixels when its header is known: a small file can claim, and hold, any number.
 *
 * @param path The file.
 * @param bounds Formats and sizes.
 * @returns Its bytes, and what its header says.
 * @throws {SourceError} Naming the file, what is wrong and the bound.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openPicture } from "./picture_file.ts";
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "<svg/>");
 * await assert.rejects(openPicture(path, { formats: ["png"] }), /is svg, expected png/);
 * await Deno.remove(path);
 * ```
 */
export async function openPicture(path: string, bounds: PictureBounds = {}): Promise<PictureFile> {
  const { formats = ["png", "jpeg", "webp", "tiff"], mostPixels = MOST_PIXELS, mostBytes = 2 ** 26, within } = bounds;
  const expected = formats.join(" or ");
  const refuse = (problem: string, cause?: Error) => new SourceError(path, problem, { cause });
  const bytes = await readBounded(path, { most: mostBytes, within, refuse });
  if (!bytes) throw new SourceError(path, "there is no such file");
  if (bytes.length === 0) throw new SourceError(path, "is empty");
  const begins = formatOf(bytes);
  if (begins === undefined) {
    throw new SourceError(path, `cannot be decoded: it does not begin as a file of ${expected} does. ${REMEDY}`);
  }
  if (!formats.includes(begins)) throw new SourceError(path, `is ${begins}, expected ${expected}`);
  // The header alone, without sharp's own bound, so that the error can say the size.
  const { format, width, height, channels } = await sharp(bytes, { limitInputPixels: false }).metadata()
    .catch((error) => {
      throw undecodable(path, error);
    });
  if (format !== begins) throw new SourceError(path, `is ${format}, expected ${expected}`);
  if (!(width * height <= mostPixels)) {
    throw new SourceError(path, `is ${width} x ${height} pixels, more than the ${mostPixels} pixels that are read`);
  }
  return { path, bytes, format, width, height, channels };
}

/** The error for a picture whose data a decoder refuses: what it complains of, without the line that says why a complaint counts. */
export function undecodable(path: string, error: unknown): SourceError {
  const { message } = error as Error;
  const why = message.split("\n").find((line) => !line.startsWith("Warning treated as error")) ?? message;
  return new SourceError(path, `cannot be decoded (${why}). ${REMEDY}`, { cause: error });
}

function formatOf(bytes: Uint8Array): string | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, 512));
  return BEGINNINGS.find(([, begins]) => begins.test(text))?.[0];
}
