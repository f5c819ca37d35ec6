/**
 * The safetensors file format, read and written: named tensors plus a string-to-string table, with nothing that runs.
 * Bytes in, bytes out: touches no file, so that it runs in a browser too.
 * Format: https://github.com/huggingface/safetensors#format
 */
import { plainBytes } from "../datasets/arrays.ts";
import { excerpt, printable } from "../datasets/printable.ts";

/** The array types a tensor's elements come in; F16 and BF16 as their raw bits in a Uint16Array, BOOL in a Uint8Array. */
export type TensorData =
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

/** Element types, spelled as the format does. */
export type TensorType = keyof typeof ARRAYS;

/** A tensor in C order (the last index runs fastest). */
export interface SafeTensor {
  /** Length of each dimension; `[]` is a scalar. */
  shape: number[];
  /** Element type as the format spells it, `"F32"` for example. */
  dtype: TensorType;
  /** The elements, as many as the product of `shape`. */
  data: TensorData;
}

/** What a safetensors file holds. */
export interface SafetensorsFile {
  /** The tensors by name. */
  tensors: Record<string, SafeTensor>;
  /** The file's `__metadata__`: free text by key, empty where there is none. */
  metadata: Record<string, string>;
}

/**
 * A safetensors file that is damaged or lies about itself, or tensors that cannot be written as one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readSafetensors, SafetensorsError } from "./safetensors.ts";
 * assert.throws(() => readSafetensors(new Uint8Array(3)), SafetensorsError);
 * ```
 */
export class SafetensorsError extends Error {
  override name = "SafetensorsError";
}

