/** The table of a cross-validation in the formats that papers and programs take. */
import type { Comparison } from "../../training/cross_validation/compare.ts";
import type { CrossValidation, Spread, VariantSummary } from "../../training/cross_validation/summary.ts";
import { csv } from "../../formats/csv.ts";
import { describeSubjects, mostFrequent, notCovered, percent, plain } from "../words.ts";
import type { Published } from "./published.ts";

/** `95.1 +- 1.2` in percent; without the deviation where there is none. */
function spreadText({ mean, deviation }: Spread, plusMinus: string): string {
  const text = (100 * mean).toFixed(1);
  return deviation === null ? text : `${text}${plusMinus}${(100 * deviation).toFixed(1)}`;
}

/** Columns of the table for people. */
export function cells(
  { variant, accuracy, balancedAccuracy, macroF1, pooled }: VariantSummary,
  plusMinus: string,
): string[] {
  const { low, high } = pooled.accuracyInterval;
  return [
    variant,
    spreadText(accuracy, plusMinus),
    spreadText(balancedAccuracy, plusMinus),
    spreadText(macroF1, plusMinus),
    (100 * pooled.accuracy).toFixed(1),
    `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}`,
  ];
}

/** Their heads. */
export const HEADER = ["variant", "accuracy", "balanced accuracy", "macro F1", "pooled accuracy", "interval"];

/** What was done, in a sentence or two: stands beside every form of the table. */
function caption({ dataset, classNames, splits, seeds, rule, variants }: CrossValidation): string {
  const { pooled } = variants[0];
  const gap = notCovered(pooled);
  const seedWords = seeds.length === 1 ? `seed ${seeds[0]}` : `${seeds.length} seeds, averaged within a split`;
  return `${plain(dataset)}: percent, mean ± standard deviation over ${splits.length} ` +
    `${splits.length === 1 ? "split" : "splits"} (${seedWords}). Checkpoint: ${rule}. ` +
    `Interval: ${percent(pooled.accuracyInterval.level)}, over ${describeSubjects(pooled)}, ${
      imagesAndSeeds(pooled)
    } pooled.` +
    `${gap ? ` ${gap}` : ""} ${byChance(variants[0], classNames)}`;
}

/** `40 test images`, and that each was predicted once for each seed where there are several. */
export function imagesAndSeeds(
  { images, predictions }: Pick<VariantSummary["pooled"], "images" | "predictions">,
): string {
  const each = predictions / images;
  return `${images} test images${each === 1 ? "" : `, each predicted with ${each} seeds`}`;
}

/** What takes no network, in a sentence. */
export function byChance({ pooled: { confusion } }: VariantSummary, classNames: readonly string[]): string {
  const counts = confusion.map((row, label) => (
    { name: classNames[label], images: row.reduce((sum, count) => sum + count, 0) }
  ));
  const { name, share } = mostFrequent(counts);
  return `By chance: ${percent(share)} by always saying ${plain(name)}, ${
    percent(1 / classNames.length)
  } by guessing ` +
    `among ${classNames.length} classes.`;
}

/** Markdown: the table, the comparisons, the confusion matrices. */
export function markdown(result: CrossValidation, published?: Published): string {
  const rows = result.variants.map((variant) => cells(variant, " ± "));
  if (published) rows.push([published.source, (100 * published.accuracy).toFixed(1), "", "", "", ""]);
  const parts = [
    `# Cross-validation on ${plain(result.dataset)}`,
    ...(result.optimistic ? ["**OPTIMISTIC**: the test images chose the checkpoints."] : []),
    table(HEADER, rows),
    caption(result),
    ...(published ? ["The published figure is of the licensed photographs, and its protocol may differ."] : []),
    ...(result.comparisons.length > 0
      ? [
        "## Variants on the same splits",
        table(
          ["difference", "mean", "splits better / equal / worse", "p", "p adjusted"],
          result.comparisons.map(comparisonCells),
        ),
        "p: two-sided corrected resampled t-test (Nadeau and Bengio 2003); adjusted by Holm's rule.",
      ]
      : []),
    ...result.variants.flatMap(({ variant, pooled }) => [
      `## Confusion of ${variant}, all splits pooled`,
      table(
        ["true \\ predicted", ...result.classNames.map(plain)],
        pooled.confusion.map((row, label) => [plain(result.classNames[label]), ...row.map(String)]),
      ),
    ]),
  ];
  return parts.join("\n\n") + "\n";
}

