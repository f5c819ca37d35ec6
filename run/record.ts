/** run.json: everything that a run was told and found, and whether a checkpoint may be continued with what is asked now. */
import { isAbsolute, resolve } from "node:path";
import type { Dataset } from "../datasets/dataset.ts";
import type { AdapterDescription } from "../gpu/adapter.ts";
import type { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
import type { CheckpointInfo } from "../training/checkpoint.ts";
import { type Selection, SELECTIONS } from "../training/evaluation/select.ts";
import { type TrainingSettings, trainingSettings } from "../training/options.ts";
import { UsageError } from "../tasks/command.ts";
import {
  checkFields,
  type Kind,
  listOf,
  NUMBER,
  oneOf,
  orMissing,
  TABLE,
  TEXT,
  whole,
} from "../tasks/documents/fields.ts";
import { readDocument } from "../tasks/documents/read.ts";
import { defaultPath } from "../tasks/invocation.ts";
import type { TrainArguments } from "../tasks/train/options.ts";
import { defaultFolder } from "./default_folder.ts";
import type { RunFolder } from "./folder.ts";
import { type ImagesRecord, readImages } from "./images.ts";
import project from "../deno.json" with { type: "json" };
import { jsonText } from "../formats/json.ts";

/** What run.json holds. */
export interface RunRecord {
  /** The command line's options; what was left out is not there, but for the rule by which a checkpoint is to be chosen. */
  given: TrainArguments & { select: Selection };
  /** Updates at the end. */
  steps: number;
  /** Updates between checkpoints. */
  checkpointEvery: number;
  settings: TrainingSettings;
  network: { imageSize: number; classes: number; seed: number; initialScale: number; convolution: string };
  /** `folder` is the whole path of where it was read from, in older files as it was named then; `images` counts them. */
  dataset:
    & { name: string; folder: string; fingerprint: string; images: number; classNames: string[] }
    & Partial<ImagesRecord>;
  adapter: AdapterDescription;
  versions: Record<string, string>;
}

/** Writes run.json: options given and in force, versions, adapter, dataset. */
export async function writeRunRecord(
  folder: RunFolder,
  { given, steps, checkpointEvery, settings, net, dataset, dataFolder }: {
    given: RunRecord["given"];
    steps: number;
    checkpointEvery: number;
    settings: TrainingSettings;
    net: ZeroBiasCnn;
    dataset: Dataset;
    dataFolder: string;
  },
): Promise<void> {
  const record: RunRecord = {
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
  await folder.write("run.json", jsonText(record));
}

/**
 * Reads run.json. `dataset.folder` is where the data is today: where `train` found it, or else where the same words lead from the default
 * folders, since a project may have moved with its data and its runs.
 *
 * @throws {UsageError} where there is none, or it is not what `train` writes.
 */
export async function readRunRecord(folder: RunFolder): Promise<RunRecord> {
  const record = await readDocument<RunRecord>(folder.file("run.json"), "train", (document) => {
    checkFields(document, FIELDS);
    const { settings } = document as RunRecord;
    trainingSettings(settings, settings.seed);
  });
  if (!record) {
    throw new UsageError(
      `${folder.path}: this is not a run folder (no run.json in it). Remedy: name a folder under ${
        defaultPath("runs")
      }.`,
    );
  }
  const { settings, dataset } = record;
  return {
    ...record,
    dataset: { ...dataset, folder: await dataToday(record) },
    settings: trainingSettings(settings, settings.seed),
  };
}

async function dataToday({ given, dataset, network }: RunRecord): Promise<string> {
  // Older files hold relative paths, which began in the folder of the defaults.
  const fromDefaults = (path: string) => isAbsolute(path) ? path : defaultPath(path);
  const before = fromDefaults(dataset.folder);
  const moved = given.data === undefined
    ? defaultFolder(given.dataset ?? "synthetic", network.imageSize)
    : fromDefaults(given.data);
  const isThere = (path: string) => Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
  return !await isThere(before) && await isThere(moved) ? moved : before;
}

/** What other tasks rely on. */
const FIELDS: Record<string, Kind> = {
  given: TABLE,
  "given.dataset": orMissing(TEXT),
  "given.data": orMissing(TEXT),
  "given.select": oneOf(SELECTIONS),
  steps: whole(1),
  checkpointEvery: whole(1),
  settings: TABLE,
  "network.imageSize": whole(1),
  "network.classes": whole(2),
  "network.seed": whole(0),
  "network.initialScale": NUMBER,
  "network.convolution": TEXT,
  "dataset.name": TEXT,
  "dataset.folder": TEXT,
  "dataset.fingerprint": TEXT,
  "dataset.images": whole(1),
  "dataset.classNames": listOf(TEXT),
  adapter: TABLE,
  "adapter.description": TEXT,
  versions: TABLE,
};

/**
 * Refuses to continue a checkpoint with other options than it was made with, or on another adapter: the result would be neither run.
 *
 * @throws {UsageError} naming every difference.
 */
export function checkResumable(found: CheckpointInfo, asked: CheckpointInfo, path: string): void {
  const differences = Object.keys(asked).flatMap((key) => {
    const name = key as keyof CheckpointInfo;
    if (name === "step" || name === "adapter") return [];
    if (name !== "settings") return difference(name, found[name], asked[name]);
    return Object.keys(asked.settings).flatMap((setting) => {
      const field = setting as keyof TrainingSettings;
      if (field === "protocol") {
        return difference("what --select lets it train on", found.settings[field], asked.settings[field]);
      }
      return difference(setting, found.settings[field], asked.settings[field]);
    });
  });
  const refusals: string[] = [];
  if (differences.length > 0) {
    refusals.push(
      `${path} cannot be continued with these options: ${differences.join("; ")}. ` +
        "Remedy: give the options of the first start again, or start a new run with another --run.",
    );
  }
  if (found.adapter !== asked.adapter) {
    refusals.push(
      `${path} cannot be continued here: it was computed by the adapter ${
        JSON.stringify(found.adapter)
      }, this one is ` +
        `${JSON.stringify(asked.adapter)}, and equal bytes are promised on one adapter only. ` +
        "Remedy: go on with the same machine and driver, or start a new run with another --run.",
    );
  }
  if (refusals.length > 0) throw new UsageError(refusals.join("\n"));
}

function difference(name: string, found: unknown, asked: unknown): string[] {
  const [a, b] = [JSON.stringify(found), JSON.stringify(asked)];
  return a === b ? [] : [`${name} was ${a}, asked for ${b}`];
}
