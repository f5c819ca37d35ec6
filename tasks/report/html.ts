/** HTML that cannot be broken out of: whatever is put into a template is escaped, unless it is HTML already. */
import { escape } from "../escape.ts";

/** Text that is HTML. */
export class Html {
  readonly text: string;

  /** Takes text as HTML that is known to be safe. */
  constructor(text: string) {
    this.text = text;
  }

  /** The text. */
  toString(): string {
    return this.text;
  }
}

/** What may stand in a template: HTML as it is, text and numbers escaped, lists joined, and nothing for what is not there. */
export type Content = Html | string | number | null | undefined | false | readonly Content[];

/**
 * A template of HTML.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { markup } from "./html.ts";
 *
 * const name = "<script>";
 * assert.equal(markup`<li title="${name}">${[markup`<b>1</b>`, name]}</li>`.text, '<li title="&lt;script&gt;"><b>1</b>&lt;script&gt;</li>');
 * ```
 */
export function markup(parts: TemplateStringsArray, ...contents: Content[]): Html {
  return new Html(parts.reduce((text, part, n) => text + render(contents[n - 1]) + part));
}

function render(content: Content): string {
  if (content === null || content === undefined || content === false) return "";
  if (content instanceof Html) return content.text;
  if (typeof content === "string" || typeof content === "number") return escape(String(content));
  return content.map(render).join("");
}

/** A value as JSON that may stand in a script element: no `<` ends it. */
export function json(value: unknown): Html {
  return new Html(JSON.stringify(value).replaceAll("<", "\\u003c"));
}
