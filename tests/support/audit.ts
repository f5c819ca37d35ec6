/** What a task asked the system for, as Deno's audit of permissions records it, against what deno.json grants it. */
import assert from "node:assert/strict";

/** A use of a permission, granted or not. Deno's audit does not tell reading from writing, and leaves out programs that are run. */
export interface Use {
  permission: string;
  /** Path, name or host. */
  value: string;
}

/** What a command line grants: kinds with what they are narrowed to. */
export function grantsOf(commandLine: string): string[] {
  return commandLine.split(" ").filter((word) => /^--(allow|ignore)-/.test(word));
}

/** The uses in an audit's lines; where processes write into one file, or one is killed, a line may be torn. */
export function usesOf(audit: string): Use[] {
  return audit.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}

/**
 * Sees that a task tried nothing that it was not granted: an attempt that was denied and then swallowed would go unseen otherwise. Native code
 * is sharp's alone.
 */
export function assertGranted(task: string, grants: readonly string[], uses: readonly Use[]): void {
  const has = (...kinds: string[]) => grants.some((grant) => kinds.includes(grant.replace(/=.*/, "")));
  const beyond = uses.filter(({ permission, value }) => {
    if (permission === "read" || permission === "write") return !has("--allow-read", "--allow-write");
    if (permission === "env") return !has("--ignore-env", "--allow-env");
    if (permission === "ffi") return !has("--allow-ffi") || !/[\\/]@img[\\/]sharp-/.test(value);
    if (permission === "net" && grants.includes(`--allow-net=${value.replace(/:\d+$/, "")}`)) return false;
    return !grants.includes(`--allow-${permission}=${value}`) && !grants.includes(`--allow-${permission}`);
  });
  const named = [...new Set(beyond.map(({ permission, value }) => `${permission} ${value}`))];
  assert.deepEqual(named, [], `deno task ${task} tried what it is not granted`);
}
