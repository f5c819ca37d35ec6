/**
 * What a document holds, said once: the words for an error, the check, and the type that TypeScript then knows. Knows no document and no
 * file; needs no package, so that a browser can run it.
 *
 * @module
 */
import { excerpt, isPrintable } from "../datasets/printable.ts";

/**
 * A kind of value: `Read` is the type of what was checked, `Written` that of what a writer has to give. They differ in fields that files of
 * earlier versions lack (`later`).
 */
export interface Schema<Read, Written = Read> {
  /** What is expected, in words. */
  readonly expected: string;
  /** The first place in a value that is of another kind; undefined where there is none. */
  readonly fault: (value: unknown) => Fault | undefined;
  /** Only for TypeScript; never there. */
  readonly types?: { read: Read; written: Written };
}

/** A place in a value that is of another kind. */
export interface Fault {
  /** Names and places on the way to it, `filters` and `3`; empty for the value itself. */
  path: readonly string[];
  value: unknown;
  /** What was expected there, in words. */
  expected: string;
}

/** The type of what a schema lets through. */
export type Read<S> = S extends Schema<infer R, unknown> ? R : never;
/** The type of what a writer has to give: with the fields that files of earlier versions lack. */
export type Written<S> = S extends Schema<unknown, infer W> ? W : never;

/** A field that may be missing. */
interface Optional<R, W> extends Schema<R, W> {
  readonly missing: "allowed";
}
/** A field that every writer writes, and files of earlier versions lack. */
interface Later<R, W> extends Schema<R, W> {
  readonly missing: "in earlier versions";
}

// deno-lint-ignore no-explicit-any -- any schema, whatever it reads and writes
type Any = Schema<any, any>;
type Fields = Readonly<Record<string, Any>>;
type Flat<T> = { [K in keyof T]: T[K] };
/** What is read and written of a table, with `?` where a field may be missing. */
type ReadTable<F extends Fields> = Flat<
  & { [K in keyof F as F[K] extends { missing: string } ? never : K]: Read<F[K]> }
  & { [K in keyof F as F[K] extends { missing: string } ? K : never]?: Read<F[K]> }
>;
type WrittenTable<F extends Fields> = Flat<
  & { [K in keyof F as F[K] extends { missing: "allowed" } ? never : K]: Written<F[K]> }
  & { [K in keyof F as F[K] extends { missing: "allowed" } ? K : never]?: Written<F[K]> }
>;

/** A field of a document that is of another kind than the document's schema says. */
export class FieldError extends TypeError {
  override name = "FieldError";
  /** Where it is: `network.imageSize`, `runs.3.name`; empty for the whole document. */
  readonly field: string;
  readonly value: unknown;
  /** What was expected, in words. */
  readonly expected: string;

  /** @param fault What `Schema.fault` found. */
  constructor({ path, value, expected }: Fault) {
    const field = path.join(".");
    super(`${field === "" ? "the document" : field} is ${excerpt(value)}, expected ${expected}`);
    this.field = field;
    this.value = value;
    this.expected = expected;
  }
}

/**
 * Checks a value. What the schema does not name may be there, and stays.
 *
 * @param at Where the value is in a larger one, put before the field's name: `["filters", "3"]`.
 * @returns The value, as what the schema says it is.
 * @throws {FieldError} naming the first field that is of another kind, its value and what was expected.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checked, listOf, table, TEXT, whole } from "./schema.ts";
 * const RUN = table({ name: TEXT, seeds: listOf(whole(0)) });
 * const { seeds } = checked(RUN, JSON.parse('{"name": "a", "seeds": [1, 2]}'));
 * assert.equal(seeds[1] + 1, 3);
 * assert.throws(() => checked(RUN, { name: "a", seeds: [1, -2] }), /seeds\.1 is -2, expected a whole number of 0 or more/);
 * ```
 */
export function checked<S extends Any>(schema: S, value: unknown, at: readonly string[] = []): Read<S> {
  const fault = schema.fault(value);
  if (fault) throw new FieldError({ ...fault, path: [...at, ...fault.path] });
  return value as Read<S>;
}

/**
 * A kind of value that has no parts.
 *
 * @param expected What is expected, in words.
 * @param fits Whether a value is one.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { kind } from "./schema.ts";
 * const EVEN = kind<number>("an even number", (value) => typeof value === "number" && value % 2 === 0);
 * assert.equal(EVEN.fault(3)?.expected, "an even number");
 * ```
 */
export function kind<T>(expected: string, fits: (value: unknown) => boolean): Schema<T> {
  return { expected, fault: (value) => fits(value) ? undefined : { path: [], value, expected } };
}

const isTable = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);

/** Text without characters that a terminal would obey. */
export const TEXT: Schema<string> = kind("text", isPrintable);
/** A finite number. */
export const NUMBER: Schema<number> = kind("a number", Number.isFinite);
/** True or false. */
export const TRUTH: Schema<boolean> = kind("true or false", (value) => typeof value === "boolean");
/** A table of values by name, whatever they are. */
export const TABLE: Schema<Record<string, unknown>> = kind("a table", isTable);

