/** manifest.json: what a cross-validation does, so that any process can do any of its runs, and a second start goes on with the first. */
import { join } from "node:path";
import { excerpt } from "../../datasets/printable.ts";
import { type PlannedRun, planRuns } from "../../training/cross_validation/plan.ts";
import { type Selection, SELECTIONS } from "../../training/evaluation/select.ts";
import { VARIANTS } from "../../training/options.ts";
import { UsageError } from "../../tasks/command.ts";
import { checkFields, type Kind, listOf, oneOf, TABLE, tableOf, TEXT, whole } from "../../tasks/documents/fields.ts";
import { readDocument } from "../../tasks/documents/read.ts";
import { RunFolder } from "../folder.ts";
import type { TrainArguments } from "../../tasks/train/options.ts";
import { jsonText } from "../../formats/json.ts";

/** What all runs share: the training options but variant, split, seed and folder. */
export type SharedOptions = Omit<TrainArguments, "variant" | "split" | "seed" | "run" | "resume" | "select">;

/** What manifest.json holds. */
export interface Manifest {
  format: "aulens cross-validation 1";
  selection: Selection;
  /** Every default that depends on the machine is filled in. */
  options: SharedOptions;
  /** Updates of each run. */
  steps: number;
  /** Which data the runs have to find. */
  fingerprint: string;
  /** In the order in which they were first asked for: their places are the elements of an array job. */
  runs: PlannedRun[];
}

const NAME = "manifest.json";

/** Where a run of a cross-validation has its folder. */
export function runFolder(out: string, { name }: Pick<PlannedRun, "name">): RunFolder {
  return new RunFolder(join(out, "runs", name));
}

/** Where a run writes what it has to say. */
export function logFile(out: string, { name }: Pick<PlannedRun, "name">): string {
  return join(out, "logs", `${name}.log`);
}

/**
 * Reads a manifest; undefined where there is none.
 *
 * @throws {UsageError} for a file that is no manifest.
 */
export async function readManifest(out: string): Promise<Manifest | undefined> {
  return await readDocument<Manifest>(join(out, NAME), "crossval", (document) => {
    checkFields(document, FIELDS);
    for (const { name, variant, split, seed } of (document as Manifest).runs) {
      const [planned] = planRuns({ variants: [variant], splits: [split], seeds: [seed] });
      if (planned.name !== name) throw new TypeError(`run ${excerpt(name)} is ${planned.name}`);
    }
  });
}

const FIELDS: Record<string, Kind> = {
  format: oneOf(["aulens cross-validation 1"]),
  selection: oneOf(SELECTIONS),
  options: TABLE,
  steps: whole(1),
  fingerprint: TEXT,
  runs: listOf(tableOf({ name: TEXT, variant: oneOf(VARIANTS), split: whole(0), seed: whole(0) })),
};

/**
 * The manifest of what is asked now, joined with the one that is there: runs asked for earlier keep their places.
 *
 * @throws {UsageError} where the earlier one was made with other options: its runs cannot stand in one table with these.
 */
export function joinManifests(found: Manifest | undefined, asked: Manifest, out: string): Manifest {
  if (!found) return asked;
  const shared = ({ selection, options, steps, fingerprint }: Manifest) => ({
    select: selection,
    ...options,
    data: undefined, // the fingerprint says which data it is, wherever it lies
    steps,
    fingerprint,
  });
  const [before, now]: Record<string, unknown>[] = [shared(found), shared(asked)];
  const differences = [...new Set([...Object.keys(before), ...Object.keys(now)])].flatMap((key) => {
    const [a, b] = [JSON.stringify(before[key]), JSON.stringify(now[key])];
    return a === b ? [] : [`${key} was ${a}, asked for ${b}`];
  });
  if (differences.length > 0) {
    throw new UsageError(
      `--out ${out}: the cross-validation there cannot go on with these options: ${differences.join("; ")}. ` +
        "Remedy: give the options of the first start again, or name another folder with --out.",
    );
  }
  const known = new Set(found.runs.map(({ name }) => name));
  return { ...asked, runs: [...found.runs, ...asked.runs.filter(({ name }) => !known.has(name))] };
}

/**
 * Joins what is asked with the manifest that is there and writes it, while no other process does: their places say which runs are meant.
 *
 * @param signal Stops waiting for another process.
 * @throws {UsageError} as `joinManifests` does.
 * @throws The signal's reason when it is aborted.
 */
export async function keepManifest(out: string, asked: Manifest, signal: AbortSignal): Promise<Manifest> {
  const folder = new RunFolder(out);
  using _lock = await folder.lock(signal);
  const manifest = joinManifests(await readManifest(out), asked, out);
  await folder.write(NAME, jsonText(manifest));
  return manifest;
}
