/** A run's checkpoints that may be chosen. */
import type { SavedCheckpoint } from "../training/evaluation/evaluate.ts";
import { readCheckpointFile } from "./documents/read.ts";
import { RunError } from "./errors.ts";
import type { Run } from "./open.ts";
import type { RunRecord } from "./record.ts";

/** What has to be known of a run. */
interface Kept {
  folder: Run["folder"];
  record: Pick<RunRecord, "checkpointEvery">;
}

/**
 * A run's checkpoints that may be chosen, ascending; each is read when it is asked for. They are those that the run was to write: every so
 * many steps, and the last. One that was written because the run was stopped is left out once the run has gone on, so that a run cut into
 * pieces is judged as one that was not.
 *
 * @throws {RunError} where there is none.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { savedCheckpoints } from "./checkpoints.ts";
 * import { RunFolder } from "./folder.ts";
 * const folder = new RunFolder(await Deno.makeTempDir());
 * for (const step of [0, 100, 130, 200]) await folder.saveCheckpoint(step, new Uint8Array(8));
 * const saved = await savedCheckpoints({ folder, record: { checkpointEvery: 100 } });
 * assert.deepEqual(saved.map(({ step }) => step), [0, 100, 200]);
 * await Deno.remove(folder.path, { recursive: true });
 * ```
 */
export async function savedCheckpoints({ folder, record }: Kept): Promise<SavedCheckpoint[]> {
  const steps = await savedSteps({ folder, record });
  if (steps.length === 0) {
    throw new RunError(`${folder.checkpoints}: holds no checkpoint. Remedy: train the run first.`, {
      file: folder.checkpoints,
      task: "train",
    });
  }
  return steps.map((step) => {
    const name = folder.checkpointPath(step);
    return { step, name, read: () => readCheckpointFile(name) };
  });
}

/** Their steps, ascending; none where there is no checkpoint. */
export async function savedSteps({ folder, record }: Kept): Promise<number[]> {
  const all = await folder.checkpointSteps();
  return all.filter((step) => step % record.checkpointEvery === 0 || step === all.at(-1));
}

/** Steps of checkpoints. */
export function stepsOf(checkpoints: readonly { step: number }[]): number[] {
  return checkpoints.map(({ step }) => step);
}

/** What has to be said of a choice among the checkpoints of a run that has not ended; nothing where it has. */
export function unfinished({ steps }: Pick<RunRecord, "steps">, compared: readonly number[]): string | undefined {
  const last = compared.at(-1) ?? 0;
  if (last >= steps) return undefined;
  return `the run has a checkpoint of ${last} of ${steps} steps: those to come were not compared. ` +
    "Remedy: do this again when training has ended.";
}

/**
 * The checkpoints that a result did not compare, since they came after it: its choice is not that of the run as it is
 * now. One that has been removed since is no reason to doubt a choice.
 *
 * @param compared The steps that the result compared.
 * @param saved Those that the run has.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { missedSteps } from "./checkpoints.ts";
 * assert.deepEqual(missedSteps([0, 100], [0, 100, 200, 300]), [200, 300]);
 * assert.deepEqual(missedSteps([0, 100, 200], [100]), []);
 * ```
 */
export function missedSteps(compared: readonly number[], saved: readonly number[]): number[] {
  return saved.filter((step) => !compared.includes(step));
}
