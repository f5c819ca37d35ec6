/** The command line of `correspond`. */
import type { Layer } from "../../analysis/layer.ts";
import type { CorrespondenceOptions } from "../../analysis/statistics/correspondence.ts";
import type { BinRange } from "../../analysis/statistics/histogram.ts";
import { type Selection, SELECTIONS } from "../../training/evaluation/select.ts";
import { MOST_SEED, number, wholeNumber } from "../command.ts";
import { Command, InvalidArgumentError, Option } from "../deps.ts";
import { taskCall } from "../invocation.ts";
import { withOptions } from "../option_list.ts";

/** What was asked for. */
export interface CorrespondArguments {
  run: string;
  layer: Exclude<Layer, "conv1">;
  on: "test" | "all";
  /** How responses are compared. */
  statistics: Required<Omit<CorrespondenceOptions, "onProgress">>;
  select?: Selection;
  data?: string;
}

/** What the numbers depend on. */
export const CORRESPOND_OPTIONS: readonly Option[] = [
  new Option("--layer <name>", "whose filters").choices(["conv3", "conv2", "fc4"]).default("conv3"),
  new Option(
    "--on <images>",
    "test: the test images, of people that the network has not seen if known; all: every labelled image",
  ).choices(["test", "all"]).default("test"),
  new Option("--minimum-support <n>", "sequences (or images) that show a unit, and that do not")
    .argParser(wholeNumber(1, 1_000_000)).default(10),
  new Option("--bins <n>", "bins of the histograms").argParser(wholeNumber(2, 65_536)).default(10),
  new Option(
    "--range <how>",
    "how the bins are laid over each filter's responses: full, of equal width from the lowest to the highest; " +
      "quantiles, each of as many responses; or LOW,HIGH, of equal width between two numbers",
  ).argParser(binRange).default("full"),
  new Option("--smoothing <x>", "pseudo-counts a bin, on average, in both histograms")
    .argParser(number(0, true)).default(1),
  new Option("--statistic <name>", "what p-values are about: the area under the ROC curve, or the divergence")
    .choices(["auc", "kl"]).default("auc"),
  new Option("--permutations <n>", "permutations of the test").argParser(wholeNumber(1, 100_000)).default(5000),
  new Option("--seed <n>", "draws permutations").argParser(wholeNumber(0, MOST_SEED)).default(1),
  new Option("--select <rule>", "how the checkpoint is chosen, as in evaluate (default: what the run was trained for)")
    .choices([...SELECTIONS]),
];

/**
 * Reads the command line.
 *
 * @throws {CommanderError} after printing what is wrong, or the help that was asked for.
 */
export function parseArguments(argv: readonly string[]): CorrespondArguments {
  const command = new Command("correspond")
    .description("Finds the filters that stand for Action Units, tests them, and shows what they see.")
    .argument("<run>", "run folder, as train leaves it");
  withOptions(command, CORRESPOND_OPTIONS)
    .option("--data <dir>", "prepared folder, where it is not where train found it")
    .exitOverride();
  command.showHelpAfterError(`(${taskCall("correspond --help")} lists the options)`);
  command.parse([...argv], { from: "user" });
  const { layer, on, select, data, ...statistics } = command.opts<
    Omit<CorrespondArguments, "run" | "statistics"> & CorrespondArguments["statistics"]
  >();
  return { run: command.args[0], layer, on, statistics, select, data };
}

function binRange(text: string): BinRange {
  if (text === "full" || text === "quantiles") return text;
  const ends = text.split(",").map((end) => end.trim() === "" ? NaN : Number(end));
  if (!(ends.length === 2 && ends.every(Number.isFinite) && ends[0] < ends[1])) {
    throw new InvalidArgumentError("Expected full, quantiles, or two numbers such as 0,2.5, the lower one first.");
  }
  return [ends[0], ends[1]];
}
