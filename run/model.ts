/** The model that a command line names: a run folder's, by the rule it was evaluated with, or a model file's. */
import { dirname } from "node:path";
import type { Evaluation } from "../training/evaluation/evaluate.ts";
import { CheckpointError } from "../training/checkpoint.ts";
import { type Model, readModel } from "../training/model.ts";
import { SafetensorsError } from "../network/safetensors.ts";
import { UsageError } from "../tasks/command.ts";
import { checkFields, listOf, tableOf, whole } from "../tasks/documents/fields.ts";
import { readCheckpointFile, readDocument } from "../tasks/documents/read.ts";
import { taskCall } from "../tasks/invocation.ts";
import { missedSteps, savedCheckpoints, stepsOf } from "./checkpoints.ts";
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
 * @param path A run folder, a checkpoint, or what `deno task export --format safetensors` wrote.
 * @param options `step`: which checkpoint of a run folder, by the number of its updates, whatever was chosen.
 * @throws {UsageError} for a path that is none of these, a checkpoint that is not there.
 */
export async function loadModel(path: string, options: { step?: number } = {}): Promise<LoadedModel> {
  const info = await Deno.stat(path).catch((error) => {
    throw new UsageError(`${path}: cannot be read: ${error.message}. Remedy: name a run folder or a model file.`);
  });
  if (info.isFile) {
    if (options.step !== undefined) {
      throw new UsageError(`${path}: is a file, which has no checkpoints to choose from. Remedy: name its run folder.`);
    }
    // A link that the user names is followed.
    const within = dirname(await Deno.realPath(path));
    return { model: await readFile(path, within), path, rule: "the file that was named" };
  }
  const folder = new RunFolder(path);
  const record = await readRunRecord(folder);
  if (options.step !== undefined) {
    const steps = await folder.checkpointSteps();
    if (!steps.includes(options.step)) {
      throw new UsageError(
        `${folder.path}: has no checkpoint ${options.step}. Remedy: ${
          steps.length > 0 ? `choose one of ${steps.join(", ")}` : "train the run first"
        }.`,
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
    const rule = `the last one: evaluate did not compare ${since}. Remedy: run ${taskCall("evaluate")} again`;
    return await ofStep(folder, record, last, rule);
  }
  if (chosen !== undefined && !checkpoints.some(({ step }) => step === chosen)) {
    throw new UsageError(
      `${folder.path}: evaluation.json chose checkpoint ${chosen}, which is not there. Remedy: run ${
        taskCall("evaluate")
      } again.`,
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
    throw new UsageError(
      `${path}: ${error.message}. Remedy: name a run folder, a checkpoint, or a file that ${
        taskCall("export")
      } wrote as safetensors.`,
    );
  }
}

/**
 * The checkpoint that `evaluate` chose, and those that it compared; undefined where the run has not been evaluated.
 *
 * @throws {UsageError} where its file is damaged.
 */
export async function readChoice(folder: RunFolder): Promise<{ step: number; compared: number[] } | undefined> {
  const evaluation = await readDocument<Evaluation>(folder.file("evaluation.json"), "evaluate", (document) => {
    checkFields(document, { "chosen.step": whole(0), checkpoints: listOf(tableOf({ step: whole(0) })) });
  });
  return evaluation && { step: evaluation.chosen.step, compared: stepsOf(evaluation.checkpoints) };
}
