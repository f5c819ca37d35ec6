/** Panels of lines over the same steps, the loss above the accuracies: what a picture of one run and one of many share. */
import type { TopLevelSpec } from "../deps.ts";
import { CONFIG, QUIET } from "./style.ts";

/** What a training run notes every few steps: one line of `log.jsonl`. */
export interface CurveRecord {
  /** Updates done so far, 0 or more. */
  step: number;
  /** Mean cross-entropy since the last record, in nats. */
  loss: number;
  /** Fraction of training samples named rightly since the last record, 0 to 1. */
  trainAccuracy: number;
  /** The same on validation samples, or null where none were looked at. */
  validationAccuracy: number | null;
}

/** A point of a line. */
export interface Point {
  step: number;
  /** What gives the line its color and its name. */
  series: string;
  /** Which line of the series it belongs to. */
  line?: string;
  value: number;
}

/** What is drawn in a panel: thin lines that stand back, and bold ones that are named at their right ends. */
export interface Lines {
  thin: Point[];
  bold: Point[];
}

/** Both panels and the words around them. */
export interface Layout {
  title: string;
  subtitle: string[];
  losses: Lines;
  accuracies: Lines;
  /** What the lower panel's values are. */
  accuracyLabel: string;
  /** Names of the series and their colors. */
  colors: { domain: string[]; range: string[] };
  /** Draws what guessing would reach, 1 / classes and ln(classes), as dotted lines. */
  classes?: number;
  /** The class that most images are of which the lower panel's values are about: draws what always saying it would reach. */
  most?: Majority;
  /** The last step. */
  last: number;
  /** Width of the panels in units of the SVG. Default 640. */
  width?: number;
}

/** A class, and its share of some images, 0 to 1. */
export interface Majority {
  name: string;
  share: number;
}

type Domain = [number, number];

/** Bold lines of fewer points than this have them marked. */
const FEW_POINTS = 40;

/** One quantity against the step, and its mean over the `window` steps around each record. Values that are not finite are left out. */
export function series(
  name: string,
  records: readonly CurveRecord[],
  window: number,
  read: (record: CurveRecord) => number | null,
  line = name,
): { raw: Point[]; smooth: Point[] } {
  const raw: Point[] = [];
  for (const record of records) {
    const value = read(record);
    if (value !== null && Number.isFinite(value)) raw.push({ step: record.step, series: name, line, value });
  }
  let [start, end] = [0, 0];
  const smooth = raw.map((point) => {
    while (raw[start].step < point.step - window / 2) start++;
    while (end < raw.length && raw[end].step <= point.step + window / 2) end++;
    let sum = 0;
    for (let i = start; i < end; i++) sum += raw[i].value;
    return { ...point, value: sum / (end - start) };
  });
  return { raw, smooth };
}

/** The whole picture, as Vega-Lite wants it said. */
export function lineChart(
  { title, subtitle, losses, accuracies, accuracyLabel, colors, classes, most, last, width = 640 }: Layout,
): TopLevelSpec {
  const highest = [...losses.thin, ...losses.bold].reduce(
    (top, point) => Math.max(top, point.value),
    Math.log(classes ?? 1.1),
  );
  const steps: Domain = [0, last];
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: { text: title, subtitle },
    spacing: 28,
    vconcat: [
      panel(losses, colors, {
        width,
        height: 190,
        steps,
        values: [0, highest * 1.05],
        label: "loss (nats)",
        format: ".1f",
        chance: classes ? [{ value: Math.log(classes), text: `chance, ln ${classes}` }] : [],
      }),
      panel(accuracies, colors, {
        width,
        height: 260,
        steps,
        values: [0, 1],
        label: accuracyLabel,
        format: ".0%",
        chance: chances(classes, most),
        lowest: true,
      }),
    ],
    config: CONFIG,
  } as TopLevelSpec;
}

/** Of a class's name so many letters are written. */
const LONGEST_NAME = 24;

