/** Pictures as pixels: read from a file with a bound on its size, turned to grey, cut out as a square. */

import { checkArray } from "../arrays.ts";
import { sharp } from "../deps.ts";
import { BACKGROUND } from "./background.ts";
import { MOST_PIXELS, openPicture, type PictureBounds, undecodable } from "./picture_file.ts";
import { SourceError } from "../source_error.ts";
import type { Square } from "./square.ts";

export { middleSquare, type Square } from "./square.ts";

/** A decoded picture. */
export interface Image {
  /** Bytes 0..255, height x width x channels, row-major. */
  pixels: Uint8Array;
  width: number;
  height: number;
  /** 1 grey, 3 red, green, blue. */
  channels: 1 | 3;
}

/** What a picture file may be. */
export type ReadImageOptions = Omit<PictureBounds, "within">;

/**
 * What a user's photograph may be: the formats as sharp names them (`heif` is AVIF), and more than a camera makes. A small file can claim, and
 * hold, any number of pixels.
 */
export const PICTURES: Readonly<Required<ReadImageOptions>> = {
  formats: ["jpeg", "png", "webp", "tiff", "gif", "heif"],
  mostPixels: 2 ** 26,
  mostBytes: 2 ** 27,
};

/**
 * Reads a picture file. What it claims is measured before anything is decoded, so that a small file cannot take
 * much memory. What is transparent shows `BACKGROUND`, as on the page of `explore`; a turn noted in EXIF is honoured.
 * Whatever its decoder complains of refuses it: damaged data too, except where the format cannot notice (WebP, TIFF
 * without compression or with deflate).
 *
 * @param path The file.
 * @param options Formats and bounds.
 * @returns Grey pixels for a grey file, RGB for others, eight bits each.
 * @throws {SourceError} Naming the file, what is wrong and the bound.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readImage } from "./image.ts";
 * await assert.rejects(readImage("nowhere.png"), /nowhere.png: there is no such file/);
 * ```
 */
export async function readImage(path: string, options: ReadImageOptions = {}): Promise<Image> {
  const { bytes, width, height, channels: stored } = await openPicture(path, options);
  if (width < 2 || height < 2) throw new SourceError(path, `is ${width} x ${height} pixels, expected 2 x 2 or more`);
  // Whatever a decoder complains of is told: short of that, a JPEG with a hole in it passes for whole.
  const picture = sharp(bytes, { limitInputPixels: options.mostPixels ?? MOST_PIXELS, failOn: "warning" });
  const { data, info } = await picture.autoOrient().flatten({ background: BACKGROUND })
    .toColourspace(stored < 3 ? "b-w" : "srgb").raw().toBuffer({ resolveWithObject: true })
    .catch((error) => {
      throw undecodable(path, error);
    });
  if (info.channels !== 1 && info.channels !== 3) {
    throw new SourceError(path, `has ${info.channels} channels, expected grey or color`);
  }
  return { pixels: new Uint8Array(data), width: info.width, height: info.height, channels: info.channels };
}

/**
 * Cuts a square out of a picture and resizes it. Where the square reaches over the picture's edge, the edge's pixels
 * go on.
 *
 * @param image The picture.
 * @param square What to cut out; rounded to whole pixels.
 * @param size Side of the result, S.
 * @returns Grey levels, S x S, row-major; colors are weighed as in BT.601.
 * @throws {RangeError} When the square is smaller than two pixels or larger than four times the picture.
 *
 * @example
 * ```ts
 * import { cutSquare } from "./image.ts";
 * const image = { pixels: new Uint8Array(12).fill(7), width: 4, height: 3, channels: 1 as const };
 * const cut = await cutSquare(image, { left: -1, top: 0, size: 4 }, 2);
 * if (cut.length !== 4 || cut[0] !== 7) throw new Error(String(cut));
 * ```
 */
export async function cutSquare(image: Image, square: Square, size: number): Promise<Uint8Array> {
  const { pixels, width, height, channels } = image;
  checkArray("pixels", pixels, Uint8Array);
  if (pixels.length !== width * height * channels) {
    throw new RangeError(`the picture has ${pixels.length} bytes; expected ${width} x ${height} x ${channels}.`);
  }
  const [left, top, side] = [square.left, square.top, square.size].map(Math.round);
  if (!(side >= 2 && side <= 4 * Math.max(width, height))) {
    throw new RangeError(`cutSquare: the square is ${side} pixels wide in a picture of ${width} x ${height}.`);
  }
  const cut = new Uint8Array(side * side);
  for (let y = 0, target = 0; y < side; y++) {
    const row = Math.max(0, Math.min(height - 1, top + y)) * width;
    for (let x = 0; x < side; x++) {
      const source = (row + Math.max(0, Math.min(width - 1, left + x))) * channels;
      cut[target++] = channels === 1
        ? pixels[source]
        : Math.round(0.299 * pixels[source] + 0.587 * pixels[source + 1] + 0.114 * pixels[source + 2]);
    }
  }
  const resized = await sharp(cut, { raw: { width: side, height: side, channels: 1 } })
    .resize(size, size).toColourspace("b-w").raw().toBuffer();
  return new Uint8Array(resized);
}
