/** What is left of a run that an error ended. */
import { TrainingDivergedError } from "../training/watch.ts";
import type { RunFolder } from "./folder.ts";

/**
 * The same error, its message followed by the last whole checkpoint and how to go on. Its class still says what happened, and its `options`
 * name what the remedy speaks of.
 */
export async function withWhatIsLeft(error: unknown, folder: RunFolder): Promise<unknown> {
  if (!(error instanceof Error)) return error;
  const step = (await folder.checkpointSteps().catch(() => [])).at(-1);
  if (step === undefined) error.message += `\n${folder.checkpoints} holds no checkpoint.`;
  else {
    error.message += `\nThe last whole checkpoint is ${folder.checkpointPath(step)}.`;
    if (!(error instanceof TrainingDivergedError)) {
      error.message += " Once the cause is mended, the run can be resumed from there.";
      const { options = [] } = error as { options?: readonly string[] };
      Object.assign(error, { options: [...new Set([...options, "resume"])] });
    }
  }
  return error;
}
