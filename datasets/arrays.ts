/** Checks of arrays from callers: types are not checked in a browser, and a wrong one is read as other numbers. */
import { excerpt } from "./printable.ts";

/** The constructor of a typed array. */
export interface ArrayType {
  new (length: number): ArrayLike<number>;
  readonly name: string;
  readonly prototype: ArrayLike<number>;
}

/**
 * Refuses what is no typed array of one of the given types.
 *
 * @param argument Name of the argument or field, for the error.
 * @param value What the caller passed.
 * @param types The types that are taken.
 * @throws {TypeError} naming the argument, what it is, and what is expected.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkArray } from "./arrays.ts";
 *
 * checkArray("images", new Float32Array(4), Float32Array);
 * const wrong = new Float64Array(4);
 * assert.throws(() => checkArray("images", wrong, Float32Array), /images is a Float64Array of 4 elements/);
 * ```
 */
export function checkArray<T extends readonly ArrayType[]>(
  argument: string,
  value: unknown,
  ...types: T
): asserts value is T[number]["prototype"] {
  const problem = arrayProblem(argument, value, ...types);
  if (problem) throw new TypeError(`${argument} ${problem}`);
}

/** What {@linkcode checkArray} says of a value, without the argument's name; undefined where the type is right. */
export function arrayProblem(argument: string, value: unknown, ...types: ArrayType[]): string | undefined {
  if (types.some((type) => value instanceof type)) return undefined;
  const expected = types.map(({ name }) => withArticle(name)).join(" or ");
  return `is ${describe(value)}, expected ${expected}${remedy(argument, value, types)}`;
}

/**
 * The same bytes as a plain `Uint8Array`. A subclass may copy in ways of its own: `slice` of Node's `Buffer` gives no
 * copy but a view, into memory that other buffers share.
 *
 * @param argument Name of the argument, for the error.
 * @param bytes What the caller passed.
 * @throws {TypeError} for anything but bytes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { plainBytes } from "./arrays.ts";
 *
 * const bytes = Uint8Array.of(1, 2, 3).subarray(1);
 * assert.deepEqual(plainBytes("bytes", bytes), bytes);
 * assert.throws(() => plainBytes("bytes", new ArrayBuffer(3)), /bytes is an ArrayBuffer.*new Uint8Array\(bytes\)/);
 * ```
 */
export function plainBytes(argument: string, bytes: unknown): Uint8Array {
  checkArray(argument, bytes, Uint8Array);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A value in words: its kind, and how many elements it has. */
function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) return excerpt(value);
  const kind = Object.prototype.toString.call(value).slice("[object ".length, -1);
  const length = Array.isArray(value) || ArrayBuffer.isView(value) && "length" in value ? value.length : undefined;
  return withArticle(kind) + (length === undefined ? "" : ` of ${length} elements`);
}

function withArticle(kind: string): string {
  return `${/^[AEIO]/.test(kind) ? "an" : "a"} ${kind}`;
}

/** How to make what is expected of a value that has numbers. */
function remedy(argument: string, value: unknown, types: readonly { name: string }[]): string {
  const numbers = Array.isArray(value) || ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
  return numbers && types.length === 1 ? `. Remedy: new ${types[0].name}(${argument})` : "";
}