/** One line a variant, shares as numbers 0..1. */
export function variantsCsv(result: CrossValidation): string {
  const header = [
    "variant",
    "splits",
    "seeds",
    "accuracy_mean",
    "accuracy_deviation",
    "balanced_accuracy_mean",
    "balanced_accuracy_deviation",
    "macro_f1_mean",
    "macro_f1_deviation",
    "pooled_images",
    "pooled_predictions",
    "pooled_accuracy",
    "pooled_low",
    "pooled_high",
    "selection",
  ];
  const lines = result.variants.map(({ variant, accuracy, balancedAccuracy, macroF1, pooled }) => [
    variant,
    result.splits.length,
    result.seeds.length,
    ...[accuracy, balancedAccuracy, macroF1].flatMap(({ mean, deviation }) => [mean, deviation ?? ""]),
    pooled.images,
    pooled.predictions,
    pooled.accuracy,
    pooled.accuracyInterval.low,
    pooled.accuracyInterval.high,
    result.selection,
  ]);
  return csv([header, ...lines]);
}

/** One line a run, shares as numbers 0..1. */
export function runsCsv(result: CrossValidation): string {
  const header = ["variant", "split", "seed", "checkpoint", "accuracy", "initial_scale"];
  const lines = result.runs.map((run) => [run.variant, run.split, run.seed, run.step, run.accuracy, run.initialScale]);
  return csv([header, ...lines]);
}

/** A LaTeX table for the package booktabs. */
export function latex(result: CrossValidation, published?: Published): string {
  const row = (words: string[]) => `    ${words.join(" & ")} \\\\`;
  return [
    "% Needs \\usepackage{booktabs}.",
    "\\begin{table}",
    "  \\centering",
    `  \\caption{${escape(caption(result)).replace("±", "$\\pm$")}}`,
    "  \\begin{tabular}{lccccc}",
    "    \\toprule",
    row(HEADER),
    "    \\midrule",
    ...result.variants.map((variant) =>
      row(
        cells(variant, " $\\pm$ ").map((cell, n) => n === 0 ? `\\texttt{${escape(cell)}}` : cell.replace(" to ", "--")),
      )
    ),
    ...(published
      ? ["    \\midrule", row([escape(published.source), (100 * published.accuracy).toFixed(1), "", "", "", ""])]
      : []),
    "    \\bottomrule",
    "  \\end{tabular}",
    "\\end{table}",
    "",
  ].join("\n");
}

/** Columns of a comparison. */
export function comparisonCells(
  { variants: [a, b], meanDifference, better, equal, worse, p, adjustedP, untested }: Comparison,
): string[] {
  const points = 100 * meanDifference;
  return [
    `${b} - ${a}`,
    `${points >= 0 ? "+" : ""}${points.toFixed(1)}`,
    `${better} / ${equal} / ${worse}`,
    p === null ? untested ?? "" : probability(p),
    adjustedP === null ? "" : probability(adjustedP),
  ];
}

function probability(p: number): string {
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

function table(header: string[], rows: string[][]): string {
  const line = (words: string[]) => `| ${words.map((word) => word.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

function escape(text: string): string {
  return text.replace(
    /[\\{}$&#^_%~]/g,
    (sign) => ({ "\\": "\\textbackslash{}", "^": "\\^{}", "~": "\\~{}" })[sign] ?? `\\${sign}`,
  );
}
