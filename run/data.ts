/** Where a training run's faces come from: a prepared folder, or the built-in faces, drawn once and kept. */
import { join } from "node:path";
import type { Dataset } from "../datasets/dataset.ts";
import { authorsDataset, readAuthorsFolder } from "../datasets/authors_folder.ts";
import { checkNotInterrupted, readPrepared, readPreparedMeta, writePrepared } from "../datasets/prepared.ts";
import { CK_PLUS_CLASSES } from "../datasets/ck_plus/labels.ts";
import { contactSheet } from "../datasets/contact_sheet.ts";
import { excerpt } from "../datasets/printable.ts";
import { generateSynthetic } from "../datasets/synthetic/generate.ts";
import { TFD_CLASSES } from "../datasets/tfd.ts";
import { UsageError } from "../tasks/command.ts";
import { taskCall } from "../tasks/invocation.ts";
import { sayWhereNoLetters } from "../tasks/letters.ts";
import { createProgress } from "../tasks/progress.ts";
import { complain } from "../tasks/terminal.ts";
import type { DatasetName } from "./dataset_names.ts";
import { defaultFolder } from "./default_folder.ts";

/** Size of the built-in set: people, and photographs of each. */
export const BUILT_IN = { subjects: 100, imagesPerSubject: 16, seed: 1 };

const CK_PLUS = {
  licence:
    "The Extended Cohn-Kanade set (CK+) is licensed by the University of Pittsburgh; with its folders in one folder",
  task: "prepare ck_plus --input FOLDER",
};

/** Who gives a set out, and what prepares it. */
const SOURCES: Record<Exclude<DatasetName, "synthetic">, { licence: string; task: string }> = {
  tfd: {
    licence:
      "The Toronto Face Database is given out on request at the University of Toronto; with TFD_96x96.mat in a folder",
    task: "prepare tfd --input FOLDER",
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
  if (!await exists(options.data)) throw new UsageError(`--data ${options.data}: there is no such folder`);
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
 * @throws {UsageError} where a licensed set is missing, with where it comes from and what to run; where the data is not what was named, or of another size.
 */
export async function loadDataset(
  { dataset: name, ...options }: DataSource,
  { builtInSize, signal }: { builtInSize: number; signal: AbortSignal },
): Promise<{ dataset: Dataset; folder: string }> {
  const drawnSize = options.imageSize ?? builtInSize;
  const folder = options.data ?? defaultFolder(name ?? "synthetic", drawnSize);
  let dataset: Dataset;
  if (await authorsDataset(folder)) dataset = await readAuthorsFolder(folder);
  else if (await exists(folder)) dataset = await readPrepared(folder);
  else if ((name ?? "synthetic") === "synthetic" && options.data === undefined) {
    dataset = await drawBuiltIn(folder, drawnSize, signal);
  } else if (name === undefined || name === "synthetic") {
    throw new UsageError(`--data ${folder}: there is no such folder`);
  } else {
    const { licence, task } = SOURCES[name];
    throw new UsageError(
      `${folder}: there is no prepared ${name} data.\n${licence} run\n  ${taskCall(task)}\n` +
        `Data prepared elsewhere is named with --data FOLDER. Without any licensed data, \`${
          taskCall("train")
        }\` trains on ` +
        "drawn faces.",
    );
  }
  if (name !== undefined) checkHeld(dataset, name, folder, options.data !== undefined);
  if (options.imageSize !== undefined && dataset.imageSize !== options.imageSize) {
    throw new UsageError(
      `--image-size ${options.imageSize}: the data in ${folder} is ${dataset.imageSize} pixels wide. ` +
        "Remedy: leave --image-size out, or prepare the data in that size.",
    );
  }
  return { dataset: name === "ck_plus_six_class" ? sixClass(dataset) : dataset, folder };
}

/** Whether `loadDataset` would have to draw the built-in faces first. */
export async function wouldDraw({ dataset, data, imageSize }: DataSource, builtInSize: number): Promise<boolean> {
  if (data !== undefined || (dataset ?? "synthetic") !== "synthetic") return false;
  return !await exists(defaultFolder("synthetic", imageSize ?? builtInSize));
}

/** @throws {UsageError} where the data is not what was asked for by name: a run would be called by the name of a set that it never saw. */
function checkHeld(dataset: Dataset, name: DatasetName, folder: string, isNamed: boolean): void {
  const held = HELD[name];
  const sameClasses = held.classNames === undefined || held.classNames.join() === dataset.classNames.join();
  if (dataset.name === held.name && sameClasses) return;
  const classes = sameClasses ? "" : ` of the classes ${excerpt(dataset.classNames, 160)}`;
  const wanted = name === held.name ? name : `${held.name}, which ${name} is taken from`;
  const remedy = isNamed
    ? `leave ${name} out to take what the folder holds, or name a folder of ${held.name} with --data`
    : `move the folder away, or name another with --data; to take what it holds: --data ${folder}, and no ${name}`;
  throw new UsageError(`${folder}: holds ${excerpt(dataset.name)}${classes}, not ${wanted}. Remedy: ${remedy}.`);
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

async function drawBuiltIn(folder: string, imageSize: number, signal: AbortSignal): Promise<Dataset> {
  const { subjects, imagesPerSubject, seed } = BUILT_IN;
  const total = subjects * imagesPerSubject;
  complain(`Drawing ${total} faces of ${imageSize} x ${imageSize} pixels into ${folder}`);
  using progress = createProgress({ total, unit: "face" });
  const dataset = await generateSynthetic({
    subjects,
    imagesPerSubject,
    imageSize,
    seed,
    signal,
    onProgress: (done) => progress.update(done),
  });
  progress.stop();
  await sayWhereNoLetters();
  await Deno.mkdir(join(folder, ".."), { recursive: true });
  try {
    await writePrepared(folder, dataset, { source: "drawn faces", ...BUILT_IN }, {
      signal,
      files: { "contact_sheet.png": await contactSheet(dataset) },
    });
    return dataset;
  } catch (error) {
    if (signal.aborted) throw error;
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
