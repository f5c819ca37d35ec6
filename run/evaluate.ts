/** Evaluates a run and leaves in its folder what was found: evaluation.json, predictions.csv, confusion.png. */
import type { Gpu } from "../gpu/device.ts";
import { confusionPng } from "../pictures/charts/confusion.ts";
import { evaluate, type EvaluationResult } from "../training/evaluation/evaluate.ts";
import type { Selection } from "../training/evaluation/select.ts";
import { savedCheckpoints } from "./checkpoints.ts";
import { EVALUATION, type EvaluationDocument } from "./documents/evaluation.ts";
import { warnOfLetters } from "./letters.ts";
import type { Work } from "./listener.ts";
import { createNetwork, type Run } from "./open.ts";
import { predictionsCsv } from "./predictions.ts";
import { describeSubjects, percent } from "./words.ts";

/** What may be said about the evaluation of a run. */
export interface EvaluateRunOptions extends Work {
  /** The rule that chooses the checkpoint. Default: what the run was trained for. */
  select?: Selection;
}

/** An evaluation and where it was written. */
export interface Evaluated extends EvaluationResult {
  evaluation: EvaluationResult["evaluation"] & EvaluationDocument;
  /** Paths of the files. */
  files: EvaluationFiles;
}

/** Paths of what an evaluation writes. */
export interface EvaluationFiles {
  json: string;
  predictions: string;
  picture: string;
}

/** What it leaves in the run's folder. */
export const EVALUATION_FILES = ["predictions.csv", "confusion.png", "evaluation.json"] as const;

/**
 * Chooses a checkpoint of a run by a stated rule, tests it, and writes what it found into the run's folder. Nothing is written before all is
 * known.
 *
 * @throws {RunError} where the run has no checkpoint.
 * @throws {CheckpointError} for a rule that the run was not trained for.
 * @throws {WriteError} where the disk is full or may not be written.
 * @throws {GpuError} when the GPU reports any failure.
 * @throws The signal's reason when it is aborted.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { generateSynthetic, writePrepared } from "../datasets/mod.ts";
 * import { openGpu } from "../gpu/device.ts";
 * import { evaluateRun } from "./evaluate.ts";
 * import { openRun } from "./open.ts";
 * import { trainRun } from "./train.ts";
 * const folder = await Deno.makeTempDir();
 * const data = `${folder}/data`, run = `${folder}/run`;
 * const faces = await generateSynthetic({ subjects: 10, imagesPerSubject: 8, imageSize: 8, seed: 1 });
 * await writePrepared(data, faces, { source: "drawn faces" });
 * using gpu = await openGpu();
 * await trainRun(gpu, { data, run, variant: "cnn", batch: 4, steps: 1 });
 * const { evaluation } = await evaluateRun(gpu, await openRun(run));
 * assert(evaluation.checkpoints.length === 2 && evaluation.test.images === 8);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function evaluateRun(gpu: Gpu, run: Run, options: EvaluateRunOptions = {}): Promise<Evaluated> {
  const { select = run.record.given.select, signal, onProgress } = options;
  const checkpoints = await savedCheckpoints(run);
  using net = await createNetwork(gpu, run);
  const total = checkpoints.length;
  onProgress?.({ unit: "checkpoint", done: 0, total });
  const result = await evaluate(net, run.dataset, checkpoints, {
    selection: select,
    signal,
    onProgress: (done) => onProgress?.({ unit: "checkpoint", done, total }),
  });
  const evaluation = { ...result.evaluation, options: { select: result.evaluation.selection } };
  const { test, settings, chosen } = evaluation;
  await warnOfLetters(options);
  const picture = await confusionPng(test.confusion, evaluation.classNames, {
    title: `${evaluation.dataset}, ${settings.variant}, split ${settings.split}, seed ${settings.seed}`,
    subtitle: [
      `${percent(test.accuracy)} of ${test.images} test images, ${describeSubjects(test)}, checkpoint ${chosen.step}`,
      ...`Chosen by: ${evaluation.rule}`.split(/(?<=;) /),
    ],
  });
  const { folder } = run;
  // evaluation.json goes first and comes last: where it stands, the others are its own.
  await folder.remove("evaluation.json");
  const files = {
    predictions: await folder.write("predictions.csv", predictionsCsv(run.dataset, run.dataset.classNames, result)),
    picture: await folder.write("confusion.png", picture),
    json: await folder.write("evaluation.json", EVALUATION.text(evaluation)),
  };
  return { ...result, evaluation, files };
}
