/** The command line of one element: that of `deno task train`, with its permissions, for another file. */
import { fileURLToPath } from "node:url";
import project from "../../deno.json" with { type: "json" };

/** What is passed to deno so that it does run `index` of the cross-validation in `out`. */
export function elementArguments(out: string, index: number | string): string[] {
  const [, ...flags] = project.tasks.train.split(" ");
  const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  return [
    ...flags.slice(0, -1).map((flag) =>
      flag.replace(/=(tasks\/defaults\.env|deno\.all\.lock)$/, (_, path) => `=${file(`../../${path}`)}`)
    ),
    file("element.ts"),
    "--out",
    out,
    "--index",
    String(index),
  ];
}
