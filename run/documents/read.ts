/** Files of a run folder, read back: measured before they are read. */
import { dirname } from "node:path";
import { readBounded } from "../../datasets/bounded_file.ts";
import { RunError } from "../errors.ts";

/** No document is longer: the log of a million steps has a fifth of it. */
const MOST_BYTES = 2 ** 26;
/** A checkpoint of a thousand classes has a fifth of it. */
const MOST_CHECKPOINT_BYTES = 2 ** 26;

/**
 * A text file; undefined where there is none.
 *
 * @throws {RunError} where it is no ordinary file, longer than anything that is written, a link out of its folder, or cannot be read.
 */
export async function readText(path: string): Promise<string | undefined> {
  const bytes = await readBytes(path, MOST_BYTES);
  return bytes && new TextDecoder().decode(bytes);
}

/**
 * A checkpoint's bytes.
 *
 * @param within A folder that no link on the way may lead out of; the file's own when left out.
 * @throws {RunError} where there is none, it is no ordinary file, longer than any checkpoint, a link out of `within`, or cannot be read.
 */
export async function readCheckpointFile(path: string, within?: string): Promise<Uint8Array> {
  const bytes = await readBytes(path, MOST_CHECKPOINT_BYTES, within);
  if (!bytes) throw new RunError(`${path}: is missing`, { file: path });
  return bytes;
}

function readBytes(path: string, most: number, within = dirname(path)): Promise<Uint8Array | undefined> {
  const refuse = (problem: string, cause?: Error) => new RunError(`${path}: ${problem}`, { file: path, cause });
  return readBounded(path, { most, within, refuse });
}
