/** What is wrong with files as distributed. */

import { printable } from "./printable.ts";

/**
 * A file or folder as distributed that is missing, damaged or not what it should be. The message names it, the place in
 * it where there is one, and what was expected.
 *
 * @example
 * ```ts
 * import { SourceError } from "./source_error.ts";
 *
 * const error = new SourceError("fer2013.csv", "line 7: emotion is 9, expected 0 to 6");
 * if (error.message !== "fer2013.csv: line 7: emotion is 9, expected 0 to 6") throw error;
 * ```
 */
export class SourceError extends Error {
  override name = "SourceError";
  /** The file or folder. */
  readonly path: string;

  /**
   * @param path The file or folder.
   * @param problem What is wrong, where, and what was expected.
   * @param options The error behind it.
   */
  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(printable(`${path}: ${problem}`), options);
    this.path = path;
  }
}