/** What takes no network: guessing, and always saying the most frequent class where that is more. */
function chances(classes?: number, most?: Majority): Chance[] {
  if (!classes) return [];
  const guessing = { value: 1 / classes, text: `chance, 1/${classes}` };
  if (!most || most.share - guessing.value < 0.005) return [guessing];
  const name = most.name.length > LONGEST_NAME ? `${most.name.slice(0, LONGEST_NAME - 1)}…` : most.name;
  return [
    { value: most.share, text: `chance, always ${name}, ${(100 * most.share).toFixed(0)}%` },
    // Its words stand below the line, where the other's do not.
    { ...guessing, text: `chance, guessing, 1/${classes}`, isBelow: true },
  ];
}

interface Chance {
  value: number;
  text: string;
  isBelow?: boolean;
}

interface Panel {
  width: number;
  height: number;
  steps: Domain;
  values: Domain;
  label: string;
  format: string;
  chance: Chance[];
  /** The lowest panel alone has its steps written out. */
  lowest?: boolean;
}

function panel(
  { thin, bold }: Lines,
  colors: Layout["colors"],
  { width, height, steps, values, label, format, chance, lowest = false }: Panel,
) {
  const color = { field: "series", type: "nominal", scale: colors, legend: null };
  const x = {
    field: "step",
    type: "quantitative",
    scale: { domain: steps, nice: false },
    axis: {
      title: lowest ? "step" : null,
      labels: lowest,
      ticks: lowest,
      tickCount: width / 80,
      tickMinStep: 1,
      format: ",d",
    },
  };
  const y = (field: string) => ({
    field,
    type: "quantitative",
    scale: { domain: values, nice: false },
    axis: { title: label, format, tickCount: 5 },
  });
  const line = (points: Point[], mark: Record<string, unknown>) => ({
    data: { values: points },
    mark: { type: "line", clip: true, ...mark },
    encoding: { x, y: y("value"), color: color, detail: { field: "line", type: "nominal" } },
  });
  const lengths = new Map<string, number>();
  for (const point of bold) lengths.set(point.series, (lengths.get(point.series) ?? 0) + 1);
  const layers: unknown[] = [
    line(thin, { strokeWidth: 0.8, opacity: 0.35 }),
    line(bold, { strokeWidth: 2.2 }),
    {
      data: { values: bold.filter((point) => lengths.get(point.series)! < FEW_POINTS) },
      mark: { type: "point", filled: true, size: 28, opacity: 1 },
      encoding: { x, y: y("value"), color: color },
    },
    {
      data: { values: endLabels(bold, values, height, format) },
      mark: { type: "text", align: "left", dx: 8, baseline: "middle", fontWeight: "bold" },
      encoding: { x, y: y("place"), text: { field: "text" }, color: color },
    },
  ];
  for (const { value, text, isBelow = false } of chance) {
    const at = { data: { values: [{ value, step: steps[1], text }] } };
    const beside = isBelow ? { baseline: "top", dy: 3 } : { baseline: "bottom", dy: -3 };
    layers.unshift(
      { ...at, mark: { type: "rule", strokeDash: [2, 3], color: QUIET }, encoding: { y: y("value") } },
      {
        ...at,
        mark: { type: "text", align: "right", color: QUIET, ...beside },
        encoding: { x, y: y("value"), text: { field: "text" } },
      },
    );
  }
  return { width, height, layer: layers };
}

/** Names each bold line at its right end with its last value, moved apart where two would overlap. */
function endLabels(points: Point[], [low, high]: Domain, height: number, format: string) {
  const ends = [...new Map(points.map((point) => [point.series, point])).values()];
  const apart = (high - low) * 15 / height;
  const labels = ends.map((end) => ({
    step: end.step,
    series: end.series,
    place: end.value,
    text: `${end.series} ${format === ".0%" ? `${(end.value * 100).toFixed(0)}%` : end.value.toFixed(2)}`,
  })).sort((a, b) => a.place - b.place);
  // Again and again, since what moves apart from one may move onto another.
  for (let round = 0; round < labels.length; round++) {
    for (let i = 1; i < labels.length; i++) {
      const missing = apart - (labels[i].place - labels[i - 1].place);
      if (missing > 0) {
        labels[i - 1].place -= missing / 2;
        labels[i].place += missing / 2;
      }
    }
  }
  return labels;
}
