/** `deno task crossval [dataset]`: every variant on every split, on this machine or on a cluster, ending in the paper's table. */
import { join, resolve } from "node:path";
import type { Dataset } from "../datasets/dataset.ts";
import { PARTS, splitCount } from "../datasets/split.ts";
import { openGpu } from "../gpu/device.ts";
import { crossValidate, type Engine } from "../training/cross_validation/engine.ts";
import { type PlannedRun, planRuns } from "../training/cross_validation/plan.ts";
import { protocolFor } from "../training/evaluation/select.ts";
import { fileName, INTERRUPTED, runTask, stopSignal, UsageError } from "./command.ts";
import { slurmEngine } from "../run/engines/slurm.ts";
import { describeRuns } from "./crossval/dry_run.ts";
import { localEngine } from "../run/engines/process.ts";
import { joinManifests, keepManifest, type Manifest, readManifest } from "../run/cross_validation/manifest.ts";
import { type CrossvalArguments, parseArguments } from "./crossval/options.ts";
import { publishedFor } from "../run/cross_validation/published.ts";
import { watchRuns } from "./crossval/progress.ts";
import { writeResults } from "../run/cross_validation/results.ts";
import { terminalLines } from "../run/cross_validation/tables.ts";
import { defaultPath, taskCall } from "./invocation.ts";
import { datasetName, loadDataset, wouldDraw } from "../run/data.ts";
import { defaultFolder } from "../run/default_folder.ts";
import { partsFor } from "../run/parts.ts";
import { defaultsFor } from "./train/options.ts";
import { complain, say } from "./terminal.ts";

async function main(args: readonly string[]): Promise<number> {
  const options = parseArguments(args);
  const signal = stopSignal();
  const name = await datasetName(options);
  // Only the drawn faces have defaults that depend on the adapter; a cluster's login node may have none.
  const adapter = name === "synthetic" ? await adapterHere() : { software: false };
  const defaults = defaultsFor(name, adapter);
  if (options.dryRun && await wouldDraw(options, defaults.imageSize)) {
    throw new UsageError(
      `--dry-run: ${
        defaultFolder("synthetic", options.imageSize ?? defaults.imageSize)
      } is not there yet, and a dry run draws no faces. ` +
        `Remedy: ${taskCall(`prepare synthetic --image-size ${options.imageSize ?? defaults.imageSize}`)}`,
    );
  }
  const loaded = await loadDataset(options, { builtInSize: defaults.imageSize, signal }).catch((error) => {
    if (!signal.aborted) throw error;
  });
  if (!loaded) return INTERRUPTED;
  const { dataset, folder: data } = loaded;
  const asked = manifestOf(options, defaults, dataset, data);
  const out = options.out ?? defaultPath(join("crossval", fileName(name)));
  if (options.dryRun) {
    const manifest = joinManifests(await readManifest(out), asked, out);
    for (const line of await describeRuns(out, manifest, asked.runs, options)) say(line);
    return 0;
  }
  const manifest = await keepManifest(out, asked, signal).catch((error) => {
    if (!signal.aborted) throw error;
  });
  if (!manifest) return INTERRUPTED;

  const { engine: engineName, jobs, jobEnv, sbatch, variant: variants } = options;
  const engine: Engine = engineName === "slurm"
    ? slurmEngine(out, manifest, { jobs, sbatch })
    : localEngine(out, manifest, jobs, jobEnv);
  const plan = planOf(asked.runs, variants);
  using progress = watchRuns(out, asked.runs, manifest.steps);
  try {
    const result = await crossValidate(plan, engine, {
      signal,
      onOutcome: progress.ended,
    });
    progress.stop();
    const published = await publishedFor(dataset, data);
    const files = await writeResults(out, result, asked.runs, published);
    for (const line of terminalLines(result, published)) say(line);
    const width = Math.max(...Object.keys(files).map((label) => label.length));
    for (const [label, path] of Object.entries(files)) say(`${label.padEnd(width)}   ${path}`);
    return 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    progress.stop();
    complain(`Stopped. Go on with the same command; what is done is not done again.`);
    return INTERRUPTED;
  }
}

async function adapterHere(): Promise<{ software: boolean }> {
  using gpu = await openGpu();
  return gpu.adapter;
}

/** What is asked, with every default filled in that could differ elsewhere. */
function manifestOf(
  options: CrossvalArguments,
  defaults: ReturnType<typeof defaultsFor>,
  dataset: Dataset,
  data: string,
): Manifest {
  const { variant: variants, splits, seeds, select = "validation", batch, steps, checkpointEvery, initScale } = options;
  const count = splitCount(dataset);
  const chosen = splits === "all" ? Array.from({ length: count }, (_, n) => n) : splits;
  const needed = select === "validation" ? PARTS : ["train", "test"] as const;
  for (const split of chosen) partsFor(dataset, { split, protocol: protocolFor(select) }, needed);
  const total = steps ?? defaults.steps;
  return {
    format: "aulens cross-validation 1",
    selection: select,
    options: {
      dataset: options.dataset,
      data: resolve(data),
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

function planOf(runs: readonly PlannedRun[], variants: CrossvalArguments["variant"]) {
  const unique = (numbers: number[]) => [...new Set(numbers)];
  return { variants, splits: unique(runs.map(({ split }) => split)), seeds: unique(runs.map(({ seed }) => seed)) };
}

if (import.meta.main) await runTask(main);
