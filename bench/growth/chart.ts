/** The growth as a picture: a panel a sweep, the cost of a unit of work against the size. A flat line is cost in proportion to the work. */
import { CONFIG, INK, QUIET, SERIES, svgToPng, vegaSvg } from "../../tasks/charts/style.ts";
import type { TopLevelSpec } from "../../tasks/deps.ts";
import type { Growth } from "./measure.ts";

/** Draws it, as SVG or PNG by the file's ending. */
export async function growthChart(growths: readonly Growth[], subtitle: string, png: boolean): Promise<Uint8Array> {
  const spec = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: { text: "What a unit of work costs as the sizes grow", subtitle },
    spacing: 36,
    hconcat: growths.map(panel),
    config: CONFIG,
  } as TopLevelSpec;
  const svg = await vegaSvg(spec);
  return png ? await svgToPng(svg) : new TextEncoder().encode(svg);
}

function panel({ over, given, unit, points }: Growth, index: number) {
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
    scale: { type: "log", base: 2, domain: [sizes[0], sizes.at(-1)], nice: false, padding: 12 },
    axis: {
      title: over === "filters" ? "times the paper's filters" : over,
      values: sizes,
      grid: false,
      format: "d",
      labelOverlap: false,
    },
  };
  const y = (field: string) => ({
    field,
    type: "quantitative",
    scale: { domain: [0, highest * 1.15], nice: false },
    axis: { title: unit, tickCount: 5 },
  });
  const color = { value: SERIES[index] };
  return {
    width: 230,
    height: 220,
    title: { text: over, subtitle: given, fontSize: 13, subtitleFontSize: 11, offset: 8, color: INK },
    data: { values },
    layer: [
      {
        mark: { type: "rule", strokeWidth: 5, opacity: 0.25 },
        encoding: { x, y: y("least"), y2: { field: "most" }, color },
      },
      { mark: { type: "line", strokeWidth: 2 }, encoding: { x, y: y("unit"), color } },
      { mark: { type: "point", filled: true, size: 36, opacity: 1 }, encoding: { x, y: y("unit"), color } },
      {
        mark: { type: "text", align: "left", dx: 3, dy: -10, fontSize: 10, color: QUIET },
        encoding: { x, y: y("most"), text: { field: "text" } },
      },
    ],
  };
}

function figures(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(2);
}
