/** The manifest of a cross-validation: what is asked, joined with what was asked before. */
import { join, resolve } from "node:path";
import type { Dataset } from "../../datasets/dataset.ts";
import { PARTS, splitCount } from "../../datasets/split.ts";
import { type PlannedRun, planRuns } from "../../training/cross_validation/plan.ts";
import { protocolFor } from "../../training/evaluation/select.ts";
import type { Variant } from "../../training/options.ts";
import { MANIFEST, type Manifest } from "../documents/manifest.ts";
import { RunError } from "../errors.ts";
import { RunFolder } from "../folder.ts";
import type { Work } from "../listener.ts";
import type { Defaults, TrainRunOptions } from "../options.ts";
import { partsFor } from "../parts.ts";

export type { Manifest };

const NAME = "manifest.json";

/** What a cross-validation does: the options that all its runs share, and which runs. */
export interface CrossValidationOptions extends Omit<TrainRunOptions, "variant" | "split" | "seed" | "run" | "resume"> {
  variants: readonly Variant[];
  /** Numbers of splits, or `"all"`. */
  splits: "all" | readonly number[];
  /** Runs of each variant on each split, with seeds 1 to this. */
  seeds: number;
}

/** Where a run of a cross-validation has its folder. */
export function runFolder(out: string, { name }: Pick<PlannedRun, "name">): RunFolder {
  return new RunFolder(join(out, "runs", name));
}

/** Where a run writes what it has to say. */
export function logFile(out: string, { name }: Pick<PlannedRun, "name">): string {
  return join(out, "logs", `${name}.log`);
}

/**
 * What is asked, with every default filled in that could differ elsewhere.
 *
 * @param folder Where the data was read from.
 * @throws {RunError} for a split that cannot be trained and tested.
 */
export function manifestOf(
  options: CrossValidationOptions,
  defaults: Defaults,
  dataset: Dataset,
  folder: string,
): Manifest {
  const { variants, splits, seeds, select = "validation", batch, steps, checkpointEvery, initScale } = options;
  const chosen = splits === "all" ? Array.from({ length: splitCount(dataset) }, (_, n) => n) : splits;
  const needed = select === "validation" ? PARTS : ["train", "test"] as const;
  for (const split of chosen) partsFor(dataset, { split, protocol: protocolFor(select) }, needed);
  const total = steps ?? defaults.steps;
  return {
    selection: select,
    options: {
      dataset: options.dataset,
      data: resolve(folder),
      steps: total,
      batch: batch ?? defaults.batch,
      imageSize: dataset.imageSize,
      checkpointEvery: checkpointEvery ?? defaults.checkpointEvery,
      initScale: initScale ?? defaults.initScale,
      normalization: options.normalization,
      learningRate: options.learningRate,
      momentum: options.momentum,
      weightDecay: options.weightDecay,
      convolution: options.convolution,
    },
    steps: total,
    fingerprint: dataset.fingerprint,
    runs: planRuns({ variants, splits: chosen, seeds: Array.from({ length: seeds }, (_, n) => n + 1) }),
  };
}

/**
 * Reads a manifest; undefined where there is none.
 *
 * @throws {RunError} for a file that is no manifest.
 */
export function readManifest(out: string): Promise<Manifest | undefined> {
  return MANIFEST.read(join(out, NAME));
}

/**
 * The manifest of what is asked now, joined with the one that is there: runs asked for earlier keep their places.
 *
 * @throws {RunError} where the earlier one was made with other options: its runs cannot stand in one table with these.
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
    throw new RunError(
      `${out}: the cross-validation there cannot go on with these options: ${differences.join("; ")}. ` +
        "Remedy: give the options of the first start again, or name another folder.",
      { file: out, options: ["out"] },
    );
  }
  const known = new Set(found.runs.map(({ name }) => name));
  return { ...asked, runs: [...found.runs, ...asked.runs.filter(({ name }) => !known.has(name))] };
}

/**
 * Joins what is asked with the manifest that is there and writes it, while no other process does: their places say which runs are meant.
 *
 * @param work `signal` stops waiting for another process.
 * @throws {RunError} as `joinManifests` does.
 * @throws The signal's reason when it is aborted.
 */
export async function keepManifest(out: string, asked: Manifest, { signal, onNote }: Work = {}): Promise<Manifest> {
  const folder = new RunFolder(out);
  using _lock = await folder.lock({ until: signal ?? new AbortController().signal, onNote });
  const manifest = joinManifests(await readManifest(out), asked, out);
  await folder.write(NAME, MANIFEST.text(manifest));
  return manifest;
}
