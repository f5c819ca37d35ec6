/**
 * Writes MATLAB version 5 files as streams: a variable's numbers may come in pieces, so that a file of any size takes the
 * memory of one piece.
 *
 * Format: MathWorks, "MAT-File Level 5 File Format".
 */

import { ELEMENT, HEADER_LENGTH } from "./format.ts";

/** Storage types: number in the file, bytes, and how a number is written. */
const STORAGE = {
  int8: { number: 1, size: 1, set: "setInt8" },
  uint8: { number: 2, size: 1, set: "setUint8" },
  int16: { number: 3, size: 2, set: "setInt16" },
  uint16: { number: 4, size: 2, set: "setUint16" },
  int32: { number: 5, size: 4, set: "setInt32" },
  uint32: { number: 6, size: 4, set: "setUint32" },
  single: { number: 7, size: 4, set: "setFloat32" },
  double: { number: 9, size: 8, set: "setFloat64" },
  int64: { number: 12, size: 8, set: "setBigInt64" },
  uint64: { number: 13, size: 8, set: "setBigUint64" },
} as const;

const CLASS = {
  cell: 1,
  char: 4,
  double: 6,
  single: 7,
  int8: 8,
  uint8: 9,
  int16: 10,
  uint16: 11,
  int32: 12,
  uint32: 13,
  int64: 14,
  uint64: 15,
};

/** What a variable's numbers are stored as. */
export type MatStorage = keyof typeof STORAGE;

/** A variable to be written. */
export interface MatArray {
  name: string;
  dimensions: readonly number[];
  /** Its numbers, the first dimension running fastest; or a function that gives them in pieces of any length. */
  values: ArrayLike<number> | (() => Iterable<ArrayLike<number>>);
  /** MATLAB's class; `double` when left out. */
  class?: keyof typeof CLASS;
  /** What the numbers are stored as; the class's own type when left out. */
  storage?: MatStorage;
}

/** Longest element: its length is written in four bytes. */
const MOST_BYTES = 2 ** 32 - 1;

/**
 * The 128 bytes at the start of a file.
 *
 * @param bigEndian byte order of all that follows; little-endian when left out.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readHeader } from "./format.ts";
 * import { matHeader } from "./write.ts";
 *
 * assert.equal(readHeader(matHeader(), "a.mat"), true);
 * ```
 */
export function matHeader(bigEndian = false): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(HEADER_LENGTH).fill(0x20);
  header.set(new TextEncoder().encode("MATLAB 5.0 MAT-file, written by aulens"));
  header.fill(0, 116, 124);
  const view = new DataView(header.buffer);
  view.setUint16(124, 0x0100, !bigEndian);
  view.setUint16(126, 0x4d49, !bigEndian);
  return header;
}

/**
 * One element: tag, data, padding; four bytes or less share the tag's eight.
 *
 * @param type number of the element's type.
 * @param data its bytes.
 * @param bigEndian byte order of the tag.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readTag } from "./format.ts";
 * import { matElement } from "./write.ts";
 *
 * const element = matElement(1, Uint8Array.of(97, 98));
 * assert.equal(readTag(new DataView(element.buffer), 0, true).length, 2);
 * ```
 */
export function matElement(type: number, data: Uint8Array, bigEndian = false): Uint8Array<ArrayBuffer> {
  const small = data.length > 0 && data.length <= 4;
  const bytes = new Uint8Array(small ? 8 : 8 + padded(data.length));
  if (small) new DataView(bytes.buffer).setUint32(0, data.length << 16 | type, !bigEndian);
  else bytes.set(matTag(type, data.length, bigEndian));
  bytes.set(data, small ? 4 : 8);
  return bytes;
}

/**
 * The tag before an element of more than four bytes.
 *
 * @param type number of the element's type.
 * @param length bytes of its data, without padding.
 * @param bigEndian byte order.
 * @throws RangeError when the length does not fit in four bytes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { matTag } from "./write.ts";
 *
 * assert.deepEqual(matTag(15, 258), Uint8Array.of(15, 0, 0, 0, 2, 1, 0, 0));
 * ```
 */
