/** Draws the curves of several runs in one picture: every run thinly, the mean of each group boldly. */
import { type CurveRecord, lineChart, type Majority, type Point, series } from "./lines.ts";
import { SERIES, svgToPng, vegaSvg } from "./style.ts";

/** A run's curves. */
export interface ComparedRun {
  /** Unique among the runs. */
  name: string;
  /** Runs of a group share a color and a mean: its variant, or its own name. */
  group: string;
  records: readonly CurveRecord[];
}

/** Words and marks around the curves. */
export interface ComparisonOptions {
  /** The first line, in bold. */
  title: string;
  /** Draws what guessing would reach. */
  classes?: number;
  /** The most frequent class of the validation images: draws what always saying it would reach, too. */
  most?: Majority;
}

/**
 * Draws training loss and validation accuracy of several runs as the text of an SVG file. Single records are noisy: every line is a running
 * mean over a twentieth of the longest run, which the caption says. The mean of a group is drawn where all its runs have a record.
 *
 * @throws {RangeError} for more groups than there are colors, and where there is nothing to draw.
 */
export async function comparisonSvg(runs: readonly ComparedRun[], options: ComparisonOptions): Promise<string> {
  const groups = [...new Set(runs.map(({ group }) => group))];
  if (groups.length > SERIES.length) {
    throw new RangeError(`curves: ${groups.length} groups of runs, at most ${SERIES.length} can be told apart`);
  }
  const last = runs.reduce((most, { records }) => Math.max(most, records.at(-1)?.step ?? 0), 1);
  const window = Math.ceil(last / 20);
  const lines = (read: (record: CurveRecord) => number | null) => {
    const smooth = runs.map(({ name, group, records }) => series(group, records, window, read, name).smooth);
    const members = (group: string) => smooth.filter((_, n) => runs[n].group === group);
    return {
      thin: groups.some((group) => members(group).length > 1) ? smooth.flat() : [],
      bold: groups.flatMap((group) => meanLine(group, members(group).filter((points) => points.length > 0))),
    };
  };
  const losses = lines((record) => record.loss);
  const accuracies = lines((record) => record.validationAccuracy);
  if (losses.bold.length === 0) {
    throw new RangeError(`curves: ${runs.length} runs hold no finite loss; train them first`);
  }
  const counts = losses.thin.length > 0 ? "Thin: each run. Bold: mean of the runs of a color. " : "";
  return await vegaSvg(lineChart({
    title: options.title,
    subtitle: [`${counts}All lines: running mean over ${window} steps.`],
    losses,
    accuracies,
    accuracyLabel: "validation accuracy",
    colors: { domain: groups, range: SERIES.slice(0, groups.length) },
    classes: options.classes,
    most: options.most,
    last,
  }));
}

/** The same as the bytes of a PNG file. */
export async function comparisonPng(...args: Parameters<typeof comparisonSvg>): Promise<Uint8Array> {
  return svgToPng(await comparisonSvg(...args));
}

/** The mean over lines at the steps that all of them have. */
function meanLine(group: string, lines: Point[][]): Point[] {
  const sums = new Map<number, { sum: number; count: number }>();
  for (const { step, value } of lines.flat()) {
    const { sum, count } = sums.get(step) ?? { sum: 0, count: 0 };
    sums.set(step, { sum: sum + value, count: count + 1 });
  }
  return [...sums].filter(([, { count }]) => count === lines.length).sort(([a], [b]) => a - b)
    .map(([step, { sum, count }]) => ({ step, series: group, line: `mean of ${group}`, value: sum / count }));
}
