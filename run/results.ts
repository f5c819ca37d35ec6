/** What is said of a run at some step: it goes when the run goes on, or else it would be taken for the longer run's. */
import type { Majority } from "../pictures/charts/lines.ts";
import { checkFields, listOf, NUMBER, orNull, tableOf, TEXT, whole } from "../tasks/documents/fields.ts";
import { readDocument, readText } from "../tasks/documents/read.ts";
import { checkConfusion } from "./documents/confusion.ts";
import type { Metrics } from "./metrics.ts";
import { mostFrequent, plain } from "./words.ts";
import type { RunFolder } from "./folder.ts";
import { complain } from "../tasks/terminal.ts";

/** Files that `train` writes at its end, `evaluate` after it, `--on` other data too, and `report`. What comes last where it is written goes first. */
const RESULTS = [
  /^metrics\.json$/,
  /^curves\.png$/,
  /^evaluation(_on_.*-[0-9a-f]{8})?\.json$/,
  /^predictions(_on_.*-[0-9a-f]{8})?\.csv$/,
  /^confusion(_on_.*-[0-9a-f]{8})?\.png$/,
  /^report\.html$/,
];

/** The step that metrics.json was written at; undefined where there is none, or it is damaged: it will be written anew. */
export async function endedAt(folder: RunFolder): Promise<number | undefined> {
  const text = await readText(folder.file("metrics.json"));
  try {
    const metrics = JSON.parse(text ?? "null");
    checkFields(metrics, { checkpoint: whole(0) });
    return metrics.checkpoint;
  } catch {
    return undefined;
  }
}

/** What every part of metrics.json has. */
const PART = tableOf({ images: whole(1), accuracy: NUMBER, confusion: listOf(listOf(whole(0))) });

/** metrics.json; undefined where the run has not ended. */
async function readMetrics(folder: RunFolder): Promise<Metrics | undefined> {
  return await readDocument<Metrics>(folder.file("metrics.json"), "train", (document) => {
    checkFields(document, { classNames: listOf(TEXT), train: orNull(PART), validation: orNull(PART), test: PART });
    const { classNames, train, validation } = document as Metrics;
    for (const part of [train, validation]) if (part) checkConfusion(classNames, part.images, part.confusion);
  });
}

/**
 * The most frequent class of the images that runs were validated on, or trained on where they were validated on none.
 *
 * @returns Nothing where a run has not ended, or one has other classes.
 * @throws {UsageError} for a metrics.json that is not what `train` writes.
 */
export async function majorityOf(folders: readonly RunFolder[]): Promise<Majority | undefined> {
  const all: Metrics[] = [];
  for (const folder of folders) {
    const metrics = await readMetrics(folder);
    if (!metrics) return undefined;
    all.push(metrics);
  }
  return majority(all);
}

/** The same of what the runs' metrics.json hold. */
export function majority(
  all: readonly Pick<Metrics, "classNames" | "train" | "validation">[],
): Majority | undefined {
  const [{ classNames }] = all;
  const counts = classNames.map((name) => ({ name, images: 0 }));
  for (const { classNames: names, train, validation } of all) {
    const part = validation ?? train;
    if (!part || JSON.stringify(names) !== JSON.stringify(classNames)) return undefined;
    part.confusion.forEach((row, label) => counts[label].images += row.reduce((sum, count) => sum + count, 0));
  }
  return mostFrequent(counts);
}

/**
 * Removes the results, and says so; to be called with the lock held, before the run goes on. What visualize and correspond have found stays: it
 * names its checkpoint.
 */
export async function removeResults(folder: RunFolder): Promise<void> {
  const names = await folder.names();
  const results = RESULTS.flatMap((pattern) => names.filter((name) => pattern.test(name)));
  for (const name of results) await folder.remove(name);
  if (results.length > 0) complain(`Removed, since the run goes on: ${results.map(plain).join(", ")}`);
}
