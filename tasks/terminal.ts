/** The one way to a terminal: nothing in a line is obeyed there, whoever wrote the names in it. */
import { printable, printableLines } from "../datasets/printable.ts";

/** Prints lines on the standard output. */
export function say(...lines: string[]): void {
  for (const line of lines) console.log(printable(line));
}

/** Prints lines on the standard error. */
export function complain(...lines: string[]): void {
  for (const line of lines) console.error(printable(line));
}

/**
 * Prints a text that a task makes for programs, JSON or CSV, on the standard output, however long it is; the rest is dropped where the reader
 * has seen enough, as in `| head`.
 */
export async function printWhole(text: string): Promise<void> {
  const bytes = new TextEncoder().encode(printableLines(text));
  try {
    for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
