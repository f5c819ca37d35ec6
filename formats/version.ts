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

/**
 * What is wrong with the format that a file names, in a sentence; undefined where this program reads it.
 *
 * @param found What the file says.
 * @param format What it should be.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { formatFault } from "./version.ts";
 * const RUN = { name: "aulens run", version: 1 };
 * assert.equal(formatFault("aulens run 1", RUN), undefined);
 * assert.match(formatFault("aulens run 3", RUN)!, /version 3 .* version 1/);
 * assert.match(formatFault("something else", RUN)!, /is "something else", expected "aulens run 1"/);
 * ```
 */
export function formatFault(found: unknown, format: Format): string | undefined {
  const { name, version } = format;
  const is = typeof found === "string" && found.startsWith(`${name} `)
    ? /^\d+$/.exec(found.slice(name.length + 1))
    : null;
  if (!is || Number(is[0]) < 1) return `its format is ${excerpt(found)}, expected "${formatText(format)}"`;
  return Number(is[0]) > version ? laterVersion(Number(is[0]), version) : undefined;
}

/** The sentence for a file of a later version. */
export function laterVersion(found: number, version: number): string {
  return `it is of version ${found} of its format, and this aulens reads up to version ${version}. ` +
    "Remedy: read it with the newer aulens that wrote it.";
}
