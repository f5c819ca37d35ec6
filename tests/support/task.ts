/**
 * Runs a task of deno.json as a user would: the same command line, in the repository's root or in another folder. What it asked the system for
 * is held against what deno.json grants it.
 */
import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };
import { assertGranted, grantsOf, usesOf } from "./audit.ts";
import { type Ended, type ProcessOptions, run, type Running, start } from "./process.ts";

export type { Ended } from "./process.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The tasks of deno.json. */
export type Task = keyof typeof config.tasks;

/**
 * The command line of a task as a plain `deno run` has it, for any folder: `deno task` runs it in the project, and so its paths begin there. Where
 * `deno task` was typed is left out, and so what the user names begins in the current folder.
 */
export function commandLine(task: Task, project = root): string[] {
  const words = config.tasks[task].split(" ").filter((word) => !word.startsWith("--typed-in="));
  return words.map((word) => word.replace(/^(--\S+=)?(?=tasks\/|deno\.)/, (start) => `${start}${project}`));
}

/** Program, flags and environment of a task. */
function commandOf(
  task: Task,
  args: readonly string[],
  folder = root,
  programs?: string,
  audit?: string,
): [string, ProcessOptions] {
  const [deno, ...flags] = commandLine(task);
  return [deno, {
    args: [...flags, ...args],
    cwd: folder,
    env: {
      XDG_RUNTIME_DIR: "/tmp",
      NO_COLOR: "1",
      ...(audit === undefined ? {} : { DENO_AUDIT_PERMISSIONS: audit }),
      ...(programs === undefined ? {} : { PATH: `${programs}:${Deno.env.get("PATH")}` }),
    },
  }];
}

/** Runs it to its end. */
export async function runTask(task: Task, ...args: string[]): Promise<Ended> {
  return await runTaskIn(root, task, ...args);
}

/** Runs it to its end in a folder whose `data` and `runs` stand for the root's. */
export async function runTaskIn(folder: string, task: Task, ...args: string[]): Promise<Ended> {
  return await audited(task, (audit) => run(...commandOf(task, args, folder, undefined, audit)));
}

/** Runs it to its end on a machine where the programs in a folder are found first. */
export async function runTaskWith(programs: string, task: Task, ...args: string[]): Promise<Ended> {
  return await audited(task, (audit) => run(...commandOf(task, args, root, programs, audit)));
}

/** Starts it on a machine where the programs in a folder are the only ones, with a limit of seconds, and does not wait. */
export function startTaskWith(
  { programs, seconds }: { programs?: string; seconds?: number },
  task: Task,
  ...args: string[]
): Running {
  const [deno, options] = commandOf(task, args);
  const env = { ...options.env, ...(programs === undefined ? {} : { PATH: programs }) };
  return start(deno, { ...options, env, seconds });
}

/** Starts it and does not wait. */
export function startTask(task: Task, ...args: string[]): Running {
  return startTaskIn(root, task, ...args);
}

/** Starts it in a folder whose `data` and `runs` stand for the root's, and does not wait. */
export function startTaskIn(folder: string, task: Task, ...args: string[]): Running {
  return start(...commandOf(task, args, folder));
}

/** Runs it until `ready`, asked every tenth of a second, and interrupts it then. */
export function interruptTask(task: Task, args: string[], ready: () => Promise<boolean>): Promise<Ended> {
  return endTask(task, args, ready, "SIGINT");
}

/** Runs it until `ready`, and sends it a signal then. */
export async function endTask(
  task: Task,
  args: string[],
  ready: () => Promise<boolean>,
  signal: Deno.Signal,
): Promise<Ended> {
  return await audited(task, async (audit) => {
    await using child = start(...commandOf(task, args, root, undefined, audit));
    while (!child.isOver && !await ready()) await new Promise((resolve) => setTimeout(resolve, 100));
    child.kill(signal);
    return await child.ended;
  });
}

/** Runs it with an audit of its permissions. */
async function audited(task: Task, run: (audit: string) => Promise<Ended>): Promise<Ended> {
  const audit = await Deno.makeTempFile({ suffix: ".jsonl" });
  try {
    const ended = await run(audit);
    assertGranted(task, grantsOf(config.tasks[task]), usesOf(await Deno.readTextFile(audit)));
    return ended;
  } finally {
    await Deno.remove(audit);
  }
}
