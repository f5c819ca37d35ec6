/** A cross-validation in a folder: every variant on every split, each a run of its own, ending in the tables. */
import { join } from "node:path";
import type { Dataset } from "../../datasets/dataset.ts";
import { openGpu } from "../../gpu/device.ts";
import { crossValidate, type Engine, type Outcome } from "../../training/cross_validation/engine.ts";
import type { CrossValidation } from "../../training/cross_validation/summary.ts";
import { datasetName, loadDataset, wouldDraw } from "../data.ts";
import { defaultFolder } from "../default_folder.ts";
import { RunError } from "../errors.ts";
import { fileName } from "../file_name.ts";
import type { Work } from "../listener.ts";
import { defaultsFor } from "../options.ts";
import { type CrossValidationOptions, keepManifest, type Manifest, manifestOf } from "./manifest.ts";
import { type Published, publishedFor } from "./published.ts";
import { writeResults } from "./results.ts";

/** What a cross-validation is to do, before anything of it is begun. */
export interface PlannedCrossValidation {
  /** Its folder. */
  out: string;
  dataset: Dataset;
  /** Where the data was read from. */
  data: string;
  /** What was asked for now; runs that were asked for earlier are in the manifest in the folder. */
  asked: Manifest;
}

/** How a cross-validation was planned. */
export interface PlanWork extends Work {
  /** Whether the built-in faces may be drawn where they are not there. Default true. */
  mayDraw?: boolean;
}

/** What a cross-validation takes beside its options. */
export interface CrossValidationWork extends Work {
  /** Is told of each run as it ends, or fails. */
  onOutcome?: (outcome: Outcome) => void;
}

/** What a cross-validation has found. */
export interface CrossValidated {
  result: CrossValidation;
  /** The published figure to stand beside it, where there is one. */
  published?: Published;
  /** Paths of the files, by what they are. */
  files: Record<string, string>;
}

/** What makes the engine that does the runs: `processEngine` or `slurmEngine` with its options, or one of your own. */
export type EngineOf = (out: string, manifest: Manifest, work: Work) => Engine;

/**
 * Plans a cross-validation: reads its data, and fills in every default.
 *
 * @throws {RunError} for data that is not there, and a split that cannot be trained and tested.
 */
export async function planCrossValidation(
  { out, ...options }: CrossValidationOptions & { out?: string },
  { mayDraw = true, ...work }: PlanWork = {},
): Promise<PlannedCrossValidation> {
  const name = await datasetName(options);
  // Only the drawn faces have defaults that depend on the adapter; a cluster's login node may have none.
  const defaults = defaultsFor(name, name === "synthetic" ? await adapterHere() : { software: false });
  if (!mayDraw && await wouldDraw(options, defaults.imageSize, work)) {
    const size = options.imageSize ?? defaults.imageSize;
    const folder = defaultFolder("synthetic", size, work.home);
    throw new RunError(
      `${folder}: is not there yet, and no faces are to be drawn now. Remedy: prepare them, ${size} pixels wide.`,
      {
        file: folder,
        options: ["imageSize"],
        task: "prepare synthetic",
      },
    );
  }
  const { dataset, folder: data } = await loadDataset(options, defaults.imageSize, work);
  return {
    out: out ?? join(work.home ?? ".", "crossval", fileName(name)),
    dataset,
    data,
    asked: manifestOf(options, defaults, dataset, data),
  };
}

/**
 * Does a cross-validation that was planned: keeps its manifest, does the runs that are left, and writes tables and pictures into its folder.
 *
 * @throws {RunError} where the folder holds a cross-validation with other options.
 * @throws {CrossValidationError} where runs failed; what is done is not done again by the next start.
 * @throws The signal's reason when it is aborted.
 */
export async function doCrossValidation(
  { out, dataset, data, asked }: PlannedCrossValidation,
  engine: EngineOf,
  { onOutcome, ...work }: CrossValidationWork = {},
): Promise<CrossValidated> {
  const manifest = await keepManifest(out, asked, work);
  const unique = <T>(values: T[]) => [...new Set(values)];
  const plan = {
    variants: unique(asked.runs.map(({ variant }) => variant)),
    splits: unique(asked.runs.map(({ split }) => split)),
    seeds: unique(asked.runs.map(({ seed }) => seed)),
  };
  const result = await crossValidate(plan, engine(out, manifest, work), { signal: work.signal, onOutcome });
  const published = await publishedFor(dataset, data);
  return { result, published, files: await writeResults(out, result, asked.runs, { published, ...work }) };
}

/**
 * Trains and evaluates every variant on every split, each in a run folder of its own under `out`, and writes tables and pictures there.
 * Started again, it goes on: what is done is not done again.
 *
 * @param options What to train on, which runs, and how; `out` is the folder, by default `crossval/<dataset>`.
 * @param engine Who does the runs: `processEngine({ jobs: 2 })`, `slurmEngine({ jobs: 8, sbatch: ["--gres=gpu:1"] })`.
 * @throws As `planCrossValidation` and `doCrossValidation` do.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { processEngine } from "../engines/process.ts";
 * import { crossValidateRuns } from "./cross_validate.ts";
 * const attempt = crossValidateRuns(
 *   { data: "no/faces", variants: ["cnn", "cnn_ad"], splits: "all", seeds: 1 },
 *   processEngine({ jobs: 2 }),
 * );
 * await assert.rejects(attempt, /no\/faces: there is no such folder/);
 * ```
 */
export async function crossValidateRuns(
  options: CrossValidationOptions & { out?: string },
  engine: EngineOf,
  work: CrossValidationWork = {},
): Promise<CrossValidated> {
  return await doCrossValidation(await planCrossValidation(options, work), engine, work);
}

async function adapterHere(): Promise<{ software: boolean }> {
  using gpu = await openGpu();
  return gpu.adapter;
}
