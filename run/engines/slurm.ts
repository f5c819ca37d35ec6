/** Does the runs of a cross-validation on a cluster: one Slurm array job, an element a run. */
import { join, resolve } from "node:path";
import type { Engine, Outcome } from "../../training/cross_validation/engine.ts";
import type { PlannedRun } from "../../training/cross_validation/plan.ts";
import { checked, kind, listOf, type Read, type Schema, table, whole } from "../../formats/schema.ts";
import { readText } from "../documents/read.ts";
import { RunError } from "../errors.ts";
import { RunFolder } from "../folder.ts";
import { shellWord } from "../../formats/shell_word.ts";
import { elementArguments } from "./command_line.ts";
import type { EngineOf } from "../cross_validation/cross_validate.ts";
import { finishedRun } from "../cross_validation/finished.ts";
import type { Manifest } from "../cross_validation/manifest.ts";

/** How the array job is submitted. */
export interface SlurmOptions {
  /** Elements at a time. Default 1. */
  jobs?: number;
  /** The site's own options of sbatch, such as `--partition=gpu` and `--gres=gpu:1`; they come last and win. */
  sbatch?: readonly string[];
  /** Milliseconds between two looks at the queue. Default 5,000. */
  interval?: number;
}

/** An element that is preempted or runs into its time limit is told so many seconds ahead; a checkpoint takes less. */
const NOTICE_SECONDS = 60;

/** How often a controller that does not answer is asked. */
const PATIENCE = 20;

/** Files of a submission, in the folder of the cross-validation. */
const SCRIPT = "slurm/array.sh", JOB = "slurm/job.json";

const JOB_NUMBER: Schema<string> = kind(
  "the number of a job",
  (value) => typeof value === "string" && /^\d+$/.test(value),
);
const ARRAY_JOB = table({ number: JOB_NUMBER, indices: listOf(whole(0)) });
/** An array job and the runs that are its elements, by their places in the manifest. */
export type ArrayJob = Read<typeof ARRAY_JOB>;

/**
 * An engine of one Slurm array job; `sbatch` and `squeue` have to be found, and run. Follows the array job of an earlier start, submits what is not done and in no job yet, and hands runs out as they end. Stopping it leaves
 * the array job alone.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { slurmEngine } from "./slurm.ts";
 * assert.equal(typeof slurmEngine({ jobs: 8, sbatch: ["--gres=gpu:1"] }), "function"); // for crossValidateRuns
 * ```
 */
export function slurmEngine(options: SlurmOptions = {}): EngineOf {
  return (out, manifest, { onNote }): Engine => ({
    async *run(runs, { signal }) {
      const left = new Map(runs.map((run) => [run.name, run]));
      const jobOf = new Map<number, string>();
      const collect = async function* (): AsyncIterable<Outcome> {
        for (const run of left.values()) {
          const done = await finishedRun(out, run, manifest).catch((error) => ({ run, error }));
          if (!done) continue;
          left.delete(run.name);
          yield done;
        }
      };
      yield* collect();
      let job = left.size > 0 ? await earlierJob(out) : undefined;
      for (;;) {
        if (!job) {
          const rest = [...left.values()].filter((run) => !jobOf.has(indexOf(manifest, run)));
          if (rest.length === 0) break;
          job = await submit(out, manifest, rest, options);
        }
        for (const index of job.indices) jobOf.set(index, job.number);
        onNote?.(`Following array job ${job.number}; stopping leaves it running, and the next start follows it again`);
        while (await isQueued(job.number)) {
          yield* collect();
          if (left.size === 0) return;
          await new Promise((resolve) => setTimeout(resolve, options.interval ?? 5_000));
          if (signal?.aborted) {
            onNote?.(`Array job ${job.number} goes on. To end it: scancel ${job.number}`);
            return;
          }
        }
        yield* collect();
        await new RunFolder(out).remove(JOB);
        job = undefined;
      }
      for (const run of left.values()) {
        const index = indexOf(manifest, run), number = jobOf.get(index);
        const log = join(out, "logs", `${number}_${index}.log`);
        yield {
          run,
          error: new Error(`its element of array job ${number} ended without an evaluation; its log is ${log}`),
        };
      }
    },
  });
}

async function submit(
  out: string,
  manifest: Manifest,
  runs: readonly PlannedRun[],
  options: SlurmOptions,
): Promise<ArrayJob> {
  await new RunFolder(out).write(SCRIPT, arrayScript(out));
  await Deno.mkdir(join(out, "logs"), { recursive: true });
  const number = (await command("sbatch", sbatchArguments(out, manifest, runs, options))).trim().split(";")[0];
  const job = { number, indices: runs.map((run) => indexOf(manifest, run)) };
  await new RunFolder(out).write(JOB, JSON.stringify(job) + "\n");
  return job;
}

