/** CSV as the files of this project hold it. */
import { printable } from "../datasets/printable.ts";

/**
 * Lines of a CSV file (RFC 4180); fields are quoted where they have to be. No text is taken for a formula by a spreadsheet, which finds `'`
 * before it, nor for a command by a terminal: control characters are escaped as in JSON.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { csv } from "./csv.ts";
 * assert.equal(csv([["name", "value"], ["=1+1", -0.5]]), "name,value\n'=1+1,-0.5\n");
 * ```
 */
export function csv(lines: readonly (readonly (string | number)[])[]): string {
  return lines.map((line) => line.map(field).join(",")).join("\n") + "\n";
}

function field(value: string | number): string {
  const text = typeof value === "string" ? printable(value.replace(/^[=+\-@\t\r]/, "'$&")) : String(value);
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
