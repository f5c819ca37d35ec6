/** The command line of `deno task crossval`. */
import { type Variant, VARIANTS } from "../../training/options.ts";
import { wholeNumber } from "../command.ts";
import { Command, InvalidArgumentError, Option } from "../deps.ts";
import { defaultPath, taskCall } from "../invocation.ts";
import type { DatasetName } from "../../run/dataset_names.ts";
import { readDataset, type TrainArguments, withTrainingOptions } from "../train/options.ts";

/** Who does the runs. */
export type EngineName = "local" | "slurm";

/** The options as they were given. */
export interface CrossvalArguments extends Omit<TrainArguments, "variant" | "split" | "seed" | "run" | "resume"> {
  dataset?: DatasetName;
  variant: Variant[];
  splits: "all" | number[];
  seeds: number;
  out?: string;
  engine: EngineName;
  jobs: number;
  /** An environment setting for each of the jobs at a time. */
  jobEnv: Record<string, string>[];
  sbatch: string[];
  dryRun: boolean;
}

/**
 * Reads the command line.
 *
 * @throws {CommanderError} after printing what is wrong, or the help that was asked for.
 */
export function parseArguments(argv: readonly string[]): CrossvalArguments {
  const command = new Command("crossval")
    .description(
      "Trains and evaluates every variant on every split, and ends in the paper's table. Started again, it goes on.",
    )
    .option("--variant <names>", `some of ${VARIANTS.join(",")}`, variants, [...VARIANTS])
    .option("--splits <which>", "all, or numbers such as 0,1,2", splits, "all")
    .option("--seeds <n>", "runs of each variant on each split, with seeds 1 to n", wholeNumber(1), 1)
    .option("--out <dir>", `folder of the cross-validation (default: ${defaultPath("crossval/<dataset>")})`)
    .addOption(
      new Option("--engine <name>", "local: processes on this machine; slurm: one array job on a cluster")
        .choices(["local", "slurm"]).default("local"),
    )
    .option("--jobs <n>", "runs at a time", wholeNumber(1), 1)
    .option(
      "--job-env <NAME=value>",
      "local: environment of one of the jobs, once for each; gives each its own GPU, such as MESA_VK_DEVICE_SELECT=10de:2684!",
      (text: string, before: Record<string, string>[]) => [...before, setting(text)],
      [] as Record<string, string>[],
    )
    .option(
      "--sbatch <options>",
      "for sbatch, such as '--partition=gpu --gres=gpu:1 --time=4:00:00'; may be given again",
      (text: string, before: string[]) => [...before, ...text.split(/\s+/).filter((word) => word !== "")],
      [] as string[],
    )
    .option("--dry-run", "only say what would run", false);
  withTrainingOptions(command).exitOverride();
  command.showHelpAfterError(`(${taskCall("crossval --help")} lists the options)`);
  command.parse([...argv], { from: "user" });
  const options = command.opts<Omit<CrossvalArguments, "dataset">>();
  if (options.sbatch.length > 0 && options.engine !== "slurm") command.error("error: --sbatch is for --engine slurm");
  if (options.jobEnv.length > 0 && (options.engine !== "local" || options.jobEnv.length !== options.jobs)) {
    command.error(`error: --job-env is for --engine local, once for each of the ${options.jobs} jobs`);
  }
  return { ...options, dataset: readDataset(command) };
}

function variants(text: string): Variant[] {
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !(VARIANTS as readonly string[]).includes(name));
  if (unknown !== undefined) throw new InvalidArgumentError(`Expected some of ${VARIANTS.join(",")}.`);
  return names as Variant[];
}

function setting(text: string): Record<string, string> {
  const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError("Expected NAME=value.");
  return { [name]: value };
}

function splits(text: string): "all" | number[] {
  if (text === "all") return text;
  return text.split(",").map((number) => wholeNumber(0)(number.trim()));
}
