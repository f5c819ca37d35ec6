/** Whether a run of a cross-validation has ended, and what its evaluation says. */
import type { EvaluatedRun } from "../../training/cross_validation/summary.ts";
import type { PlannedRun } from "../../training/cross_validation/plan.ts";
import type { Evaluation } from "../../training/evaluation/evaluate.ts";
import { protocolFor } from "../../training/evaluation/select.ts";
import { trainingSettings } from "../../training/options.ts";
import { UsageError } from "../command.ts";
import { type Manifest, runFolder } from "./manifest.ts";

/**
 * The evaluation of a run that has been trained to its end, with the manifest's options, and evaluated by its rule; undefined of any other,
 * and where the file is damaged: it will be written anew.
 */
export async function finishedRun(
  out: string,
  run: PlannedRun,
  { selection, steps, fingerprint, options }: Manifest,
): Promise<EvaluatedRun | undefined> {
  const path = runFolder(out, run).file("evaluation.json");
  const text = await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new UsageError(`${path}: cannot be read: ${error.message}`);
  });
  if (text === undefined) return undefined;
  try {
    const evaluation: Evaluation = JSON.parse(text);
    const trained = evaluation.checkpoints.at(-1)!.step;
    const { variant, split, seed } = run;
    const asked = trainingSettings({ ...options, variant, split, protocol: protocolFor(selection) }, seed);
    const same = (Object.keys(asked) as (keyof typeof asked)[]).every((key) => evaluation.settings[key] === asked[key]);
    const scale = options.initScale ?? evaluation.initialScale;
    const wanted = evaluation.selection === selection && trained === steps && evaluation.fingerprint === fingerprint &&
      same && evaluation.initialScale === scale;
    return wanted ? { run, evaluation } : undefined;
  } catch {
    return undefined;
  }
}
