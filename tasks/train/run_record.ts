/** run.json: everything that a run was told and found, and whether a checkpoint may be continued with what is asked now. */
import type { Dataset } from "../../datasets/dataset.ts";
import type { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import type { CheckpointInfo } from "../../training/checkpoint.ts";
import type { TrainingSettings } from "../../training/options.ts";
import { UsageError } from "../command.ts";
import type { TrainArguments } from "./options.ts";
import type { RunFolder } from "./run_folder.ts";
import project from "../../deno.json" with { type: "json" };

/** Writes run.json: options given and in force, versions, adapter, dataset. */
export async function writeRunRecord(
  folder: RunFolder,
  { options, steps, settings, net, dataset }: {
    options: TrainArguments;
    steps: number;
    settings: TrainingSettings;
    net: ZeroBiasCnn;
    dataset: Dataset;
  },
): Promise<void> {
  const record = {
    given: options,
    steps,
    settings,
    network: {
      imageSize: net.imageSize,
      classes: net.classes,
      seed: net.seed,
      initialScale: net.initialScale,
      convolution: net.sizes.convolution,
    },
    dataset: {
      name: dataset.name,
      fingerprint: dataset.fingerprint,
      images: dataset.labels.length,
      classNames: dataset.classNames,
    },
    adapter: net.gpu.adapter,
    versions: { aulens: project.version, ...Deno.version },
  };
  await folder.write("run.json", JSON.stringify(record, null, 2) + "\n");
}

/**
 * Refuses to continue a checkpoint with other options than it was made with: the result would be neither run.
 *
 * @throws {UsageError} naming every difference.
 */
export function checkResumable(found: CheckpointInfo, asked: CheckpointInfo, path: string): void {
  const differences = Object.keys(asked).flatMap((key) => {
    const name = key as keyof CheckpointInfo;
    if (name === "step") return [];
    if (name !== "settings") return difference(name, found[name], asked[name]);
    return Object.keys(asked.settings).flatMap((setting) => {
      const field = setting as keyof TrainingSettings;
      return difference(setting, found.settings[field], asked.settings[field]);
    });
  });
  if (differences.length > 0) {
    throw new UsageError(
      `${path} cannot be continued with these options: ${differences.join("; ")}. ` +
        "Remedy: give the options of the first start again, or start a new run with another --run.",
    );
  }
}

function difference(name: string, found: unknown, asked: unknown): string[] {
  const [a, b] = [JSON.stringify(found), JSON.stringify(asked)];
  return a === b ? [] : [`${name} was ${a}, asked for ${b}`];
}
