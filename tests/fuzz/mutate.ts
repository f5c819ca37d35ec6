/** Makes a wrong file of a good one: bytes, numbers and words changed, moved, left out, repeated. */

import { Random } from "../support/random.ts";

/** Draws of one case: the same case draws the same. */
export class Draws {
  readonly #random: Random;

  constructor(seed: number, parser: string, index: number) {
    let hash = Math.imul(seed, 0x85ebca6b) + Math.imul(index, 0x9e3779b1);
    for (const character of parser) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
    // Random keeps the seed's product odd: doubled, no two neighbours are the same.
    this.#random = new Random(Math.imul(hash, 2));
  }

  /** An integer from 0 up to below `count`. */
  below(count: number): number {
    return this.#random.word() % Math.max(1, count);
  }

  /** One of them. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  /** True once in `often`. */
  once(often: number): boolean {
    return this.below(often) === 0;
  }
}

/** Numbers as text that lie at, or beyond, an edge of something. */
export const NUMBERS = (
  "-1 0 -0 00 1 2 7 255 256 65535 65536 2147483647 2147483648 4294967295 4294967296 9007199254740991 9007199254740993 " +
  "18446744073709551615 1e9 1e300 1e999 -1e999 0.5 1e-400 NaN Infinity 0x10 1_0 99999999999999999999999999 12e 1.5.2 ١"
).split(" ");

/** Pieces of JSON in the place of others. Written on a terminal, some would move its cursor; some nest deeply. */
export const JSON_PIECES = [
  "null",
  "true",
  "{}",
  "[]",
  '""',
  '"\\u001b[2J"',
  '"\\u0000\\n"',
  '"__proto__"',
  '{"__proto__":{"x":1}}',
  '{"toString":1,"length":1e9}',
  "[null]",
  "[[],{}]",
  '"' + "x".repeat(5000) + '"',
  "[".repeat(20_000) + "]".repeat(20_000),
  '{"a":'.repeat(9000) + "1" + "}".repeat(9000),
  ...NUMBERS,
];

/** The most bytes that repetition may make of a file. */
const LONGEST = 2 ** 18;

/**
 * A good file with one to four changes.
 *
 * @param good The file.
 * @param draws Where the changes come from.
 * @param words Words of the format, put in here and there.
 */
export function mutate(good: Uint8Array, draws: Draws, words: readonly string[] = []): Uint8Array<ArrayBuffer> {
  let bytes = good.slice() as Uint8Array<ArrayBuffer>;
  for (let changes = 1 + draws.below(4); changes > 0; changes--) bytes = draws.pick(CHANGES)(bytes, draws, words);
  return bytes;
}

type Change = (bytes: Uint8Array<ArrayBuffer>, draws: Draws, words: readonly string[]) => Uint8Array<ArrayBuffer>;

/** Headers stand at the beginning, and most of the ways to lie with them. */
function place(bytes: Uint8Array, draws: Draws): number {
  return draws.below(draws.once(2) ? Math.min(300, bytes.length) : bytes.length);
}

function splice(
  bytes: Uint8Array,
  start: number,
  length: number,
  piece: Uint8Array | string,
): Uint8Array<ArrayBuffer> {
  const put = typeof piece === "string" ? new TextEncoder().encode(piece) : piece;
  const rest = bytes.subarray(Math.min(bytes.length, start + length));
  const all = new Uint8Array(start + put.length + rest.length);
  all.set(bytes.subarray(0, start));
  all.set(put, start);
  all.set(rest, start + put.length);
  return all;
}

/** One of the places where `pattern` matches, taking the bytes for Latin-1. */
function replaceText(bytes: Uint8Array<ArrayBuffer>, draws: Draws, pattern: RegExp, by: string) {
  // Long files are text only at their beginning, or the same all over.
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, 2 ** 14));
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) return bytes;
  const { 0: match, index } = draws.pick(found);
  return splice(bytes, index, match.length, by);
}

const CHANGES: Change[] = [
  (bytes, draws) => {
    if (bytes.length > 0) bytes[place(bytes, draws)] ^= 1 << draws.below(8);
    return bytes;
  },
  (bytes, draws) => {
    if (bytes.length > 0) {
      bytes[place(bytes, draws)] = draws.pick([0, 1, 0x22, 0x2c, 0x7f, 0x80, 0xff, draws.below(256)]);
    }
    return bytes;
  },
  (bytes, draws) => {
    // An integer of the format, in either byte order.
    if (bytes.length < 8) return bytes;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const at = Math.min(bytes.length - 8, place(bytes, draws) & ~3);
    const value = draws.pick([0, 1, 2, 8, 14, 15, 255, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 8, 2 ** 32 - 1, 1e8]);
    if (draws.once(4)) view.setBigUint64(at, BigInt(value) * 2n ** BigInt(draws.below(32)), draws.once(2));
    else view.setUint32(at, value, draws.once(2));
    return bytes;
  },
  (bytes, draws) => splice(bytes, place(bytes, draws), 1 + draws.below(draws.once(2) ? 8 : bytes.length), ""),
  (bytes, draws) => bytes.slice(0, draws.below(bytes.length)),
  (bytes, draws) => splice(bytes, bytes.length, 0, new Uint8Array(1 + draws.below(100)).fill(draws.below(256))),
  (bytes, draws) => {
    const start = place(bytes, draws), piece = bytes.slice(start, start + 1 + draws.below(200));
    return splice(bytes, place(bytes, draws), draws.once(2) ? piece.length : 0, piece);
  },
  (bytes, draws) => {
    const start = place(bytes, draws), piece = bytes.slice(start, start + 1 + draws.below(100));
    const times = Math.min(draws.pick([2, 10, 1000, 100_000]), Math.floor((LONGEST - bytes.length) / piece.length));
    if (!(times > 0)) return bytes;
    const repeated = new Uint8Array(piece.length * times);
    for (let i = 0; i < times; i++) repeated.set(piece, i * piece.length);
    return splice(bytes, start, 0, repeated);
  },
  (bytes, draws) => replaceText(bytes, draws, /-?\d+(\.\d+)?(e[+-]?\d+)?/g, draws.pick(NUMBERS)),
  (bytes, draws) => {
    const value = /"(?:[^"\\]|\\.)*"|-?\d[\d.e+-]*|null|true|false|\[[^[\]{}]*\]|\{[^{}]*\}/g;
    return replaceText(bytes, draws, value, draws.pick(JSON_PIECES));
  },
  (bytes, draws) => replaceText(bytes, draws, /[A-Za-z_]+/g, draws.pick(["", "x", "__proto__", "constructor"])),
  (bytes, draws, words) => splice(bytes, place(bytes, draws), 0, words.length > 0 ? draws.pick(words) : "\n"),
  (bytes, draws) =>
    splice(bytes, place(bytes, draws), 0, draws.pick(["\n", "\r", "\0", "\x1b[2J", "\ufeff", "é", " "])),
];
