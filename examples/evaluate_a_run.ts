/**
 * Chooses a checkpoint of a run on its validation images, tests it, and leaves evaluation.json, predictions.csv and confusion.png in the folder.
 *
 *   deno run --lock=deno.all.lock --allow-read --allow-write --allow-ffi --ignore-env examples/evaluate_a_run.ts RUN
 */
import { openGpu } from "../mod.ts";
import { evaluateRun, openRun } from "../run/mod.ts";

using gpu = await openGpu();
const run = await openRun(Deno.args[0]);
const onProgress = ({ done, total }: { done: number; total: number }) => console.log(`checkpoint ${done} of ${total}`);
const { evaluation: { chosen, rule, test }, files } = await evaluateRun(gpu, run, {
  onProgress,
  onWarning: console.warn,
});
const { low, high } = test.accuracyInterval;
console.log(
  `checkpoint ${chosen.step} (${rule}): ${test.accuracy.toFixed(3)} right, ${low.toFixed(3)} to ${high.toFixed(3)}`,
);
for (const { name, recall } of test.perClass) console.log(`${name.padEnd(10)} recall ${recall?.toFixed(2) ?? "-"}`);
console.log(Object.values(files).join("\n"));
