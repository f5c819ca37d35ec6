/** How far a cross-validation is: runs that have ended, and the steps of those under way, read from their logs. */
import type { Outcome } from "../../training/cross_validation/engine.ts";
import type { PlannedRun } from "../../training/cross_validation/plan.ts";
import { createProgress } from "../progress.ts";
import { percent } from "../../run/words.ts";
import { runFolder } from "../../run/cross_validation/manifest.ts";
import { complain } from "../terminal.ts";

/** A display of a cross-validation. */
export interface RunsProgress extends Disposable {
  /** To be called as each run ends. */
  ended: (outcome: Outcome) => void;
  /** Ends the display. */
  stop: () => void;
}

/** Milliseconds between two looks at the logs. */
const INTERVAL = 2_000;

/** Starts showing progress in steps over all runs. */
export function watchRuns(out: string, runs: readonly PlannedRun[], steps: number): RunsProgress {
  const progress = createProgress({ total: runs.length * steps, unit: "step" });
  const done = new Set<string>();
  let failed = 0;
  let stopped = false;
  const look = async () => {
    const counts = await Promise.all(
      runs.map(async (run) => done.has(run.name) ? steps : Math.min(steps, await lastStep(out, run))),
    );
    if (stopped) return;
    const under = runs.filter((run, n) => !done.has(run.name) && counts[n] > 0);
    progress.update(counts.reduce((sum, count) => sum + count, 0), {
      runs: `${done.size}/${runs.length}`,
      ...(failed > 0 ? { failed: String(failed) } : {}),
      ...(under.length > 0 ? { now: under.slice(0, 3).map(({ name }) => name).join(", ") } : {}),
    });
  };
  const timer = setInterval(look, INTERVAL);
  const stop = () => {
    stopped = true;
    clearInterval(timer);
    progress.stop();
  };
  return {
    ended(outcome) {
      if ("error" in outcome) failed++;
      else {
        done.add(outcome.run.name);
        const { accuracy, images } = outcome.evaluation.test;
        complain(`${outcome.run.name}   test accuracy ${percent(accuracy)} of ${images} images`);
      }
    },
    stop,
    [Symbol.dispose]: stop,
  };
}

/** The step of the last whole line of a run's log; 0 where there is none. Reads only the end of the file. */
async function lastStep(out: string, run: PlannedRun): Promise<number> {
  try {
    const log = runFolder(out, run).file("log.jsonl");
    if (!(await Deno.stat(log)).isFile) return 0; // a named pipe would wait for ever
    using file = await Deno.open(log);
    const { size } = await file.stat();
    await file.seek(Math.max(0, size - 1024), Deno.SeekMode.Start);
    const bytes = new Uint8Array(1024);
    const read = await file.read(bytes) ?? 0;
    const steps = [...new TextDecoder().decode(bytes.subarray(0, read)).matchAll(/^\{"step":(\d+),.*\}$/gm)];
    return Number(steps.at(-1)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
