/** What was measured as text that a person can read. */
import { CLIFF, cliffs, type Growth } from "./growth/measure.ts";
import type { PartRow } from "./measure/profile.ts";
import type { Times } from "./measure/times.ts";
import { augments, dropoutRate, type Variant } from "../training/options.ts";
import type { Comparison } from "./peers/compare.ts";

/** Lines of cells, the first column to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[], left = 1): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row.map((cell, column) => column < left ? cell.padEnd(widths[column]) : cell.padStart(widths[column])).join("  ")
      .trimEnd()
  ).join("\n");
}

/** The step by its parts and their kernels; kernels below `least` of the step are left to the parts' sums. */
export function profileTable(parts: readonly PartRow[], least = 0.002): string {
  const all = parts.reduce((total, { milliseconds }) => total + milliseconds, 0);
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  const number = (milliseconds: number) => milliseconds.toFixed(milliseconds < 100 ? 1 : 0);
  const rows = parts.flatMap(({ part, shape, milliseconds, share, gigaflops, kernels }) => [
    [part, shape, "", number(milliseconds), gigaflops === null ? "" : gigaflops.toFixed(1), percent(share)],
    ...kernels.filter((row) => kernels.length > 1 && row.milliseconds >= least * all).map((row) => [
      `  ${row.kernel}`,
      "",
      String(row.calls),
      number(row.milliseconds),
      "",
      percent(row.milliseconds / all),
    ]),
  ]);
  const head = ["part, kernel", "shape", "calls", "ms", "GFLOP/s", "share"];
  return table([head, ...rows, ["all kernels", "", "", number(all), "", "100.0%"]], 2);
}

/** A median with its range, in milliseconds below a second and seconds above. */
export function range({ median, least, most }: Times): string {
  const [unit, divisor] = median >= 1000 ? ["s", 1000] : ["ms", 1];
  const [middle, low, high] = [median, least, most].map((value) => (value / divisor).toFixed(divisor === 1 ? 1 : 2));
  return `${middle} ${unit}  (${low} to ${high})`;
}

/** A sweep, and whether it has a cliff. */
export function growthTable(growth: Growth): string {
  const { over, given, unit, points } = growth;
  const head = [over, "time", unit, "GPU memory"];
  const rows = points.map((
    { size, time, unit, memory },
  ) => [
    over === "filters" ? `x${size}` : String(size),
    range(time),
    unit.toPrecision(3),
    `${(memory / 1e6).toFixed(0)} MB`,
  ]);
  const steep = cliffs(growth).map(({ from, to, times }) => `${times.toFixed(1)} times from ${from} to ${to}`);
  const verdict = steep.length > 0
    ? `a cliff: a unit of work costs ${steep.join(", ")}`
    : `no cliff: from one size to the next a unit of work never costs more than ${CLIFF} times as much`;
  return `${given}\n${table([head, ...rows])}\n${verdict}`;
}

/** What was timed in turn with the peers, our time divided by theirs, and what a step of each does. */
export function peersTable(comparisons: readonly Comparison[], variant: Variant): string {
  const ratio = ({ median, least, most }: Times) => `${figures(median)}  (${figures(least)} to ${figures(most)})`;
  const timed = comparisons.flatMap(({ peer, pairs = [] }) =>
    pairs.map(({ what, batch, ours, its, ratio: clock, processor }, n) => [
      n === 0 ? peer : "",
      `${what}, ${batch.ours === batch.its ? "same batch" : "its largest batch"}`,
      `${batch.ours} : ${batch.its}`,
      range(ours),
      range(its),
      ratio(clock),
      ratio(processor),
    ])
  );
  const missing = comparisons.flatMap(({ peer, missing }) => missing ? [`${peer}: ${missing}`] : []);
  const head = ["beside it, in turn", "what", "batches", "ours", "its", "an image, ours : its", "processor time"];
  const dropped = dropoutRate(variant);
  const legend = [
    "Ratios are of times an image, round by round; below 1 we are faster. Processor time is that of all threads: it",
    "repeats where others disturb the clock.",
    `All steps go forward and back and update, with momentum and weight decay${
      dropped > 0 ? `, and drop ${100 * dropped}% of fc4's inputs` : ""
    }.`,
    `Only ours also draws${augments(variant) ? ", augments" : ""} and normalizes its images; the peers' are given.`,
  ];
  return [...(timed.length > 0 ? [table([head, ...timed], 2), ...legend] : []), ...missing].join("\n");
}

function figures(value: number): string {
  return value.toPrecision(2);
}
