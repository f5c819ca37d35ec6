/** Whole MATLAB version 5 files for tests: both byte orders, compressed or not, any storage type, what no writer should write. */

import { type MatArray, matElement, matHeader, matTag, matVariable as matPieces } from "../../datasets/mat/write.ts";

export { matElement, matHeader };

/** A variable to be written. */
export interface MatFixture extends MatArray {
  /** Column-major. */
  values: ArrayLike<number>;
  /** Adds an imaginary part that equals the real one. */
  complex?: boolean;
}

/** How the file is written. */
export interface MatWriterOptions {
  bigEndian?: boolean;
  compressed?: boolean;
}

/** A variable as an uncompressed element. */
export function matVariable(fixture: MatFixture, bigEndian = false): Uint8Array<ArrayBuffer> {
  const [tag, flags, ...rest] = matPieces(fixture, bigEndian);
  if (!fixture.complex) return joinBytes([tag, flags, ...rest]);
  new DataView(flags.buffer).setUint32(8, new DataView(flags.buffer).getUint32(8, !bigEndian) | 0x800, !bigEndian);
  const [, , ...numbers] = rest; // after dimensions and name
  return matElement(14, joinBytes([flags, ...rest, ...numbers]), bigEndian);
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
  return joinBytes([matTag(15, data.length, bigEndian), data]);
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
