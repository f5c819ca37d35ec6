/** A text file's lines as bytes, one at a time: memory for one line, however long the file is. */

import { SourceError } from "./source_error.ts";

/** One line of a file. */
export interface Line {
  /** Its bytes, without the end of line (LF or CR LF); valid until the next line is asked for. */
  line: Uint8Array;
  /** Its number, from 1. */
  number: number;
  /** Bytes of the file up to and with this line. */
  end: number;
}

const LF = 10, CR = 13;

/**
 * Splits a stream of bytes into lines. A byte order mark at the beginning is left out; a last line without an end of
 * line is a line.
 *
 * @param stream The bytes; given back when the reading ends, however it ends.
 * @param longest Most bytes that a line may have.
 * @param path The file, for the error.
 * @returns The lines in order.
 * @throws {SourceError} When a line is longer, with its number.
 *
 * @example
 * ```ts
 * import { splitLines } from "./split_lines.ts";
 *
 * const lines: string[] = [];
 * for await (const { line } of splitLines(new Blob(["a,b\r\nc"]).stream(), 100, "a file")) {
 *   lines.push(new TextDecoder().decode(line));
 * }
 * if (String(lines) !== "a,b,c") throw new Error(String(lines));
 * ```
 */
export async function* splitLines(
  stream: ReadableStream<Uint8Array>,
  longest: number,
  path: string,
): AsyncGenerator<Line> {
  const pending = new Uint8Array(longest + 1);
  let held = 0, number = 0, end = 0;
  const tooLong = () => new SourceError(path, `line ${number + 1}: is longer than ${longest} bytes`);
  const finish = (line: Uint8Array): Line => {
    number++;
    if (line.at(-1) === CR) line = line.subarray(0, -1);
    if (number === 1 && line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf) line = line.subarray(3);
    return { line, number, end };
  };
  for await (const chunk of stream) {
    for (let start = 0; start < chunk.length;) {
      const found = chunk.indexOf(LF, start);
      const stop = found < 0 ? chunk.length : found;
      if (held + stop - start > longest) throw tooLong();
      pending.set(chunk.subarray(start, stop), held);
      held += stop - start;
      end += stop - start + (found < 0 ? 0 : 1);
      start = stop + 1;
      if (found < 0) continue;
      yield finish(pending.subarray(0, held));
      held = 0;
    }
  }
  if (held > 0) yield finish(pending.subarray(0, held));
}
