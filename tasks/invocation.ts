/**
 * How a task was called: the folder in which its command was typed, the folder of its defaults, and how another task is called from there.
 *
 * `deno task` starts a task in the project's folder. So the lines in deno.json pass on where the command was typed, as the first argument. The
 * installed command (aulens.sh) and a plain `deno run` start it in the folder itself. No task reads INIT_CWD: whoever inherits one from an npm
 * script or from another `deno task` is not misled by it.
 *
 * @module
 */
import { isAbsolute, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { shellWord } from "../formats/shell_word.ts";

/** The first argument that `deno task` and the installed command pass. */
const TYPED_IN = "--typed-in=", INSTALLED = "--installed";

/** What the first argument says. */
export interface Invocation {
  /** The folder in which `deno task` was typed; undefined where the process was started in the folder that the user means. */
  typedIn?: string;
  /** Whether the installed command was called. */
  isInstalled: boolean;
  /** What the user typed behind the task's name. */
  args: readonly string[];
}

/**
 * Tells the first argument of deno.json and of the installed command from what the user typed.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readInvocation } from "./invocation.ts";
 * assert.deepEqual(readInvocation(["--typed-in=/photos", "a.jpg"]), { typedIn: "/photos", isInstalled: false, args: ["a.jpg"] });
 * assert.deepEqual(readInvocation(["--installed", "a.jpg"]), { typedIn: undefined, isInstalled: true, args: ["a.jpg"] });
 * assert.deepEqual(readInvocation(["a.jpg"]), { typedIn: undefined, isInstalled: false, args: ["a.jpg"] });
 * ```
 */
export function readInvocation(args: readonly string[]): Invocation {
  const [first = "", ...rest] = args;
  const isInstalled = first === INSTALLED;
  const typedIn = first.startsWith(TYPED_IN) ? first.slice(TYPED_IN.length) : undefined;
  return { typedIn, isInstalled, args: isInstalled || typedIn !== undefined ? rest : args };
}

const current = readInvocation(Deno.args);
const project = fileURLToPath(new URL("..", import.meta.url));

/** What the user typed behind the task's name. */
export const typedArguments: readonly string[] = current.args;

/**
 * Makes the folder in which the command was typed the current one: relative paths begin there from then on.
 *
 * @throws {RangeError} where it cannot be entered.
 */
export function enterTypedFolder({ typedIn }: Invocation = current): void {
  if (typedIn === undefined) return;
  try {
    Deno.chdir(typedIn);
  } catch (error) {
    throw new RangeError(
      `INIT_CWD ${typedIn}: this folder, in which the command was typed, cannot be entered: ${
        (error as Error).message
      }. ` +
        "Remedy: type it in another folder; where INIT_CWD was set before, unset it.",
    );
  }
}

/**
 * The path of a default folder such as `data` or `runs`: in the project's folder for `deno task`, else in the current folder.
 *
 * @param path The folder, and what lies in it.
 * @returns The path, right in the folder in which the command was typed.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { defaultPath, readInvocation } from "./invocation.ts";
 * assert.equal(defaultPath("data/tfd", readInvocation(["--installed"])), "data/tfd");
 * const outside = defaultPath("data/tfd", readInvocation(["--typed-in=/photos"]), "/home/aulens");
 * assert.equal(outside, "/home/aulens/data/tfd");
 * assert.equal(defaultPath("data/tfd", readInvocation(["--typed-in=/home/aulens"]), "/home/aulens"), "data/tfd");
 * ```
 */
export function defaultPath(path: string, { typedIn }: Invocation = current, folder: string = project): string {
  if (typedIn === undefined) return normalize(path);
  const whole = join(folder, path);
  // With ".." in it, it would lead elsewhere where the folder is a link.
  return isIn(typedIn, whole) ? relative(typedIn, whole) : whole;
}

/** The folder in which the default folders lie, for a library that is asked for them. */
export function home(): string {
  return defaultPath(".");
}

/**
 * How a task is called from the folder in which the command was typed, for a message.
 *
 * @param line The task, and what may follow it.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readInvocation, taskCall } from "./invocation.ts";
 * assert.equal(taskCall("evaluate RUN", readInvocation(["--installed"])), "aulens evaluate RUN");
 * assert.equal(taskCall("evaluate RUN", readInvocation(["--typed-in=/aulens/runs"]), "/aulens"), "deno task evaluate RUN");
 * const outside = taskCall("evaluate RUN", readInvocation(["--typed-in=/photos"]), "/aulens");
 * assert.equal(outside, "deno task --config /aulens/deno.json evaluate RUN");
 * ```
 */
export function taskCall(
  line: string,
  { typedIn, isInstalled }: Invocation = current,
  folder: string = project,
): string {
  if (isInstalled) return `aulens ${line}`;
  if (typedIn === undefined || isIn(folder, typedIn)) return `deno task ${line}`;
  return `deno task --config ${shellWord(join(folder, "deno.json"))} ${line}`;
}

function isIn(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return !isAbsolute(way) && way.split(/[\\/]/)[0] !== "..";
}
