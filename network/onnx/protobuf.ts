/** The wire format of Protocol Buffers, as much of it as an ONNX file needs: integers, text, bytes, messages. */

/** A field of a message, ready to be written. */
export type Field = Uint8Array[];

const LENGTH_DELIMITED = 2;
const encoder = new TextEncoder();

/**
 * An integer field (int32, int64, enum) of 0 or more.
 *
 * @throws {RangeError} for a number that is no such integer.
 */
export function integer(field: number, value: number): Field {
  return [varint(8 * field), varint(value)];
}

/** A field of bytes. */
export function bytes(field: number, value: Uint8Array): Field {
  return [varint(8 * field + LENGTH_DELIMITED), varint(value.length), value];
}

/** A text field, in UTF-8. */
export function text(field: number, value: string): Field {
  return bytes(field, encoder.encode(value));
}

/** A field that holds a message. */
export function message(field: number, fields: readonly Field[]): Field {
  const parts = fields.flat();
  return [varint(8 * field + LENGTH_DELIMITED), varint(total(parts)), ...parts];
}

/**
 * A whole file: the fields of the outermost message.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { integer, join, message, text } from "./protobuf.ts";
 * assert.deepEqual([...join([integer(1, 300), message(2, [text(1, "a")])])], [8, 0xac, 2, 18, 3, 10, 1, 97]);
 * ```
 */
export function join(fields: readonly Field[]): Uint8Array<ArrayBuffer> {
  const parts = fields.flat();
  const file = new Uint8Array(total(parts));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/** Seven bits a byte, the lowest first; the eighth bit says that there are more. */
function varint(value: number): Uint8Array {
  if (!(Number.isSafeInteger(value) && value >= 0)) throw new RangeError(`${value} is no integer of 0 or more`);
  const digits: number[] = [];
  do {
    const rest = Math.floor(value / 128);
    digits.push(value % 128 + (rest > 0 ? 128 : 0));
    value = rest;
  } while (value > 0);
  return Uint8Array.from(digits);
}

function total(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