export function matTag(type: number, length: number, bigEndian = false): Uint8Array<ArrayBuffer> {
  if (length > MOST_BYTES) {
    throw new RangeError(`matTag: an element of ${length} bytes; version 5 of the format holds at most ${MOST_BYTES}.`);
  }
  const tag = new Uint8Array(8);
  const view = new DataView(tag.buffer);
  view.setUint32(0, type, !bigEndian);
  view.setUint32(4, length, !bigEndian);
  return tag;
}

/**
 * A variable as an uncompressed element, in pieces.
 *
 * @param variable name, dimensions, numbers.
 * @param bigEndian byte order.
 * @returns the element's bytes, each piece made when it is asked for and to be used before the next one.
 * @throws RangeError when there are more or fewer numbers than the dimensions say, or over 4 GiB of them.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { bytesSource, readMat } from "./mod.ts";
 * import { matHeader, matVariable } from "./write.ts";
 *
 * const rows = () => [[1, 2], [3, 4], [5, 6]];
 * const pieces = [...matVariable({ name: "a", dimensions: [2, 3], values: rows })];
 * const bytes = new Uint8Array(await new Blob([matHeader(), ...pieces]).arrayBuffer());
 * for await (const { name, dimensions } of readMat(bytesSource("a.mat", bytes))) {
 *   assert.deepEqual([name, dimensions], ["a", [2, 3]]);
 * }
 * ```
 */
export function* matVariable(variable: MatArray, bigEndian = false): Generator<Uint8Array<ArrayBuffer>> {
  const { name, dimensions, values, class: className = "double" } = variable;
  const storage = STORAGE[variable.storage ?? className as MatStorage];
  const count = dimensions.reduce((product, length) => product * length, 1);
  const length = count * storage.size;
  const heads = [
    matElement(ELEMENT.uint32, packed([CLASS[className], 0], STORAGE.uint32, bigEndian), bigEndian),
    matElement(ELEMENT.int32, packed(dimensions, STORAGE.int32, bigEndian), bigEndian),
    matElement(ELEMENT.int8, new TextEncoder().encode(name), bigEndian),
  ];
  const small = length > 0 && length <= 4;
  const before = heads.reduce((sum, head) => sum + head.length, 0);
  yield matTag(ELEMENT.matrix, before + 8 + (small ? 0 : padded(length)), bigEndian);
  yield* heads;
  const pieces = typeof values === "function" ? values() : [values];
  if (small) {
    const numbers = Array.from(pieces, (piece) => Array.from(piece)).flat();
    checkCount(name, numbers.length, count);
    yield matElement(storage.number, packed(numbers, storage, bigEndian), bigEndian);
    return;
  }
  yield matTag(storage.number, length, bigEndian);
  let written = 0;
  for (const piece of pieces) {
    written += piece.length;
    if (written > count) break;
    yield packed(piece, storage, bigEndian);
  }
  checkCount(name, written, count);
  yield new Uint8Array(padded(length) - length);
}

function checkCount(name: string, found: number, expected: number): void {
  if (found === expected) return;
  throw new RangeError(
    `matVariable: ${name} has ${found} numbers or more; expected the ${expected} of its dimensions.`,
  );
}

/** A length with the padding to eight bytes. */
function padded(length: number): number {
  return Math.ceil(length / 8) * 8;
}

function packed(
  values: ArrayLike<number>,
  storage: typeof STORAGE[MatStorage],
  bigEndian: boolean,
): Uint8Array<ArrayBuffer> {
  if (storage === STORAGE.uint8) return Uint8Array.from(values);
  const view = new DataView(new ArrayBuffer(values.length * storage.size));
  for (let i = 0; i < values.length; i++) {
    if (storage.set === "setBigInt64" || storage.set === "setBigUint64") {
      view[storage.set](i * 8, BigInt(values[i]), !bigEndian);
    } else {
      view[storage.set](i * storage.size, values[i], !bigEndian);
    }
  }
  return new Uint8Array(view.buffer);
}
