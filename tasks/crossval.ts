/** `deno task crossval [dataset]`: every variant on every split, on this machine or on a cluster, ending in the paper's table. */
import { doCrossValidation, planCrossValidation } from "../run/cross_validation/cross_validate.ts";
import { joinManifests, readManifest } from "../run/cross_validation/manifest.ts";
import { processEngine } from "../run/engines/process.ts";
import { slurmEngine } from "../run/engines/slurm.ts";
import { INTERRUPTED, runTask, stopSignal } from "./command.ts";
import { describeRuns } from "./crossval/dry_run.ts";
import { terminalLines } from "./crossval/lines.ts";
import { parseArguments } from "./crossval/options.ts";
import { watchRuns } from "./crossval/progress.ts";
import { home } from "./invocation.ts";
import { showWork } from "./show_work.ts";
import { complain, say } from "./terminal.ts";

/** Does what a command line says, and returns the exit code. */
export async function crossvalTask(argv: readonly string[], signal: AbortSignal = stopSignal()): Promise<number> {
  const { variant: variants, engine, jobs, jobEnv, sbatch, dryRun, ...options } = parseArguments(argv);
  using shown = showWork();
  try {
    const work = { ...shown, signal, home: home() };
    const planned = await planCrossValidation({ ...options, variants }, { ...work, mayDraw: !dryRun });
    shown.stop();
    const { out, asked } = planned;
    if (dryRun) {
      const manifest = joinManifests(await readManifest(out), asked, out);
      for (const line of await describeRuns(out, manifest, asked.runs, { engine, jobs, sbatch })) say(line);
      return 0;
    }
    using progress = watchRuns(out, asked.runs, asked.steps);
    const { result, published, files } = await doCrossValidation(
      planned,
      engine === "slurm" ? slurmEngine({ jobs, sbatch }) : processEngine({ jobs, environments: jobEnv }),
      { ...work, onOutcome: progress.ended },
    );
    progress.stop();
    for (const line of terminalLines(result, published)) say(line);
    const width = Math.max(...Object.keys(files).map((label) => label.length));
    for (const [label, path] of Object.entries(files)) say(`${label.padEnd(width)}   ${path}`);
    return 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    complain(`Stopped. Go on with the same command; what is done is not done again.`);
    return INTERRUPTED;
  }
}

if (import.meta.main) await runTask((args) => crossvalTask(args));
