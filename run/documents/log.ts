/** log.jsonl: what training notes every few steps, a line each. Its version is that of run.json beside it. */
import { excerpt } from "../../datasets/printable.ts";
import { NUMBER, orNull, type Read, table, whole, type Written } from "../../formats/schema.ts";
import { RunError } from "../errors.ts";
import { readText } from "./read.ts";

/** What a line holds. */
export const LOG_LINE = table({
  /** Updates done. */
  step: whole(0),
  /** Mean loss of the training batches since the last line. */
  loss: NUMBER,
  /** Share of hits in them, 0..1. */
  trainAccuracy: NUMBER,
  /** Share of hits in one random validation batch; null where none was evaluated since the last line. */
  validationAccuracy: orNull(NUMBER),
  /** Training images a second since the last line. */
  imagesPerSecond: NUMBER,
});

/** A line as it is read. */
export type LogLine = Read<typeof LOG_LINE>;

/** The text of a line. */
export function logLine(line: Written<typeof LOG_LINE>): string {
  return JSON.stringify(line) + "\n";
}

/**
 * The lines of a log; none where there is no file. A last line without its end was cut short by a crash and is left out.
 *
 * @throws {RunError} naming the line that is none.
 */
export async function readLog(path: string): Promise<LogLine[]> {
  const lines = (await readText(path) ?? "").split("\n");
  const cutShort = lines.pop()!;
  // All of it but its end, or nothing that a crash leaves of one.
  if (parse(cutShort) || !isCutShort(cutShort)) lines.push(cutShort);
  return lines.map((text, n) => {
    const line = parse(text);
    if (line) return line;
    throw new RunError(
      `${path}: line ${n + 1} is ${excerpt(text)}, no record as train writes it. ` +
        "Remedy: take the line out, or put the file back.",
      { file: path, task: "train" },
    );
  });
}

/** Whether a line is the beginning of one, or the zeros that a power loss can leave in place of it. */
function isCutShort(line: string): boolean {
  const begin = '{"step":';
  return begin.startsWith(line.slice(0, begin.length)) || /^\0*$/.test(line);
}

function parse(text: string): LogLine | undefined {
  try {
    const line = JSON.parse(text);
    return LOG_LINE.fault(line) ? undefined : line;
  } catch {
    return undefined;
  }
}
