/** Whether words in pictures come out as letters: where no font is found they are boxes, or nothing. */
import { loadSharp } from "./deps.ts";

/** A narrow letter above a wide one. */
const SIDE = 32;
const TWO_LETTERS = `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${2 * SIDE}">` +
  `<g font-family="sans-serif" font-size="24"><text x="2" y="26">i</text><text x="2" y="${
    SIDE + 26
  }">M</text></g></svg>`;

let drawn: Promise<boolean> | undefined;

/** Whether letters are drawn on this machine; it is looked at once in a process. */
export function lettersAreDrawn(): Promise<boolean> {
  return drawn ??= drawTwo().then(areDrawn);
}

/**
 * Whether the two halves of a picture, one letter in each, differ.
 *
 * @param pixels The picture, row by row.
 */
export function areDrawn(pixels: Uint8Array): boolean {
  const half = pixels.length / 2;
  return pixels.subarray(0, half).some((value, at) => value !== pixels[half + at]);
}

async function drawTwo(): Promise<Uint8Array> {
  const sharp = await loadSharp();
  return new Uint8Array(await sharp(new TextEncoder().encode(TWO_LETTERS)).ensureAlpha().raw().toBuffer());
}
