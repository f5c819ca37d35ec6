/**
 * NumPy's `.npy` files, read and written: format versions 1, 2 and 3, both byte orders, C and Fortran order.
 * Bytes in, typed arrays out: touches no file, so that it runs in a browser too.
 *
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */

import { plainBytes } from "./arrays.ts";
import { excerpt } from "./printable.ts";

/** The array types a `.npy` file can hold here. */
export type NpyData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** Element types, spelled as NumPy does. */
export type NpyType = keyof typeof ELEMENTS;

/** An n-dimensional array in C order (the last index runs fastest). */
export interface NpyArray {
  /** Length of each dimension; `[]` is a scalar. */
  shape: number[];
  /** The elements, as many as the product of `shape`. */
  data: NpyData;
  /** Element type. Always there after reading; for writing only `"bool"` (kept in a Uint8Array) has to be named. */
  type?: NpyType;
}

/**
 * A `.npy` file that is damaged, lies about itself or holds what numbers cannot express.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { NpyError, readNpy } from "./npy.ts";
 * assert.throws(() => readNpy(new Uint8Array(3)), NpyError);
 * ```
 */
export class NpyError extends Error {
  override name = "NpyError";
}

const ELEMENTS = {
  bool: { code: "b1", array: Uint8Array },
  uint8: { code: "u1", array: Uint8Array },
  int8: { code: "i1", array: Int8Array },
  uint16: { code: "u2", array: Uint16Array },
  int16: { code: "i2", array: Int16Array },
  uint32: { code: "u4", array: Uint32Array },
  int32: { code: "i4", array: Int32Array },
  uint64: { code: "u8", array: BigUint64Array },
  int64: { code: "i8", array: BigInt64Array },
  float32: { code: "f4", array: Float32Array },
  float64: { code: "f8", array: Float64Array },
} as const;

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
/** A plain array's header takes about a hundred bytes; anything near this is no plain array. */
const LONGEST_HEADER = 65536;
/** As many as NumPy 2 allows. */
const MOST_DIMENSIONS = 64;

/**
 * Reads a `.npy` file.
 *
 * `data` is a view of `bytes` where alignment, byte order and element order allow it, else a copy; it never takes more
 * memory than `bytes` does, whatever the header claims. Fortran order is turned into C order, big-endian numbers into
 * the machine's own; `bytes` stays as it is.
 *
 * @param bytes The whole file.
 * @returns The array: shape, elements in C order, element type.
 * @throws {NpyError} When the file is truncated, too long, not `.npy`, or holds objects, records, text or half floats.
 * @throws {TypeError} When `bytes` is no Uint8Array.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readNpy, writeNpy } from "./npy.ts";
 *
 * const file = writeNpy({ shape: [2, 3], data: new Int32Array([1, 2, 3, 4, 5, 6]) });
 * const { shape, data } = readNpy(file);
 * assert(shape.length === 2 && data[5] === 6);
 * ```
 */
export function readNpy(bytes: Uint8Array): NpyArray {
  bytes = plainBytes("bytes", bytes);
  const header = readHeader(bytes);
  const { type, bigEndian } = elementType(header.descr);
  const array = ELEMENTS[type].array;
  const size = array.BYTES_PER_ELEMENT;
  const available = bytes.length - header.end;
  const count = elementCount(header.shape);
  if (!(count * size === available)) {
    const shape = `(${header.shape.join(", ")})`;
    throw new NpyError(
      `shape ${shape} of ${type} needs ${count * size} bytes of data, the file has ${available}: ` +
        (count * size > available ? "it is cut short or its header is wrong" : "it has trailing bytes"),
    );
  }
  let start = bytes.byteOffset + header.end;
  let buffer = bytes.buffer as ArrayBuffer;
  if (start % size !== 0 || (bigEndian && size > 1)) {
    buffer = bytes.slice(header.end).buffer;
    start = 0;
    if (bigEndian) reverseElements(new Uint8Array(buffer), size);
  }
  const stored = new array(buffer, start, count) as NpyData;
  const data = header.fortranOrder ? fromFortranOrder(stored, header.shape) : stored;
  return { shape: header.shape, data, type };
}

