/** The page: one file that loads nothing. */
import { Buffer } from "node:buffer";
import type { Facts, GalleryFilter } from "./facts.ts";
import { Html, json, markup } from "./html.ts";
import { SCRIPT, STYLE } from "./page/inline.ts";
import { actionUnitsSection, heatData } from "./sections/action_units.ts";
import { controlsSection, limitsSection, referencesSection, reproduceSection } from "./sections/closing.ts";
import { filterData, filtersSection, sheetDialog, SHOWN_FIRST } from "./sections/filters.ts";
import { head, runTitle } from "./sections/head.ts";
import { runSection } from "./sections/run.ts";
import { testSection } from "./sections/test.ts";
import { trainingSection } from "./sections/training.ts";

/** No report is larger, in bytes: it is to be sent by mail. */
export const LIMIT = 5_000_000;

/** A finished page. */
export interface Report {
  html: string;
  /** Its bytes. */
  size: number;
  /** Filters whose sheets are in it, and how many were left out. */
  filters: number;
  leftOut: number;
}

/**
 * Makes the page. Where everything together is larger than `limit` bytes, filters are left out, the last in the order of the gallery first, and
 * the page says how many. Equal facts give equal bytes.
 *
 * @throws {RangeError} where the page is larger without any filter.
 */
export async function renderReport(facts: Facts, limit = LIMIT): Promise<Report> {
  const { gallery } = facts;
  const encoder = new TextEncoder();
  const attempt = async (filters: number) => {
    const html = await page(facts, gallery.slice(0, filters));
    return { html, size: encoder.encode(html).length, filters, leftOut: gallery.length - filters };
  };
  const whole = await attempt(gallery.length);
  if (whole.size <= limit) return whole;
  let best = await attempt(0), tooMany = gallery.length;
  if (best.size > limit) {
    throw new RangeError(`the report has ${best.size} bytes without any filter, more than ${limit}`);
  }
  while (tooMany - best.filters > 1) {
    const next = await attempt(Math.floor((best.filters + tooMany) / 2));
    if (next.size <= limit) best = next;
    else tooMany = next.filters;
  }
  return best;
}

async function page(facts: Facts, gallery: readonly GalleryFilter[]): Promise<string> {
  const open = new Set(gallery.map(({ filter }) => filter));
  const sections = [
    ["run", "What was run", runSection(facts)],
    ["training", "Training", trainingSection(facts)],
    ["test", "Test", testSection(facts)],
    ["filters", "Filters", filtersSection(facts, gallery)],
    ["units", "Action Units", actionUnitsSection(facts, open)],
    ["controls", "Controls", controlsSection(facts)],
    ["limits", "Limits", limitsSection()],
    ["reproduce", "How to reproduce", reproduceSection(facts)],
    ["references", "References", referencesSection()],
  ] as const;
  // Nothing can be loaded, and no style or script runs but the two whose hashes stand here.
  const policy = [
    "default-src 'none'",
    "img-src data:",
    `style-src '${await hash(STYLE)}'`,
    `script-src '${await hash(SCRIPT)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const data = {
    layer: facts.visualization?.layer ?? "",
    shownFirst: SHOWN_FIRST,
    filters: filterData(gallery),
    heat: heatData(facts),
  };
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="${policy}">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="generator" content="aulens">
        <title>${runTitle(facts)} · aulens</title>
        <link rel="icon" href="data:,">
        <style>${new Html(STYLE)}</style>
      </head>
      <body>
    <a class="skip" href="#content">Skip to the content</a>
    ${head(facts, sections.map(([id, title]) => [id, title]))}
    <main id="content">
    ${sections.map(([, , content]) => content)}
    </main>
    <footer><p>Made by <a href="https://github.com/aulens/aulens" rel="noreferrer">aulens</a> ${
    facts.record.versions.aulens ?? ""
  }. This file loads nothing and sends nothing.</p></footer>
    ${sheetDialog()}
    <script type="application/json" id="data">${json(data)}</script>
    <script>${new Html(SCRIPT)}</script>
      </body>
    </html>
`.text;
}

async function hash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `sha256-${Buffer.from(digest).toString("base64")}`;
}
