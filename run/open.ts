/** A run to look at: what its folder says, its dataset, its checkpoints, and a network of its sizes. */
import type { Dataset } from "../datasets/dataset.ts";
import { type Split, splitIndices } from "../datasets/split.ts";
import type { Gpu } from "../gpu/device.ts";
import { exactMethod } from "../network/exact.ts";
import { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
import type { TrainingSettings } from "../training/options.ts";
import { loadDataset } from "./data.ts";
import { RunError } from "./errors.ts";
import { RunFolder } from "./folder.ts";
import { readRunRecord, type RunRecord } from "./record.ts";

/** A run that has been trained, or is being trained. */
export interface Run {
  folder: RunFolder;
  record: RunRecord;
  settings: TrainingSettings;
  dataset: Dataset;
  /** The images that trained, validate and test, under the protocol of the run. */
  parts: Split;
}

/**
 * Opens a run folder and the data that it was trained on.
 *
 * @param path The run folder.
 * @param options `data`: the prepared folder, if it has moved since training; `home`: the folder in which the default folders lie.
 * @throws {RunError} for a folder that is no run, data that is not there or not the data of the run.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openRun } from "./open.ts";
 * await assert.rejects(openRun("no/run"), /no\/run: this is not a run folder/);
 * ```
 */
export async function openRun(path: string, options: { data?: string; home?: string } = {}): Promise<Run> {
  const folder = new RunFolder(path);
  const record = await readRunRecord(folder, options);
  const { imageSize } = record.network;
  const source = { dataset: record.given.dataset, data: options.data ?? record.dataset.folder, imageSize };
  const { dataset, folder: from } = await loadDataset(source, imageSize, options);
  if (dataset.fingerprint !== record.dataset.fingerprint) {
    throw new RunError(
      `${from}: this is not the data that ${path} was trained on (fingerprint ${dataset.fingerprint.slice(0, 12)}, ` +
        `the run's is ${record.dataset.fingerprint.slice(0, 12)}): its training images may be among the test images. ` +
        "Remedy: name the data of the run.",
      { file: from, options: ["data"] },
    );
  }
  const { settings } = record;
  return { folder, record, settings, dataset, parts: splitIndices(dataset, settings.split, settings) };
}

/** A network of a run's sizes and kernels (network/exact.ts: in float32), with its initial weights. */
export function createNetwork(gpu: Gpu, { record }: Pick<Run, "record">): Promise<ZeroBiasCnn> {
  const { imageSize, classes, seed, initialScale, convolution } = record.network;
  return ZeroBiasCnn.create(gpu, {
    imageSize,
    classes,
    seed,
    initialScale,
    convolution: exactMethod(convolution),
  });
}