/**
 * Writes a `.npy` file: little-endian, C order, format version 1 (2 only where the header is too long for 1).
 * The same array always gives the same bytes.
 *
 * @param array Shape and elements; `type: "bool"` writes a Uint8Array of 0 and 1 as booleans.
 * @returns The whole file.
 * @throws {NpyError} When shape and data do not fit together.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { writeNpy } from "./npy.ts";
 *
 * const file = writeNpy({ shape: [3], data: new Uint8Array([7, 8, 9]) });
 * assert(file.length === 128 + 3);
 * ```
 */
export function writeNpy(array: NpyArray): Uint8Array<ArrayBuffer> {
  const header = npyHeader(array);
  const { buffer, byteOffset, byteLength } = array.data;
  const file = new Uint8Array(header.length + byteLength);
  file.set(header);
  file.set(new Uint8Array(buffer, byteOffset, byteLength), header.length);
  return file;
}

/**
 * The bytes that stand before the data in the file that {@linkcode writeNpy} makes: for writing a large array to disk
 * without a second copy of it in memory.
 *
 * @param array Shape and elements.
 * @returns The header, a multiple of 64 bytes long.
 * @throws {NpyError} When shape and data do not fit together.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { npyHeader } from "./npy.ts";
 *
 * assert(npyHeader({ shape: [3], data: new Uint8Array(3) }).length === 128);
 * ```
 */
export function npyHeader({ shape, data, type = typeOf(data) }: NpyArray): Uint8Array<ArrayBuffer> {
  if (!(type in ELEMENTS) || !(data instanceof ELEMENTS[type].array)) {
    throw new NpyError(`type ${type} cannot be written from ${data?.constructor?.name ?? data}`);
  }
  if (shape.length > MOST_DIMENSIONS || !shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw new NpyError(`shape [${shape}] must be at most ${MOST_DIMENSIONS} whole numbers from 0`);
  }
  const count = elementCount(shape);
  if (count !== data.length) {
    throw new NpyError(`shape [${shape}] means ${count} elements, data has ${data.length}`);
  }
  const order = data.BYTES_PER_ELEMENT === 1 ? "|" : "<";
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${order}${ELEMENTS[type].code}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const version = text.length + 64 < 65536 ? 1 : 2;
  const prefix = version === 1 ? 10 : 12;
  const length = Math.ceil((prefix + text.length + 1) / 64) * 64;
  const header = new Uint8Array(length).fill(0x20);
  header.set([...MAGIC, version, 0]);
  const view = new DataView(header.buffer);
  if (version === 1) view.setUint16(8, length - prefix, true);
  else view.setUint32(8, length - prefix, true);
  header.set(new TextEncoder().encode(text), prefix);
  header[length - 1] = 0x0a;
  return header;
}

interface Header {
  descr: string;
  fortranOrder: boolean;
  shape: number[];
  /** Where the data begins. */
  end: number;
}

function readHeader(bytes: Uint8Array): Header {
  if (!MAGIC.every((value, i) => bytes[i] === value)) {
    throw new NpyError(`no .npy file: it does not begin with \\x93NUMPY (${bytes.length} bytes)`);
  }
  const version = bytes[6];
  const prefix = version === 1 ? 10 : 12;
  if (bytes.length < prefix) throw new NpyError(`cut short inside the header: ${bytes.length} bytes`);
  if (!(version >= 1 && version <= 3)) throw new NpyError(`format version ${version} is not known (1, 2 and 3 are)`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const end = prefix + length;
  if (length > LONGEST_HEADER) {
    throw new NpyError(`header claims ${length} bytes, more than the ${LONGEST_HEADER} a plain array can need`);
  }
  if (end > bytes.length) {
    throw new NpyError(`cut short inside the header: it claims ${length} bytes, ${bytes.length - prefix} are left`);
  }
  const text = new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(bytes.subarray(prefix, end));
  return { ...parseHeader(text), end };
}

const ENTRY = /^\s*(['"])(descr|fortran_order|shape)\1\s*:\s*(?:(['"])([^'"]*)\3|(True|False)|\(([\dL,\s]*)\))\s*(,|$)/;

