/** Whether the fields of a document are what everybody takes them for. */
import { excerpt, isPrintable } from "../../datasets/printable.ts";

/** A kind of value: what is expected, in words, and whether a value is one. */
export interface Kind {
  expected: string;
  fits: (value: unknown) => boolean;
}

/** Text without characters that a terminal would obey. */
export const TEXT: Kind = {
  expected: "text",
  fits: isPrintable,
};
/** A finite number. */
export const NUMBER: Kind = { expected: "a number", fits: Number.isFinite };
/** True or false. */
export const TRUTH: Kind = { expected: "true or false", fits: (value) => typeof value === "boolean" };
/** A table of values by name. */
export const TABLE: Kind = {
  expected: "a table",
  fits: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

/** A whole number of at least `least`. */
export function whole(least: number): Kind {
  return {
    expected: `a whole number of ${least} or more`,
    fits: (value) => Number.isSafeInteger(value) && (value as number) >= least,
  };
}

/** One of some words. */
export function oneOf(words: readonly string[]): Kind {
  return { expected: `one of ${words.join(", ")}`, fits: (value) => words.includes(value as string) };
}

/** Options of a task as its document remembers them: numbers, words, switches, and lists of numbers. */
export const OPTIONS: Kind = {
  expected: "a table of options, each a number, text, true, false or a list of numbers",
  fits: (value) =>
    TABLE.fits(value) && Object.values(value as object).every((one) => {
      return [NUMBER, TEXT, TRUTH].some(({ fits }) => fits(one)) || Array.isArray(one) && one.every(NUMBER.fits);
    }),
};

/** A list of such values. */
export function listOf({ expected, fits }: Kind): Kind {
  return { expected: `a list, each ${expected}`, fits: (value) => Array.isArray(value) && value.every(fits) };
}

/** Such a value, or null. */
export function orNull({ expected, fits }: Kind): Kind {
  return { expected: `${expected}, or null`, fits: (value) => value === null || fits(value) };
}

/** Such a value, or none. */
export function orMissing({ expected, fits }: Kind): Kind {
  return { expected: `${expected}, or nothing`, fits: (value) => value === undefined || fits(value) };
}

/** A table with such fields. */
export function tableOf(kinds: Record<string, Kind>): Kind {
  return {
    expected: `a table of ${Object.keys(kinds).join(", ")}`,
    fits: (value) => wrongField(value, kinds) === undefined,
  };
}

/**
 * Looks at the fields of a document, nested ones by paths such as `network.imageSize`.
 *
 * @param at What the document is a part of, put before each path: `filters.3.`.
 * @throws {TypeError} naming the first field that is of another kind, its value and what was expected.
 */
export function checkFields(document: unknown, kinds: Record<string, Kind>, at = ""): void {
  const path = wrongField(document, kinds);
  if (path !== undefined) {
    throw new TypeError(`${at}${path} is ${excerpt(fieldAt(document, path))}, expected ${kinds[path].expected}`);
  }
}

function wrongField(document: unknown, kinds: Record<string, Kind>): string | undefined {
  return Object.keys(kinds).find((path) => !kinds[path].fits(fieldAt(document, path)));
}

/** The value at a path; undefined where there is none. Only what a table holds itself counts. */
function fieldAt(document: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>(
    (value, key) =>
      TABLE.fits(value) && Object.hasOwn(value as object, key) ? (value as Record<string, unknown>)[key] : undefined,
    document,
  );
}
