/** Runs a task of deno.json as a user would: the same command line, in the repository's root. */
import config from "../../deno.json" with { type: "json" };

const decoder = new TextDecoder();

function command(task: keyof typeof config.tasks, args: string[]): Deno.Command {
  const [deno, ...flags] = config.tasks[task].split(" ");
  return new Deno.Command(deno, {
    args: [...flags, ...args],
    cwd: new URL("../..", import.meta.url),
    env: { XDG_RUNTIME_DIR: "/tmp", NO_COLOR: "1" },
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
  const { code, stdout, stderr } = await command(task, args).output();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
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
  const child = command(task, args).spawn();
  let over = false;
  const output = child.output().finally(() => over = true);
  while (!over && !await ready()) await new Promise((resolve) => setTimeout(resolve, 100));
  if (!over) child.kill(signal);
  const { code, stdout, stderr } = await output;
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
