/**
 * `deno task fuzz [--seconds N] [--seed N] [--parser A,B] [--case N] [--keep FILE]`: gives every parser of the project's own
 * mutated and generated files, and fails where one answers with anything but a reading or an error of ours, hangs, or
 * takes more memory than the file's size allows. `--case` repeats one case of one parser; `--keep` writes its file.
 */

import { parseArgs } from "node:util";
import { enterTypedFolder, typedArguments } from "../../tasks/invocation.ts";
import { PARSERS } from "./parsers/mod.ts";
import { fuzz } from "./watch.ts";

enterTypedFolder();
const { values } = parseArgs({
  args: [...typedArguments],
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    parser: { type: "string" },
    case: { type: "string" },
    keep: { type: "string" },
  },
});
const whole = (text: string) => {
  if (!/^\d{1,9}$/.test(text)) throw new RangeError(`${text} is no whole number`);
  return Number(text);
};
const known = PARSERS.map(({ name }) => name);
const parsers = values.parser?.split(",") ?? known;
const unknown = parsers.find((name) => !known.includes(name));
if (unknown !== undefined) throw new RangeError(`--parser ${unknown}: expected some of ${known.join(", ")}`);

const seed = whole(values.seed);
console.log("parser           cases      read   refused   slowest ms    its case   most KiB");
const faults = await fuzz({
  module: new URL("parsers/mod.ts", import.meta.url).href,
  parsers,
  seed,
  seconds: whole(values.seconds),
  only: values.case === undefined ? undefined : whole(values.case),
  keep: values.keep,
  onDone(parser, { cases, read, refused, slowest, slowestCase, mostBytes }) {
    const columns = [[cases, 10], [read, 10], [refused, 10], [slowest.toFixed(1), 13], [slowestCase, 12], [
      Math.ceil(mostBytes / 1024),
      11,
    ]];
    console.log(parser.padEnd(12) + columns.map(([value, width]) => String(value).padStart(Number(width))).join(""));
  },
});
for (const { parser, case: index, fault } of faults) {
  console.log(`\nFAULT   --parser ${parser} --seed ${seed} --case ${index}\n  ${fault.slice(0, 1500)}`);
}
console.log(faults.length === 0 ? "\nno fault" : `\n${faults.length} faults`);
Deno.exit(faults.length === 0 ? 0 : 1);
