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

/**
 * The cells of a CSV file (RFC 4180), a list a line; quotes are taken off, and an empty last line is left out.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readCsv } from "./csv.ts";
 * assert.deepEqual(readCsv('name,value\r\n"a ""b"", c",1\n'), [["name", "value"], ['a "b", c', "1"]]);
 * ```
 */
export function readCsv(text: string): string[][] {
  const lines: string[][] = [];
  let cells: string[] = [];
  for (let at = 0; at < text.length;) {
    const { cell, end } = cellAt(text, at);
    cells.push(cell);
    at = end + 1;
    if (text[end] === ",") {
      if (at === text.length) cells.push("");
      else continue;
    }
    if (text[end] === "\r" && text[at] === "\n") at++;
    lines.push(cells);
    cells = [];
  }
  if (cells.length > 0) lines.push(cells);
  return lines;
}

/** The cell that begins at a place, and where it ends: at a comma, a line's end, or the text's. */
function cellAt(text: string, begin: number): { cell: string; end: number } {
  let quoted = "", at = begin;
  while (text[at] === '"') {
    const close = text.indexOf('"', at + 1);
    quoted += text.slice(at + 1, close < 0 ? text.length : close);
    at = close < 0 ? text.length : close + 1;
    if (text[at] === '"') quoted += '"'; // two quotes inside are one
  }
  let end = at;
  while (end < text.length && !",\r\n".includes(text[end])) end++;
  return { cell: quoted + text.slice(at, end), end };
}
