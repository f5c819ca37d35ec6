/** Equality of megabytes: `assert.deepEqual` would spend minutes on the picture of a difference. */

import { Buffer } from "node:buffer";

/**
 * Fails unless both are the same, value by value: arrays of numbers, or records of such, of any depth.
 *
 * @throws {Error} naming the first place that differs, and what stands there.
 */
export function assertSame(actual: unknown, expected: unknown, what: string): void {
  if (Object.is(actual, expected) || haveEqualBytes(actual, expected)) return;
  const both = [actual, expected];
  if (both.every((value) => ArrayBuffer.isView(value))) {
    const [a, b] = both as unknown as ArrayLike<number>[];
    if (a.length !== b.length) throw new Error(`${what}: ${a.length} values, expected ${b.length}`);
    for (let i = 0; i < b.length; i++) {
      if (!Object.is(a[i], b[i])) throw new Error(`${what}[${i}] is ${a[i]}, expected ${b[i]}`);
    }
  } else if (both.every((value) => typeof value === "object" && value !== null && !ArrayBuffer.isView(value))) {
    const [a, b] = both as Record<string, unknown>[];
    const [keys, wanted] = [Object.keys(a).sort().join(), Object.keys(b).sort().join()];
    if (keys !== wanted) throw new Error(`${what} has ${keys}, expected ${wanted}`);
    for (const key of Object.keys(b)) assertSame(a[key], b[key], `${what}.${key}`);
  } else throw new Error(`${what} is ${actual}, expected ${expected}`);
}

/** Whether both are arrays of one kind with the same bytes: found at once, where a look at each value takes a tenth of a second. */
function haveEqualBytes(a: unknown, b: unknown): boolean {
  if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b) || a.constructor !== b.constructor) return false;
  return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));
}
