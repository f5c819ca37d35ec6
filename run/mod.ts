/**
 * The run folder as a library: trains a run into a folder, resumes it, evaluates it, tests it on other data, cross-validates, and reads back
 * what was written. It prints nothing: what there is to say goes to the callbacks of a `Listener`. Knows folders, files and processes, and
 * no command line; it needs Deno, and sharp and Vega for its pictures, loaded when the first one is drawn.
 *
 * @example Train a run, choose its checkpoint, and load the model that was chosen
 * ```ts
 * import assert from "node:assert/strict";
 * import { generateSynthetic, writePrepared } from "../datasets/mod.ts";
 * import { openGpu } from "../mod.ts";
 * import { evaluateRun, loadModel, openRun, trainRun } from "./mod.ts";
 * const folder = await Deno.makeTempDir();
 * const data = `${folder}/data`, run = `${folder}/run`;
 * const faces = await generateSynthetic({ subjects: 10, imagesPerSubject: 8, imageSize: 8, seed: 1 });
 * await writePrepared(data, faces, { source: "drawn faces" });
 * using gpu = await openGpu();
 * await trainRun(gpu, { data, run, variant: "cnn", batch: 4, steps: 1 });
 * await evaluateRun(gpu, await openRun(run));
 * const { model, rule } = await loadModel(run);
 * assert(model.info.imageSize === 8 && rule === "the one that evaluate chose");
 * await Deno.remove(folder, { recursive: true });
 * ```
 *
 * @module
 */
export { savedCheckpoints } from "./checkpoints.ts";
export {
  type CrossValidated,
  crossValidateRuns,
  type CrossValidationWork,
  type EngineOf,
} from "./cross_validation/cross_validate.ts";
export type { CrossValidationOptions, Manifest } from "./cross_validation/manifest.ts";
export type { Published } from "./cross_validation/published.ts";
export { type DataSource, loadDataset } from "./data.ts";
export { type DatasetName, DATASETS } from "./dataset_names.ts";
export type { EvaluationDocument, EvaluationRead, TransferRead, TransferRecord } from "./documents/evaluation.ts";
export type { LogLine } from "./documents/log.ts";
export type { Metrics, PartMetrics } from "./documents/metrics.ts";
export { processEngine, type ProcessOptions } from "./engines/process.ts";
export { slurmEngine, type SlurmOptions } from "./engines/slurm.ts";
export { RunError, type RunErrorFields } from "./errors.ts";
export { type Evaluated, evaluateRun, type EvaluateRunOptions, type EvaluationFiles } from "./evaluate.ts";
export { type FolderLockOptions, RunFolder } from "./folder.ts";
export type { Listener, Progress, Work } from "./listener.ts";
export { type LoadedModel, loadModel } from "./model.ts";
export { openRun, type Run } from "./open.ts";
export type { TrainRunOptions } from "./options.ts";
export type { RunRecord } from "./record.ts";
export { WriteError } from "./storage/write_error.ts";
export { type Trained, trainRun, type TrainWork } from "./train.ts";
export { type Transfer, transferRun } from "./transfer.ts";
