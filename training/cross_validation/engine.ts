/** Who does the runs of a cross-validation: anything that turns planned runs into evaluations, here or elsewhere. */
import { checkDataset } from "../../datasets/check.ts";
import type { Dataset } from "../../datasets/dataset.ts";
import type { Gpu } from "../../gpu/device.ts";
import { withExact } from "../../network/exact.ts";
import { ZeroBiasCnn, type ZeroBiasCnnOptions } from "../../network/zero_bias_cnn.ts";
import { evaluate, type SavedCheckpoint } from "../evaluation/evaluate.ts";
import { protocolFor, type Selection } from "../evaluation/select.ts";
import type { TrainOptions } from "../options.ts";
import { train } from "../train.ts";
import { type CrossValidationPlan, type PlannedRun, planRuns } from "./plan.ts";
import { type CrossValidation, type EvaluatedRun, summarizeCrossValidation } from "./summary.ts";

/** How a run ended: with its evaluation, or with what went wrong. */
export type Outcome = EvaluatedRun | { run: PlannedRun; error: Error };

/** Does runs, in any order, and hands each out as it ends. A run that fails does not end the others. */
export interface Engine {
  run(runs: readonly PlannedRun[], options: { signal?: AbortSignal }): AsyncIterable<Outcome>;
}

/**
 * Runs of a cross-validation have failed.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { CrossValidationError } from "./engine.ts";
 * assert.match(new CrossValidationError([{ name: "cnn-split0-seed1", error: new Error("no GPU") }], 10).message, /no GPU/);
 * ```
 */
export class CrossValidationError extends Error {
  override name = "CrossValidationError";
  /** @param failures the runs and what went wrong @param total how many were planned */
  constructor(readonly failures: { name: string; error: Error }[], total: number) {
    const shown = failures.slice(0, 5).map(({ name, error }) => `${name}: ${error.message}`);
    const more = failures.length > shown.length ? [`and ${failures.length - shown.length} more`] : [];
    super(`${failures.length} of ${total} runs failed, so there is no table:\n  ${[...shown, ...more].join("\n  ")}`);
  }
}

/** What may be said about a cross-validation. */
export interface CrossValidateOptions {
  /** Called as each run ends. */
  onOutcome?: (outcome: Outcome, done: number, total: number) => void;
  /** Stops the engine. */
  signal?: AbortSignal;
}

/**
 * Does every run of a plan and sums them up.
 *
 * @param plan Variants, splits, seeds.
 * @param engine Who does the runs; `inProcess` does them here.
 * @throws {RangeError} for a plan that is none.
 * @throws {CrossValidationError} naming each run that failed, after all others have ended.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { crossValidate, inProcess } from "./engine.ts";
 * using gpu = await openGpu();
 * const dataset = {
 *   name: "example", imageSize: 8, classNames: ["dark", "light"], fingerprint: "", foldColumns: 1,
 *   images: new Uint8Array(6 * 64).map((_, i) => i), labels: Int32Array.of(0, 1, 0, 1, 0, 1),
 *   subjects: Int32Array.of(0, 0, 1, 1, 2, 2), folds: Int32Array.of(0, 0, 1, 1, 2, 2),
 * };
 * const engine = inProcess(gpu, dataset, { steps: 2, batch: 2, initialScale: 1 });
 * const { variants } = await crossValidate({ variants: ["cnn"], splits: [0, 1, 2], seeds: [1] }, engine);
 * assert(variants[0].splits.length === 3 && variants[0].pooled.images === 6);
 * ```
 */
export async function crossValidate(
  plan: CrossValidationPlan,
  engine: Engine,
  options: CrossValidateOptions = {},
): Promise<CrossValidation> {
  const { onOutcome, signal } = options;
  const runs = planRuns(plan);
  const outcomes: Outcome[] = [];
  for await (const outcome of engine.run(runs, { signal })) {
    outcomes.push(outcome);
    onOutcome?.(outcome, outcomes.length, runs.length);
  }
  signal?.throwIfAborted();
  const failures = outcomes.flatMap((outcome) =>
    "error" in outcome ? [{ name: outcome.run.name, error: outcome.error }] : []
  );
  const ended = new Set(outcomes.map(({ run }) => run.name));
  const lost = runs.filter(({ name }) => !ended.has(name));
  failures.push(...lost.map(({ name }) => ({ name, error: new Error("the engine never ended it") })));
  if (failures.length > 0) throw new CrossValidationError(failures, runs.length);
  // In the order of the plan, whatever order they ended in: equal work gives equal summaries.
  const evaluated = new Map(outcomes.map((outcome) => [outcome.run.name, outcome as EvaluatedRun]));
  return summarizeCrossValidation(runs.map(({ name }) => evaluated.get(name)!));
}

/** Settings that all runs of an in-process engine share. */
export interface InProcessOptions
  extends
    Omit<TrainOptions, "variant" | "split" | "seed" | "protocol" | "onCheckpoint" | "signal">,
    Pick<ZeroBiasCnnOptions, "initialScale" | "convolution"> {
  /** The rule that chooses the checkpoint. Default `"validation"`. */
  selection?: Selection;
}

/**
 * An engine that does one run after the other in this process, with checkpoints in memory: about 11 MB each, `steps / checkpointEvery` of
 * them at a time.
 *
 * @param options Settings of all runs; the seed of a run draws its weights and its batches.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { inProcess } from "./engine.ts";
 * using gpu = await openGpu();
 * const dataset = {
 *   name: "example", imageSize: 8, classNames: ["dark", "light"], fingerprint: "", foldColumns: 1,
 *   images: new Uint8Array(6 * 64).map((_, i) => i), labels: Int32Array.of(0, 1, 0, 1, 0, 1),
 *   subjects: Int32Array.of(0, 0, 1, 1, 2, 2), folds: Int32Array.of(0, 0, 1, 1, 2, 2),
 * };
 * const runs = [{ name: "mine", variant: "cnn" as const, split: 2, seed: 1 }];
 * for await (const outcome of inProcess(gpu, dataset, { steps: 2, batch: 2 }).run(runs, {})) {
 *   assert("evaluation" in outcome && outcome.evaluation.test.images === 2);
 * }
 * ```
 */
export function inProcess(gpu: Gpu, dataset: Dataset, options: InProcessOptions = {}): Engine {
  const { selection = "validation", initialScale, convolution, ...settings } = options;
  checkDataset(dataset);
  const { imageSize, classNames } = dataset;
  return {
    async *run(runs, { signal }) {
      for (const run of runs) {
        if (signal?.aborted) return;
        const { variant, split, seed } = run;
        try {
          using net = await ZeroBiasCnn.create(gpu, {
            imageSize,
            classes: classNames.length,
            seed,
            initialScale,
            convolution,
          });
          const checkpoints: SavedCheckpoint[] = [];
          const records = train(net, dataset, {
            ...settings,
            variant,
            split,
            seed,
            protocol: protocolFor(selection),
            signal,
            onCheckpoint: ({ step, bytes }) => void checkpoints.push({ step, read: () => bytes }),
          });
          for await (const _ of records);
          if (signal?.aborted) return;
          const evaluated = await withExact(
            net,
            (net) => evaluate(net, dataset, checkpoints, { selection, signal }),
          );
          yield { run, evaluation: evaluated.evaluation };
        } catch (error) {
          if (signal?.aborted) return;
          yield { run, error: error as Error };
        }
      }
    },
  };
}
