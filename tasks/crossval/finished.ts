/** Whether a run of a cross-validation has ended, and what its evaluation says. */
import type { EvaluatedRun } from "../../training/cross_validation/summary.ts";
import type { PlannedRun } from "../../training/cross_validation/plan.ts";
import type { Evaluation } from "../../training/evaluation/evaluate.ts";
import { UsageError } from "../command.ts";
import { type Manifest, runFolder } from "./manifest.ts";

/**
 * The evaluation of a run that has been trained to its end and evaluated by the manifest's rule; undefined of any other.
 *
 * @throws {UsageError} for an evaluation.json that is damaged.
 */
export async function finishedRun(
  out: string,
  run: PlannedRun,
  { selection, steps, fingerprint }: Pick<Manifest, "selection" | "steps" | "fingerprint">,
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
    const wanted = evaluation.selection === selection && trained === steps && evaluation.fingerprint === fingerprint;
    return wanted ? { run, evaluation } : undefined;
  } catch (error) {
    throw new UsageError(`${path}: is not what evaluate writes (${(error as Error).message}). Remedy: delete it.`);
  }
}
