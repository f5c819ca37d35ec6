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
      runs.map(async (run) => done.has(run.name) ? steps : Math.min(steps, await runFolder(out, run).lastStep())),
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
