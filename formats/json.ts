/** JSON as the files of this project hold it. */
import { printableLines } from "../datasets/printable.ts";

/**
 * A value as the text of a JSON file, in which no word is obeyed by a terminal that shows it: such characters are escaped, as JSON allows.
 *
 * @param value What JSON can hold; NaN becomes null.
 * @param replacer As that of `JSON.stringify`.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { jsonText } from "./json.ts";
 * assert.equal(jsonText({ name: "\u009b2J" }), '{\n  "name": "\\u009b2J"\n}\n');
 * ```
 */
export function jsonText(value: unknown, replacer?: (key: string, value: unknown) => unknown): string {
  return printableLines(JSON.stringify(value, replacer, 2)) + "\n";
}
