/** A cross-validation as a table: means over splits, everything pooled, and variants compared on the same splits. */
import type { Evaluation, TestMetrics } from "../evaluation/evaluate.ts";
import type { Selection } from "../evaluation/select.ts";
import { type HitCount, type Interval, shareInterval } from "../metrics/mod.ts";
import type { TrainingSettings, Variant } from "../options.ts";
import { compareVariants, type Comparison } from "./compare.ts";
import type { PlannedRun } from "./plan.ts";

/** What a summary takes of an evaluation; one that an earlier version wrote has it too. */
export interface SummedEvaluation extends
  Pick<
    Evaluation,
    | "selection"
    | "rule"
    | "optimistic"
    | "dataset"
    | "fingerprint"
    | "classNames"
    | "images"
    | "initialScale"
    | "chosen"
  > {
  settings: Pick<TrainingSettings, "variant" | "split" | "seed">;
  test: Pick<TestMetrics, "images" | "accuracy" | "balancedAccuracy" | "macroF1" | "confusion" | "byGroup">;
}

/** A run and what its evaluation says. */
export interface EvaluatedRun {
  run: PlannedRun;
  evaluation: SummedEvaluation;
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
  /** The test images of all splits together. */
  pooled: {
    /** Test images of all splits: more seeds predict them again, and make no more of them. */
    images: number;
    /** Predictions of these images: one for each seed. */
    predictions: number;
    /** People among them, and images whose person is unknown, each counted once. */
    subjects: number;
    unknown: number;
    /** Share of the predictions that are right. */
    accuracy: number;
    /** `shareInterval` over people, a hit being the share of seeds that are right. */
    accuracyInterval: Interval;
    /** confusion[label][prediction], counts of predictions. */
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
 * @throws {RangeError} for no runs, runs on different data or by different rules, a variant without some split or seed, and a run whose
 * evaluation is of another run.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { summarizeCrossValidation } from "./summary.ts";
 * assert.throws(() => summarizeCrossValidation([]), /no runs/);
 * ```
 */
export function summarizeCrossValidation(runs: readonly EvaluatedRun[]): CrossValidation {
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
    variants: ordered.map(({ variant, bySplit }) => summarize(variant, bySplit)),
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

function summarize(variant: Variant, bySplit: BySplit): VariantSummary {
  const spreadOf = (read: (test: SummedEvaluation["test"]) => number) =>
    spread(bySplit.map(({ runs }) => meanOf(runs, ({ test }) => read(test))));
  const tests = bySplit.flatMap(({ runs }) => runs.map(({ evaluation }) => evaluation.test));
  const confusion = tests[0].confusion.map((row, label) =>
    row.map((_, prediction) => tests.reduce((sum, test) => sum + test.confusion[label][prediction], 0))
  );
  const predictions = tests.reduce((sum, test) => sum + test.images, 0);
  const seeds = bySplit[0].runs.length;
  // A person, or an image whose person is unknown, is one group, however many splits tested it; each seed counts for
  // its share.
  const groups = new Map<string, HitCount>();
  for (const { subject, image, images, hits } of tests.flatMap(({ byGroup }) => byGroup)) {
    const key = subject === null ? `image ${image}` : `person ${subject}`;
    const sum = groups.get(key) ?? { images: 0, hits: 0 };
    groups.set(key, { images: sum.images + images, hits: sum.hits + hits });
  }
  const unknown = [...groups.keys()].filter((key) => key.startsWith("image")).length;
  return {
    variant,
    accuracy: spreadOf((test) => test.accuracy),
    balancedAccuracy: spreadOf((test) => test.balancedAccuracy),
    macroF1: spreadOf((test) => test.macroF1),
    splits: bySplit.map(({ split, runs }) => ({ split, accuracy: meanOf(runs, ({ test }) => test.accuracy) })),
    pooled: {
      images: predictions / seeds,
      predictions,
      subjects: groups.size - unknown,
      unknown,
      accuracy: confusion.reduce((sum, row, label) => sum + row[label], 0) / predictions,
      accuracyInterval: shareInterval(
        [...groups.values()].map(({ images, hits }) => ({ images: images / seeds, hits: hits / seeds })),
      ),
      confusion,
    },
  };
}

function checkAlike({ run, evaluation }: EvaluatedRun, first: SummedEvaluation): void {
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

function meanOf(runs: readonly EvaluatedRun[], read: (evaluation: SummedEvaluation) => number): number {
  return runs.reduce((sum, { evaluation }) => sum + read(evaluation), 0) / runs.length;
}

/** Mean and sample standard deviation. */
export function spread(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean, deviation: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}
