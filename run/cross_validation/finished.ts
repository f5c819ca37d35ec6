/** Whether a run of a cross-validation has ended, and what its evaluation says. */
import type { PlannedRun } from "../../training/cross_validation/plan.ts";
import type { EvaluatedRun } from "../../training/cross_validation/summary.ts";
import { protocolFor } from "../../training/evaluation/select.ts";
import { trainingSettings } from "../../training/options.ts";
import { EVALUATION, type EvaluationRead } from "../documents/evaluation.ts";
import { readText } from "../documents/read.ts";
import { RunError } from "../errors.ts";
import { type Manifest, runFolder } from "./manifest.ts";

/**
 * The evaluation of a run that has been trained to its end, with the manifest's options, and evaluated by its rule; undefined of any other,
 * and where the file is damaged: it will be written anew.
 *
 * @throws {RunError} where the file cannot be read.
 */
export async function finishedRun(
  out: string,
  run: PlannedRun,
  { selection, steps, fingerprint, options }: Manifest,
): Promise<EvaluatedRun | undefined> {
  const path = runFolder(out, run).file("evaluation.json");
  const text = await readText(path);
  const evaluation = text === undefined ? undefined : parse(text, path);
  if (!evaluation) return undefined;
  const { variant, split, seed } = run;
  const asked = trainingSettings({ ...options, variant, split, protocol: protocolFor(selection) }, seed);
  const same = (Object.keys(asked) as (keyof typeof asked)[]).every((key) => evaluation.settings[key] === asked[key]);
  const scale = options.initScale ?? evaluation.initialScale;
  const wanted = evaluation.selection === selection && evaluation.checkpoints.at(-1)!.step === steps &&
    evaluation.fingerprint === fingerprint && same && evaluation.initialScale === scale;
  return wanted ? { run, evaluation: { ...evaluation, settings: asked } } : undefined;
}

function parse(text: string, path: string): EvaluationRead | undefined {
  try {
    return EVALUATION.parse(text, path);
  } catch (error) {
    if (error instanceof RunError) return undefined;
    throw error;
  }
}
