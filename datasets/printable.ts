/** Words that come from files, made fit for a terminal. */

/**
 * A text without what a terminal would obey or break a line at: control characters, also those above 0x7f, are escaped as in JSON.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { printable } from "./printable.ts";
 * assert.equal(printable("a\u009b2Jb\n"), "a\\u009b2Jb\\u000a");
 * ```
 */
export function printable(text: string): string {
  return text.replace(
    // deno-lint-ignore no-control-regex
    /[\x00-\x1f\x7f-\x9f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * A text whose line breaks are its own, each line fit for a terminal.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { printableLines } from "./printable.ts";
 * assert.equal(printableLines("a\u009b2J\nb\n"), "a\\u009b2J\nb\n");
 * ```
 */
export function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

/**
 * Whether a text can be shown as it is: it has nothing in it that a terminal would obey or break a line at.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isPrintable } from "./printable.ts";
 * assert(isPrintable("é, 笑") && !isPrintable("a\u009b2J"));
 * ```
 */
export function isPrintable(text: unknown): text is string {
  return typeof text === "string" && printable(text) === text;
}

/**
 * A value out of a file as it is shown in an error: as JSON, fit for a terminal, at most `longest` characters of it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { excerpt } from "./printable.ts";
 * assert.equal(excerpt(["a", undefined]), '["a",null]');
 * assert.equal(excerpt("x".repeat(9), 4), '"xxx…');
 * assert.equal(excerpt(NaN), "NaN");
 * assert.equal(excerpt(undefined), "undefined");
 * ```
 */
export function excerpt(value: unknown, longest = 80): string {
  // JSON knows no NaN and no Infinity.
  const text = printable((typeof value === "number" ? undefined : JSON.stringify(value)) ?? String(value));
  return text.length > longest ? text.slice(0, longest) + "…" : text;
}
