/** Pieces that several sections are made of. */
import { missedSteps } from "../../../run/checkpoints.ts";
import { type Content, type Html, markup } from "../html.ts";
import type { Picture } from "../pictures/embed.ts";

/** A section with its heading, which the contents list at the top leads to. */
export function section(id: string, title: string, ...contents: Content[]): Html {
  return markup`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${contents}
</section>\n`;
}

/** Terms and what they are, side by side. */
export function facts(entries: readonly (readonly [term: string, value: Content])[]): Html {
  return markup`<dl class="facts">${
    entries.map(([term, value]) =>
      markup`<div>
          <dt>${term}</dt>
          <dd>${value}</dd>
        </div>`
    )
  }</dl>`;
}

/** Numbers to take in at a glance. */
export function figures(entries: readonly (readonly [value: string, label: string])[]): Html {
  return markup`<dl class="figures">${
    entries.map(([value, label]) =>
      markup`<div>
          <dt>${label}</dt>
          <dd>${value}</dd>
        </div>`
    )
  }</dl>`;
}

/** What stands where a part has not been computed. */
export function missing(what: string, command: string): Html {
  return markup`<p class="missing">${what} Make it with <code>${command}</code>, then make this report again.</p>`;
}

/** Something that a reader must not overlook. */
export function warning(...contents: Content[]): Html {
  return markup`<p class="warning" role="note">${contents}</p>`;
}

/** The warning that a result chose among fewer checkpoints than the run has now; nothing where it knew them all. */
export function outdated(
  what: string,
  compared: readonly number[] | undefined,
  saved: readonly number[],
  task: string,
) {
  const missed = missedSteps(compared ?? saved, saved);
  return missed.length > 0 && warning(
    `${what} when the run had not come as far: ${
      missed.length === 1 ? `checkpoint ${count(missed[0])} was` : `checkpoints up to ${count(missed.at(-1)!)} were`
    } not compared. Make it again with `,
    markup`<code>${task}</code>.`,
  );
}

/** A table that scrolls for itself where the page is narrower. */
export function table(caption: string, head: readonly Content[], rows: readonly Content[], kind = ""): Html {
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
      <table class="${kind}">
        <caption>${caption}</caption>
        <thead>
          <tr>${head.map((title) => markup`<th scope="col">${title}</th>`)}</tr>
        </thead>
        <tbody>${rows}</tbody>
      </table>
    </div>`;
}

/** A line of a table: its first cell names it. */
export function line(name: Content, ...cells: Content[]): Html {
  return markup`<tr><th scope="row">${name}</th>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>`;
}

/** A picture with its words for those who do not see it. */
export function image({ address, width, height }: Picture, words: string): Html {
  return markup`<img src="${address}" width="${width}" height="${height}" alt="${words}" decoding="async">`;
}

/** A number with so many digits and a real minus; a dash where there is none. */
export function number(value: number | null | undefined, digits = 2): string {
  return value === null || value === undefined || Number.isNaN(value) ? "–" : value.toFixed(digits).replace("-", "−");
}

/** A p-value as it is read; a dash where there is none. */
export function pValue(p: number | null | undefined): string {
  if (p === null || p === undefined || Number.isNaN(p)) return "–";
  return p < 0.0001 ? "below 0.0001" : p < 0.0095 ? p.toFixed(4) : p.toFixed(2);
}

/** A whole number, grouped. */
export function count(value: number): string {
  return value.toLocaleString("en");
}
