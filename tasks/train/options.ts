/** The command line of `deno task train`. */
import { CONVOLUTION_METHODS } from "../../kernels/convolution/mod.ts";
import { SELECTIONS } from "../../training/evaluation/select.ts";
import { PAPER_SETTINGS, VARIANTS } from "../../training/options.ts";
import { MOST_SEED, number, wholeNumber } from "../command.ts";
import { Command, Option } from "../deps.ts";
import { defaultPath, taskCall } from "../invocation.ts";
import { withOptions } from "../option_list.ts";
import { type DatasetName, DATASETS } from "../../run/dataset_names.ts";
import type { TrainRunOptions } from "../../run/options.ts";

/** The options as they were given; what was left out is undefined. */
export interface TrainArguments extends TrainRunOptions {
  split: number;
  seed: number;
  resume: boolean;
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
