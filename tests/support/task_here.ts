/**
 * Runs a task in this process: the same command line, words and exit code as those of `runTask` (task.ts), without what it costs to start a
 * process. What it asks the system for is not audited; each task runs in a process of its own in some other test.
 */
import process from "node:process";
import { exitCodeOf } from "../../tasks/command.ts";
import type { Ended } from "./process.ts";

/** A task's work, imported when it is run: some load what needs permissions. */
const TASKS = {
  correspond: async () => (await import("../../tasks/correspond.ts")).correspondTask,
  crossval: async () => (await import("../../tasks/crossval.ts")).crossvalTask,
  curves: async () => (await import("../../tasks/curves.ts")).curvesTask,
  evaluate: async () => (await import("../../tasks/evaluate.ts")).evaluateTask,
  explore: async () => (await import("../../tasks/explore.ts")).exploreTask,
  export: async () => (await import("../../tasks/export.ts")).exportTask,
  inspect: async () => (await import("../../tasks/inspect.ts")).inspectTask,
  predict: async () => (await import("../../tasks/predict.ts")).predictTask,
  prepare: async () => (await import("../../tasks/prepare.ts")).prepareTask,
  report: async () => (await import("../../tasks/report.ts")).reportTask,
  train: async () => (await import("../../tasks/train.ts")).trainTask,
  visualize: async () => (await import("../../tasks/visualize.ts")).visualizeTask,
} satisfies Record<string, () => Promise<(args: readonly string[], signal: AbortSignal) => Promise<number>>>;

/** The tasks that can run here. */
export type TaskHere = keyof typeof TASKS;

/** Whether a task can as it is: explore asks for Deno's bundler, and crossval starts processes. */
export const isHere = (task: string): task is TaskHere =>
  Object.hasOwn(TASKS, task) && !["crossval", "explore"].includes(task);

let before: Promise<unknown> = Promise.resolve();

/** Runs it to its end, after those that were asked for before it: they share one terminal, which is listened to. */
export function runTaskHere(task: TaskHere, ...args: string[]): Promise<Ended> {
  const ended = before.then(() => listened(task, args));
  before = ended.catch(() => {});
  return ended;
}

async function listened(task: TaskHere, args: string[]): Promise<Ended> {
  const work: (args: readonly string[], signal: AbortSignal) => Promise<number> = await TASKS[task]();
  const said = { stdout: "", stderr: "" };
  const restore: (() => void)[] = [];
  const replace = <T extends object>(owner: T, name: keyof T, value: unknown) => {
    const own = owner[name];
    restore.push(() => void (owner[name] = own));
    owner[name] = value as T[keyof T];
  };
  replace(console, "log", (...words: unknown[]) => void (said.stdout += words.join(" ") + "\n"));
  replace(console, "error", (...words: unknown[]) => void (said.stderr += words.join(" ") + "\n"));
  for (const name of ["stdout", "stderr"] as const) {
    // The command lines' reader writes here.
    replace(process[name], "write", (text: string) => (said[name] += text) !== "");
    replace(Deno[name], "write", (bytes: Uint8Array) => {
      said[name] += new TextDecoder().decode(bytes);
      return Promise.resolve(bytes.length);
    });
  }
  try {
    const code = await exitCodeOf((args) => work(args, new AbortController().signal), args);
    return { code, ...said };
  } finally {
    for (const undo of restore) undo();
  }
}
