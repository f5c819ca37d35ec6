/** Draws which filters answer to which Action Units: a row a unit, a column a filter, put beside those that prefer the same unit. */
import type { TopLevelSpec } from "../deps.ts";
import { CONFIG, INK, QUIET, svgToPng, vegaSvg } from "./style.ts";

/** A row. */
export interface HeatMapRow {
  /** `12 lip corner puller`. */
  name: string;
  /** What stands at the right end. */
  note: string;
  /** Area under the ROC curve of each filter less what exchanged labels give, -1..1: positive where the unit excites it. */
  excess: ArrayLike<number>;
  /** Divergence of each filter, which orders them. */
  kl: ArrayLike<number>;
  /** Whether each filter's side is more than chance. */
  significant: ArrayLike<boolean>;
}

/** Words around the map. */
export interface HeatMapOptions {
  title: string;
  subtitle: string[];
  /** `conv3 filters`. */
  columns: string;
}

const ROW = 24, WIDTH = 1536;
/** Full color; an area above or below chance by more is rare. */
const MOST = 0.5;
/** How strongly an answer that is no more than chance is shown. */
const PALE = 0.18;

/**
 * The order of the columns: filters by the unit that excites them most (by divergence, where the answer is more than chance), units from the
 * first to the last, the most divergent first; then those that no unit excites, in the same way by the unit that quiets them most.
 */
export function filterOrder(rows: readonly HeatMapRow[]): { filter: number; row: number }[] {
  const strongest = (filter: number, counts: (excess: number) => boolean) => {
    let best = -1;
    for (const [row, { excess, kl, significant }] of rows.entries()) {
      if (!counts(excess[filter]) || !significant[filter]) continue;
      if (best < 0 || kl[filter] > rows[best].kl[filter]) best = row;
    }
    return best;
  };
  const columns = Array.from({ length: rows[0].excess.length }, (_, filter) => {
    const row = strongest(filter, (excess) => excess > 0);
    const quieting = row < 0 ? strongest(filter, (excess) => excess < 0) : -1;
    const place = row >= 0 ? row : rows.length + (quieting < 0 ? rows.length : quieting);
    return { filter, row, place, kl: place === 2 * rows.length ? 0 : rows[place % rows.length].kl[filter] };
  });
  columns.sort((a, b) => a.place - b.place || b.kl - a.kl || a.filter - b.filter);
  return columns.map(({ filter, row }) => ({ filter, row }));
}

/**
 * Draws the map as the text of an SVG file. Orange: the unit excites the filter; blue: the filter is quieter with it; pale: no more than chance.
 *
 * @param rows At least one, all of as many filters.
 */
export function heatMapSvg(rows: readonly HeatMapRow[], { title, subtitle, columns }: HeatMapOptions): Promise<string> {
  const order = filterOrder(rows);
  // Pale by color, not by opacity: thousands of transparent cells take a rasteriser a quarter of a minute.
  const shade = (excess: number, significant: boolean) =>
    Math.max(-MOST, Math.min(MOST, significant ? excess : PALE * excess));
  const cells = order.flatMap(({ filter }, column) =>
    rows.map(({ name, excess, significant }) => {
      return { column, name, excess: shade(excess[filter], significant[filter]) };
    })
  );
  const blocks = rows.flatMap(({ name }, row) => {
    const first = order.findIndex((entry) => entry.row === row);
    if (first < 0) return [];
    const size = order.filter((entry) => entry.row === row).length;
    return [{ name, start: first, end: first + size, filter: String(order[first].filter) }];
  });
  const alone = order.findIndex(({ row }) => row < 0);
  const x = { type: "quantitative", scale: { domain: [0, order.length], nice: false } };
  const y = {
    field: "name",
    type: "nominal",
    sort: null,
    scale: { domain: rows.map(({ name }) => name), paddingInner: 0.08 },
    axis: { title: null, labelColor: INK, labelFontSize: 12, labelLimit: 400, ticks: false, labelPadding: 10 },
  };
  const layer: unknown[] = [
    {
      data: { values: cells.map((cell) => ({ ...cell, next: cell.column + 1 })) },
      mark: { type: "rect" },
      encoding: {
        x: { field: "column", ...x, axis: null },
        x2: { field: "next" },
        y,
        color: {
          field: "excess",
          type: "quantitative",
          scale: { domain: [-MOST, 0, MOST], range: ["#1d4f87", "#f5f6f8", "#c8500a"], interpolate: "rgb" },
          legend: {
            title: "area under the ROC curve, less chance",
            orient: "bottom",
            direction: "horizontal",
            gradientLength: 260,
            titleFontWeight: "normal",
            titleLimit: 400,
            titleColor: QUIET,
            labelColor: QUIET,
            format: ".2",
            values: [-MOST, -MOST / 2, 0, MOST / 2, MOST],
          },
        },
      },
    },
    // Which filters prefer the unit of the row.
    {
      data: { values: blocks },
      mark: { type: "rect", filled: false, stroke: INK, strokeWidth: 1.4 },
      encoding: { x: { field: "start", ...x, axis: null }, x2: { field: "end" }, y },
    },
    {
      data: { values: rows.map(({ name, note }) => ({ name, note, at: order.length })) },
      mark: { type: "text", align: "left", dx: 12, color: QUIET, fontSize: 11 },
      encoding: { x: { field: "at", ...x }, y, text: { field: "note" } },
    },
  ];
  return vegaSvg({
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: {
      text: title,
      subtitle: [
        ...subtitle,
        `Columns: ${order.length} ${columns}, each under the unit that excites it most (framed), the most divergent first` +
        (alone < 0 ? "." : `; the last ${order.length - alone} are excited by none.`),
      ],
    },
    // Room for the notes, which stand outside the plot.
    padding: { left: 20, right: 250, top: 20, bottom: 20 },
    autosize: { type: "pad" },
    width: WIDTH,
    height: ROW * rows.length,
    layer,
    config: { ...CONFIG, padding: undefined },
  } as unknown as TopLevelSpec);
}

/** The same as the bytes of a PNG file. */
export async function heatMapPng(...args: Parameters<typeof heatMapSvg>): Promise<Uint8Array> {
  return svgToPng(await heatMapSvg(...args));
}
