/** The model of a path: a run folder's, by the rule it was evaluated with, or a model file's. */
import { dirname } from "node:path";
import { CheckpointError } from "../training/checkpoint.ts";
import { type Model, readModel } from "../training/model.ts";
import { SafetensorsError } from "../network/safetensors.ts";
import { missedSteps, savedCheckpoints, stepsOf } from "./checkpoints.ts";
import { CHOICE } from "./documents/evaluation.ts";
import { readCheckpointFile } from "./documents/read.ts";
import { RunError } from "./errors.ts";
import { RunFolder } from "./folder.ts";
import { imagesOfRun } from "./images.ts";
import { readRunRecord, type RunRecord } from "./record.ts";

/** A model and where it came from. */
export interface LoadedModel {
  model: Model;
  /** The file. */
  path: string;
  /** Why this one, in words. */
  rule: string;
}

/**
 * Reads a model: the file's, or the checkpoint of a run folder that `evaluate` chose, or the last one where the run has
 * not been evaluated, or has gone on since.
 *
 * @param path A run folder, a checkpoint, or the bytes of `writeModel` as a file.
 * @param options `step`: which checkpoint of a run folder, by the number of its updates, whatever was chosen; `home`: the folder in which
 * the default folders lie.
 * @throws {RunError} for a path that is none of these, a checkpoint that is not there.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { loadModel } from "./model.ts";
 * await assert.rejects(loadModel("no/run"), /no\/run: cannot be read.*Remedy: name a run folder or a model file/);
 * ```
 */
export async function loadModel(path: string, options: { step?: number; home?: string } = {}): Promise<LoadedModel> {
  const info = await Deno.stat(path).catch((error) => {
    throw new RunError(`${path}: cannot be read: ${error.message}. Remedy: name a run folder or a model file.`, {
      file: path,
      cause: error,
    });
  });
  if (info.isFile) {
    if (options.step !== undefined) {
      throw new RunError(`${path}: is a file, which has no checkpoints to choose from. Remedy: name its run folder.`, {
        file: path,
      });
    }
    // A link that the user names is followed.
    const within = dirname(await Deno.realPath(path));
    return { model: await readFile(path, within), path, rule: "the file that was named" };
  }
  const folder = new RunFolder(path);
  const record = await readRunRecord(folder, options);
  if (options.step !== undefined) {
    const steps = await folder.checkpointSteps();
    if (!steps.includes(options.step)) {
      throw new RunError(
        `${folder.path}: has no checkpoint ${options.step}. Remedy: ${
          steps.length > 0 ? `choose one of ${steps.join(", ")}` : "train the run first"
        }.`,
        { file: folder.path, options: ["checkpoint"] },
      );
    }
    return await ofStep(folder, record, options.step, "the one that was asked for");
  }
  const checkpoints = await savedCheckpoints({ folder, record });
  const choice = await readChoice(folder);
  const chosen = choice?.step, last = checkpoints.at(-1)!.step;
  const missed = choice ? missedSteps(choice.compared, stepsOf(checkpoints)) : [];
  if (missed.length > 0) {
    const since = missed.length === 1 ? "it" : `${missed.length} checkpoints, it among them`;
    const rule = `the last one: evaluate did not compare ${since}. Remedy: evaluate the run again`;
    return await ofStep(folder, record, last, rule);
  }
  if (chosen !== undefined && !checkpoints.some(({ step }) => step === chosen)) {
    throw new RunError(
      `${folder.path}: evaluation.json chose checkpoint ${chosen}, which is not there. Remedy: evaluate the run again.`,
      { file: folder.file("evaluation.json"), field: "chosen.step", task: "evaluate" },
    );
  }
  return chosen === undefined
    ? await ofStep(folder, record, last, "the last one: the run has not been evaluated")
    : await ofStep(folder, record, chosen, "the one that evaluate chose");
}

async function ofStep(folder: RunFolder, record: RunRecord, step: number, rule: string): Promise<LoadedModel> {
  const path = folder.checkpointPath(step);
  // The model may be passed on: no link in a stranger's folder makes it another one of the user's.
  const { info, parameters } = await readFile(path, folder.path);
  const { kind, crop } = await imagesOfRun(record);
  return { model: { info: { ...info, crop, images: kind }, parameters }, path, rule };
}

async function readFile(path: string, within: string): Promise<Model> {
  const bytes = await readCheckpointFile(path, within);
  try {
    return readModel(bytes);
  } catch (error) {
    if (!(error instanceof SafetensorsError || error instanceof CheckpointError)) throw error;
    throw new RunError(
      `${path}: ${error.message}. Remedy: name a run folder, a checkpoint, or a model that was exported as safetensors.`,
      { file: path, cause: error },
    );
  }
}

/**
 * The checkpoint that `evaluate` chose, and those that it compared; undefined where the run has not been evaluated.
 *
 * @throws {RunError} where its file is damaged.
 */
export async function readChoice(folder: RunFolder): Promise<{ step: number; compared: number[] } | undefined> {
  const choice = await CHOICE.read(folder.file("evaluation.json"));
  return choice && { step: choice.chosen.step, compared: stepsOf(choice.checkpoints) };
}
