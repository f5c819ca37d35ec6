/** What is said of a run at some step: it goes when the run goes on, or else it would be taken for the longer run's. */
import { checkFields, whole } from "../tasks/documents/fields.ts";
import { readText } from "../tasks/documents/read.ts";
import { plain } from "./words.ts";
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
