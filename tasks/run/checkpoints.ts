/** A run's checkpoints that may be chosen. */
import type { SavedCheckpoint } from "../../training/evaluation/evaluate.ts";
import { UsageError } from "../command.ts";
import { readCheckpointFile } from "../documents/read.ts";
import type { Run } from "./open.ts";

/**
 * A run's checkpoints that may be chosen, ascending; each is read when it is asked for. They are those that the run was to write: every so
 * many steps, and the last. One that was written because the run was stopped is left out once the run has gone on, so that a run cut into
 * pieces is judged as one that was not.
 *
 * @throws {UsageError} where there is none.
 */
export async function savedCheckpoints({ folder, record }: Pick<Run, "folder" | "record">): Promise<SavedCheckpoint[]> {
  const all = await folder.checkpointSteps();
  const steps = all.filter((step) => step % record.checkpointEvery === 0 || step === all.at(-1));
  if (steps.length === 0) {
    throw new UsageError(`${folder.checkpoints}: holds no checkpoint. Remedy: train the run first.`);
  }
  return steps.map((step) => ({ step, read: () => readCheckpointFile(folder.checkpointPath(step)) }));
}
