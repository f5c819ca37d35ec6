/**
 * Runs a task of deno.json as a user would: the same command line, in the repository's root or in another folder. What it asked the system for
 * is held against what deno.json grants it.
 */
import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };
import { assertGranted, grantsOf, usesOf } from "./audit.ts";

const decoder = new TextDecoder();
const root = fileURLToPath(new URL("../..", import.meta.url));

function command(
  task: keyof typeof config.tasks,
  args: string[],
  folder = root,
  programs?: string,
  audit?: string,
): Deno.Command {
  // `deno task` runs in the root, and so its paths begin there.
  const [deno, ...flags] = config.tasks[task].split(" ").map((part) => part.replace(/(^|=)tasks\//, `$1${root}tasks/`));
  return new Deno.Command(deno, {
    args: [...flags, ...args],
    cwd: folder,
    env: {
      XDG_RUNTIME_DIR: "/tmp",
      NO_COLOR: "1",
      ...(audit === undefined ? {} : { DENO_AUDIT_PERMISSIONS: audit }),
      ...(programs === undefined ? {} : { PATH: `${programs}:${Deno.env.get("PATH")}` }),
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** How a task ended. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs it to its end. */
export async function runTask(task: keyof typeof config.tasks, ...args: string[]): Promise<Ended> {
  return await runTaskIn(root, task, ...args);
}

/** Runs it to its end in a folder whose `data` and `runs` stand for the root's. */
export async function runTaskIn(folder: string, task: keyof typeof config.tasks, ...args: string[]): Promise<Ended> {
  return await audited(task, (audit) => command(task, args, folder, undefined, audit).output());
}

/** Runs it to its end on a machine where the programs in a folder are found first. */
export async function runTaskWith(
  programs: string,
  task: keyof typeof config.tasks,
  ...args: string[]
): Promise<Ended> {
  return await audited(task, (audit) => command(task, args, root, programs, audit).output());
}

/** Starts it and does not wait. What it says goes to stderr, a pipe. */
export function startTask(task: keyof typeof config.tasks, ...args: string[]): Deno.ChildProcess {
  return startTaskIn(root, task, ...args);
}

/** Starts it in a folder whose `data` and `runs` stand for the root's, and does not wait. */
export function startTaskIn(folder: string, task: keyof typeof config.tasks, ...args: string[]): Deno.ChildProcess {
  return command(task, args, folder).spawn();
}

/** Runs it until `ready`, asked every tenth of a second, and interrupts it then. */
export function interruptTask(
  task: keyof typeof config.tasks,
  args: string[],
  ready: () => Promise<boolean>,
): Promise<Ended> {
  return endTask(task, args, ready, "SIGINT");
}

/** Runs it until `ready`, and sends it a signal then. */
export async function endTask(
  task: keyof typeof config.tasks,
  args: string[],
  ready: () => Promise<boolean>,
  signal: Deno.Signal,
): Promise<Ended> {
  return await audited(task, async (audit) => {
    const child = command(task, args, root, undefined, audit).spawn();
    let over = false;
    const output = child.output().finally(() => over = true);
    while (!over && !await ready()) await new Promise((resolve) => setTimeout(resolve, 100));
    if (!over) child.kill(signal);
    return await output;
  });
}

/** Runs it with an audit of its permissions. */
async function audited(
  task: keyof typeof config.tasks,
  run: (audit: string) => Promise<Deno.CommandOutput>,
): Promise<Ended> {
  const audit = await Deno.makeTempFile({ suffix: ".jsonl" });
  try {
    const { code, stdout, stderr } = await run(audit);
    assertGranted(task, grantsOf(config.tasks[task]), usesOf(await Deno.readTextFile(audit)));
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } finally {
    await Deno.remove(audit);
  }
}
