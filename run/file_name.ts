/** Names of datasets in paths. */

/**
 * A dataset's name as a part of a path: a name comes from a file, and may hold anything.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { fileName } from "./file_name.ts";
 * assert.equal(fileName("../my faces"), "_my_faces");
 * ```
 */
export function fileName(name: string): string {
  return name.normalize("NFC").replace(/[^\p{L}\p{M}\p{N}._-]+/gu, "_").replace(/^\.+/, "") || "dataset";
}
