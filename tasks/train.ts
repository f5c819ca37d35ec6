/** `deno task train [dataset]`: trains the zero-bias CNN and leaves a run folder with checkpoints, log, metrics and a picture. */
import { join } from "node:path";
import type { Dataset } from "../datasets/dataset.ts";
import { splitIndices } from "../datasets/split.ts";
import { openGpu } from "../gpu/device.ts";
import { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
import { type Checkpoint, checkpointInfo, readCheckpoint, restore } from "../training/checkpoint.ts";
import { type TrainingSettings, trainingSettings } from "../training/options.ts";
import { train } from "../training/train.ts";
import { INTERRUPTED, runTask, UsageError } from "./command.ts";
import { curvesPng } from "./curves.ts";
import { createProgress } from "./progress.ts";
import { datasetName, loadDataset } from "./train/data.ts";
import { writeMetrics } from "./train/metrics.ts";
import { defaultRun, type Defaults, defaultsFor, parseArguments, type TrainArguments } from "./train/options.ts";
import { RunFolder } from "./train/run_folder.ts";
import { checkResumable, writeRunRecord } from "./train/run_record.ts";

const percent = (share: number) => `${(100 * share).toFixed(1)}%`;

async function main(): Promise<number> {
  const options = parseArguments(Deno.args);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
  }
  const name = await datasetName(options);
  using gpu = await openGpu();
  const defaults = defaultsFor(name, gpu.adapter);
  const variant = options.variant ?? defaults.variant;
  // The folder is looked at before the faces are drawn: a refusal should not cost minutes.
  const path = options.run ?? defaultRun({ name }, variant, options.split, options.seed);
  const folder = await RunFolder.open(path, { resume: options.resume });
  let dataset: Dataset;
  try {
    dataset = await loadDataset(options.dataset, { ...options, builtInSize: defaults.imageSize, signal: stop.signal });
  } catch (error) {
    if (stop.signal.aborted) return INTERRUPTED;
    throw error;
  }
  const checkpoint = await lastCheckpoint(folder, options.resume);
  const settings = settingsFor(options, defaults);
  const parts = splitIndices(dataset, settings.split);
  using net = await ZeroBiasCnn.create(gpu, {
    imageSize: dataset.imageSize,
    classes: dataset.classNames.length,
    seed: options.seed,
    initialScale: options.initScale ?? defaults.initScale,
    convolution: options.convolution,
  });
  const steps = options.steps ?? defaults.steps;
  if (checkpoint) {
    checkResumable(
      checkpoint.info,
      checkpointInfo(net, dataset, settings),
      folder.checkpointPath(checkpoint.info.step),
    );
    await restore(net, checkpoint);
    await folder.cutLog(net.step);
    console.error(`Going on from step ${net.step}`);
  }
  if (net.step >= steps) throw new UsageError(`--steps ${steps}: the run has done ${net.step} steps already`);
  await writeRunRecord(folder, { options, steps, settings, net, dataset });
  console.error(
    `Training ${variant} on ${parts.train.length} images of ${dataset.name} (${dataset.imageSize} x ${dataset.imageSize}, ` +
      `${dataset.classNames.length} classes), split ${settings.split}, on ${
        gpu.adapter.description || gpu.adapter.vendor
      }`,
  );

  using progress = createProgress({ total: steps, unit: "step" });
  let validation: number | null = null;
  const saved: string[] = [];
  const records = train(net, dataset, {
    ...settings,
    steps,
    checkpointEvery: options.checkpointEvery ?? defaults.checkpointEvery,
    signal: stop.signal,
    onCheckpoint: async ({ step, bytes }) => void saved.push(await folder.saveCheckpoint(step, bytes)),
  });
  for await (const record of records) {
    await folder.log(record);
    validation = record.validationAccuracy ?? validation;
    progress.update(record.step, {
      loss: record.loss.toFixed(3),
      train: percent(record.trainAccuracy),
      ...(validation === null ? {} : { validation: percent(validation) }),
      "images/s": record.imagesPerSecond.toFixed(0),
    });
  }
  progress.stop();
  const last = saved.at(-1)!;
  if (stop.signal.aborted && net.step < steps) {
    console.error(
      `Stopped at step ${net.step} of ${steps}. Checkpoint: ${last}\nGo on with the same command and --resume.`,
    );
    return INTERRUPTED;
  }

  const metrics = await writeMetrics(folder, net, dataset, parts, settings);
  const title = `${dataset.name}, ${variant}, split ${settings.split}, seed ${options.seed}`;
  const subtitle = `${parts.train.length} training images; test accuracy ${
    percent(metrics.test.accuracy)
  } of ${metrics.test.images} at the end`;
  const curves = await folder.write(
    "curves.png",
    await curvesPng(await folder.records(), {
      title,
      classes: net.classes,
      subtitle,
    }),
  );
  console.log(
    `test accuracy   ${
      percent(metrics.test.accuracy)
    } of ${metrics.test.images} images, last checkpoint (step ${net.step})`,
  );
  console.log(`checkpoint      ${last}`);
  console.log(`metrics         ${join(folder.path, "metrics.json")}`);
  console.log(`picture         ${curves}`);
  return 0;
}

/** The run's last checkpoint, when it is to go on from one; says so where there is none. */
async function lastCheckpoint(folder: RunFolder, resume: boolean): Promise<Checkpoint | undefined> {
  if (!resume) return undefined;
  const step = (await folder.checkpointSteps()).at(-1);
  if (step === undefined) {
    console.error(`${folder.checkpoints} holds no checkpoint: starting from step 0`);
    return undefined;
  }
  const path = folder.checkpointPath(step);
  try {
    return readCheckpoint(await Deno.readFile(path));
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}. Remedy: delete the file to go on from the one before.`);
  }
}

function settingsFor(options: TrainArguments, defaults: Defaults): TrainingSettings {
  const { split, batch, learningRate, momentum, weightDecay, normalization, seed } = options;
  const variant = options.variant ?? defaults.variant;
  return trainingSettings({
    variant,
    split,
    batch: batch ?? defaults.batch,
    learningRate,
    momentum,
    weightDecay,
    normalization,
  }, seed);
}

if (import.meta.main) await runTask(main);