const ARRAYS = {
  F64: Float64Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;

/** The format's own limit. */
const LONGEST_HEADER = 100_000_000;

/**
 * Reads a safetensors file. Every element is copied out, so `bytes` may be reused; memory stays in proportion to the
 * file, whatever its header claims.
 *
 * @param bytes The whole file.
 * @returns Tensors by name, and the metadata.
 * @throws {SafetensorsError} When the file is truncated, has trailing bytes, holes, overlaps, a name twice, an unknown
 * element type, or a size that does not fit its shape.
 * @throws {TypeError} When `bytes` is no Uint8Array.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readSafetensors, writeSafetensors } from "./safetensors.ts";
 *
 * const file = writeSafetensors({ "fc4.bias": { shape: [2], data: new Float32Array([1, 1]) } }, { step: "7" });
 * const { tensors, metadata } = readSafetensors(file);
 * assert(tensors["fc4.bias"].dtype === "F32" && metadata.step === "7");
 * ```
 */
export function readSafetensors(bytes: Uint8Array): SafetensorsFile {
  bytes = plainBytes("bytes", bytes);
  if (bytes.length < 8) {
    throw new SafetensorsError(`cut short: ${bytes.length} bytes, the header's length alone takes 8`);
  }
  const claimed = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (claimed > LONGEST_HEADER) {
    throw new SafetensorsError(
      `header claims ${claimed} bytes, more than the ${LONGEST_HEADER} that the format allows`,
    );
  }
  const start = 8 + Number(claimed);
  if (start > bytes.length) {
    throw new SafetensorsError(`header claims ${claimed} bytes, only ${bytes.length - 8} are left: cut short`);
  }
  const header = parseHeader(bytes.subarray(8, start));
  const { __metadata__: metadata, ...entries } = header;
  const body = bytes.subarray(start);
  const tensors = Object.entries(entries).map(([name, entry]) => ({ name, ...checkEntry(name, entry) }));
  checkCoverage(tensors, body.length);
  return {
    // fromEntries makes even "__proto__" an ordinary key.
    tensors: Object.fromEntries(tensors.map(({ name, dtype, shape, begin, end }) => {
      const data = new ARRAYS[dtype](body.slice(begin, end).buffer) as TensorData;
      return [name, { shape, dtype, data }];
    })),
    metadata: checkMetadata(metadata),
  };
}

/**
 * Writes a safetensors file. Equal input gives equal bytes: tensors with larger elements come first (so that each is
 * aligned), equal ones by name in code unit order; metadata keys in code unit order; the header is padded with spaces
 * to a multiple of 8 bytes.
 *
 * @param tensors Shape and elements by name. `dtype` is implied by the array's type, except for F16, BF16 and BOOL.
 * @param metadata Text by key, for what is not a tensor.
 * @returns The whole file.
 * @throws {SafetensorsError} When a shape does not fit its data, a name is reserved, or a type is not the format's.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { writeSafetensors } from "./safetensors.ts";
 *
 * const file = writeSafetensors({ weight: { shape: [1, 2], data: new Float32Array(2) } });
 * assert(file.length % 8 === 0);
 * ```
 */
export function writeSafetensors(
  tensors: Record<string, { shape: readonly number[]; data: TensorData; dtype?: TensorType }>,
  metadata: Record<string, string> = {},
): Uint8Array<ArrayBuffer> {
  const sorted = Object.entries(tensors)
    .map(([name, tensor]) => ({ name, ...tensor, dtype: writableType(name, tensor) }))
    .sort((a, b) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT || (a.name < b.name ? -1 : 1));
  const table = Object.entries(metadata).sort(([a], [b]) => a < b ? -1 : 1);
  for (const [key, value] of table) {
    if (typeof value !== "string") throw new SafetensorsError(`metadata ${excerpt(key)} must be text, not ${value}`);
    if (!key.isWellFormed() || !value.isWellFormed()) {
      throw new SafetensorsError(`metadata ${excerpt(key)} holds half a surrogate pair, which UTF-8 cannot express`);
    }
  }
  // Written by hand: an object's number-like keys would move to the front.
  const entries: string[] = [];
  if (table.length > 0) {
    const pairs = table.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    entries.push(`"__metadata__":{${pairs}}`);
  }
  let end = 0;
  for (const { name, dtype, shape, data } of sorted) {
    const offsets = `[${end},${end += data.byteLength}]`;
    entries.push(`${JSON.stringify(name)}:{"dtype":"${dtype}","shape":[${shape}],"data_offsets":${offsets}}`);
  }
  const header = new TextEncoder().encode(`{${entries}}`);
  const length = Math.ceil(header.length / 8) * 8;
  if (length > LONGEST_HEADER) throw new SafetensorsError(`header of ${length} bytes, over ${LONGEST_HEADER}`);
  const file = new Uint8Array(8 + length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.fill(0x20, 8, 8 + length);
  file.set(header, 8);
  let position = 8 + length;
  for (const { data } of sorted) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return file;
}

interface Entry {
  dtype: TensorType;
  shape: number[];
  begin: number;
  end: number;
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let text: string, header: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (cause) {
    throw new SafetensorsError(`header is no JSON in UTF-8: ${printable((cause as Error).message)}`, { cause });
  }
  if (!text.startsWith("{")) throw new SafetensorsError("header must begin with {");
  const twice = repeatedKey(text);
  if (twice !== undefined) throw new SafetensorsError(`header names ${excerpt(twice)} twice`);
  return header as Record<string, unknown>;
}

/** The first key that stands twice in one object of `json` (which must be valid): JSON.parse would keep the last. */
function repeatedKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (let i = 0; i < json.length; i++) {
    if (json[i] === "{") open.push(new Set());
    else if (json[i] === "}") open.pop();
    else if (json[i] === '"') {
      const start = i;
      while (json[++i] !== '"') if (json[i] === "\\") i++;
      let next = i + 1;
      while (" \t\n\r".includes(json[next] ?? "x")) next++;
      if (json[next] !== ":") continue;
      const key = JSON.parse(json.slice(start, i + 1));
      const keys = open.at(-1)!;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
}

function checkEntry(name: string, entry: unknown): Entry {
  const { dtype, shape, data_offsets: offsets, ...others } = (entry ?? {}) as Record<string, unknown>;
  const what = `tensor ${excerpt(name)}`;
  if (typeof dtype !== "string" || !Object.hasOwn(ARRAYS, dtype)) {
    throw new SafetensorsError(`${what}: dtype ${excerpt(dtype)} is not one of ${Object.keys(ARRAYS)}`);
  }
  if (!isWholeNumbers(shape)) {
    throw new SafetensorsError(`${what}: shape ${excerpt(shape)} is no list of whole numbers`);
  }
  if (!isWholeNumbers(offsets) || offsets.length !== 2 || !(offsets[0] <= offsets[1])) {
    throw new SafetensorsError(`${what}: data_offsets ${excerpt(offsets)} must be [begin, end], begin <= end`);
  }
  const unknown = Object.keys(others);
  if (unknown.length > 0) throw new SafetensorsError(`${what}: key ${excerpt(unknown[0])} is not known`);
  const [begin, end] = offsets;
  const needed = elementCount(shape) * ARRAYS[dtype as TensorType].BYTES_PER_ELEMENT;
  if (end - begin !== needed) {
    throw new SafetensorsError(
      `${what}: ${dtype} of shape ${excerpt(shape)} takes ${needed} bytes, data_offsets ${excerpt(offsets)} hold ${
        end - begin
      }`,
    );
  }
  return { dtype: dtype as TensorType, shape, begin, end };
}

/** Every byte of the body belongs to exactly one tensor. */
function checkCoverage(tensors: (Entry & { name: string })[], length: number): void {
  let covered = 0;
  for (const { name, begin, end } of tensors.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < covered) {
      throw new SafetensorsError(`tensor ${excerpt(name)}: byte ${begin} belongs to another already`);
    }
    if (begin > covered) {
      throw new SafetensorsError(`tensor ${excerpt(name)}: bytes ${covered} to ${begin} before it are a hole`);
    }
    if (end > length) {
      throw new SafetensorsError(
        `tensor ${excerpt(name)}: ends at byte ${end}, the file has ${length} of data: cut short`,
      );
    }
    covered = end;
  }
  if (covered < length) throw new SafetensorsError(`${length - covered} trailing bytes belong to no tensor`);
}

function checkMetadata(metadata: unknown): Record<string, string> {
  if (metadata === undefined) return {};
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) {
    throw new SafetensorsError(`__metadata__ must be a table of text, not ${excerpt(metadata)}`);
  }
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== "string") {
      throw new SafetensorsError(`__metadata__ ${excerpt(key)} must be text, not ${excerpt(value)}`);
    }
  }
  return metadata as Record<string, string>;
}

