/** Where a training run's faces come from: a prepared folder, or the built-in faces, drawn once and kept. */
import { join } from "node:path";
import type { Dataset } from "../datasets/dataset.ts";
import { authorsDataset, readAuthorsFolder } from "../datasets/authors_folder.ts";
import { checkNotInterrupted, readPrepared, readPreparedMeta, writePrepared } from "../datasets/prepared.ts";
import { whyNotWritable } from "../datasets/prepared/leftovers.ts";
import { CK_PLUS_CLASSES } from "../datasets/ck_plus/labels.ts";
import { contactSheet } from "../datasets/contact_sheet.ts";
import { excerpt } from "../datasets/printable.ts";
import { generateSynthetic } from "../datasets/synthetic/generate.ts";
import { TFD_CLASSES } from "../datasets/tfd.ts";
import type { DatasetName } from "./dataset_names.ts";
import { defaultFolder } from "./default_folder.ts";
import { RunError } from "./errors.ts";
import { warnOfLetters } from "./letters.ts";
import type { Work } from "./listener.ts";

/** Size of the built-in set: people, and photographs of each. */
export const BUILT_IN = { subjects: 100, imagesPerSubject: 16, seed: 1 };

const CK_PLUS = {
  licence: "The Extended Cohn-Kanade set (CK+) is licensed by the University of Pittsburgh",
  task: "prepare ck_plus",
};

/** Who gives a set out, and what prepares it. */
const SOURCES: Record<Exclude<DatasetName, "synthetic">, { licence: string; task: string }> = {
  tfd: {
    licence: "The Toronto Face Database is given out on request at the University of Toronto",
    task: "prepare tfd",
  },
  ck_plus: CK_PLUS,
  ck_plus_six_class: CK_PLUS,
};

/** What a folder has to hold for each of the names, and the classes by which that is known beside its own name. */
const HELD: Record<DatasetName, { name: string; classNames?: readonly string[] }> = {
  synthetic: { name: "synthetic" },
  tfd: { name: "tfd", classNames: TFD_CLASSES },
  ck_plus: { name: "ck_plus", classNames: CK_PLUS_CLASSES },
  ck_plus_six_class: { name: "ck_plus", classNames: CK_PLUS_CLASSES },
};

/** What a run is named after: the dataset asked for, or else what `--data` holds. */
export async function datasetName(options: { dataset?: DatasetName; data?: string }): Promise<string> {
  if (options.dataset !== undefined) return options.dataset;
  if (options.data === undefined) return "synthetic";
  if (!await exists(options.data)) throw noFolder(options.data);
  return await authorsDataset(options.data) ?? (await readPreparedMeta(options.data)).name;
}

/** What is known of a dataset before it is read. */
export interface DataSource {
  /** Left out where only the folder says what it is. */
  dataset?: DatasetName;
  /** The folder; `defaultFolder` where left out. */
  data?: string;
  /** The size it has to have. */
  imageSize?: number;
}

/**
 * Reads a prepared dataset, or a folder of the paper's authors; draws the built-in one where it is wanted and not there.
 *
 * @param source What is known of it.
 * @param builtInSize Side of the built-in faces in pixels, where nothing says it.
 * @throws {RunError} where a licensed set is missing, with where it comes from and what prepares it; where the data is not what was named, or
 * of another size.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { generateSynthetic, writePrepared } from "../datasets/mod.ts";
 * import { loadDataset } from "./data.ts";
 * const data = `${await Deno.makeTempDir()}/data`;
 * await writePrepared(data, await generateSynthetic({ subjects: 2, imagesPerSubject: 8, imageSize: 8, seed: 1 }), {});
 * const { dataset } = await loadDataset({ data, dataset: "synthetic" }, 8);
 * assert.equal(dataset.labels.length, 16);
 * ```
 */
