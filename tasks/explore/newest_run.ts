/** The run that was trained last, for whoever names none. */
import { join } from "node:path";
import { UsageError } from "../command.ts";
import { taskCall } from "../invocation.ts";
import { RunFolder } from "../../run/folder.ts";

/**
 * The folder under `runs` whose last checkpoint is the newest.
 *
 * @throws {UsageError} where no run there has a checkpoint, with the command that makes one.
 */
export async function newestRun(runs: string): Promise<string> {
  let newest: { path: string; time: number } | undefined;
  for (const name of await names(runs)) {
    const folder = new RunFolder(join(runs, name));
    // A run may be a link to one on another disk.
    if (!(await Deno.stat(folder.path).catch(() => undefined))?.isDirectory) continue;
    const step = (await folder.checkpointSteps()).at(-1);
    if (step === undefined || !await folder.has("run.json")) continue;
    const time = (await Deno.stat(folder.checkpointPath(step))).mtime?.getTime() ?? 0;
    if (!newest || time > newest.time) newest = { path: folder.path, time };
  }
  if (newest) return newest.path;
  throw new UsageError(
    `${runs}: holds no run that has a checkpoint. Remedy: make one with ${
      taskCall("train")
    }, or name a run folder or a model file.`,
  );
}

async function names(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
