/** Finds the variables of a MATLAB version 5 file and gives their numbers as a stream. */

import { elementsOf, firstBytes, inflate } from "./bytes.ts";
import {
  className,
  ELEMENT,
  HEADER_LENGTH,
  isNumeric,
  type MatClass,
  type MatElements,
  MatError,
  readHeader,
  readTag,
  STORAGE,
  type Tag,
} from "./format.ts";
import type { MatSource } from "./source.ts";

/** A variable of a `.mat` file. Its numbers stay in the file until {@linkcode MatVariable.elements} is called. */
export interface MatVariable {
  /** Its name. */
  name: string;
  /** Its class in MATLAB, such as `"double"`. */
  className: MatClass;
  /** Length of each dimension, at least two. The first index runs fastest (column-major). */
  dimensions: number[];
  /** Whether there is an imaginary part, which is not read. */
  complex: boolean;
  /** Byte of the file where the variable begins. */
  offset: number;
  /**
   * The numbers (real part) in the file's order, in pieces of bounded size, as the type that they are stored as: MATLAB
   * may keep a double array of small whole numbers as bytes. Can be called again, at any time.
   *
   * @param options With `reuse` a piece is good only until the next is asked for: faster for large variables.
   * @throws {MatError} When the variable is no full numeric array, or the file turns out to be damaged.
   */
  elements(options?: { reuse?: boolean }): AsyncGenerator<MatElements>;
}

/** Pieces in which a file is read: large where they are used as they are, smaller where they grow when inflated. */
const PIECE = 2 ** 20;
const COMPRESSED_PIECE = 2 ** 16;
/** The most a variable's own header (flags, dimensions, name) may take. */
const LONGEST_START = 4096;
/** Deflate cannot shrink data by more than this factor: a variable that claims more is lying. */
const MOST_INFLATION = 1032;
/** More than anybody gives names to: a file can hold millions of empty ones. */
const MOST_VARIABLES = 10_000;

/**
 * Finds the variables of a MATLAB version 5 file (also called 6 and 7), in either byte order, compressed or not. Only the
 * first bytes of each are read.
 *
 * @param source The file.
 * @returns The variables in the file's order.
 * @throws {MatError} When the file is damaged, lies about itself, or is of another version; naming file and byte.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { fileSource, readMat } from "./mod.ts";
 *
 * async function sum(path: string, name: string) {
 *   let total = 0;
 *   for await (const variable of readMat(await fileSource(path))) {
 *     if (variable.name !== name) continue;
 *     for await (const numbers of variable.elements()) {
 *       for (const number of numbers) total += Number(number);
 *     }
 *   }
 *   return total;
 * }
 * await assert.rejects(sum("none.mat", "x"), /none.mat: is missing/);
 * ```
 */
export async function* readMat(source: MatSource): AsyncGenerator<MatVariable> {
  const header = await firstBytes(source.read(0, Math.min(HEADER_LENGTH, source.size), HEADER_LENGTH), HEADER_LENGTH);
  const littleEndian = readHeader(header, source.name);
  let offset = HEADER_LENGTH;
  for (let count = 0; offset < source.size; count++) {
    if (count === MOST_VARIABLES) throw new MatError(source.name, `more than ${MOST_VARIABLES} variables`, offset);
    const element = await readElement(source, offset, littleEndian);
    yield describeVariable(source, element, littleEndian);
    offset = element.end;
  }
}

/** An element of the file: a variable, or a compressed one. */
interface Element {
  offset: number;
  end: number;
  compressed: boolean;
  /** The first bytes of the variable, inflated, its tag included. */
  start: Uint8Array;
}

async function readElement(source: MatSource, offset: number, littleEndian: boolean): Promise<Element> {
  const { name, size } = source;
  const readable = Math.min(size, offset + LONGEST_START);
  const first = await firstBytes(source.read(offset, readable, LONGEST_START), LONGEST_START);
  if (first.length < 8) throw new MatError(name, "cut short inside a tag", offset);
  const tag = readTag(viewOf(first), 0, littleEndian);
  const compressed = tag.type === ELEMENT.compressed;
  if (tag.start !== 8 || (!compressed && tag.type !== ELEMENT.matrix)) {
    throw new MatError(name, `element of type ${tag.type}, expected a variable (14) or a compressed one (15)`, offset);
  }
  const end = offset + 8 + tag.length;
  if (end > size) {
    throw new MatError(name, `cut short: an element claims ${tag.length} bytes, ${size - offset - 8} are left`, offset);
  }
  if (!compressed) return { offset, end, compressed, start: first.subarray(0, 8 + tag.length) };
  const packed = source.read(offset + 8, Math.min(end, readable), LONGEST_START);
  const start = await firstBytes(inflate(packed, name, offset), LONGEST_START);
  return { offset, end, compressed, start };
}

