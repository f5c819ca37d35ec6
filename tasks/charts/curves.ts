/**
 * Draws training curves: the loss above, the accuracies below, over the same steps.
 *
 * Vega-Lite lays the picture out as SVG, sharp rasterises it; nothing here needs a browser.
 *
 * @module
 */

import type { TopLevelSpec } from "../deps.ts";
import { CONFIG, QUIET, svgToPng, vegaSvg } from "./style.ts";

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

/** Words and marks around the curves. */
export interface CurveOptions {
  /** The first line, in bold. */
  title: string;
  /** The second line: what was trained, and how. */
  subtitle?: string;
  /** How many classes there are: draws what guessing would reach, 1 / classes and ln(classes), as dotted lines. */
  classes?: number;
}

const LOSS = "loss", TRAIN = "training", VALIDATION = "validation";
const SCALE = { domain: [LOSS, TRAIN, VALIDATION], range: ["#374151", "#2563a8", "#d9660f"] };

interface Point {
  step: number;
  series: string;
  value: number;
  smooth: number;
}

/**
 * Draws the curves of one training run as a PNG of about 1750 x 1250 pixels.
 *
 * Single records are noisy, so they are drawn thinly, and boldly their running mean over a twentieth of the run; the
 * caption says how many steps that is. A series of fewer than 40 records has its points marked.
 *
 * @param records What the run noted, in order of step. Values that are not finite are left out.
 * @param options Words and marks around the curves.
 * @returns The bytes of a PNG file.
 * @throws {RangeError} There is no record to draw.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { curvesPng } from "./curves.ts";
 *
 * const png = await curvesPng(
 *   [{ step: 10, loss: 2.08, trainAccuracy: 0.13, validationAccuracy: null }],
 *   { title: "The first ten steps", classes: 8 },
 * );
 * assert.equal(new TextDecoder().decode(png.subarray(1, 4)), "PNG");
 * ```
 */
export async function curvesPng(records: readonly CurveRecord[], options: CurveOptions): Promise<Uint8Array> {
  return svgToPng(await curvesSvg(records, options));
}

/**
 * Draws the curves of one training run as SVG; {@linkcode curvesPng} says how.
 *
 * @param records What the run noted, in order of step. Values that are not finite are left out.
 * @param options Words and marks around the curves.
 * @returns The text of an SVG file, which asks for the font {@linkcode FONT}.
 * @throws {RangeError} There is no record to draw.
 */
export async function curvesSvg(records: readonly CurveRecord[], options: CurveOptions): Promise<string> {
  const last = records.reduce((step, record) => Math.max(step, record.step), 1);
  const window = Math.ceil(last / 20);
  const points = [
    ...series(LOSS, records, window, (record) => record.loss),
    ...series(TRAIN, records, window, (record) => record.trainAccuracy),
    ...series(VALIDATION, records, window, (record) => record.validationAccuracy),
  ];
  if (points.length === 0) {
    throw new RangeError(`curves: 0 of ${records.length} records hold a finite loss or accuracy; train for more steps`);
  }
  return await vegaSvg(layout(points, last, window, options));
}

/** One quantity against the step, with its mean over the `window` steps around each record beside it. */
function series(
  name: string,
  records: readonly CurveRecord[],
  window: number,
  read: (record: CurveRecord) => number | null,
): Point[] {
  const points: Point[] = [];
  for (const record of records) {
    const value = read(record);
    if (value === null || !Number.isFinite(value)) continue;
    points.push({ step: record.step, series: name, value, smooth: value });
  }
  let [start, end] = [0, 0];
  for (const point of points) {
    while (points[start].step < point.step - window / 2) start++;
    while (end < points.length && points[end].step <= point.step + window / 2) end++;
    let sum = 0;
    for (let i = start; i < end; i++) sum += points[i].value;
    point.smooth = sum / (end - start);
  }
  return points;
}

