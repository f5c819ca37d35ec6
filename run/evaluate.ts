/** Evaluates a run and leaves in its folder what was found: evaluation.json, predictions.csv, confusion.png. */
import type { Gpu } from "../gpu/device.ts";
import {
  evaluate,
  type EvaluateOptions,
  type Evaluation,
  type EvaluationResult,
} from "../training/evaluation/evaluate.ts";
import { confusionPng } from "../pictures/charts/confusion.ts";
import { inForce, type OptionValues } from "../tasks/option_list.ts";
import { createProgress } from "../tasks/progress.ts";
import { savedCheckpoints } from "./checkpoints.ts";
import { createNetwork, type Run } from "./open.ts";
import { jsonText } from "../formats/json.ts";
import { percent, whom } from "./words.ts";
import { EVALUATE_OPTIONS } from "../tasks/evaluate/options.ts";
import { predictionsCsv } from "./predictions.ts";

/** What evaluation.json holds. */
export interface EvaluationDocument extends Evaluation {
  /** The options in force. */
  options: OptionValues;
}

/** An evaluation and where it was written. */
export interface Evaluated extends EvaluationResult {
  evaluation: EvaluationDocument;
  /** Paths of the files. */
  files: { json: string; predictions: string; picture: string };
}

/** Evaluates a run; nothing is written before all is known. */
export async function evaluateRun(gpu: Gpu, run: Run, options: EvaluateOptions): Promise<Evaluated> {
  const checkpoints = await savedCheckpoints(run);
  using net = await createNetwork(gpu, run);
  using progress = createProgress({ total: checkpoints.length, unit: "checkpoint" });
  const result = await evaluate(net, run.dataset, checkpoints, {
    ...options,
    onProgress: (done) => progress.update(done),
  });
  progress.stop();
  const given = inForce(EVALUATE_OPTIONS, { select: result.evaluation.selection });
  const evaluation = { ...result.evaluation, options: given };
  const { test, settings, chosen } = evaluation;
  const picture = await confusionPng(test.confusion, evaluation.classNames, {
    title: `${evaluation.dataset}, ${settings.variant}, split ${settings.split}, seed ${settings.seed}`,
    subtitle: [
      `${percent(test.accuracy)} of ${test.images} test images, ${whom(test)}, checkpoint ${chosen.step}`,
      ...`Chosen by: ${evaluation.rule}`.split(/(?<=;) /),
    ],
  });
  const { folder } = run;
  // evaluation.json goes first and comes last: where it stands, the others are its own.
  await folder.remove("evaluation.json");
  const files = {
    predictions: await folder.write("predictions.csv", predictionsCsv(run.dataset, run.dataset.classNames, result)),
    picture: await folder.write("confusion.png", picture),
    json: await folder.write("evaluation.json", jsonText(evaluation)),
  };
  return { ...result, evaluation, files };
}
