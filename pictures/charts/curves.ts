/**
 * Draws training curves: the loss above, the accuracies below, over the same steps.
 *
 * Vega-Lite lays the picture out as SVG, sharp rasterises it; nothing here needs a browser.
 *
 * @module
 */

import { type CurveRecord, lineChart, type Majority, series } from "./lines.ts";
import { svgToPng, vegaSvg } from "./style.ts";

/** Words and marks around the curves. */
export interface CurveOptions {
  /** The first line, in bold. */
  title: string;
  /** The second line: what was trained, and how. */
  subtitle?: string;
  /** How many classes there are: draws what guessing would reach, 1 / classes and ln(classes), as dotted lines. */
  classes?: number;
  /** The most frequent class of the validation images: draws what always saying it would reach, too. */
  most?: Majority;
  /** Width of the panels in units of the SVG. Default 640. */
  width?: number;
}

const LOSS = "loss", TRAIN = "training", VALIDATION = "validation";
const COLORS = { domain: [LOSS, TRAIN, VALIDATION], range: ["#374151", "#2563a8", "#d9660f"] };

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

/** What is thin and what is bold in the curves of such records; undefined where they are too few for two kinds of line. */
export function smoothingWords(records: readonly CurveRecord[]): string | undefined {
  const { window, loss, train, validation } = allSeries(records);
  const smoothed = [loss, train, validation].some(({ raw, smooth }) =>
    raw.some((point, n) => point.value !== smooth[n].value)
  );
  return smoothed ? `Thin: each record. Bold: mean over the ${window} steps around it.` : undefined;
}

function allSeries(records: readonly CurveRecord[]) {
  const last = records.reduce((step, record) => Math.max(step, record.step), 1);
  const window = Math.ceil(last / 20);
  const of = (name: string, value: (record: CurveRecord) => number | null) => series(name, records, window, value);
  return {
    last,
    window,
    loss: of(LOSS, (record) => record.loss),
    train: of(TRAIN, (record) => record.trainAccuracy),
    validation: of(VALIDATION, (record) => record.validationAccuracy),
  };
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
  const { last, loss, train, validation } = allSeries(records);
  if ([loss, train, validation].every(({ raw }) => raw.length === 0)) {
    throw new RangeError(`curves: 0 of ${records.length} records hold a finite loss or accuracy; train for more steps`);
  }
  const caption = smoothingWords(records);
  return await vegaSvg(lineChart({
    title: options.title,
    subtitle: [...(options.subtitle ? [options.subtitle] : []), ...(caption ? [caption] : [])],
    losses: { thin: loss.raw, bold: loss.smooth },
    accuracies: { thin: [...train.raw, ...validation.raw], bold: [...train.smooth, ...validation.smooth] },
    accuracyLabel: "accuracy",
    colors: COLORS,
    classes: options.classes,
    most: options.most,
    last,
    width: options.width,
  }));
}
