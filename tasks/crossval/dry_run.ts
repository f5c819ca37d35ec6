/** What a cross-validation would do, as lines: nothing is started and nothing is written. */
import type { PlannedRun } from "../../training/cross_validation/plan.ts";
import { elementArguments } from "../../run/engines/command_line.ts";
import { finishedRun } from "../../run/cross_validation/finished.ts";
import type { Manifest } from "../../run/cross_validation/manifest.ts";
import { shellWord } from "../../formats/shell_word.ts";
import type { CrossvalArguments } from "./options.ts";
import { arrayScript, sbatchArguments } from "../../run/engines/slurm.ts";

/** The lines: each run with what it has done, then the commands. */
export async function describeRuns(
  out: string,
  manifest: Manifest,
  runs: readonly PlannedRun[],
  { engine, jobs, sbatch }: Pick<CrossvalArguments, "engine" | "jobs" | "sbatch">,
): Promise<string[]> {
  const lines: string[] = [];
  const left: PlannedRun[] = [];
  for (const run of runs) {
    const done = await finishedRun(out, run, manifest);
    if (!done) left.push(run);
    lines.push(`${run.name}   ${done ? "done" : `${manifest.steps} steps`}`);
  }
  lines.push("", `${left.length} of ${runs.length} runs are left, ${jobs} at a time, in ${out}`, "");
  if (engine === "local") {
    const indices = left.map((run) => manifest.runs.findIndex(({ name }) => name === run.name));
    return [...lines, ...indices.map((index) => ["deno", ...elementArguments(out, index)].map(shellWord).join(" "))];
  }
  if (left.length === 0) return lines;
  return [
    ...lines,
    ["sbatch", ...sbatchArguments(out, manifest, left, { jobs, sbatch })].map(shellWord).join(" "),
    "",
    arrayScript(out),
  ];
}
