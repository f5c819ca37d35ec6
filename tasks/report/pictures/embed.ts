/** Parts of drawn pages as data addresses, small enough to send. */
import { Buffer } from "node:buffer";
import type { PictureFile } from "../../../datasets/faces/picture_file.ts";
import { SourceError } from "../../../datasets/source_error.ts";
import { loadPictureFile, loadSharp } from "../../deps.ts";
import { damaged } from "./sheet_file.ts";

/** A picture in the page itself. */
export interface Picture {
  /** `data:image/webp;base64,...` */
  address: string;
  width: number;
  height: number;
}

/** A part of a page, in its pixels. */
export interface Region {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** A picture as the bytes of a WebP file. */
export interface ShrunkPicture {
  bytes: Uint8Array;
  width: number;
  height: number;
}

/**
 * Cuts a region out of a picture and keeps it as WebP; `scale` is how much smaller it gets. Blocks of equal color are kept as they are
 * (`exact`), everything else loses what an eye does not miss.
 *
 * @throws {UsageError} where the picture has no such region, or its data is damaged.
 */
export async function shrink(
  source: PictureFile,
  region: Region,
  { scale, exact = false }: { scale: number; exact?: boolean },
): Promise<ShrunkPicture> {
  const sharp = await loadSharp();
  const { path } = source, { left, top } = region;
  if (
    !(region.width > 0 && region.height > 0 && left + region.width <= source.width &&
      top + region.height <= source.height)
  ) {
    const problem = `is ${source.width} x ${source.height} pixels, which are too few for what its task draws there`;
    throw damaged(new SourceError(path, problem), path);
  }
  const [width, height] = [region.width, region.height].map((side) => Math.max(1, Math.round(side * scale)));
  const picture = sharp(source.bytes).extract(region).resize(width, height, { kernel: exact ? "nearest" : "lanczos3" });
  const bytes = await picture.webp(exact ? { lossless: true, effort: 6 } : { quality: 62, effort: 5 }).toBuffer()
    .catch(async (error) => {
      throw damaged((await loadPictureFile()).undecodable(path, error), path);
    });
  return { bytes: new Uint8Array(bytes), width, height };
}

/** The same as a data address. */
export async function embed(...of: Parameters<typeof shrink>): Promise<Picture> {
  const { bytes, ...size } = await shrink(...of);
  return { address: dataAddress("image/webp", bytes), ...size };
}

/** Pixels of a row, red green blue alpha, as a PNG one pixel high. */
export async function embedRow(pixels: Uint8Array): Promise<string> {
  const sharp = await loadSharp();
  const raw = { width: pixels.length / 4, height: 1, channels: 4 } as const;
  return dataAddress("image/png", await sharp(pixels, { raw }).png({ compressionLevel: 9 }).toBuffer());
}

function dataAddress(type: string, bytes: Uint8Array): string {
  return `data:${type};base64,${Buffer.from(bytes).toString("base64")}`;
}