/** A whole number of at least `least` and at most `most`. */
export function whole(least: number, most: number = Number.MAX_SAFE_INTEGER): Schema<number> {
  const range = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`;
  return kind(
    `a whole number ${range}`,
    (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  );
}

/** One of some words. */
export function oneOf<const T extends string>(words: readonly T[]): Schema<T> {
  return kind(`one of ${words.join(", ")}`, (value) => (words as readonly unknown[]).includes(value));
}

/** Options of a task as its document remembers them: numbers, words, switches, and lists of numbers. */
export const OPTIONS: Schema<Readonly<Record<string, unknown>>> = kind(
  "a table of options, each a number, text, true, false or a list of numbers",
  (value) =>
    isTable(value) &&
    Object.values(value as object).every((one) =>
      [NUMBER, TEXT, TRUTH, listOf(NUMBER)].some((schema) => !schema.fault(one))
    ),
);

/** A list of such values. */
export function listOf<R, W>(schema: Schema<R, W>): Schema<R[], W[]> {
  const expected = `a list, each ${schema.expected}`;
  return {
    expected,
    fault(value) {
      if (!Array.isArray(value)) return { path: [], value, expected };
      for (const [n, one] of value.entries()) {
        const fault = schema.fault(one);
        if (fault) return { ...fault, path: [String(n), ...fault.path] };
      }
    },
  };
}

/** Two such values. */
export function pairOf<R, W>(schema: Schema<R, W>): Schema<[R, R], [W, W]> {
  const list = listOf(schema);
  const expected = `a list of two, each ${schema.expected}`;
  return {
    expected,
    fault(value) {
      return Array.isArray(value) && value.length === 2 ? list.fault(value) : { path: [], value, expected };
    },
  };
}

/** Such a value, or null. */
export function orNull<R, W>(schema: Schema<R, W>): Schema<R | null, W | null> {
  return or(schema, null, "or null");
}

/** Such a value, or nothing: a field that a writer may leave out. */
export function orMissing<R, W>(schema: Schema<R, W>): Optional<R | undefined, W | undefined> {
  return { ...or(schema, undefined, "or nothing"), missing: "allowed" };
}

/** Such a value, or nothing: a field that every writer writes, and files of earlier versions lack. */
export function later<R, W>(schema: Schema<R, W>): Later<R | undefined, W> {
  return { ...or(schema, undefined, "or nothing"), missing: "in earlier versions" } as Later<R | undefined, W>;
}

function or<R, W, N>(schema: Schema<R, W>, other: N, words: string): Schema<R | N, W | N> {
  const expected = `${schema.expected}, ${words}`;
  return {
    expected,
    fault(value) {
      const fault = value === other ? undefined : schema.fault(value);
      return fault && fault.path.length === 0 ? { ...fault, expected } : fault;
    },
  };
}

/**
 * A table with such fields; others may be there too.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checked, later, NUMBER, table, type Written } from "./schema.ts";
 * const TEST = table({ accuracy: NUMBER, images: later(NUMBER) });
 * const written: Written<typeof TEST> = { accuracy: 0.5, images: 20 }; // without `images` it does not compile
 * assert.equal(checked(TEST, written).images, 20);
 * assert.equal(checked(TEST, { accuracy: 0.5 }).images, undefined);
 * ```
 */
export function table<const F extends Fields>(fields: F): Schema<ReadTable<F>, WrittenTable<F>> {
  const expected = "a table";
  return {
    expected,
    fault(value) {
      if (!isTable(value)) return { path: [], value, expected };
      for (const [name, schema] of Object.entries<Any>(fields)) {
        // Only what the table holds itself counts.
        const one = Object.hasOwn(value as object, name) ? (value as Record<string, unknown>)[name] : undefined;
        const fault = schema.fault(one);
        if (fault) return { ...fault, path: [name, ...fault.path] };
      }
    },
  };
}

/** A table of such values, under whatever names. */
export function tableOf<R, W>(schema: Schema<R, W>): Schema<Record<string, R>, Record<string, W>> {
  const expected = `a table, each ${schema.expected}`;
  return {
    expected,
    fault(value) {
      if (!isTable(value)) return { path: [], value, expected };
      for (const [name, one] of Object.entries(value as object)) {
        const fault = schema.fault(one);
        if (fault) return { ...fault, path: [name, ...fault.path] };
      }
    },
  };
}

/**
 * Such a value, of which more holds than its parts say.
 *
 * @param check Looks at a value whose parts are right, and says what is wrong with it: at which field, and what was expected there.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checked, NUMBER, table, where } from "./schema.ts";
 * const RANGE = where(table({ low: NUMBER, high: NUMBER }), ({ low, high }) => (
 *   low <= high ? undefined : { path: ["low"], value: low, expected: `at most ${high}` }
 * ));
 * assert.throws(() => checked(RANGE, { low: 2, high: 1 }), /low is 2, expected at most 1/);
 * ```
 */
export function where<R, W>(schema: Schema<R, W>, check: (value: R) => Fault | undefined): Schema<R, W> {
  return { ...schema, fault: (value) => schema.fault(value) ?? check(value as R) };
}