/** Both panels and the caption, as Vega-Lite wants them said. */
function layout(points: Point[], last: number, window: number, options: CurveOptions): TopLevelSpec {
  const { title, subtitle, classes } = options;
  const of = (...names: string[]) => points.filter((point) => names.includes(point.series));
  const losses = of(LOSS);
  const highest = losses.reduce((top, point) => Math.max(top, point.value), Math.log(classes ?? 1.1));
  const steps: Domain = [0, last];
  const smoothed = points.some((point) => point.smooth !== point.value);
  const caption = smoothed ? [`Thin: each record. Bold: mean over the ${window} steps around it.`] : [];
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: { text: title, subtitle: [...(subtitle ? [subtitle] : []), ...caption] },
    spacing: 28,
    vconcat: [
      panel(losses, {
        height: 190,
        steps,
        values: [0, highest * 1.05],
        label: "loss (nats)",
        format: ".1f",
        chance: classes && { value: Math.log(classes), text: `chance, ln ${classes}` },
      }),
      panel(of(TRAIN, VALIDATION), {
        height: 260,
        steps,
        values: [0, 1],
        label: "accuracy",
        format: ".0%",
        chance: classes && { value: 1 / classes, text: `chance, 1/${classes}` },
        lowest: true,
      }),
    ],
    config: CONFIG,
  } as TopLevelSpec;
}

type Domain = [number, number];

interface Panel {
  height: number;
  steps: Domain;
  values: Domain;
  label: string;
  format: string;
  chance?: { value: number; text: string } | 0;
  /** The lowest panel alone has its steps written out. */
  lowest?: boolean;
}

/** One panel: thin lines for the records, bold ones for their running means, each named at its right end. */
function panel(points: Point[], { height, steps, values, label, format, chance, lowest = false }: Panel) {
  const colour = { field: "series", type: "nominal", scale: SCALE, legend: null };
  const x = {
    field: "step",
    type: "quantitative",
    scale: { domain: steps, nice: false },
    axis: { title: lowest ? "step" : null, labels: lowest, ticks: lowest, tickCount: 8, tickMinStep: 1, format: ",d" },
  };
  const y = (field: string) => ({
    field,
    type: "quantitative",
    scale: { domain: values, nice: false },
    axis: { title: label, format, tickCount: 5 },
  });
  const line = (field: string, mark: Record<string, unknown>) => ({
    data: { values: points },
    mark: { type: "line", clip: true, ...mark },
    encoding: { x, y: y(field), color: colour },
  });
  const lengths = new Map<string, number>();
  for (const point of points) lengths.set(point.series, (lengths.get(point.series) ?? 0) + 1);
  const layers: unknown[] = [
    line("value", { strokeWidth: 0.8, opacity: 0.35 }),
    line("smooth", { strokeWidth: 2.2 }),
    {
      data: { values: points.filter((point) => lengths.get(point.series)! < 40) },
      mark: { type: "point", filled: true, size: 28, opacity: 1 },
      encoding: { x, y: y("smooth"), color: colour },
    },
    {
      data: { values: endLabels(points, values, height, format) },
      mark: { type: "text", align: "left", dx: 8, baseline: "middle", fontWeight: "bold" },
      encoding: { x, y: y("place"), text: { field: "text" }, color: colour },
    },
  ];
  if (chance) {
    const at = { data: { values: [{ value: chance.value, step: steps[1], text: chance.text }] } };
    layers.unshift(
      { ...at, mark: { type: "rule", strokeDash: [2, 3], color: QUIET }, encoding: { y: y("value") } },
      {
        ...at,
        mark: { type: "text", align: "right", baseline: "bottom", dy: -3, color: QUIET },
        encoding: { x, y: y("value"), text: { field: "text" } },
      },
    );
  }
  return { width: 640, height, layer: layers };
}

/** Names each line at its right end with its last running mean, moved apart where two would overlap. */
function endLabels(points: Point[], [low, high]: Domain, height: number, format: string) {
  const ends = [...new Map(points.map((point) => [point.series, point])).values()];
  const apart = (high - low) * 15 / height;
  const labels = ends.map((end) => ({
    step: end.step,
    series: end.series,
    place: end.smooth,
    text: `${end.series} ${format === ".0%" ? `${(end.smooth * 100).toFixed(0)}%` : end.smooth.toFixed(2)}`,
  })).sort((a, b) => a.place - b.place);
  for (let i = 1; i < labels.length; i++) {
    const missing = apart - (labels[i].place - labels[i - 1].place);
    if (missing > 0) {
      labels[i - 1].place -= missing / 2;
      labels[i].place += missing / 2;
    }
  }
  return labels;
}
