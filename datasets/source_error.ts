/** What is wrong with files as distributed: with one, or with all that were found. */

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
  /** The options that a remedy speaks of, as they are named in code. */
  readonly options: readonly string[];

  /**
   * @param path The file or folder.
   * @param problem What is wrong, where, and what was expected.
   * @param more The error behind it, and the options that the remedy speaks of.
   */
  constructor(
    path: string,
    problem: string,
    { options = [], ...more }: ErrorOptions & { options?: readonly string[] } = {},
  ) {
    super(printable(`${path}: ${problem}`), more);
    this.path = path;
    this.options = options;
  }
}

/** More files than these are counted in a message, not named. */
const MOST_NAMED = 5;
/** Where so many files are wrong, no more are looked at. */
const MOST_ERRORS = 1000;

/**
 * Several files that are missing, damaged or not what they should be: all of a folder, to be mended at once.
 *
 * @example
 * ```ts
 * import { SourceError, SourceErrors } from "./source_error.ts";
 *
 * const errors = ["a.jpg", "b.jpg"].map((name) => new SourceError(`in/${name}`, "is empty"));
 * const { message } = new SourceErrors("in", errors);
 * if (message !== "in: 2 files cannot be used: in/a.jpg: is empty; in/b.jpg: is empty") throw new Error(message);
 * ```
 */
export class SourceErrors extends SourceError {
  override name = "SourceErrors";
  /** What is wrong with each. */
  readonly errors: readonly SourceError[];

  /**
   * @param path The folder.
   * @param errors What is wrong with each file; two or more.
   */
  constructor(path: string, errors: readonly SourceError[]) {
    const named = errors.slice(0, MOST_NAMED).map(({ message }) => message).join("; ");
    const more = errors.length > MOST_NAMED ? `; and ${errors.length - MOST_NAMED} more` : "";
    super(path, `${errors.length} files cannot be used: ${named}${more}`);
    this.errors = errors;
  }
}

/**
 * Collects what is wrong with single files while the others are looked at.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { SourceError, SourceProblems } from "./source_error.ts";
 *
 * const problems = new SourceProblems("in");
 * problems.throwIfAny(); // nothing is wrong yet
 * problems.add(new SourceError("in/a.jpg", "is empty"));
 * assert.throws(() => problems.throwIfAny(), /^SourceError: in\/a.jpg: is empty$/);
 * ```
 */
export class SourceProblems {
  readonly #path: string;
  readonly #errors: SourceError[] = [];

  /** @param path The folder that holds the files. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Whether something is wrong with any file so far. */
  get any(): boolean {
    return this.#errors.length > 0;
  }

  /**
   * Keeps what is wrong with one file.
   *
   * @param error What reading it threw.
   * @throws Anything that is no `SourceError`; and all that was collected, where a thousand files are wrong.
   */
  add(error: unknown): void {
    if (!(error instanceof SourceError)) throw error;
    this.#errors.push(error);
    if (this.#errors.length === MOST_ERRORS) this.throwIfAny();
  }

  /** @throws {SourceError} That of the only file, or `SourceErrors`, sorted by path; nothing where none is wrong. */
  throwIfAny(): void {
    const errors = this.#errors.toSorted((a, b) => a.path < b.path ? -1 : 1);
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new SourceErrors(this.#path, errors);
  }
}
