/** Draws a confusion matrix: a row a true class, a column a predicted one, shaded by the share of the row. */
import type { TopLevelSpec } from "../deps.ts";
import { CONFIG, INK, QUIET, svgToPng, vegaSvg } from "./style.ts";

/** Words around the matrix. */
export interface ConfusionOptions {
  /** The first line, in bold. */
  title: string;
  /** Further lines: what was counted, and by which rule. */
  subtitle: string[];
}

/** Side of a cell in units of the SVG. */
const CELL = 56;

/**
 * Draws a confusion matrix as the text of an SVG file. Each cell has its count and, below it, its share of the row; nothing is written
 * where nothing was counted.
 *
 * @param confusion `confusion[label][prediction]`, counts.
 * @param names Class names in the order of the class numbers.
 */
export function confusionSvg(
  confusion: readonly (readonly number[])[],
  names: readonly string[],
  { title, subtitle }: ConfusionOptions,
): Promise<string> {
  const cells = confusion.flatMap((row, label) => {
    const support = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, prediction) => ({
      label: names[label],
      prediction: names[prediction],
      share: support === 0 ? 0 : count / support,
      count: count === 0 ? "" : String(count),
      percent: count === 0 ? "" : `${(100 * count / support).toFixed(0)}%`,
    }));
  });
  const axis = (field: string, titleText: string, extra: Record<string, unknown>) => ({
    field,
    type: "nominal",
    sort: null,
    scale: { domain: names },
    axis: { title: titleText, labelColor: INK, labelFontSize: 12, ticks: false, labelPadding: 8, ...extra },
  });
  const encoding = {
    y: axis("label", "true class", { titleAngle: -90 }),
    x: axis("prediction", "predicted class", { orient: "top", labelAngle: names.length > 5 ? -35 : 0 }),
  };
  const words = (field: string, size: number, dy: number) => ({
    mark: { type: "text", fontSize: size, dy },
    encoding: {
      ...encoding,
      text: { field },
      color: {
        condition: [{ test: "datum.share > 0.42", value: "white" }, { test: "datum.share > 0.2", value: INK }],
        value: field === "count" ? INK : QUIET,
      },
    },
  });
  return vegaSvg({
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: { text: title, subtitle },
    width: CELL * names.length,
    height: CELL * names.length,
    data: { values: cells },
    layer: [
      {
        mark: { type: "rect", stroke: "white", strokeWidth: 2 },
        encoding: {
          ...encoding,
          color: {
            field: "share",
            type: "quantitative",
            scale: { domain: [0, 1], range: ["#f3f5f8", "#1d4f87"] },
            legend: null,
          },
        },
      },
      words("count", 14, -6),
      words("percent", 10, 11),
    ],
    config: CONFIG,
  } as TopLevelSpec);
}

/** The same as the bytes of a PNG file. */
export async function confusionPng(...args: Parameters<typeof confusionSvg>): Promise<Uint8Array> {
  return svgToPng(await confusionSvg(...args));
}
