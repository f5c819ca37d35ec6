/** One image file as a square of grey levels. */

import { cropFace, cutSquare, type FaceBackend, findFace, middleSquare, PICTURES, readImage } from "../faces/mod.ts";

/** `none`: the largest square in the middle of the picture; `detector`: the face, found and cut out by eyes and chin. */
export type FolderCrop = "none" | "detector";

/**
 * Reads an image as the camera held it (EXIF orientation), grey, `size` x `size` pixels. Of several pages or frames it
 * is the first.
 *
 * @param path The file.
 * @param size Side in pixels.
 * @param crop What is kept of the picture.
 * @param backend What computes where the face is detected.
 * @returns Grey levels, row by row; undefined where no face is found.
 * @throws {SourceError} When the file is missing, damaged, no image, or larger than 128 MiB or 67 million pixels.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readSquare } from "./read_image.ts";
 *
 * await assert.rejects(readSquare("nowhere.png", 48, "none"), /nowhere.png: there is no such file/);
 * ```
 */
export async function readSquare(
  path: string,
  size: number,
  crop: FolderCrop,
  backend: FaceBackend = "wasm",
): Promise<Uint8Array | undefined> {
  const image = await readImage(path, PICTURES);
  const { width, height } = image;
  if (crop === "none") return await cutSquare(image, middleSquare(image), size);
  // Nothing smaller than the detectors' least holds a face.
  const face = width >= 16 && height >= 16 ? await findFace(image, { backend }) : undefined;
  return face && await cropFace(image, face, { size });
}
