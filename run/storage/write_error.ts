/** What the system says where a file cannot be written, in words and with a remedy. */

/**
 * A file that could not be written, why, and what helps.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { WriteError } from "./write_error.ts";
 * assert.equal(new WriteError("a cannot be written: the disk is full", { file: "a" }).file, "a");
 * ```
 */
export class WriteError extends Error {
  override name = "WriteError";
  /** The file or folder. */
  readonly file?: string;
  /** The options of the function that the remedy speaks of, as they are named in code. */
  readonly options: readonly string[];

  /** @param message What happened, and what helps. */
  constructor(message: string, { file, options = [], ...rest }: ErrorOptions & { file?: string; options?: string[] }) {
    super(message, rest);
    this.file = file;
    this.options = options;
  }
}

const REASONS: Record<string, string> = {
  ENOSPC: "no space is left on the disk. Remedy: free some, or name a folder on another disk.",
  EDQUOT: "this user's share of the disk is used up. Remedy: free some of it, or name a folder on another disk.",
  EROFS: "it lies on a disk that is read-only. Remedy: name a folder on another disk.",
  EACCES: "this user may not write there. Remedy: name a folder of your own.",
  EPERM: "this user may not write there. Remedy: name a folder of your own.",
  EISDIR: "a folder has that name. Remedy: move the folder away, or name another file.",
};

/** The error to throw for one that writing to a path met: a `WriteError` where the disk is to blame, or else the same. */
export function explainWrite(path: string, error: unknown): unknown {
  const code = (error as { code?: string } | null)?.code ?? "";
  return Object.hasOwn(REASONS, code)
    ? new WriteError(`${path} cannot be written: ${REASONS[code]}`, { file: path, cause: error })
    : error;
}
