/**
 * One run of a cross-validation as a process of its own: trains it, or goes on with it, and evaluates it. Ends with 0 when it is done, with
 * 130 when it was told to stop and has written a checkpoint.
 */
import { openGpu } from "../../gpu/device.ts";
import { INTERRUPTED, runTask, stopSignal, UsageError, wholeNumber } from "../../tasks/command.ts";
import { Command } from "../../tasks/deps.ts";
import { evaluateRun } from "../evaluate.ts";
import { openRun } from "../open.ts";
import { endedAt } from "../results.ts";
import { trainRun } from "../train.ts";
import { finishedRun } from "../cross_validation/finished.ts";
import { readManifest, runFolder } from "../cross_validation/manifest.ts";

async function main(args: readonly string[]): Promise<number> {
  const command = new Command("element")
    .requiredOption("--out <dir>", "folder of the cross-validation")
    .requiredOption("--index <n>", "place of the run in the manifest", wholeNumber(0))
    .option("--gpus <list>", "GPUs that the cluster has given this process; the software adapter is refused then", "")
    .option("--attached", "stop when the standard input ends: whoever started this is gone", false)
    .exitOverride();
  command.parse([...args], { from: "user" });
  const { out, index, gpus, attached } = command.opts<
    { out: string; index: number; gpus: string; attached: boolean }
  >();
  const manifest = await readManifest(out);
  const run = manifest?.runs[index];
  if (!manifest || !run) {
    throw new UsageError(`${out}: the manifest has ${manifest?.runs.length ?? 0} runs, there is no run ${index}`);
  }
  const signal = attached ? AbortSignal.any([stopSignal(), inputEnd()]) : stopSignal();
  if (await finishedRun(out, run, manifest)) return 0;

  const folder = runFolder(out, run);
  // Another process may be at work on the same run, and may end it while this one waits.
  using lock = await folder.lock(signal).catch((error) => {
    if (!signal.aborted) throw error;
    return undefined;
  });
  if (!lock) return INTERRUPTED;
  if (await finishedRun(out, run, manifest)) return 0;
  using gpu = await openGpu();
  if (gpus !== "" && gpu.adapter.software) {
    throw new UsageError(
      `the job has GPU ${gpus}, but only the software adapter (${gpu.adapter.description}) answers. ` +
        "Remedy: install the GPU's Vulkan driver on the node; `deno task doctor` there says what is found.",
    );
  }
  const ended = (await folder.checkpointSteps()).at(-1) === manifest.steps && await endedAt(folder) === manifest.steps;
  if (!ended) {
    const { variant, split, seed } = run;
    const options = { ...manifest.options, select: manifest.selection, variant, split, seed };
    const trained = await trainRun(gpu, { ...options, run: folder.path, resume: true }, signal, folder);
    if (!trained?.end) return INTERRUPTED;
  }
  const opened = await openRun(folder.path, { data: manifest.options.data });
  try {
    await evaluateRun(gpu, opened, { selection: manifest.selection, signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    return INTERRUPTED;
  }
  return 0;
}

/** A signal that is aborted when the standard input ends. */
function inputEnd(): AbortSignal {
  const stop = new AbortController();
  (async () => {
    for await (const _ of Deno.stdin.readable);
    stop.abort(new Error("whoever started this run is gone"));
  })();
  return stop.signal;
}

if (import.meta.main) await runTask(main);
