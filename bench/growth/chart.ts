/** The growth as a picture: a panel a sweep, the cost of a unit of work against the size. A flat line is cost in proportion to the work. */
import { CONFIG, INK, SERIES, svgToPng, vegaSvg } from "../../pictures/charts/style.ts";
import type { TopLevelSpec } from "../../pictures/deps.ts";
import type { Growth } from "./measure.ts";

/** What stands above a panel, and along its axis with the unit. */
const WORDS: Record<Growth["over"], { title: string; axis: string }> = {
  batch: { title: "Larger batches", axis: "batch (images)" },
  "image size": { title: "Larger images", axis: "side of an image (pixels)" },
  filters: { title: "More filters", axis: "filters (times the paper's)" },
};

/** Draws it, as SVG or PNG by the file's ending. */
export async function growthChart(growths: readonly Growth[], subtitle: string, png: boolean): Promise<Uint8Array> {
  // As many lines under each panel's title, so that the panels stand at one height.
  const lines = growths.map(({ given }) => given.split("; "));
  const most = Math.max(...lines.map(({ length }) => length));
  const spec = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: {
      text: "What a unit of work costs as the sizes grow",
      subtitle: [
        subtitle,
        "Flat: the cost grows as the work does. Median of the rounds; bars from the fastest to the slowest.",
      ],
    },
    spacing: 40,
    hconcat: growths.map((growth, n) => panel(growth, [...lines[n], ...Array(most - lines[n].length).fill(" ")], n)),
    config: {
      ...CONFIG,
      axis: { ...CONFIG.axis, labelColor: INK, labelFontSize: 12, titleColor: INK, titleFontSize: 12 },
    },
  } as TopLevelSpec;
  const svg = await vegaSvg(spec);
  return png ? await svgToPng(svg) : new TextEncoder().encode(svg);
}

function panel({ over, unit, points }: Growth, subtitle: string[], index: number) {
  const sizes = points.map(({ size }) => size);
  const highest = Math.max(...points.map((point) => point.unit * point.time.most / point.time.median));
  const values = points.map(({ size, unit, time }) => ({
    size,
    unit,
    least: unit * time.least / time.median,
    most: unit * time.most / time.median,
    text: figures(unit),
  }));
  const x = {
    field: "size",
    type: "quantitative",
    scale: { type: "log", base: 2, domain: [sizes[0], sizes.at(-1)], nice: false, padding: 16 },
    axis: { title: WORDS[over].axis, values: sizes, grid: false, format: "d", labelOverlap: false },
  };
  const y = (field: string) => ({
    field,
    type: "quantitative",
    scale: { domain: [0, highest * 1.15], nice: false },
    axis: { title: unit, tickCount: 5 },
  });
  const color = { value: SERIES[index] };
  return {
    width: 280,
    height: 240,
    title: { text: WORDS[over].title, subtitle, fontSize: 13, offset: 8, color: INK },
    data: { values },
    layer: [
      {
        mark: { type: "rule", strokeWidth: 5, opacity: 0.25 },
        encoding: { x, y: y("least"), y2: { field: "most" }, color },
      },
      { mark: { type: "line", strokeWidth: 2 }, encoding: { x, y: y("unit"), color } },
      { mark: { type: "point", filled: true, size: 36, opacity: 1 }, encoding: { x, y: y("unit"), color } },
      // First their halo, so that a steep line does not run through them.
      ...[{ stroke: "white", strokeWidth: 4 }, { color: INK }].map((look) => ({
        mark: { type: "text", dy: -10, fontSize: 11, ...look },
        encoding: { x, y: y("most"), text: { field: "text" } },
      })),
    ],
  };
}

function figures(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(2);
}
