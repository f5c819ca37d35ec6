/** The name and version of a format, as the files of this project carry them: `aulens run 1`. */
import { excerpt } from "../datasets/printable.ts";

/** A format: its name and the newest version that this program reads. */
export interface Format {
  name: string;
  version: number;
}

/**
 * A format as a file names it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { formatText } from "./version.ts";
 * assert.equal(formatText({ name: "aulens run", version: 1 }), "aulens run 1");
 * ```
 */
export function formatText({ name, version }: Format): string {
  return `${name} ${version}`;
}

/** What is wrong with the format that a file names. */
export interface FormatFault {
  /** In a sentence. */
  message: string;
  /** Whether the file is of a later version than this program reads. */
  isLater: boolean;
}

/**
 * What is wrong with the format that a file names; undefined where this program reads it.
 *
 * @param found What the file says.
 * @param format What it should be.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { formatFault } from "./version.ts";
 * const RUN = { name: "aulens run", version: 1 };
 * assert.equal(formatFault("aulens run 1", RUN), undefined);
 * assert.match(formatFault("aulens run 3", RUN)!.message, /version 3 .* version 1/);
 * assert.match(formatFault("something else", RUN)!.message, /is "something else", expected "aulens run 1"/);
 * ```
 */
export function formatFault(found: unknown, format: Format): FormatFault | undefined {
  const { name, version } = format;
  const of = typeof found === "string" && found.startsWith(`${name} `) ? found.slice(name.length + 1) : "";
  if (!/^[1-9]\d*$/.test(of)) {
    return { message: `its format is ${excerpt(found)}, expected "${formatText(format)}"`, isLater: false };
  }
  return Number(of) > version ? { message: laterVersion(Number(of), version), isLater: true } : undefined;
}

/** The sentence for a file of a later version. */
export function laterVersion(found: number, version: number): string {
  return `it is of version ${found} of its format, and this aulens reads up to version ${version}. ` +
    "Remedy: read it with the newer aulens that wrote it.";
}