/**
 * What runs on the nodes. Bash, not Deno, gets the signal that Slurm sends ahead of the end, and passes it on; a run that has written its
 * checkpoint then ends with 130 and is put back into the queue.
 */
export function arrayScript(out: string): string {
  const words = [Deno.execPath(), ...elementArguments(resolve(out), "INDEX").slice(0, -1)].map(shellWord);
  const element = [...words, '"$SLURM_ARRAY_TASK_ID"', '--gpus "${SLURM_JOB_GPUS:-}"'].join(" ");
  return `#!/bin/bash
# One element of a cross-validation: trains its run, or goes on with it, and evaluates it.
cd ${shellWord(Deno.cwd())} || exit 1
${element} &
child=$!
notice=
trap 'notice=1; kill -INT "$child" 2>/dev/null' INT
# TERM is scancel's, or a preemption's, which puts the element back by itself.
trap 'kill -INT "$child" 2>/dev/null' TERM
wait "$child"
code=$?
# A signal ends wait, not the run.
while kill -0 "$child" 2>/dev/null; do
  wait "$child"
  code=$?
done
if [ "$code" -eq 130 ] && [ -n "$notice" ]; then
  echo "stopped after a checkpoint: back into the queue"
  scontrol requeue "\${SLURM_ARRAY_JOB_ID}_\${SLURM_ARRAY_TASK_ID}"
fi
exit "$code"
`;
}

/** The arguments of sbatch. */
export function sbatchArguments(
  out: string,
  manifest: Manifest,
  runs: readonly PlannedRun[],
  { jobs = 1, sbatch = [] }: SlurmOptions,
): string[] {
  return [
    "--parsable",
    "--job-name=aulens",
    `--array=${ranges(runs.map((run) => indexOf(manifest, run)))}%${jobs}`,
    `--output=${join(resolve(out), "logs", "%A_%a.log")}`,
    "--open-mode=append",
    "--requeue",
    `--signal=B:INT@${NOTICE_SECONDS}`,
    ...sbatch,
    join(resolve(out), SCRIPT),
  ];
}

/** Ascending numbers as Slurm writes them: `0-3,5`. */
export function ranges(numbers: readonly number[]): string {
  const ascending = numbers.toSorted((a, b) => a - b);
  const parts: [number, number][] = [];
  for (const number of ascending) {
    const last = parts.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else parts.push([number, number]);
  }
  return parts.map(([first, last]) => first === last ? String(first) : `${first}-${last}`).join(",");
}

const indexOf = (manifest: Manifest, run: PlannedRun) => manifest.runs.findIndex(({ name }) => name === run.name);

/** The array job of an earlier start, if it is still queued or running. */
async function earlierJob(out: string): Promise<ArrayJob | undefined> {
  const job = await readArrayJob(out);
  return job && await isQueued(job.number) ? job : undefined;
}

/** The array job of an earlier start; undefined where there is none, or what is there is damaged: its runs are submitted again. */
export async function readArrayJob(out: string): Promise<ArrayJob | undefined> {
  const text = await readText(join(out, JOB));
  try {
    return checked(ARRAY_JOB, JSON.parse(text ?? "null"));
  } catch {
    return undefined;
  }
}

/**
 * Whether any element waits or runs. Slurm forgets jobs that have ended, and then calls the number invalid; a controller that does not
 * answer is asked again for a minute or two, since the jobs do not depend on it.
 */
async function isQueued(job: string, interval = 5_000): Promise<boolean> {
  for (let attempt = 1;; attempt++) {
    try {
      return (await command("squeue", ["--noheader", "--array", `--jobs=${job}`, "--format=%i"])).trim() !== "";
    } catch (error) {
      if (/Invalid job id/i.test((error as Error).message)) return false;
      if (attempt === PATIENCE || /is not on this machine/.test((error as Error).message)) throw error;
      await new Promise((resolve) => setTimeout(resolve, interval));
    }
  }
}

async function command(name: "sbatch" | "squeue", args: string[]): Promise<string> {
  const output = await new Deno.Command(name, { args, stdin: "null" }).output().catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new RunError(`${name} is not on this machine. Remedy: run it on a login node of the cluster.`, {
      options: ["engine"],
    });
  });
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (output.code !== 0) throw new RunError(`${name} ${args.join(" ")}: ${text(output.stderr).trim()}`);
  return text(output.stdout);
}
