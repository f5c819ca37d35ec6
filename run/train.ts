/** Trains a run into its folder, and goes on with it. */
import type { Dataset } from "../datasets/dataset.ts";
import type { Gpu } from "../gpu/device.ts";
import { storageFor } from "../kernels/convolution/mod.ts";
import { withExact } from "../network/exact.ts";
import { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
import { curvesPng } from "../pictures/charts/curves.ts";
import { type Checkpoint, checkpointInfo, readCheckpoint, restore } from "../training/checkpoint.ts";
import { protocolFor, type Selection } from "../training/evaluation/select.ts";
import { type TrainingSettings, trainingSettings, type TrainOptions } from "../training/options.ts";
import { train } from "../training/train.ts";
import { datasetName, loadDataset } from "./data.ts";
import { defaultRun } from "./default_folder.ts";
import { METRICS, type Metrics, type PartMetrics } from "./documents/metrics.ts";
import { readCheckpointFile } from "./documents/read.ts";
import { withWhatIsLeft } from "./ended.ts";
import { RunError } from "./errors.ts";
import { RunFolder } from "./folder.ts";
import { warnOfLetters } from "./letters.ts";
import type { Listener, Work } from "./listener.ts";
import { measureParts } from "./metrics.ts";
import { type Defaults, defaultsFor, type TrainRunOptions } from "./options.ts";
import { partsFor } from "./parts.ts";
import { checkResumable, readRunRecord, type RunRecord, writeRunRecord } from "./record.ts";
import { endedAt, majority, removeResults } from "./results.ts";
import { percent } from "./words.ts";

/** How a run ended. */
export interface Trained {
  folder: RunFolder;
  /** Updates done, and wanted. */
  step: number;
  steps: number;
  /** Path of the last checkpoint. */
  checkpoint: string;
  /** Absent where it was stopped before its end. */
  end?: { test: PartMetrics; curves: string };
}

/** What training takes beside its options. */
export interface TrainWork extends Work {
  /** The run folder, where the caller holds its lock already. */
  held?: RunFolder;
}

/**
 * Trains a run into its folder, or goes on with it: checkpoints, log, metrics and a picture of the curves.
 *
 * @param options What to train on, where, how and for how long; all has a default.
 * @param work `signal` stops it, with a checkpoint of the last whole step.
 * @returns How it ended; undefined where it was stopped before the first step, with nothing left behind.
 * @throws {RunError} for options that do not go together, a folder that exists, data that is not there.
 * @throws {WriteError} where the disk is full or may not be written, or the folder has gone.
 * @throws {TrainingDivergedError} where the loss or a weight is not finite any more.
 * @throws {GpuError} when the GPU reports any failure.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { generateSynthetic, writePrepared } from "../datasets/mod.ts";
 * import { openGpu } from "../gpu/device.ts";
 * import { trainRun } from "./train.ts";
 * const folder = await Deno.makeTempDir();
 * const data = `${folder}/data`, run = `${folder}/run`;
 * const faces = await generateSynthetic({ subjects: 10, imagesPerSubject: 8, imageSize: 8, seed: 1 });
 * await writePrepared(data, faces, { source: "drawn faces" });
 * using gpu = await openGpu();
 * await trainRun(gpu, { data, run, variant: "cnn", batch: 4, steps: 1 });
 * const trained = await trainRun(gpu, { data, run, variant: "cnn", batch: 4, steps: 2, resume: true });
 * assert(trained!.step === 2 && trained!.end!.test.images === 8);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function trainRun(
  gpu: Gpu,
  options: TrainRunOptions,
  work: TrainWork = {},
): Promise<Trained | undefined> {
  const { held, signal, home, onNote, onWarning } = work;
  const { split = 0, seed = 1, resume = false } = options;
  const name = await datasetName(options);
  const defaults = defaultsFor(name, gpu.adapter);
  const variant = options.variant ?? defaults.variant;
  // The folder and the adapter are looked at before the faces are drawn: a refusal should not cost minutes.
  const folder = held ?? new RunFolder(options.run ?? defaultRun({ dataset: name, variant, split, seed }, home));
  await folder.assertOpen({ resume });
  storageFor(gpu, options.convolution);
  const loaded = await loadDataset(options, defaults.imageSize, work).catch((error) => {
    if (!signal?.aborted) throw error;
  });
  if (!loaded) return undefined;
  const { dataset, folder: dataFolder } = loaded;
  const select = options.select ?? (await recordBefore(folder, resume))?.given.select ?? "validation";
  const given = { ...options, split, seed, resume, select };
  const settings = settingsFor(given, defaults);
  const parts = partsFor(dataset, settings);
  using net = await ZeroBiasCnn.create(gpu, {
    imageSize: dataset.imageSize,
    classes: dataset.classNames.length,
    seed,
    initialScale: options.initScale ?? defaults.initScale,
    convolution: options.convolution,
  });
  const steps = options.steps ?? defaults.steps;
  using _lock = held ? undefined : await folder.lock({ onNote });
  await folder.assertOpen({ resume }); // another process may have come in between
  await folder.sweep();
  const checkpoint = resume ? await lastCheckpoint(folder, onNote) : undefined;
  const before = await recordBefore(folder, resume);
  if (checkpoint) {
    const { info } = checkpoint;
    checkResumable(info, checkpointInfo(net, dataset, settings), folder.checkpointPath(info.step));
    await restore(net, checkpoint);
    await refuseDone(folder, net.step, steps);
    onNote?.(`Going on from step ${net.step}`);
    await folder.cutLog(net.step);
  } else {
    await folder.remove("log.jsonl"); // of steps that no checkpoint has kept
  }
  const checkpointEvery = options.checkpointEvery ?? before?.checkpointEvery ?? defaults.checkpointEvery;
  if (before && before.checkpointEvery !== checkpointEvery) {
    onWarning?.(
      `a checkpoint every ${checkpointEvery} steps: it was every ${before.checkpointEvery}. ` +
        `Of all checkpoints evaluate will now choose among those of every ${checkpointEvery} steps, and the last.`,
    );
  }
  await writeRunRecord(folder, { given, steps, checkpointEvery, settings, net, dataset, dataFolder });
  onNote?.(
    `Training ${variant} on ${parts.train.length} images of ${dataset.name} (${dataset.imageSize} x ${dataset.imageSize}, ` +
      `${dataset.classNames.length} classes), split ${settings.split}, on ${
        gpu.adapter.description || gpu.adapter.vendor
      }`,
  );
  if (settings.batch > parts.train.length) {
    onWarning?.(
      `a batch of ${settings.batch} is more than the ${parts.train.length} training images: they are drawn with replacement, ` +
        "so each of them is in a step several times, and a step takes as much longer",
    );
  }
  try {
    // At the first thing that is written of another step, not before: until then they are true.
    let went = false;
    const goesOn = async (step: number) => {
      if (went || step === checkpoint?.info.step) return;
      went = true;
      const removed = await removeResults(folder);
      if (removed.length > 0) onNote?.(`Removed, since the run goes on: ${removed.join(", ")}`);
    };
    const last = checkpoint && (await folder.records()).at(-1);
    await trainAndLog(net, dataset, folder, { ...settings, steps, checkpointEvery, last, signal }, goesOn, work);
    const trained = { folder, step: net.step, steps, checkpoint: folder.checkpointPath(net.step) };
    if (signal?.aborted && net.step < steps) return trained;
    const title = `${dataset.name}, ${variant}, split ${settings.split}, seed ${seed}`;
    const metrics = await withExact(net, (net) => measureParts(net, dataset, parts, settings, signal)).catch(
      (error) => {
        if (!signal?.aborted) throw error;
      },
    );
    if (!metrics) return trained;
    await warnOfLetters(work);
    return { ...trained, end: await writeEnd(folder, title, net, metrics) };
  } catch (error) {
    throw await withWhatIsLeft(error, folder);
  }
}

/**
 * Trains, with the log and the checkpoints in the folder. Each is announced by `goesOn`, with its step, before it is written.
 */
async function trainAndLog(
  net: ZeroBiasCnn,
  dataset: Dataset,
  folder: RunFolder,
  options: TrainOptions,
  goesOn: (step: number) => Promise<void>,
  { onProgress }: Listener,
) {
  const total = options.steps!;
  onProgress?.({ unit: "step", done: 0, total });
  const onCheckpoint = async ({ step, bytes }: { step: number; bytes: Uint8Array }) => {
    await goesOn(step);
    await folder.saveCheckpoint(step, bytes);
  };
  for await (const record of train(net, dataset, { ...options, onCheckpoint })) {
    await goesOn(record.step);
    // The last record of the run before comes again where a stop had dropped its validation.
    if (record.step === options.last?.step) await folder.replaceLast(record);
    else await folder.log(record);
    onProgress?.({ unit: "step", done: record.step, total, record });
  }
}

/** Writes curves.png and metrics.json, which comes last: it says that the run has ended. */
async function writeEnd(folder: RunFolder, title: string, net: ZeroBiasCnn, metrics: Metrics) {
  const { test, train } = metrics;
  const picture = await curvesPng(await folder.records(), {
    title,
    classes: net.classes,
    most: majority([metrics]),
    subtitle: `${train?.images ?? 0} training images; test accuracy ${percent(test.accuracy)} of ${test.images} ` +
      "with the last checkpoint",
  });
  const curves = await folder.write("curves.png", picture);
  await folder.write("metrics.json", METRICS.text(metrics));
  return { test, curves };
}

/** What the run was told before, when it is to go on from a checkpoint. */
async function recordBefore(folder: RunFolder, resume: boolean): Promise<RunRecord | undefined> {
  const goesOn = resume && (await folder.checkpointSteps()).length > 0 && await folder.has("run.json");
  return goesOn ? await readRunRecord(folder) : undefined;
}

/** The run's last checkpoint; says so where there is none. */
async function lastCheckpoint(folder: RunFolder, onNote: Listener["onNote"]): Promise<Checkpoint | undefined> {
  const step = (await folder.checkpointSteps()).at(-1);
  if (step === undefined) {
    onNote?.(`${folder.checkpoints} holds no checkpoint: starting from step 0`);
    return undefined;
  }
  const path = folder.checkpointPath(step);
  try {
    return readCheckpoint(await readCheckpointFile(path));
  } catch (error) {
    throw new RunError(`${path}: ${(error as Error).message}. Remedy: delete the file to go on from the one before.`, {
      file: path,
      cause: error,
    });
  }
}

/** Refuses a run that has no step left to do, nor its end to write. */
async function refuseDone(folder: RunFolder, step: number, steps: number): Promise<void> {
  if (step < steps) return;
  const ended = await endedAt(folder) === step;
  if (step === steps && !ended) return;
  throw new RunError(
    ended
      ? `${folder.path}: the run has done ${step} steps already, and ${steps} are wanted. Remedy: ask for more to go on.`
      : `${folder.path}: the run is at step ${step} already, and ${steps} are wanted. ` +
        `Remedy: ask for ${step} to end it there, or for more to go on.`,
    { file: folder.path, options: ["steps"] },
  );
}

function settingsFor(
  options: TrainRunOptions & { select: Selection; seed: number },
  defaults: Defaults,
): TrainingSettings {
  const { split, batch, learningRate, momentum, weightDecay, normalization, seed } = options;
  return trainingSettings({
    variant: options.variant ?? defaults.variant,
    split,
    protocol: protocolFor(options.select),
    batch: batch ?? defaults.batch,
    learningRate,
    momentum,
    weightDecay,
    normalization,
  }, seed);
}