export async function loadDataset(
  { dataset: name, ...options }: DataSource,
  builtInSize: number,
  work: Work = {},
): Promise<{ dataset: Dataset; folder: string }> {
  const drawnSize = options.imageSize ?? builtInSize;
  const folder = options.data ?? defaultFolder(name ?? "synthetic", drawnSize, work.home);
  let dataset: Dataset;
  if (await authorsDataset(folder)) dataset = await readAuthorsFolder(folder);
  else if (await exists(folder)) dataset = await readPrepared(folder);
  else if ((name ?? "synthetic") === "synthetic" && options.data === undefined) {
    dataset = await drawBuiltIn(folder, drawnSize, work);
  } else if (name === undefined || name === "synthetic") throw noFolder(folder);
  else {
    const { licence, task } = SOURCES[name];
    throw new RunError(
      `${folder}: there is no prepared ${name} data. ${licence}. Remedy: prepare it from the folder that holds it, or name the folder in ` +
        "which it is prepared; without any licensed data, train on the drawn faces, synthetic.",
      { file: folder, options: ["data"], task },
    );
  }
  if (name !== undefined) checkHeld(dataset, name, folder, options.data !== undefined);
  if (options.imageSize !== undefined && dataset.imageSize !== options.imageSize) {
    throw new RunError(
      `${folder}: the data is ${dataset.imageSize} pixels wide, not ${options.imageSize}. ` +
        "Remedy: leave the size out, or prepare the data in that size.",
      { file: folder, options: ["imageSize"] },
    );
  }
  return { dataset: name === "ck_plus_six_class" ? sixClass(dataset) : dataset, folder };
}

function noFolder(folder: string): RunError {
  return new RunError(`${folder}: there is no such folder`, { file: folder, options: ["data"] });
}

/** Whether `loadDataset` would have to draw the built-in faces first. */
export async function wouldDraw(
  { dataset, data, imageSize }: DataSource,
  builtInSize: number,
  { home }: Pick<Work, "home"> = {},
): Promise<boolean> {
  if (data !== undefined || (dataset ?? "synthetic") !== "synthetic") return false;
  return !await exists(defaultFolder("synthetic", imageSize ?? builtInSize, home));
}

/** @throws {RunError} where the data is not what was asked for by name: a run would be called by the name of a set that it never saw. */
function checkHeld(dataset: Dataset, name: DatasetName, folder: string, isNamed: boolean): void {
  const held = HELD[name];
  const sameClasses = held.classNames === undefined || held.classNames.join() === dataset.classNames.join();
  if (dataset.name === held.name && sameClasses) return;
  const classes = sameClasses ? "" : ` of the classes ${excerpt(dataset.classNames, 160)}`;
  const wanted = name === held.name ? name : `${held.name}, which ${name} is taken from`;
  const remedy = isNamed
    ? `leave ${name} out to take what the folder holds, or name a folder of ${held.name}`
    : `move the folder away, or name another; to take what it holds, name this folder, and leave ${name} out`;
  throw new RunError(`${folder}: holds ${excerpt(dataset.name)}${classes}, not ${wanted}. Remedy: ${remedy}.`, {
    file: folder,
    options: ["data"],
  });
}

/** CK+ without neutral and contempt, renumbered 1,3,4,5,6,7 -> 0..5. */
function sixClass(dataset: Dataset): Dataset {
  const kept = [1, 3, 4, 5, 6, 7];
  return {
    ...dataset,
    name: "ck_plus_six_class",
    classNames: kept.map((label) => dataset.classNames[label]),
    labels: dataset.labels.map((label) => kept.indexOf(label)),
  };
}

async function drawBuiltIn(
  folder: string,
  imageSize: number,
  { signal, onNote, onWarning, onProgress }: Work,
): Promise<Dataset> {
  const { subjects, imagesPerSubject, seed } = BUILT_IN;
  const total = subjects * imagesPerSubject;
  const obstacle = await whyNotWritable(folder);
  if (obstacle !== undefined) throw new RunError(`${folder}: ${obstacle}.`, { file: folder });
  onNote?.(`Drawing ${total} faces of ${imageSize} x ${imageSize} pixels into ${folder}`);
  onProgress?.({ unit: "face", done: 0, total });
  const dataset = await generateSynthetic({
    subjects,
    imagesPerSubject,
    imageSize,
    seed,
    signal,
    onProgress: (done) => onProgress?.({ unit: "face", done, total }),
  });
  await warnOfLetters({ onWarning });
  await Deno.mkdir(join(folder, ".."), { recursive: true });
  try {
    await writePrepared(folder, dataset, { source: "drawn faces", ...BUILT_IN }, {
      signal,
      files: { "contact_sheet.png": await contactSheet(dataset) },
    });
    return dataset;
  } catch (error) {
    if (signal?.aborted) throw error;
    // Another start may have drawn them in the meantime: what it has left is used, as by any later one.
    return await readPrepared(folder).catch(() => {
      throw error;
    });
  }
}

/** @throws {PreparedError} where it is not there because its replacement was interrupted. */
async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    await checkNotInterrupted(path);
    return false;
  }
}