function writableType(
  name: string,
  { shape, data, dtype }: { shape: readonly number[]; data: TensorData; dtype?: TensorType },
): TensorType {
  const what = `tensor ${excerpt(name)}`;
  if (name === "__metadata__") throw new SafetensorsError(`${what}: the name is reserved, choose another`);
  if (!name.isWellFormed()) throw new SafetensorsError(`${what}: half a surrogate pair, which UTF-8 cannot express`);
  const implied = (["F64", "I64", "U64", "F32", "I32", "U32", "I16", "U16", "I8", "U8"] as const)
    .find((type) => data instanceof ARRAYS[type]);
  if (!implied) throw new SafetensorsError(`${what}: data must be a typed array that the format knows`);
  const chosen = dtype ?? implied;
  if (!Object.hasOwn(ARRAYS, chosen) || !(data instanceof ARRAYS[chosen])) {
    throw new SafetensorsError(`${what}: dtype ${excerpt(chosen)} cannot be written from ${data.constructor.name}`);
  }
  if (!isWholeNumbers(shape) || elementCount(shape) !== data.length) {
    throw new SafetensorsError(`${what}: shape ${excerpt(shape)} does not fit ${data.length} elements`);
  }
  return chosen;
}

function isWholeNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

/** Zero is asked first: 0 times a product that overflowed would be NaN. */
function elementCount(shape: readonly number[]): number {
  return shape.includes(0) ? 0 : shape.reduce((product, length) => product * length, 1);
}
