/** The command line of `deno task train`, and what it means on this adapter. */
import type { Dataset } from "../../datasets/dataset.ts";
import type { AdapterDescription } from "../../gpu/adapter.ts";
import { CONVOLUTION_METHODS, type ConvolutionMethod } from "../../kernels/convolution/mod.ts";
import type { Normalization } from "../../kernels/normalization/mod.ts";
import { type Selection, SELECTIONS } from "../../training/evaluation/select.ts";
import { PAPER_SETTINGS, type Variant, VARIANTS } from "../../training/options.ts";
import { fileName, MOST_SEED, number, wholeNumber } from "../command.ts";
import { Command, Option } from "../deps.ts";
import { defaultPath, taskCall } from "../invocation.ts";
import { withOptions } from "../option_list.ts";
import { type DatasetName, DATASETS } from "../../run/dataset_names.ts";

/** The options as they were given; what was left out is undefined. */
export interface TrainArguments {
  /** Left out where only `--data` says what to train on. */
  dataset?: DatasetName;
  data?: string;
  variant?: Variant;
  split: number;
  /** `"validation"`, or what the run that is resumed was to be chosen by, where left out. */
  select?: Selection;
  steps?: number;
  batch?: number;
  imageSize?: number;
  seed: number;
  normalization?: Normalization;
  learningRate?: number;
  momentum?: number;
  weightDecay?: number;
  checkpointEvery?: number;
  run?: string;
  resume: boolean;
  initScale?: number;
  convolution?: ConvolutionMethod;
}

/** What is trained where nothing is said. */
export interface Defaults {
  imageSize: number;
  variant: Variant;
  batch: number;
  steps: number;
  checkpointEvery: number;
  initScale: number | undefined;
}

/**
 * Defaults of a dataset: the paper's for the real sets. For the drawn faces, what reaches its accuracy soon: small and plain on a software
 * adapter, the paper's size and best variant on a GPU. The initial scale k decides how long the loss stays at ln 8: at 48 pixels k = 1.4
 * had left it after 100 steps of 32 images, k = 1 had not after 200 steps of 24.
 */
export function defaultsFor(dataset: string, adapter: Pick<AdapterDescription, "software">): Defaults {
  if (dataset !== "synthetic") {
    return {
      imageSize: 96,
      variant: "cnn_ad",
      batch: PAPER_SETTINGS.batch,
      steps: 31_000,
      checkpointEvery: 1000,
      initScale: undefined,
    };
  }
  return adapter.software
    ? { imageSize: 48, variant: "cnn", batch: 32, steps: 300, checkpointEvery: 100, initScale: 1.4 }
    : { imageSize: 96, variant: "cnn_ad", batch: 64, steps: 6_000, checkpointEvery: 1000, initScale: 1.4 };
}

/** What every run of a cross-validation shares, but for its data. */
export const SHARED_OPTIONS: readonly Option[] = [
  new Option(
    "--select <rule>",
    "how evaluate will choose the checkpoint; original trains on validation images too (default: validation)",
  ).choices([...SELECTIONS]),
  new Option("--steps <n>", "updates in all").argParser(wholeNumber(1)),
  new Option("--batch <n>", `images a step (default: ${PAPER_SETTINGS.batch}; drawn faces without a GPU: 32)`)
    .argParser(wholeNumber(1)),
  new Option("--image-size <pixels>", "side of the images, a multiple of 8").argParser(wholeNumber(8)),
  new Option("--normalization <mode>", "(default: local-mean)").choices(["local-mean", "local-contrast"]),
  new Option("--learning-rate <x>", `(default: ${PAPER_SETTINGS.learningRate})`).argParser(number(0)),
  new Option("--momentum <x>", `(default: ${PAPER_SETTINGS.momentum})`).argParser(number(0)),
  new Option("--weight-decay <x>", `(default: ${PAPER_SETTINGS.weightDecay})`).argParser(number(0)),
  new Option(
    "--checkpoint-every <n>",
    "steps between checkpoints (default: 1000; drawn faces without a GPU: 100)",
  ).argParser(wholeNumber(1)),
  new Option("--init-scale <k>", "scale of the initial weights (default: drawn from the seed; drawn faces: 1.4)")
    .argParser(number(0, true)),
  new Option("--convolution <method>", "(default: auto)").choices([...CONVOLUTION_METHODS]),
];

/** What a run depends on, but for its data. */
export const TRAIN_OPTIONS: readonly Option[] = [
  new Option("--variant <name>", "_a augments, _d drops out").choices([...VARIANTS]),
  new Option("--split <n>", "which fold tests, or which official split").argParser(wholeNumber(0)).default(0),
  new Option("--seed <n>", "draws weights, batches, augmentation, dropout")
    .argParser(wholeNumber(0, MOST_SEED)).default(1),
  ...SHARED_OPTIONS,
];

/**
 * Reads the command line.
 *
 * @throws {CommanderError} after printing what is wrong, or the help that was asked for.
 */
export function parseArguments(argv: readonly string[]): TrainArguments {
  const command = new Command("train")
    .description("Trains the zero-bias CNN on a prepared dataset, or on drawn faces.")
    .option("--run <dir>", `folder of the run (default: ${defaultPath("runs/<dataset>-<variant>-split<n>-seed<n>")})`)
    .option("--resume", "go on from the run's last checkpoint", false);
  withOptions(withDataset(command), TRAIN_OPTIONS).exitOverride();
  command.showHelpAfterError(`(${taskCall("train --help")} lists the options)`);
  command.parse([...argv], { from: "user" });
  return { ...command.opts<Omit<TrainArguments, "dataset">>(), dataset: readDataset(command) };
}

/** Adds what every run of a cross-validation shares: the dataset, and all options but variant, split, seed and folder. */
export function withTrainingOptions(command: Command): Command {
  return withOptions(withDataset(command), SHARED_OPTIONS);
}

function withDataset(command: Command): Command {
  return command
    .argument("[dataset]", `what to train on: ${DATASETS.join(", ")} (default: what --data holds, or else synthetic)`)
    .option("--data <dir>", `prepared folder (default: ${defaultPath("data/<dataset>")})`);
}

/** The dataset that a command line names, if it names one or needs one. */
export function readDataset(command: Command): DatasetName | undefined {
  const { data } = command.opts<{ data?: string }>();
  const dataset: string | undefined = command.args[0] ?? (data === undefined ? "synthetic" : undefined);
  if (dataset !== undefined && !(DATASETS as readonly string[]).includes(dataset)) {
    command.error(`error: dataset ${JSON.stringify(dataset)} is unknown, expected one of ${DATASETS.join(", ")}`);
  }
  return dataset as DatasetName | undefined;
}

/** The run folder where `--run` names none. */
export function defaultRun(dataset: Pick<Dataset, "name">, variant: Variant, split: number, seed: number): string {
  return defaultPath(`runs/${fileName(dataset.name)}-${variant}-split${split}-seed${seed}`);
}
