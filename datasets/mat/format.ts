/**
 * The parts of a MATLAB version 5 file: its 128-byte header, element tags, element and class numbers.
 *
 * Format: MathWorks, "MAT-File Level 5 File Format".
 */

import { printable } from "../printable.ts";

/**
 * A `.mat` file that is damaged, lies about itself or does not hold what is looked for.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { bytesSource, MatError, readMat } from "./mod.ts";
 * await assert.rejects(Array.fromAsync(readMat(bytesSource("short.mat", new Uint8Array(9)))), MatError);
 * ```
 */
export class MatError extends Error {
  override name = "MatError";

  /**
   * @param file Name of the file.
   * @param problem What is wrong.
   * @param offset Byte of the file where it shows, if there is such a place.
   */
  constructor(readonly file: string, problem: string, readonly offset?: number, options?: ErrorOptions) {
    super(printable(`${file}: ${problem}${offset === undefined ? "" : ` (at byte ${offset})`}`), options);
  }
}

/** Arrays that a variable's numbers come in: the type they are stored as, which may be smaller than the class. */
export type MatElements =
  | Uint8Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** Length of the file's header. */
export const HEADER_LENGTH = 128;

/** Element types with a meaning of their own. */
export const ELEMENT = { int8: 1, int32: 5, uint32: 6, matrix: 14, compressed: 15, utf8: 16 } as const;

/** The constructors of those arrays. */
export type ElementArray =
  | Uint8ArrayConstructor
  | Int8ArrayConstructor
  | Uint16ArrayConstructor
  | Int16ArrayConstructor
  | Uint32ArrayConstructor
  | Int32ArrayConstructor
  | BigUint64ArrayConstructor
  | BigInt64ArrayConstructor
  | Float32ArrayConstructor
  | Float64ArrayConstructor;

/** Array type of each numeric element type. */
export const STORAGE = new Map<number, ElementArray>([
  [1, Int8Array],
  [2, Uint8Array],
  [3, Int16Array],
  [4, Uint16Array],
  [5, Int32Array],
  [6, Uint32Array],
  [7, Float32Array],
  [9, Float64Array],
  [12, BigInt64Array],
  [13, BigUint64Array],
]);

const CLASSES = {
  1: "cell",
  2: "struct",
  3: "object",
  4: "char",
  5: "sparse",
  6: "double",
  7: "single",
  8: "int8",
  9: "uint8",
  10: "int16",
  11: "uint16",
  12: "int32",
  13: "uint32",
  14: "int64",
  15: "uint64",
  16: "function",
  17: "opaque",
} as const;

/** A variable's class, as MATLAB names it. */
export type MatClass = (typeof CLASSES)[keyof typeof CLASSES];

/**
 * MATLAB's name of a class number.
 *
 * @param number The number in a variable's flags; 6 to 15 are the plain numeric classes.
 * @returns The name, or undefined where there is no such class.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { className } from "./format.ts";
 *
 * assert.equal(className(6), "double");
 * ```
 */
export function className(number: number): MatClass | undefined {
  return (CLASSES as Record<number, MatClass>)[number];
}

/**
 * Whether a variable of this class is a full array of numbers.
 *
 * @param name MATLAB's name of the class.
 * @returns False for text, tables, sparse matrices and the like.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isNumeric } from "./format.ts";
 *
 * assert(isNumeric("uint8") && !isNumeric("sparse"));
 * ```
 */
export function isNumeric(name: MatClass): boolean {
  return !["cell", "struct", "object", "char", "sparse", "function", "opaque"].includes(name);
}

/** The tag before every element: its type, the length of its data, and where in `view` the data and the next tag begin. */
export interface Tag {
  type: number;
  length: number;
  start: number;
  next: number;
}

/**
 * Reads an element's tag; up to four bytes of data may share its eight (a "small data element").
 *
 * @param view Bytes of the file.
 * @param offset Where in them the tag begins; eight bytes must follow.
 * @param littleEndian The file's byte order.
 * @returns The tag; that its data lie within `view` is not checked.
 * @throws {RangeError} When there are fewer than eight bytes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readTag } from "./format.ts";
 *
 * const small = new DataView(Uint8Array.of(1, 0, 2, 0, 0x61, 0x62, 0, 0).buffer);
 * assert.deepEqual(readTag(small, 0, true), { type: 1, length: 2, start: 4, next: 8 });
 * ```
 */
export function readTag(view: DataView, offset: number, littleEndian: boolean): Tag {
  const word = view.getUint32(offset, littleEndian);
  if (word >>> 16 !== 0) return { type: word & 0xffff, length: word >>> 16, start: offset + 4, next: offset + 8 };
  const length = view.getUint32(offset + 4, littleEndian);
  return { type: word, length, start: offset + 8, next: offset + 8 + Math.ceil(length / 8) * 8 };
}

/**
 * Reads the header of a file: the byte order.
 *
 * @param header The file's first 128 bytes, or all it has.
 * @param file Name for errors.
 * @returns Whether numbers are little-endian.
 * @throws {MatError} When it is no MATLAB 5 file; for 4 and 7.3 the error says how to convert it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readHeader } from "./format.ts";
 *
 * assert.throws(() => readHeader(new TextEncoder().encode("MATLAB 7.3 MAT-file"), "a.mat"), /convert it/);
 * ```
 */
export function readHeader(header: Uint8Array, file: string): boolean {
  const text = new TextDecoder("latin1").decode(header);
  const stem = file.replace(/^.*[\\/]/, "").replace(/\.mat$/i, "");
  const convert = `load it in MATLAB and run  save('${stem}_v7.mat', '-struct', 'data', '-v7')  after  ` +
    `data = load('${stem}.mat')`;
  if (text.startsWith("HDF\r\n", 1) || text.startsWith("MATLAB 7.3")) {
    throw new MatError(file, `a version 7.3 file (HDF5), which is not read; convert it: ${convert}`);
  }
  if (header.length < HEADER_LENGTH) {
    throw new MatError(file, `${header.length} bytes, a MATLAB file has a header of ${HEADER_LENGTH}`, header.length);
  }
  const order = text.slice(126);
  if (order !== "IM" && order !== "MI") {
    if (header.subarray(0, 4).includes(0)) {
      throw new MatError(file, `no version 5 file; if it is a version 4 file, convert it: ${convert}`, 0);
    }
    throw new MatError(file, `no MATLAB file: its byte order mark is ${JSON.stringify(order)}, not "IM" or "MI"`, 126);
  }
  const littleEndian = order === "IM";
  const version = new DataView(header.buffer, header.byteOffset).getUint16(124, littleEndian);
  if (version === 0x0200) {
    throw new MatError(file, `a version 7.3 file (HDF5), which is not read; convert it: ${convert}`);
  }
  if (version !== 0x0100) throw new MatError(file, `version ${version} is not known (256 is version 5)`, 124);
  return littleEndian;
}
