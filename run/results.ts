/** What is said of a run at some step: it goes when the run goes on, or else it would be taken for the longer run's. */
import type { Majority } from "../pictures/charts/lines.ts";
import { METRICS, type Metrics } from "./documents/metrics.ts";
import { RunError } from "./errors.ts";
import type { RunFolder } from "./folder.ts";
import { mostFrequent, plain } from "./words.ts";

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
  return (await METRICS.read(folder.file("metrics.json")).catch(damaged))?.checkpoint;
}

function damaged(error: unknown): undefined {
  if (!(error instanceof RunError)) throw error;
}

/**
 * The most frequent class of the images that runs were validated on, or trained on where they were validated on none.
 *
 * @returns Nothing where a run has not ended, or one has other classes.
 * @throws {RunError} for a metrics.json that is not what `train` writes.
 */
export async function majorityOf(folders: readonly RunFolder[]): Promise<Majority | undefined> {
  const all: Metrics[] = [];
  for (const folder of folders) {
    const metrics = await METRICS.read(folder.file("metrics.json"));
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
 * Removes the results; to be called with the lock held, before the run goes on. What visualize and correspond have found stays: it names its
 * checkpoint.
 *
 * @returns The names of what was removed.
 */
export async function removeResults(folder: RunFolder): Promise<string[]> {
  const names = await folder.names();
  const results = RESULTS.flatMap((pattern) => names.filter((name) => pattern.test(name)));
  for (const name of results) await folder.remove(name);
  return results.map(plain);
}