/** Parses the Python dictionary with exactly the three keys that the format knows. */
function parseHeader(text: string): Omit<Header, "end"> {
  const body = /^\{([^]*)\}\s*$/.exec(text)?.[1];
  if (body === undefined) throw new NpyError(`header is no Python dictionary: ${excerpt(text)}`);
  if (/['"]descr['"]\s*:\s*\[/.test(body)) throw new NpyError("records (a structured dtype) are not supported");
  const found = new Map<string, string | boolean | number[]>();
  let rest = body;
  while (rest.trim() !== "") {
    const entry = ENTRY.exec(rest);
    if (!entry) throw new NpyError(`header cannot be understood at ${excerpt(rest)}`);
    const [matched, , key, , string, boolean, tuple] = entry;
    if (found.has(key)) throw new NpyError(`header names ${key} twice`);
    found.set(key, string ?? (tuple === undefined ? boolean === "True" : parseShape(tuple)));
    rest = rest.slice(matched.length);
  }
  const descr = found.get("descr"), fortranOrder = found.get("fortran_order"), shape = found.get("shape");
  if (typeof descr !== "string") throw new NpyError(`header has no element type "descr": ${excerpt(text)}`);
  if (typeof fortranOrder !== "boolean") throw new NpyError(`header has no "fortran_order": ${excerpt(text)}`);
  if (!Array.isArray(shape)) throw new NpyError(`header has no "shape": ${excerpt(text)}`);
  return { descr, fortranOrder, shape };
}

function parseShape(tuple: string): number[] {
  const items = tuple.split(",").map((item) => item.trim());
  if (items.at(-1) === "") items.pop();
  const shape = items.map((item) => /^\d+L?$/.test(item) ? parseInt(item, 10) : NaN);
  if (!shape.every(Number.isSafeInteger)) throw new NpyError(`shape (${excerpt(tuple)}) is not made of whole numbers`);
  if (shape.length > MOST_DIMENSIONS) {
    throw new NpyError(`shape has ${shape.length} dimensions, more than ${MOST_DIMENSIONS}`);
  }
  return shape;
}

function elementType(descr: string): { type: NpyType; bigEndian: boolean } {
  const code = descr.replace(/^[<>|=]/, "");
  const type = (Object.keys(ELEMENTS) as NpyType[]).find((type) => ELEMENTS[type].code === code);
  if (!type) {
    const what = code.startsWith("O") ? "Python objects (they could run code)" : "this element type";
    throw new NpyError(`dtype "${excerpt(descr)}": ${what} cannot be read; known are ${Object.keys(ELEMENTS)}`);
  }
  return { type, bigEndian: descr.startsWith(">") };
}

function typeOf(data: NpyData): NpyType {
  const types = Object.keys(ELEMENTS) as NpyType[];
  const type = types.find((type) => type !== "bool" && data instanceof ELEMENTS[type].array);
  if (!type) {
    throw new NpyError(`data must be a typed array of a known type, not ${Object.prototype.toString.call(data)}`);
  }
  return type;
}

/** Zero is asked first: 0 times a product that overflowed would be NaN. */
function elementCount(shape: number[]): number {
  return shape.includes(0) ? 0 : shape.reduce((product, length) => product * length, 1);
}

function reverseElements(bytes: Uint8Array, size: number): void {
  for (let i = 0; i < bytes.length; i += size) bytes.subarray(i, i + size).reverse();
}

/** Turns "first index fastest" into "last index fastest". */
function fromFortranOrder(stored: NpyData, shape: number[]): NpyData {
  if (shape.length < 2 || stored.length === 0) return stored;
  // One number type stands for all in the loop: TypeScript cannot index a union of number and bigint arrays.
  const from = stored as Float64Array;
  const to = new (stored.constructor as Float64ArrayConstructor)(stored.length);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, length) => product * length, 1));
  const index = shape.map(() => 0);
  let source = 0;
  for (let target = 0; target < to.length; target++) {
    to[target] = from[source];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      source += strides[axis];
      if (++index[axis] < shape[axis]) break;
      source -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return to as NpyData;
}
