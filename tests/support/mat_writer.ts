/** A small writer of MATLAB version 5 files, for tests: both byte orders, compressed or not, any storage type. */

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

/** A variable to be written. */
export interface MatFixture {
  name: string;
  dimensions: number[];
  /** Column-major. */
  values: ArrayLike<number>;
  class?: keyof typeof CLASS;
  /** What the numbers are stored as; the class's own type where not given. */
  storage?: keyof typeof STORAGE;
  /** Adds an imaginary part of the same length. */
  complex?: boolean;
}

/** How the file is written. */
export interface MatWriterOptions {
  bigEndian?: boolean;
  compressed?: boolean;
}

/** One element: tag, data, padding; four bytes or less share the tag's eight. */
export function matElement(type: number, data: Uint8Array, bigEndian = false): Uint8Array<ArrayBuffer> {
  const small = data.length > 0 && data.length <= 4;
  const bytes = new Uint8Array(small ? 8 : 8 + Math.ceil(data.length / 8) * 8);
  const view = new DataView(bytes.buffer);
  if (small) view.setUint32(0, data.length << 16 | type, !bigEndian);
  else {
    view.setUint32(0, type, !bigEndian);
    view.setUint32(4, data.length, !bigEndian);
  }
  bytes.set(data, small ? 4 : 8);
  return bytes;
}

/** The 128 bytes at the start of a file. */
export function matHeader(bigEndian = false): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(128).fill(0x20);
  header.set(new TextEncoder().encode("MATLAB 5.0 MAT-file, written by a test"));
  header.fill(0, 116, 124);
  const view = new DataView(header.buffer);
  view.setUint16(124, 0x0100, !bigEndian);
  view.setUint16(126, 0x4d49, !bigEndian);
  return header;
}

/** A variable as an uncompressed element. */
export function matVariable(fixture: MatFixture, bigEndian = false): Uint8Array<ArrayBuffer> {
  const { name, dimensions, values, class: className = "double", complex = false } = fixture;
  const storage = STORAGE[fixture.storage ?? className as keyof typeof STORAGE];
  const flags = packed([CLASS[className] | (complex ? 0x800 : 0), 0], STORAGE.uint32, bigEndian);
  const numbers = matElement(storage.number, packed(values, storage, bigEndian), bigEndian);
  const parts = [
    matElement(6, flags, bigEndian),
    matElement(5, packed(dimensions, STORAGE.int32, bigEndian), bigEndian),
    matElement(1, new TextEncoder().encode(name), bigEndian),
    numbers,
    ...(complex ? [numbers] : []),
  ];
  return matElement(14, joinBytes(parts), bigEndian);
}

/** A whole file. */
export async function writeMat(
  variables: MatFixture[],
  { bigEndian = false, compressed = false }: MatWriterOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const parts = [matHeader(bigEndian)];
  for (const fixture of variables) {
    const element = matVariable(fixture, bigEndian);
    parts.push(compressed ? await matCompressed(element, bigEndian) : element);
  }
  return joinBytes(parts);
}

/** An element in a compressed one, which is not padded. */
export async function matCompressed(
  element: Uint8Array<ArrayBuffer>,
  bigEndian = false,
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([element]).stream().pipeThrough(new CompressionStream("deflate"));
  const data = new Uint8Array(await new Response(stream).arrayBuffer());
  const tag = new Uint8Array(8);
  const view = new DataView(tag.buffer);
  view.setUint32(0, 15, !bigEndian);
  view.setUint32(4, data.length, !bigEndian);
  return joinBytes([tag, data]);
}

/** Several arrays of bytes as one. */
export function joinBytes(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let position = 0;
  for (const part of parts) {
    bytes.set(part, position);
    position += part.length;
  }
  return bytes;
}

function packed(
  values: ArrayLike<number>,
  storage: typeof STORAGE[keyof typeof STORAGE],
  bigEndian: boolean,
): Uint8Array {
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
