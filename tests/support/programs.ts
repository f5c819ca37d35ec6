/** Stand-ins for programs, so that no test depends on what is installed: a folder to be the whole PATH of a process, deno and nothing else of the system. */
import { join } from "node:path";

/** A folder of programs, removed with its block. */
export interface Programs {
  folder: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Makes a folder with deno and the given programs.
 *
 * @param scripts Names and what they do, in the words of `/bin/sh`.
 */
export async function standIns(scripts: Record<string, string>): Promise<Programs> {
  const folder = await Deno.makeTempDir({ prefix: "aulens-programs-" });
  await Deno.symlink(Deno.execPath(), join(folder, "deno"));
  for (const [name, script] of Object.entries(scripts)) {
    await Deno.writeTextFile(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return { folder, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}
