/** Streams of bytes: the first few, inflated ones, and typed numbers out of them. */

import { type ElementArray, type MatElements, MatError } from "./format.ts";

/** Pieces of a file. */
export type Pieces = AsyncIterable<Uint8Array<ArrayBuffer>>;

/**
 * The first bytes of a stream; the rest is left unread.
 *
 * @param pieces The stream.
 * @param count How many.
 * @returns That many, or all there are.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { firstBytes } from "./bytes.ts";
 * import { bytesSource } from "./source.ts";
 *
 * const source = bytesSource("a.mat", Uint8Array.of(1, 2, 3, 4));
 * assert.deepEqual(await firstBytes(source.read(0, 4, 1), 3), Uint8Array.of(1, 2, 3));
 * ```
 */
export async function firstBytes(pieces: Pieces, count: number): Promise<Uint8Array<ArrayBuffer>> {
  const first = new Uint8Array(count);
  let length = 0;
  for await (const piece of pieces) {
    const part = piece.subarray(0, count - length);
    first.set(part, length);
    length += part.length;
    if (length === count) break;
  }
  return first.subarray(0, length);
}

/**
 * Inflates a zlib stream.
 *
 * @param pieces The compressed bytes.
 * @param file Name for errors.
 * @param offset Byte of the file where the stream begins, for errors.
 * @param range Gives only the inflated bytes from `begin` to `end`, and insists that there are `whole` bytes in all, with
 * the right checksum. Without it, everything up to where the caller stops.
 * @returns The inflated bytes in pieces, each the caller's to keep.
 * @throws {MatError} When the stream is damaged, or shorter or longer than it should be.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { firstBytes, inflate } from "./bytes.ts";
 *
 * const zipped = new Blob(["hello"]).stream().pipeThrough(new CompressionStream("deflate"));
 * assert.deepEqual(await firstBytes(inflate(zipped, "a.mat", 0), 2), new TextEncoder().encode("he"));
 * ```
 */
export async function* inflate(
  pieces: Pieces,
  file: string,
  offset: number,
  range: { begin: number; end: number; whole: number } = { begin: 0, end: Infinity, whole: Infinity },
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { begin, end, whole } = range;
  const inflated = ReadableStream.from(pieces).pipeThrough(new DecompressionStream("deflate"));
  let position = 0;
  try {
    for await (const piece of inflated) {
      const next = position + piece.length;
      if (next > whole) {
        throw new MatError(file, `compressed variable holds more than the ${whole} bytes it claims`, offset);
      }
      if (next > begin && position < end) {
        yield piece.subarray(Math.max(0, begin - position), Math.min(piece.length, end - position));
      }
      position = next;
    }
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new MatError(file, `compressed variable is damaged: ${cause.message}`, offset, { cause });
  }
  if (position < whole && whole !== Infinity) {
    throw new MatError(file, `compressed variable holds ${position} bytes, it claims ${whole}`, offset);
  }
}

/**
 * Numbers out of bytes: in the machine's byte order, none torn between two pieces.
 *
 * @param pieces The bytes; they are overwritten where their order is turned.
 * @param type The array type of the numbers.
 * @param littleEndian The byte order of `pieces`.
 * @returns The numbers in pieces.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { elementsOf } from "./bytes.ts";
 * import { bytesSource } from "./source.ts";
 *
 * const bytes = bytesSource("a.mat", Uint8Array.of(1, 2, 3, 4)).read(0, 4, 3);
 * const numbers = await Array.fromAsync(elementsOf(bytes, Uint16Array, false));
 * assert.deepEqual(numbers, [Uint16Array.of(0x0102), Uint16Array.of(0x0304)]);
 * ```
 */
export async function* elementsOf(
  pieces: Pieces,
  type: ElementArray,
  littleEndian: boolean,
): AsyncGenerator<MatElements> {
  const size = type.BYTES_PER_ELEMENT;
  let torn = new Uint8Array(0);
  for await (let piece of pieces) {
    if (torn.length > 0 || (piece.byteOffset % size !== 0)) {
      const joined = new Uint8Array(torn.length + piece.length);
      joined.set(torn);
      joined.set(piece, torn.length);
      piece = joined;
    }
    const whole = piece.length - piece.length % size;
    torn = piece.slice(whole);
    if (whole === 0) continue;
    if (!littleEndian && size > 1) {
      for (let i = 0; i < whole; i += size) piece.subarray(i, i + size).reverse();
    }
    yield new type(piece.buffer, piece.byteOffset, whole / size);
  }
}
