/** What is wrong with a run folder, its files or what was asked of it. */
import { printableLines } from "../datasets/printable.ts";

/** What a `RunError` knows beside its sentence. */
export interface RunErrorFields extends ErrorOptions {
  /** The file or folder that is wrong. */
  file?: string;
  /** The field of the document in that file: `network.imageSize`. */
  field?: string;
  /** The options of the function that the remedy speaks of, as they are named in code: `imageSize`. */
  options?: readonly string[];
  /** The task whose command the remedy speaks of: `"evaluate"`. */
  task?: string;
}

/**
 * What keeps a run from being trained, opened or evaluated, said in a sentence with the remedy.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { RunError } from "./errors.ts";
 * const error = new RunError("runs/a: the folder exists. Remedy: resume it.", { file: "runs/a", options: ["resume"] });
 * assert.deepEqual(error.options, ["resume"]);
 * ```
 */
export class RunError extends Error implements RunErrorFields {
  override name = "RunError";
  readonly file?: string;
  readonly field?: string;
  readonly options: readonly string[];
  readonly task?: string;

  /**
   * @param message Lines of it are kept, what else a terminal would obey is not.
   * @param fields What is known beside the sentence.
   */
  constructor(message: string, { file, field, options = [], task, ...rest }: RunErrorFields = {}) {
    super(printableLines(message), rest);
    this.file = file;
    this.field = field;
    this.options = options;
    this.task = task;
  }
}
