/** Does the runs of a cross-validation on this machine, several at a time, each a process of its own. */
import { dirname } from "node:path";
import type { Engine, Outcome } from "../../training/cross_validation/engine.ts";
import type { PlannedRun } from "../../training/cross_validation/plan.ts";
import { elementArguments } from "./command_line.ts";
import type { EngineOf } from "../cross_validation/cross_validate.ts";
import { finishedRun } from "../cross_validation/finished.ts";
import { logFile, type Manifest } from "../cross_validation/manifest.ts";

/** How processes do the runs. */
export interface ProcessOptions {
  /** How many at a time, 1 or more. Default 1. */
  jobs?: number;
  /** Environment settings for each of the jobs at a time, to give each its own GPU. Default: none. */
  environments?: readonly Record<string, string>[];
}

/**
 * An engine of processes on this machine; `deno` has to be found, and run. Those that are running when the signal comes are told to stop, and
 * write their checkpoints.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { processEngine } from "./process.ts";
 * assert.equal(typeof processEngine({ jobs: 2 }), "function"); // for crossValidateRuns
 * ```
 */
export function processEngine({ jobs = 1, environments = [] }: ProcessOptions = {}): EngineOf {
  return (out, manifest): Engine => ({
    async *run(runs, { signal }) {
      const waiting = [...runs];
      const free = Array.from({ length: jobs }, (_, slot) => environments[slot] ?? {});
      const running = new Map<string, Promise<Outcome | undefined>>();
      while (waiting.length > 0 || running.size > 0) {
        while (waiting.length > 0 && free.length > 0 && !signal?.aborted) {
          const run = waiting.shift()!, environment = free.shift()!;
          running.set(run.name, element(out, manifest, run, environment, signal).finally(() => free.push(environment)));
        }
        if (running.size === 0) return;
        const [name, outcome] = await Promise.race(
          [...running].map(async ([name, ended]) => [name, await ended] as const),
        );
        running.delete(name);
        if (outcome) yield outcome;
      }
    },
  });
}

/** Does one run; undefined where it was stopped. Whatever keeps it from its end is its own failure, and none of the others'. */
async function element(
  out: string,
  manifest: Manifest,
  run: PlannedRun,
  environment: Record<string, string>,
  signal?: AbortSignal,
): Promise<Outcome | undefined> {
  const log = logFile(out, run);
  try {
    const done = await finishedRun(out, run, manifest);
    if (done) return done;
    await Deno.mkdir(dirname(log), { recursive: true });
    using file = await Deno.open(log, { append: true, create: true });
    if (signal?.aborted) return undefined;
    const index = manifest.runs.findIndex(({ name }) => name === run.name);
    const code = await spawn(elementArguments(out, index), environment, file, signal);
    if (signal?.aborted) return undefined;
    const evaluated = await finishedRun(out, run, manifest);
    if (evaluated) return evaluated;
    return { run, error: new Error(`ended with exit code ${code}; its log is ${log}`) };
  } catch (error) {
    return signal?.aborted ? undefined : { run, error: error as Error };
  }
}

/** Runs a process to its end, or tells it to stop; returns its exit code. What it says goes into a file. */
async function spawn(
  args: string[],
  environment: Record<string, string>,
  file: Deno.FsFile,
  signal?: AbortSignal,
): Promise<number> {
  const child = new Deno.Command("deno", {
    args: [...args, "--attached"],
    env: environment,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stop = () => {
    try {
      child.kill("SIGINT");
    } catch {
      // It has ended by itself.
    }
  };
  signal?.addEventListener("abort", stop);
  const write = async (stream: ReadableStream<Uint8Array>) => {
    for await (const bytes of stream) for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  };
  try {
    const [{ code }] = await Promise.all([child.status, write(child.stdout), write(child.stderr)]);
    return code;
  } catch (error) {
    stop(); // nobody hears what it says any more
    await child.status;
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    await child.stdin.close().catch(() => {});
  }
}
