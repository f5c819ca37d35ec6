/** The model that a command line names: a run folder's, by the rule it was evaluated with, or a model file's. */
import type { Evaluation } from "../../training/evaluation/evaluate.ts";
import { CheckpointError } from "../../training/checkpoint.ts";
import { type Model, readModel } from "../../training/model.ts";
import { SafetensorsError } from "../../network/safetensors.ts";
import { UsageError } from "../command.ts";
import { checkFields, whole } from "../documents/fields.ts";
import { readDocument } from "../documents/read.ts";
import { RunFolder } from "./folder.ts";
import { imagesOfRun } from "./images.ts";
import { savedCheckpoints } from "./open.ts";
import { readRunRecord } from "./record.ts";

/** Longest model file: a network of 1,024 pixels has 260 MB of weights, and its checkpoint twice as much. */
const MOST_BYTES = 2 ** 30;

/** A model and where it came from. */
export interface LoadedModel {
  model: Model;
  /** The file. */
  path: string;
  /** Why this one, in words. */
  rule: string;
}

/**
 * Reads a model: the file's, or the checkpoint of a run folder that `evaluate` chose, or the last one where the run has not been evaluated.
 *
 * @param path A run folder, a checkpoint, or what `deno task export --format safetensors` wrote.
 * @throws {UsageError} for a path that is none of these.
 */
export async function loadModel(path: string): Promise<LoadedModel> {
  const info = await Deno.stat(path).catch((error) => {
    throw new UsageError(`${path}: cannot be read: ${error.message}. Remedy: name a run folder or a model file.`);
  });
  if (info.isFile) return { model: await readFile(path), path, rule: "the file that was named" };
  const folder = new RunFolder(path);
  const record = await readRunRecord(folder);
  const checkpoints = await savedCheckpoints({ folder, record });
  const chosen = await chosenStep(folder);
  if (chosen !== undefined && !checkpoints.some(({ step }) => step === chosen)) {
    throw new UsageError(
      `${folder.path}: evaluation.json chose checkpoint ${chosen}, which is not there. Remedy: run deno task evaluate again.`,
    );
  }
  const step = chosen ?? checkpoints.at(-1)!.step;
  const file = folder.checkpointPath(step);
  const { info: found, parameters } = await readFile(file);
  const { kind, crop } = await imagesOfRun(record);
  return {
    model: { info: { ...found, crop, images: kind }, parameters },
    path: file,
    rule: chosen === undefined ? "the last one: the run has not been evaluated" : "the one that evaluate chose",
  };
}

async function readFile(path: string): Promise<Model> {
  const { size } = await Deno.stat(path);
  if (size > MOST_BYTES) throw new UsageError(`${path}: ${size} bytes are no model; the limit is ${MOST_BYTES}`);
  try {
    return readModel(await Deno.readFile(path));
  } catch (error) {
    if (!(error instanceof SafetensorsError || error instanceof CheckpointError)) throw error;
    throw new UsageError(
      `${path}: ${error.message}. Remedy: name a run folder, a checkpoint, or a file that deno task export wrote as safetensors.`,
    );
  }
}

async function chosenStep(folder: RunFolder): Promise<number | undefined> {
  const evaluation = await readDocument<Evaluation>(folder.file("evaluation.json"), "evaluate", (document) => {
    checkFields(document, { "chosen.step": whole(0) });
  });
  return evaluation?.chosen.step;
}
