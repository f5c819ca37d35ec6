/** Words in HTML and SVG. */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Text as it may stand between tags and in quoted attributes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { escape } from "./escape.ts";
 * assert.equal(escape(`<i title="a" lang='b'>&`), "&lt;i title=&quot;a&quot; lang=&#39;b&#39;&gt;&amp;");
 * ```
 */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]);
}
