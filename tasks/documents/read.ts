/** What tasks have written, read back: measured before it is read, and told what is wrong with it. */
import { dirname } from "node:path";
import { readBounded } from "../../datasets/bounded_file.ts";
import { printable } from "../../datasets/printable.ts";
import { UsageError } from "../command.ts";
import { taskCall } from "../invocation.ts";

/** No document is longer: the log of a million steps has a fifth of it. */
const MOST_BYTES = 2 ** 26;
/** A checkpoint of a thousand classes has a fifth of it. */
const MOST_CHECKPOINT_BYTES = 2 ** 26;

/**
 * A text file; undefined where there is none.
 *
 * @throws {UsageError} where it is no ordinary file, longer than anything that a task writes, a link out of its folder, or cannot be read.
 */
export async function readText(path: string): Promise<string | undefined> {
  const bytes = await readBytes(path, MOST_BYTES);
  return bytes && new TextDecoder().decode(bytes);
}

/**
 * A checkpoint's bytes.
 *
 * @param within A folder that no link on the way may lead out of; the file's own when left out.
 * @throws {UsageError} where there is none, it is no ordinary file, longer than any checkpoint, a link out of `within`, or cannot be read.
 */
export async function readCheckpointFile(path: string, within?: string): Promise<Uint8Array> {
  const bytes = await readBytes(path, MOST_CHECKPOINT_BYTES, within);
  if (!bytes) throw new UsageError(`${path}: is missing`);
  return bytes;
}

function readBytes(path: string, most: number, within = dirname(path)): Promise<Uint8Array | undefined> {
  const refuse = (problem: string, cause?: Error) => new UsageError(`${path}: ${problem}`, { cause });
  return readBounded(path, { most, within, refuse });
}

/**
 * A JSON document as a task writes it; undefined where there is none.
 *
 * @param task Who writes it, for the error.
 * @param check Throws, saying which field is wrong, where the document is of another kind.
 * @throws {UsageError} naming file and field.
 */
export async function readDocument<T>(
  path: string,
  task: string,
  check: (document: unknown) => void,
): Promise<T | undefined> {
  const text = await readText(path);
  if (text === undefined) return undefined;
  try {
    const document = JSON.parse(text);
    check(document);
    return document;
  } catch (error) {
    throw notWritten(path, task, (error as Error).message);
  }
}

/** The error for a file that is not what a task writes. */
export function notWritten(path: string, task: string, why: string): UsageError {
  return new UsageError(
    `${path}: is not what ${task} writes: ${printable(why)}. Remedy: put the file back, or make it again with ${
      taskCall(task)
    }.`,
  );
}
