/** Draws, for each Action Unit, its most divergent filters as bars: the paper's picture. */
import type { TopLevelSpec } from "../deps.ts";
import { CONFIG, INK, QUIET, svgToPng, vegaSvg } from "./style.ts";

/** One unit's bars. */
export interface DivergencePanel {
  /** `12 lip corner puller`. */
  name: string;
  /** `28 of 160 images`. */
  note: string;
  /** The most divergent filters, in order. */
  bars: {
    filter: number;
    kl: number;
    /** Area under the ROC curve less what exchanged labels give: positive where the unit excites the filter. */
    excess: number;
    /** Whether that side is more than chance. */
    significant: boolean;
  }[];
}

/** Words around the panels. */
export interface DivergenceOptions {
  title: string;
  subtitle: string[];
}

const EXCITED = "excited", QUIETER = "quieter", CHANCE = "chance";
const COLUMNS = 3;

/**
 * Draws the panels as the text of an SVG file, three in a row, all on one scale: orange bars are filters that the unit excites, blue ones those that
 * are quieter with it, grey ones no more than chance.
 *
 * @param panels At least one.
 */
export function divergencesSvg(
  panels: readonly DivergencePanel[],
  { title, subtitle }: DivergenceOptions,
): Promise<string> {
  const most = Math.max(...panels.flatMap(({ bars }) => bars.map(({ kl }) => kl)), 0.1);
  const scale = { domain: [EXCITED, QUIETER, CHANCE], range: ["#d9660f", "#2563a8", "#c3c8d0"] };
  const panel = ({ name, note, bars }: DivergencePanel, index: number) => {
    const values = bars.map(({ filter, kl, excess, significant }) => ({
      filter: String(filter),
      kl,
      kind: !significant ? CHANCE : excess > 0 ? EXCITED : QUIETER,
      text: kl.toFixed(2),
    }));
    const y = {
      field: "filter",
      type: "nominal",
      sort: null,
      axis: {
        title: index % COLUMNS === 0 ? "filter" : null,
        labelColor: INK,
        labelFontSize: 11,
        ticks: false,
        labelPadding: 6,
      },
    };
    const x = {
      field: "kl",
      type: "quantitative",
      scale: { domain: [0, most * 1.12], nice: false },
      axis: index >= COLUMNS * Math.floor((panels.length - 1) / COLUMNS)
        ? { title: "D(Q || R) in nats", tickCount: 4, grid: true }
        : { title: null, labels: false, ticks: false, tickCount: 4, grid: true },
    };
    return {
      title: { text: name, subtitle: note, fontSize: 13, subtitleFontSize: 11, offset: 6, subtitlePadding: 3 },
      data: { values },
      width: 250,
      height: 16 * Math.max(1, bars.length),
      layer: [
        {
          mark: { type: "bar", height: { band: 0.72 } },
          encoding: { y, x, color: { field: "kind", type: "nominal", scale, legend: null } },
        },
        {
          mark: { type: "text", align: "left", dx: 4, fontSize: 10, color: QUIET },
          encoding: { y, x, text: { field: "text" } },
        },
      ],
    };
  };
  return vegaSvg({
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: { text: title, subtitle, offset: 24 },
    columns: COLUMNS,
    spacing: { row: 26, column: 34 },
    concat: panels.map(panel),
    config: CONFIG,
  } as unknown as TopLevelSpec);
}

/** The same as the bytes of a PNG file. */
export async function divergencesPng(...args: Parameters<typeof divergencesSvg>): Promise<Uint8Array> {
  return svgToPng(await divergencesSvg(...args));
}
