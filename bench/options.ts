/** The command line of `deno task bench`. */
import { CONVOLUTION_METHODS, type ConvolutionMethod } from "../kernels/convolution/mod.ts";
import { wholeNumber } from "../tasks/command.ts";
import { Command, InvalidArgumentError, Option } from "../tasks/deps.ts";
import { taskCall } from "../tasks/invocation.ts";
import { type Variant, VARIANTS } from "../training/options.ts";

/** What is measured, and how often. */
export interface BenchOptions {
  batch: number;
  imageSize: number;
  variant: Variant;
  convolution: ConvolutionMethod;
  /** Repetitions of what is timed, after one that is not. */
  rounds: number;
  /** Whether others are timed beside us. */
  peers: boolean;
  /** The Python whose PyTorch is taken. */
  python: string;
  /** Where the search for TensorFlow.js's largest right batch begins. */
  tfjsBatch?: number;
  /** A picture of how the cost grows, instead of all else. */
  growth?: string;
  /** Where the numbers go as JSON, beside the tables. */
  json?: string;
}

/**
 * Reads the command line.
 *
 * @throws {CommanderError} after printing what is wrong, or the help that was asked for.
 */
export function parseArguments(argv: readonly string[]): BenchOptions {
  const command = new Command("bench")
    .description("Times a training step and its kernels on this machine, after checking that what is timed is right.")
    .option("--batch <n>", "images a step", wholeNumber(1), 64)
    .option("--image-size <pixels>", "side of the images, a multiple of 8", imageSize, 96)
    .addOption(new Option("--variant <name>", "_a augments, _d drops out").choices([...VARIANTS]).default("cnn_ad"))
    .addOption(
      new Option("--convolution <method>", "how the convolutions are computed")
        .choices([...CONVOLUTION_METHODS]).default("auto"),
    )
    .option("--rounds <n>", "repetitions of what is timed", wholeNumber(1), 5)
    .option("--peers", "PyTorch and TensorFlow.js beside it, in turn, and the ratios", false)
    .option("--python <program>", "the Python whose PyTorch is taken", "python3")
    .option(
      "--tfjs-batch <n>",
      "most images at which TensorFlow.js is tried, fewer where it is wrong (default: what the adapter binds)",
      wholeNumber(1),
    )
    .option("--growth <file>", "only how the cost grows with all sizes, drawn as .svg or .png", picture)
    .option("--json <file>", "the numbers as JSON, beside the tables")
    .exitOverride();
  command.showHelpAfterError(`(${taskCall("bench --help")} lists the options)`);
  command.parse([...argv], { from: "user" });
  return command.opts<BenchOptions>();
}

function picture(path: string): string {
  if (!/\.(svg|png)$/.test(path)) throw new InvalidArgumentError("Expected a file name that ends in .svg or .png.");
  return path;
}

function imageSize(text: string): number {
  const value = wholeNumber(8)(text);
  if (value % 8 !== 0) throw new InvalidArgumentError("Expected a multiple of 8.");
  return value;
}
