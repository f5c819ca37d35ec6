/** One training run from its options to its folder: what `deno task train` does, and each element of a cross-validation. */
import type { Dataset } from "../datasets/dataset.ts";
import type { Gpu } from "../gpu/device.ts";
import { storageFor } from "../kernels/convolution/mod.ts";
import { withExact } from "../network/exact.ts";
import { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
import { type Checkpoint, checkpointInfo, readCheckpoint, restore } from "../training/checkpoint.ts";
import { protocolFor, type Selection } from "../training/evaluation/select.ts";
import { type TrainingSettings, trainingSettings, type TrainOptions } from "../training/options.ts";
import { train } from "../training/train.ts";
import { curvesPng } from "../pictures/charts/curves.ts";
import { UsageError } from "../tasks/command.ts";
import { readCheckpointFile } from "../tasks/documents/read.ts";
import { createProgress } from "../tasks/progress.ts";
import { datasetName, loadDataset } from "./data.ts";
import { RunFolder } from "./folder.ts";
import { partsFor } from "./parts.ts";
import { checkResumable, readRunRecord, type RunRecord, writeRunRecord } from "./record.ts";
import { endedAt, removeResults } from "./results.ts";
import { jsonText } from "../formats/json.ts";
import { percent } from "./words.ts";
import { withWhatIsLeft } from "./ended.ts";
import { measureParts, type Metrics, type PartMetrics } from "./metrics.ts";
import { defaultRun, type Defaults, defaultsFor, type TrainArguments } from "../tasks/train/options.ts";
import { complain } from "../tasks/terminal.ts";

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

/**
 * Trains.
 *
 * @param signal Stops, with a checkpoint of the last whole step.
 * @param held The run folder, where the caller holds its lock already.
 * @returns How it ended; undefined where it was stopped before the first step, with nothing left behind.
 * @throws {UsageError} for options that do not go together, a folder that exists, data that is not there.
 */
export async function trainRun(
  gpu: Gpu,
  options: TrainArguments,
  signal: AbortSignal,
  held?: RunFolder,
): Promise<Trained | undefined> {
  const name = await datasetName(options);
  const defaults = defaultsFor(name, gpu.adapter);
  const variant = options.variant ?? defaults.variant;
  // The folder and the adapter are looked at before the faces are drawn: a refusal should not cost minutes.
  const path = options.run ?? defaultRun({ name }, variant, options.split, options.seed);
  const folder = held ?? new RunFolder(path);
  await folder.assertOpen(options);
  storageFor(gpu, options.convolution);
  const loaded = await loadDataset(options, { builtInSize: defaults.imageSize, signal }).catch((error) => {
    if (!signal.aborted) throw error;
  });
  if (!loaded) return undefined;
  const { dataset, folder: dataFolder } = loaded;
  const select = options.select ?? (await recordBefore(folder, options))?.given.select ?? "validation";
  const settings = settingsFor({ ...options, select }, defaults);
  const parts = partsFor(dataset, settings);
  using net = await ZeroBiasCnn.create(gpu, {
    imageSize: dataset.imageSize,
    classes: dataset.classNames.length,
    seed: options.seed,
    initialScale: options.initScale ?? defaults.initScale,
    convolution: options.convolution,
  });
  const steps = options.steps ?? defaults.steps;
  using _lock = held ? undefined : await folder.lock();
  await folder.assertOpen(options); // another process may have come in between
  await folder.sweep();
  const checkpoint = await lastCheckpoint(folder, options.resume);
  const before = await recordBefore(folder, options);
  if (checkpoint) {
    const { info } = checkpoint;
    checkResumable(info, checkpointInfo(net, dataset, settings), folder.checkpointPath(info.step));
    await restore(net, checkpoint);
    await refuseDone(folder, net.step, steps);
    complain(`Going on from step ${net.step}`);
    await folder.cutLog(net.step);
  } else {
    await folder.remove("log.jsonl"); // of steps that no checkpoint has kept
  }
  const checkpointEvery = options.checkpointEvery ?? before?.checkpointEvery ?? defaults.checkpointEvery;
  if (before && before.checkpointEvery !== checkpointEvery) {
    complain(
      `--checkpoint-every ${checkpointEvery}: it was ${before.checkpointEvery}. ` +
        `Of all checkpoints evaluate will now choose among those of every ${checkpointEvery} steps, and the last.`,
    );
  }
  const given = { ...options, select };
  await writeRunRecord(folder, { given, steps, checkpointEvery, settings, net, dataset, dataFolder });
  complain(
    `Training ${variant} on ${parts.train.length} images of ${dataset.name} (${dataset.imageSize} x ${dataset.imageSize}, ` +
      `${dataset.classNames.length} classes), split ${settings.split}, on ${
        gpu.adapter.description || gpu.adapter.vendor
      }`,
  );

  if (settings.batch > parts.train.length) {
    complain(
      `warning: --batch ${settings.batch} is more than the ${parts.train.length} training images: they are drawn with replacement, ` +
        "so each of them is in a step several times, and a step takes as much longer",
    );
  }
  try {
    // At the first thing that is written of another step, not before: until then they are true.
    let went = false;
    const goesOn = async (step: number) => {
      if (went || step === checkpoint?.info.step) return;
      went = true;
      await removeResults(folder);
    };
    await trainAndLog(net, dataset, folder, { ...settings, steps, checkpointEvery, signal }, goesOn);
    const trained = { folder, step: net.step, steps, checkpoint: folder.checkpointPath(net.step) };
    if (signal.aborted && net.step < steps) return trained;
    const title = `${dataset.name}, ${variant}, split ${settings.split}, seed ${options.seed}`;
    const metrics = await withExact(net, (net) => measureParts(net, dataset, parts, settings, signal)).catch(
      (error) => {
        if (!signal.aborted) throw error;
      },
    );
    if (!metrics) return trained;
    return { ...trained, end: await writeEnd(folder, title, net, metrics) };
  } catch (error) {
    throw await withWhatIsLeft(error, folder);
  }
}

/**
 * Trains, with the log and the checkpoints in the folder and the progress on the terminal. Each is announced by `goesOn`, with its step,
 * before it is written.
 */
async function trainAndLog(
  net: ZeroBiasCnn,
  dataset: Dataset,
  folder: RunFolder,
  options: TrainOptions,
  goesOn: (step: number) => Promise<void>,
) {
  using progress = createProgress({ total: options.steps!, unit: "step" });
  let validation: number | null = null;
  const onCheckpoint = async ({ step, bytes }: { step: number; bytes: Uint8Array }) => {
    await goesOn(step);
    await folder.saveCheckpoint(step, bytes);
  };
  for await (const record of train(net, dataset, { ...options, onCheckpoint })) {
    await goesOn(record.step);
    await folder.log(record);
    validation = record.validationAccuracy ?? validation;
    progress.update(record.step, {
      loss: record.loss.toFixed(3),
      train: percent(record.trainAccuracy),
      ...(validation === null ? {} : { validation: percent(validation) }),
      "images/s": record.imagesPerSecond.toFixed(0),
    });
  }
}

/** Writes curves.png and metrics.json, which comes last: it says that the run has ended. */
async function writeEnd(folder: RunFolder, title: string, net: ZeroBiasCnn, metrics: Metrics) {
  const { test, train } = metrics;
  const picture = await curvesPng(await folder.records(), {
    title,
    classes: net.classes,
    subtitle: `${train?.images ?? 0} training images; test accuracy ${percent(test.accuracy)} of ${test.images} ` +
      "with the last checkpoint",
  });
  const curves = await folder.write("curves.png", picture);
  await folder.write("metrics.json", jsonText(metrics));
  return { test, curves };
}

/** What the run was told before, when it is to go on from a checkpoint. */
async function recordBefore(folder: RunFolder, { resume }: TrainArguments): Promise<RunRecord | undefined> {
  const goesOn = resume && (await folder.checkpointSteps()).length > 0 && await folder.has("run.json");
  return goesOn ? await readRunRecord(folder) : undefined;
}

/** The run's last checkpoint, when it is to go on from one; says so where there is none. */
async function lastCheckpoint(folder: RunFolder, resume: boolean): Promise<Checkpoint | undefined> {
  if (!resume) return undefined;
  const step = (await folder.checkpointSteps()).at(-1);
  if (step === undefined) {
    complain(`${folder.checkpoints} holds no checkpoint: starting from step 0`);
    return undefined;
  }
  const path = folder.checkpointPath(step);
  try {
    return readCheckpoint(await readCheckpointFile(path));
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}. Remedy: delete the file to go on from the one before.`);
  }
}

/** Refuses a run that has no step left to do, nor its end to write. */
async function refuseDone(folder: RunFolder, step: number, steps: number): Promise<void> {
  if (step < steps) return;
  const ended = await endedAt(folder) === step;
  if (step === steps && !ended) return;
  throw new UsageError(
    ended
      ? `--steps ${steps}: the run has done ${step} steps already. Remedy: give more to go on.`
      : `--steps ${steps}: the run is at step ${step} already. Remedy: give ${step} to end it there, or more to go on.`,
  );
}

function settingsFor(options: TrainArguments & { select: Selection }, defaults: Defaults): TrainingSettings {
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
