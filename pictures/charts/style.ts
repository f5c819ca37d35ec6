/** What all charts share: one look, and the way from a Vega-Lite description to SVG and PNG, with no browser. */
import { FONT } from "./font.ts";
import { loadSharp, loadVega, loadVegaLite, type TopLevelSpec } from "../deps.ts";

/** Text; text that stands back; lines that guide the eye. */
export const INK = "#1f2430", QUIET = "#6b7280", GRID = "#e7e9ee";

/** Colors of series that have no order, distinct in grey and for most color-blind eyes too. */
export const SERIES = ["#2563a8", "#d9660f", "#2f8f5b", "#8a4fb0", "#b3364a", "#6b7280", "#b08a1e", "#1f8a99"];

/** Vega-Lite's `config` of every chart. */
export const CONFIG = {
  background: "white",
  padding: 20,
  font: FONT,
  view: { stroke: null },
  text: { fontSize: 11 },
  title: {
    anchor: "start",
    frame: "group",
    fontSize: 16,
    color: INK,
    subtitleFontSize: 12,
    subtitleColor: QUIET,
    subtitlePadding: 6,
    offset: 14,
  },
  axis: {
    gridColor: GRID,
    domain: false,
    tickColor: GRID,
    labelColor: QUIET,
    labelFontSize: 11,
    titleColor: QUIET,
    titleFontSize: 11,
    titleFontWeight: "normal",
    titlePadding: 10,
  },
} as const;

/** Lays a chart out as the text of an SVG file, which asks for the font {@linkcode FONT}. */
export async function vegaSvg(spec: TopLevelSpec): Promise<string> {
  const [{ compile }, { parse, View }] = await Promise.all([loadVegaLite(), loadVega()]);
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  try {
    // A run may be named by anything, and XML has no control characters.
    // deno-lint-ignore no-control-regex
    return (await view.toSVG()).toWellFormed().replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]/g, "?");
  } finally {
    view.finalize();
  }
}

/**
 * Rasterises an SVG at two pixels a unit, as the bytes of a PNG file with an even margin: without a browser Vega guesses how long a text is,
 * and leaves too much room for it.
 */
export async function svgToPng(svg: string): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const { background, padding } = CONFIG;
  const picture = sharp(new TextEncoder().encode(svg), { density: 144 }).flatten({ background })
    .trim({ background, threshold: 1 });
  const margin = 2 * padding;
  const extend = { top: margin, bottom: margin, left: margin, right: margin, background };
  return new Uint8Array(await picture.extend(extend).png().toBuffer());
}
