/** A JSON document of a run folder: one description from which its reader, its writer and its type are made. */
import { printable } from "../../datasets/printable.ts";
import { jsonText } from "../../formats/json.ts";
import { checked, FieldError, type Schema } from "../../formats/schema.ts";
import { type Format, formatFault, formatText } from "../../formats/version.ts";
import { RunError } from "../errors.ts";
import { readText } from "./read.ts";

/** What describes a document. */
export interface Description<Read, Written> {
  /** Who writes it: the name of a task, for errors. */
  task: string;
  /** Its name and version. Files from before it was written are of version 1. */
  format: Format;
  schema: Schema<Read, Written>;
}

/** A document that can be read and written. */
export interface Document<Read, Written = Read> extends Description<Read, Written> {
  /**
   * Reads a file; undefined where there is none.
   *
   * @throws {RunError} naming file and field where it is not what is written, or of a later version.
   */
  read(path: string): Promise<Read | undefined>;
  /**
   * The document in the text of a file.
   *
   * @param path Where the text is from, for errors.
   * @throws {RunError} naming file and field where it is not what is written, or of a later version.
   */
  parse(text: string, path: string): Read;
  /** The text of the file: one of all fields, with the format in front. */
  text(document: Written): string;
}

/**
 * Makes a document of its description.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { NUMBER, table } from "../../formats/schema.ts";
 * import { defineDocument } from "./document.ts";
 * const SPEED = defineDocument({
 *   task: "bench",
 *   format: { name: "aulens speed", version: 1 },
 *   schema: table({ imagesPerSecond: NUMBER }),
 * });
 * const text = SPEED.text({ imagesPerSecond: 70 }); // without `imagesPerSecond` it does not compile
 * assert.equal(SPEED.parse(text, "speed.json").imagesPerSecond, 70);
 * assert.throws(() => SPEED.parse("{}", "speed.json"), /^RunError: speed\.json: .* imagesPerSecond is undefined/);
 * assert.throws(() => SPEED.parse(text.replace("speed 1", "speed 2"), "speed.json"), /version 2 .* version 1/);
 * ```
 */
export function defineDocument<Read, Written>(description: Description<Read, Written>): Document<Read, Written> {
  const { task, format, schema } = description;
  const parse = (text: string, path: string): Read => {
    let document: unknown;
    try {
      document = JSON.parse(text);
    } catch (error) {
      throw notWritten(path, task, error as Error);
    }
    const found = (document as { format?: unknown } | null)?.format;
    const fault = found === undefined ? undefined : formatFault(found, format);
    if (fault?.isLater) throw new RunError(`${path}: ${fault.message}`, { file: path, field: "format" });
    if (fault) throw notWritten(path, task, new Error(fault.message));
    try {
      // The format has been looked at.
      const { format: _, ...content } = checked(schema, document) as Record<string, unknown>;
      return content as Read;
    } catch (error) {
      throw notWritten(path, task, error as Error);
    }
  };
  return {
    ...description,
    parse,
    async read(path) {
      const text = await readText(path);
      return text === undefined ? undefined : parse(text, path);
    },
    text: (document) => jsonText({ format: formatText(format), ...document }),
  };
}

/** The error for a file that is not what a task writes. */
export function notWritten(path: string, task: string, cause: Error): RunError {
  const field = cause instanceof FieldError ? cause.field : undefined;
  return new RunError(
    `${path}: is not what ${task} writes: ${printable(cause.message)}. Remedy: put the file back, or make it again.`,
    { file: path, field, task, cause },
  );
}
