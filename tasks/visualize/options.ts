/** The command line of `visualize`. */
import { CONVOLUTION_LAYERS, type ConvolutionLayer, filtersOf } from "../../analysis/layer.ts";
import type { ReluRule } from "../../kernels/relu/mod.ts";
import { type Selection, SELECTIONS } from "../../training/evaluation/select.ts";
import { wholeNumber } from "../command.ts";
import { Command, InvalidArgumentError, Option } from "../deps.ts";
import { taskCall } from "../invocation.ts";
import { withOptions } from "../option_list.ts";

/** What was asked for. */
export interface VisualizeArguments {
  run: string;
  layer: ConvolutionLayer;
  /** Filter numbers, ascending; all where not given. */
  filters?: number[];
  top: number;
  method: ReluRule;
  distinctSubjects: boolean;
  /** Networks with random weights: the first is shown, similarity is the mean over all. */
  controls: number;
  data?: string;
  select?: Selection;
  /** One image to explain, instead of a layer. */
  image?: number;
  /** The class whose score is explained; the predicted one where not given. */
  class?: string;
  steps: number;
}

/** What the pictures of a layer depend on. */
export const VISUALIZE_OPTIONS: readonly Option[] = [
  new Option("--layer <name>", "which convolution").choices(CONVOLUTION_LAYERS).default("conv3"),
  new Option("--filters <numbers>", "all, or numbers such as 0,5,17").argParser(filterNumbers),
  new Option("--top <n>", "images of each filter, 1 to 30").argParser(wholeNumber(1, 30)).default(10),
  new Option("--method <rule>", "what passes a rectifier on the way back")
    .choices(["guided", "deconvnet", "gradient"]).default("guided"),
  new Option("--distinct-subjects", "no person twice among a filter's images").default(false),
  new Option("--controls <n>", "random networks that similarity is averaged over, 1 to 30; the first is shown")
    .argParser(wholeNumber(1, 30)).default(3),
  new Option("--select <rule>", "which checkpoint, as evaluate chooses it (default: what the run was trained for)")
    .choices([...SELECTIONS]),
];

/** What the explanation of an image depends on, `--controls` and `--select` apart. */
export const IMAGE_OPTIONS: readonly Option[] = [
  new Option("--image <n>", "explain this image's class instead: its number in the prepared data")
    .argParser(wholeNumber(0)),
  new Option("--class <name>", "with --image: the class to explain (default: the predicted one)"),
  new Option("--steps <n>", "with --image: steps of integrated gradients, 1 to 1000")
    .argParser(wholeNumber(1, 1000)).default(64),
];

/**
 * Reads the command line.
 *
 * @throws {CommanderError} after printing what is wrong, or the help that was asked for.
 */
export function parseArguments(argv: readonly string[]): VisualizeArguments {
  const command = new Command("visualize")
    .description(
      "Shows what excites the filters of a run's network, each response projected back to the pixels, beside the same through random " +
        "weights. With --image: which pixels of one image speak for a class.",
    )
    .argument("<run>", "run folder, as train leaves it");
  withOptions(command, [...VISUALIZE_OPTIONS, ...IMAGE_OPTIONS])
    .option("--data <dir>", "prepared folder, where it is not where train found it")
    .exitOverride();
  command.showHelpAfterError(`(${taskCall("visualize --help")} lists the options)`);
  command.parse([...argv], { from: "user" });
  const { filters: wanted, ...others } = command.opts<
    Omit<VisualizeArguments, "run"> & { filters?: number[] | "all" }
  >();
  const filters = wanted === "all" ? undefined : wanted;
  const options = { ...others, filters, run: command.args[0] };
  const most = filtersOf(options.layer) - 1;
  const bad = filters?.find((filter) => filter > most);
  if (bad !== undefined) command.error(`error: --filters ${bad}: ${options.layer} has filters 0..${most}`);
  if (options.class !== undefined && options.image === undefined) {
    command.error("error: --class is of an image: name one with --image");
  }
  return options;
}

// Not undefined for all: commander makes that an empty string.
function filterNumbers(text: string): number[] | "all" {
  if (text === "all") return text;
  if (!/^\d+(,\d+)*$/.test(text)) throw new InvalidArgumentError("Expected all, or numbers such as 0,5,17.");
  return [...new Set(text.split(",").map(Number))].sort((a, b) => a - b);
}
