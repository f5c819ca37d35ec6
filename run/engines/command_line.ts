/** The command line of one element: that of `deno task train`, with its permissions, for another file. */
import { fileURLToPath } from "node:url";
import project from "../../deno.json" with { type: "json" };

/** What is passed to deno so that it does run `index` of the cross-validation in `out`. */
export function elementArguments(out: string, index: number | string): string[] {
  const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const [, run, ...rest] = project.tasks.train.split(" ");
  const flags = rest.slice(0, rest.indexOf("tasks/train.ts"));
  return [
    run,
    `--config=${file("../../deno.json")}`,
    ...flags.map((flag) =>
      flag.replace(/=(tasks\/defaults\.env|deno\.all\.lock)$/, (_, path) => `=${file(`../../${path}`)}`)
    ),
    file("element.ts"),
    "--out",
    out,
    "--index",
    String(index),
  ];
}
