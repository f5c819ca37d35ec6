/** A cross-validation as a table: means over splits, everything pooled, and variants compared on the same splits. */
import type { Evaluation } from "../evaluation/evaluate.ts";
import type { Selection } from "../evaluation/select.ts";
import { bootstrapInterval, type BootstrapOptions, type Interval } from "../metrics/mod.ts";
import type { Variant } from "../options.ts";
import { compareVariants, type Comparison } from "./compare.ts";
import type { PlannedRun } from "./plan.ts";

/** A run and what its evaluation says. */
export interface EvaluatedRun {
  run: PlannedRun;
  evaluation: Evaluation;
}

/** Mean and spread of a measure over splits. */
export interface Spread {
  mean: number;
  /** Sample standard deviation over splits (divided by n - 1); null for a single split. */
  deviation: number | null;
}

/** One variant over all its splits and seeds. */
export interface VariantSummary {
  variant: Variant;
  /** Each split's measures are first averaged over its seeds. */
  accuracy: Spread;
  balancedAccuracy: Spread;
  macroF1: Spread;
  /** Accuracy by split, ascending. */
  splits: { split: number; accuracy: number }[];
  /** All test images of all splits and seeds together. */
  pooled: {
    images: number;
    /** People among them, and images of nobody known, each counted once. */
    subjects: number;
    unknown: number;
    accuracy: number;
    /** By the bootstrap over people, each with all images and seeds. */
    accuracyInterval: Interval;
    /** confusion[label][prediction], counts. */
    confusion: number[][];
  };
}

/** What a cross-validation says. It holds no time and no path: equal work gives equal summaries. */
export interface CrossValidation {
  dataset: string;
  fingerprint: string;
  classNames: string[];
  selection: Selection;
  /** The rule that chose the checkpoints, in a sentence. */
  rule: string;
  optimistic: boolean;
  splits: number[];
  seeds: number[];
  variants: VariantSummary[];
  /** Every pair of variants. */
  comparisons: Comparison[];
  /** Every run: its checkpoint and its accuracy. */
  runs: (PlannedRun & { step: number; accuracy: number; initialScale: number })[];
}

/**
 * Sums up the runs of a cross-validation.
 *
 * @param runs Every variant on the same splits with the same seeds, in any order.
 * @param bootstrap Seed and resamples of the intervals.
 * @throws {RangeError} for no runs, runs on different data or by different rules, a variant without some split or seed, and a run whose
 * evaluation is of another run.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { summarizeCrossValidation } from "./summary.ts";
 * assert.throws(() => summarizeCrossValidation([]), /no runs/);
 * ```
 */
export function summarizeCrossValidation(
  runs: readonly EvaluatedRun[],
  bootstrap: BootstrapOptions = {},
): CrossValidation {
  if (runs.length === 0) throw new RangeError("there are no runs to sum up");
  const [{ evaluation: first }] = runs;
  for (const one of runs) checkAlike(one, first);
  const unique = <T>(read: (run: PlannedRun) => T) => [...new Set(runs.map(({ run }) => read(run)))];
  const ascending = (numbers: number[]) => numbers.sort((a, b) => a - b);
  const variants = unique((run) => run.variant);
  const splits = ascending(unique((run) => run.split)), seeds = ascending(unique((run) => run.seed));
  const find = (variant: Variant, split: number, seed: number): EvaluatedRun => {
    const found = runs.filter(({ run }) => run.variant === variant && run.split === split && run.seed === seed);
    if (found.length !== 1) {
      throw new RangeError(`${found.length} runs of ${variant}, split ${split}, seed ${seed}, expected one`);
    }
    return found[0];
  };
  const ordered = variants.map((variant) => ({
    variant,
    bySplit: splits.map((split) => ({ split, runs: seeds.map((seed) => find(variant, split, seed)) })),
  }));
  return {
    dataset: first.dataset,
    fingerprint: first.fingerprint,
    classNames: first.classNames,
    selection: first.selection,
    rule: first.rule,
    optimistic: first.optimistic,
    splits,
    seeds,
    variants: ordered.map(({ variant, bySplit }) => summarize(variant, bySplit, bootstrap)),
    comparisons: compareVariants(ordered.map(({ variant, bySplit }) => ({
      variant,
      splits: bySplit.map(({ split, runs }) => ({
        split,
        accuracy: meanOf(runs, ({ test }) => test.accuracy),
        trained: meanOf(runs, ({ images }) => images.train),
        tested: meanOf(runs, ({ images }) => images.test),
      })),
    }))),
    runs: ordered.flatMap(({ bySplit }) => bySplit.flatMap(({ runs }) => runs)).map(({ run, evaluation }) => ({
      ...run,
      step: evaluation.chosen.step,
      accuracy: evaluation.test.accuracy,
      initialScale: evaluation.initialScale,
    })),
  };
}

