/** Numbers and names as the tasks print them. */
import { printable } from "../datasets/printable.ts";
import { byLine } from "./terminal.ts";

/** A share 0..1 as `87.5%`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

/** A name from a file, without what a terminal would obey. */
export function plain(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, "?");
}

/** A value as the text of a JSON file, in which no word is obeyed by a terminal that shows it: such characters are escaped, as JSON allows. */
export function jsonText(value: unknown, replacer?: (key: string, value: unknown) => unknown): string {
  return byLine(JSON.stringify(value, replacer, 2)) + "\n";
}

/**
 * Lines of a CSV file (RFC 4180); fields are quoted where they have to be. No text is taken for a formula by a spreadsheet, which finds `'` before
 * it, nor for a command by a terminal: control characters are escaped as in JSON.
 */
export function csv(lines: readonly (readonly (string | number)[])[]): string {
  return lines.map((line) => line.map(field).join(",")).join("\n") + "\n";
}

function field(value: string | number): string {
  const text = typeof value === "string" ? printable(value.replace(/^[=+\-@\t\r]/, "'$&")) : String(value);
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Whom a test was on: `10 people`, `40 images of nobody known`, or both. */
export function whom({ subjects, unknown }: { subjects: number; unknown: number }): string {
  const people = `${subjects} ${subjects === 1 ? "person" : "people"}`;
  if (unknown === 0) return people;
  const images = `${unknown} images of nobody known`;
  return subjects === 0 ? images : `${people} and ${images}`;
}
