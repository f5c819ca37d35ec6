/** The command line of one element: that of `deno task train`, with its permissions, for another file. */
import { fileURLToPath } from "node:url";
import project from "../../deno.json" with { type: "json" };

/** Flags of the train task that name files of the project. */
const OF_FILES = /^(--lock|--env-file)=(.*)$/;

/**
 * What is passed to deno so that it does run `index` of the cross-validation in `out`.
 *
 * @param module Where this file is; a library that was imported from a URL has no files to name on this machine.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { elementArguments } from "./command_line.ts";
 * assert.deepEqual(elementArguments("crossval/faces", 3).slice(-4), ["--out", "crossval/faces", "--index", "3"]);
 * ```
 */
export function elementArguments(out: string, index: number | string, module: string = import.meta.url): string[] {
  const [, run, ...rest] = project.tasks.train.split(" ");
  const flags = rest.slice(0, rest.indexOf("tasks/train.ts"));
  const element = new URL("element.ts", module);
  const last = ["--out", out, "--index", String(index)];
  if (element.protocol !== "file:") {
    const own = flags.filter((flag) => !OF_FILES.test(flag));
    return [run, "--no-config", "--no-lock", `--allow-import=${element.host}`, ...own, element.href, ...last];
  }
  const file = (path: string) => fileURLToPath(new URL(`../../${path}`, module));
  return [
    run,
    `--config=${file("deno.json")}`,
    ...flags.map((flag) => flag.replace(OF_FILES, (_, name, path) => `${name}=${file(path)}`)),
    fileURLToPath(element),
    ...last,
  ];
}