type BySplit = { split: number; runs: EvaluatedRun[] }[];

function summarize(variant: Variant, bySplit: BySplit, bootstrap: BootstrapOptions): VariantSummary {
  const spreadOf = (read: (test: Evaluation["test"]) => number) =>
    spread(bySplit.map(({ runs }) => meanOf(runs, ({ test }) => read(test))));
  const tests = bySplit.flatMap(({ runs }) => runs.map(({ evaluation }) => evaluation.test));
  const confusion = tests[0].confusion.map((row, label) =>
    row.map((_, prediction) => tests.reduce((sum, test) => sum + test.confusion[label][prediction], 0))
  );
  const images = tests.reduce((sum, test) => sum + test.images, 0);
  // A person, or an image of nobody known, is one group, however many splits and seeds tested it.
  const numbers = new Map<string, number>();
  const hits: number[] = [], groups: number[] = [];
  for (const { subject, image, images, hits: right } of tests.flatMap(({ byGroup }) => byGroup)) {
    const key = subject === null ? `image ${image}` : `person ${subject}`;
    if (!numbers.has(key)) numbers.set(key, numbers.size);
    for (let n = 0; n < images; n++) {
      hits.push(n < right ? 1 : 0);
      groups.push(numbers.get(key)!);
    }
  }
  const unknown = [...numbers.keys()].filter((key) => key.startsWith("image")).length;
  return {
    variant,
    accuracy: spreadOf((test) => test.accuracy),
    balancedAccuracy: spreadOf((test) => test.balancedAccuracy),
    macroF1: spreadOf((test) => test.macroF1),
    splits: bySplit.map(({ split, runs }) => ({ split, accuracy: meanOf(runs, ({ test }) => test.accuracy) })),
    pooled: {
      images,
      subjects: numbers.size - unknown,
      unknown,
      accuracy: confusion.reduce((sum, row, label) => sum + row[label], 0) / images,
      accuracyInterval: bootstrapInterval(hits, groups, bootstrap),
      confusion,
    },
  };
}

function checkAlike({ run, evaluation }: EvaluatedRun, first: Evaluation): void {
  for (const key of ["dataset", "fingerprint", "selection"] as const) {
    if (evaluation[key] !== first[key]) {
      throw new RangeError(`run ${run.name} has ${key} ${evaluation[key]}, others have ${first[key]}`);
    }
  }
  const { variant, split, seed } = evaluation.settings;
  if (variant !== run.variant || split !== run.split || seed !== run.seed) {
    throw new RangeError(`the evaluation of run ${run.name} is of ${variant}, split ${split}, seed ${seed}`);
  }
}

function meanOf(runs: readonly EvaluatedRun[], read: (evaluation: Evaluation) => number): number {
  return runs.reduce((sum, { evaluation }) => sum + read(evaluation), 0) / runs.length;
}

/** Mean and sample standard deviation. */
export function spread(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean, deviation: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}
