/** The command line of `predict`. */
import { ATTRIBUTION_METHODS, type AttributionMethod } from "../../analysis/attribution.ts";
import type { Detector, FaceBackend, FaceCrop } from "../../datasets/faces/mod.ts";
import { Command, InvalidArgumentError, Option } from "../deps.ts";
import { taskCall } from "../invocation.ts";
import { withBackend } from "../prepare/backend.ts";

/** What was asked for. */
export interface PredictArguments {
  /** Run folder or model file. */
  model: string;
  /** Files, folders, globs. */
  paths: string[];
  /** Files to write; `-` is the standard output. */
  json?: string;
  csv?: string;
  /** Folder to write pictures into. */
  annotate?: string;
  method: AttributionMethod;
  /** Replaces files that are there. */
  force: boolean;
  /** How to cut faces out, where not as the model says. */
  crop?: FaceCrop;
  detectors: Detector[];
  backend: FaceBackend;
}

/** The networks that look for faces, by the option's names. */
const DETECTORS: Record<string, Detector[]> = { both: ["tiny", "ssd"], tiny: ["tiny"], ssd: ["ssd"] };

/**
 * Reads the command line.
 *
 * @throws {CommanderError} after printing what is wrong, or the help that was asked for.
 */
export function parseArguments(argv: readonly string[]): PredictArguments {
  const command = withBackend(
    new Command("predict")
      .description("Finds every face in photographs and says which expression a model reads in it.")
      .argument("<path...>", "picture files, folders (all pictures in them, at any depth), globs in quotes")
      .requiredOption("--model <path>", "run folder as train leaves it, checkpoint, or exported safetensors file")
      .option("--json <file>", "all probabilities as JSON; - prints nothing else", outputFile(".json"))
      .option("--csv <file>", "all probabilities as CSV, a line a face; - prints nothing else", outputFile(".csv"))
      .option("--annotate <dir>", "a new folder for the pictures with boxes, probabilities and heat maps")
      .addOption(
        new Option("--method <name>", "with --annotate: what the heat map is").choices([...ATTRIBUTION_METHODS])
          .default("grad-cam"),
      )
      .option("--force", "replace a file of --json or --csv that is there", false)
      .addOption(
        new Option("--crop <rule>", "how a face is cut out; whole-image looks for none (default: as the model learnt)")
          .choices(["eyes-and-chin", "drawn", "whole-image"]),
      )
      .addOption(
        new Option("--detector <name>", "who looks for faces: tiny is the fast one, ssd the stronger one")
          .choices(Object.keys(DETECTORS)).default("both"),
      ),
  ).addHelpText(
    "after",
    "\nExit code 1 where a file could not be read; a picture without a face is no error." +
      "\nAn expression is not an emotion, and inferring emotions at work or in education is prohibited in the EU: see NOTICE.md.",
  ).exitOverride();
  command.showHelpAfterError(`(${taskCall("predict --help")} lists the options)`);
  command.parse([...argv], { from: "user" });
  const { detector, ...options } = command.opts<
    Omit<PredictArguments, "paths" | "detectors"> & { detector: string }
  >();
  if (options.json === "-" && options.csv === "-") {
    command.error("error: --json - and --csv - would both print: give one of them a file");
  }
  if (options.annotate === undefined && command.getOptionValueSource("method") === "cli") {
    command.error("error: --method says what the heat maps of --annotate are: add --annotate, or leave it out");
  }
  if (options.force && [options.json, options.csv].every((path) => path === undefined || path === "-")) {
    command.error("error: --force replaces a file of --json or --csv: name one, or leave it out");
  }
  return { ...options, detectors: DETECTORS[detector], paths: command.args };
}

function outputFile(ending: string): (path: string) => string {
  return (path) => {
    if (path !== "-" && !path.toLowerCase().endsWith(ending)) {
      throw new InvalidArgumentError(`Expected a file name that ends in ${ending}, or - to print.`);
    }
    return path;
  };
}
