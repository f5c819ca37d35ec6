/** What run.json says of a run, and whether a checkpoint may be continued with what is asked now. */
import { isAbsolute, join, resolve } from "node:path";
import project from "../deno.json" with { type: "json" };
import type { Dataset } from "../datasets/dataset.ts";
import type { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
import type { CheckpointInfo } from "../training/checkpoint.ts";
import { type TrainingSettings, trainingSettings } from "../training/options.ts";
import { defaultFolder } from "./default_folder.ts";
import { notWritten } from "./documents/document.ts";
import { RUN, type RunRead, type RunWritten } from "./documents/run.ts";
import { RunError } from "./errors.ts";
import type { RunFolder } from "./folder.ts";
import { readImages } from "./images.ts";

/** What run.json says, with all settings filled in. */
export type RunRecord = Omit<RunRead, "settings"> & { settings: TrainingSettings };

/** Writes run.json: options given and in force, versions, adapter, dataset. */
export async function writeRunRecord(
  folder: RunFolder,
  { given, steps, checkpointEvery, settings, net, dataset, dataFolder }: {
    given: RunWritten["given"];
    steps: number;
    checkpointEvery: number;
    settings: TrainingSettings;
    net: ZeroBiasCnn;
    dataset: Dataset;
    dataFolder: string;
  },
): Promise<void> {
  const record: RunWritten = {
    given,
    steps,
    checkpointEvery,
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
      folder: resolve(dataFolder),
      fingerprint: dataset.fingerprint,
      images: dataset.labels.length,
      classNames: dataset.classNames,
      ...await readImages(dataset, dataFolder),
    },
    adapter: net.gpu.adapter,
    versions: { aulens: project.version, ...Deno.version },
  };
  await folder.write("run.json", RUN.text(record));
}

/**
 * Reads run.json. `dataset.folder` is where the data is today: where `train` found it, or else where the same words lead from the default
 * folders, since a project may have moved with its data and its runs.
 *
 * @param options `home`: the folder in which the default folders lie.
 * @throws {RunError} where there is none, or it is not what `train` writes.
 */
export async function readRunRecord(folder: RunFolder, { home = "." }: { home?: string } = {}): Promise<RunRecord> {
  const path = folder.file("run.json");
  const record = await RUN.read(path);
  if (!record) {
    throw new RunError(
      `${folder.path}: this is not a run folder (no run.json in it). Remedy: name a folder under ${
        join(home, "runs")
      }.`,
      { file: folder.path },
    );
  }
  const { dataset, settings: { seed, ...given } } = record;
  try {
    const settings = trainingSettings(given, seed);
    return { ...record, dataset: { ...dataset, folder: await dataToday(record, home) }, settings };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw notWritten(path, RUN.task, error);
  }
}

async function dataToday({ given, dataset, network }: RunRead, home: string): Promise<string> {
  // Early files hold relative paths, which began in the folder of the defaults.
  const fromHome = (path: string) => isAbsolute(path) ? path : join(home, path);
  const before = fromHome(dataset.folder);
  const moved = given.data === undefined
    ? defaultFolder(given.dataset ?? "synthetic", network.imageSize, home)
    : fromHome(given.data);
  const isThere = (path: string) => Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
  return !await isThere(before) && await isThere(moved) ? moved : before;
}

/**
 * Refuses to continue a checkpoint with other options than it was made with, or on another adapter: the result would be neither run.
 *
 * @throws {RunError} naming every difference.
 */
export function checkResumable(found: CheckpointInfo, asked: CheckpointInfo, path: string): void {
  const differences = Object.keys(asked).flatMap((key) => {
    const name = key as keyof CheckpointInfo;
    if (name === "step" || name === "adapter") return [];
    if (name !== "settings") return difference(name, found[name], asked[name]);
    return Object.keys(asked.settings).flatMap((setting) => {
      const field = setting as keyof TrainingSettings;
      return difference(setting, found.settings[field], asked.settings[field]);
    });
  });
  const refusals: string[] = [];
  if (differences.length > 0) {
    refusals.push(
      `${path} cannot be continued with these options: ${differences.join("; ")}. ` +
        "Remedy: give the options of the first start again, or start a new run in another folder.",
    );
  }
  if (found.adapter !== asked.adapter) {
    refusals.push(
      `${path} cannot be continued here: it was computed by the adapter ${
        JSON.stringify(found.adapter)
      }, this one is ` +
        `${JSON.stringify(asked.adapter)}, and equal bytes are promised on one adapter only. ` +
        "Remedy: go on with the same machine and driver, or start a new run in another folder.",
    );
  }
  if (refusals.length > 0) {
    const isOtherRule = found.settings.protocol !== asked.settings.protocol;
    throw new RunError(refusals.join("\n"), { file: path, options: isOtherRule ? ["select", "run"] : ["run"] });
  }
}

function difference(name: string, found: unknown, asked: unknown): string[] {
  const [a, b] = [JSON.stringify(found), JSON.stringify(asked)];
  return a === b ? [] : [`${name} was ${a}, asked for ${b}`];
}