function describeVariable(source: MatSource, element: Element, littleEndian: boolean): MatVariable {
  const { offset, start } = element;
  const view = viewOf(start);
  const fail = (problem: string): never => {
    throw new MatError(source.name, problem, offset);
  };
  /** The tag at `at`, its data among the first bytes; `what` names it in errors. */
  const part = (at: number, what: string, ...types: number[]): Tag => {
    if (at + 8 > start.length) fail(`variable ends before its ${what}`);
    const tag = readTag(view, at, littleEndian);
    if (!types.includes(tag.type)) fail(`${what} of element type ${tag.type}, expected ${types.join(" or ")}`);
    if (tag.start + tag.length > start.length) fail(`${what} claims ${tag.length} bytes, more than there are`);
    return tag;
  };

  if (start.length < 8) fail("compressed variable ends inside its tag");
  const matrix = readTag(view, 0, littleEndian);
  if (matrix.type !== ELEMENT.matrix || matrix.start !== 8) {
    fail(`compressed element of type ${matrix.type}, expected 14`);
  }
  const packed = element.end - offset - 8;
  if (element.compressed && matrix.length > packed * MOST_INFLATION) {
    fail(`variable claims ${matrix.length} bytes, which cannot come out of ${packed} compressed ones`);
  }
  const flags = part(8, "flags", ELEMENT.uint32);
  if (flags.length !== 8) fail(`flags of ${flags.length} bytes, expected 8`);
  const flagWord = view.getUint32(flags.start, littleEndian);
  const kind = className(flagWord & 0xff) ?? fail(`class number ${flagWord & 0xff} is not known`);
  const dimensionsTag = part(flags.next, "dimensions", ELEMENT.int32, ELEMENT.uint32);
  const rank = dimensionsTag.length / 4;
  if (!(Number.isInteger(rank) && rank >= 2)) fail(`dimensions of ${dimensionsTag.length} bytes, expected two or more`);
  const dimensions = Array.from({ length: rank }, (_, i) => view.getInt32(dimensionsTag.start + 4 * i, littleEndian));
  const nameTag = part(dimensionsTag.next, "name", ELEMENT.int8, ELEMENT.utf8);
  const name = new TextDecoder().decode(start.subarray(nameTag.start, nameTag.start + nameTag.length));
  const label = `variable ${JSON.stringify(name.slice(0, 64))}`;
  if (dimensions.some((length) => length < 0)) fail(`${label}: dimensions ${dimensions} must not be negative`);

  const numbers = isNumeric(kind) ? describeNumbers() : undefined;
  return {
    name,
    className: kind,
    dimensions,
    complex: (flagWord & 0x800) !== 0,
    offset,
    async *elements({ reuse = false } = {}) {
      if (!numbers) throw new MatError(source.name, `${label} is of class ${kind}, expected numbers`, offset);
      const { begin, end, type } = numbers;
      const bytes = element.compressed
        ? inflate(source.read(offset + 8, element.end, COMPRESSED_PIECE), source.name, offset, {
          begin,
          end,
          whole: 8 + matrix.length,
        })
        : source.read(offset + begin, offset + end, PIECE, reuse);
      yield* elementsOf(bytes, type, littleEndian);
    },
  };

  /** Where the numbers lie, counted from the variable's tag, and as what. */
  function describeNumbers() {
    if (nameTag.next + 8 > start.length) return fail(`${label} ends before its numbers`);
    const tag = readTag(view, nameTag.next, littleEndian);
    const type = STORAGE.get(tag.type) ?? fail(`${label}: numbers of element type ${tag.type}, which is none`);
    const count = dimensions.includes(0) ? 0 : dimensions.reduce((product, length) => product * length, 1);
    const needed = count * type.BYTES_PER_ELEMENT;
    if (needed !== tag.length) {
      fail(`${label}: dimensions ${dimensions.join(" x ")} need ${needed} bytes, its numbers have ${tag.length}`);
    }
    if (tag.start + tag.length > 8 + matrix.length) {
      fail(`${label}: numbers of ${tag.length} bytes do not fit in a variable of ${matrix.length}`);
    }
    return { begin: tag.start, end: tag.start + tag.length, type };
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
