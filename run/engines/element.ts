/**
 * One run of a cross-validation as a process of its own: trains it, or goes on with it, and evaluates it. Ends with 0 when it is done, with
 * 130 when it was told to stop and has written a checkpoint. The one program of this room: what it prints is the run's log.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { printableLines } from "../../datasets/printable.ts";
import { openGpu } from "../../gpu/device.ts";
import { finishedRun } from "../cross_validation/finished.ts";
import { readManifest, runFolder } from "../cross_validation/manifest.ts";
import { RunError } from "../errors.ts";
import { evaluateRun } from "../evaluate.ts";
import type { Listener } from "../listener.ts";
import { openRun } from "../open.ts";
import { endedAt } from "../results.ts";
import { trainRun } from "../train.ts";
import { percent } from "../words.ts";

/** Exit code after Ctrl-C, as shells expect it. */
const INTERRUPTED = 130;
/** Milliseconds between two lines on how far the run is. */
const BETWEEN = 10_000;

/** Which run of which cross-validation. */
export interface ElementOptions extends Listener {
  /** Folder of the cross-validation. */
  out: string;
  /** Place of the run in the manifest. */
  index: number;
  /** GPUs that a cluster has given this process; the software adapter is refused then. */
  gpus?: string;
  /** Stops it, with a checkpoint of the last whole step. */
  signal: AbortSignal;
}

/**
 * Does one run of a cross-validation; another process may be at work on it, and is waited for.
 *
 * @returns Whether it has ended; false where it was stopped.
 * @throws {RunError} where there is no such run, and what `trainRun` and `evaluateRun` throw.
 */
export async function doElement({ out, index, gpus = "", signal, ...listener }: ElementOptions): Promise<boolean> {
  const manifest = await readManifest(out);
  const run = manifest?.runs[index];
  if (!manifest || !run) {
    throw new RunError(`${out}: the manifest has ${manifest?.runs.length ?? 0} runs, there is no run ${index}`, {
      file: out,
    });
  }
  if (await finishedRun(out, run, manifest)) return true;
  const folder = runFolder(out, run);
  try {
    // Another process may end it while this one waits.
    using _lock = await folder.lock({ until: signal, onNote: listener.onNote });
    if (await finishedRun(out, run, manifest)) return true;
    using gpu = await openGpu();
    if (gpus !== "" && gpu.adapter.software) {
      throw new RunError(
        `the job has GPU ${gpus}, but only the software adapter (${gpu.adapter.description}) answers. ` +
          "Remedy: install the GPU's Vulkan driver on the node; `deno task doctor` there says what is found.",
      );
    }
    const last = (await folder.checkpointSteps()).at(-1);
    if (last !== manifest.steps || await endedAt(folder) !== manifest.steps) {
      const { variant, split, seed } = run;
      const options = { ...manifest.options, select: manifest.selection, variant, split, seed };
      const trained = await trainRun(gpu, { ...options, run: folder.path, resume: true }, {
        ...listener,
        signal,
        held: folder,
      });
      if (!trained?.end) return false;
    }
    const opened = await openRun(folder.path, { data: manifest.options.data });
    await evaluateRun(gpu, opened, { ...listener, select: manifest.selection, signal });
    return true;
  } catch (error) {
    if (!signal.aborted) throw error;
    return false;
  }
}

/** A signal that is aborted when the standard input ends: whoever started this process is gone. */
function inputEnd(): AbortSignal {
  const stop = new AbortController();
  (async () => {
    for await (const _ of Deno.stdin.readable);
    stop.abort(new Error("whoever started this run is gone"));
  })();
  return stop.signal;
}

/** A signal that Ctrl-C, or whoever ends the process politely, aborts. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
  }
  return stop.signal;
}

/** The run's log: what is told of it, and now and then how far it is. */
function log(): Listener {
  const print = (line: string) => console.error(printableLines(line));
  let printed = 0;
  return {
    onNote: print,
    onWarning: (sentence) => print(`warning: ${sentence}`),
    onProgress({ unit, done, total, record }) {
      if (done < total && Date.now() - printed < BETWEEN) return;
      printed = Date.now();
      const more = record ? `  loss ${record.loss.toFixed(3)}  train ${percent(record.trainAccuracy)}` : "";
      print(`${unit} ${done} of ${total}${more}`);
    },
  };
}

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      out: { type: "string" },
      index: { type: "string" },
      gpus: { type: "string" },
      attached: { type: "boolean" },
    },
  });
  const { out, index, gpus, attached } = values;
  if (out === undefined || !/^\d+$/.test(index ?? "")) {
    throw new RangeError("the folder and the number of a run are needed");
  }
  const signal = attached ? AbortSignal.any([stopSignal(), inputEnd()]) : stopSignal();
  return await doElement({ ...log(), out, index: Number(index), gpus, signal }) ? 0 : INTERRUPTED;
}

if (import.meta.main) {
  const code = await main(Deno.args).catch((error) => {
    const expected = error instanceof RangeError || !["Error", "TypeError"].includes(error.name);
    console.error(printableLines(`error: ${expected ? error.message : error.stack ?? error.message}`));
    return 1;
  });
  Deno.exit(code);
}
