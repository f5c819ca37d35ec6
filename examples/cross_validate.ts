/**
 * Cross-validates two variants on the first splits of a dataset, each run a process of its own; started again, it goes on. On a cluster
 * `slurmEngine({ jobs: 8, sbatch: ["--gres=gpu:1"] })` takes the place of the processes.
 *
 *   deno run --lock=deno.all.lock --allow-read --allow-write --allow-ffi --allow-run=deno --ignore-env examples/cross_validate.ts DATA OUT [STEPS]
 */
import { crossValidateRuns, processEngine } from "../run/mod.ts";

const [data, out, steps = "300"] = Deno.args;
const { result, files } = await crossValidateRuns(
  { data, out, variants: ["cnn", "cnn_a"], splits: [0, 1], seeds: 1, steps: Number(steps), batch: 32, initScale: 1.4 },
  processEngine({ jobs: 2 }),
  {
    onNote: console.log,
    onOutcome: ({ run, ...found }) => console.log(run.name, "error" in found ? found.error : "done"),
  },
);
for (const { variant, accuracy: { mean, deviation } } of result.variants) {
  console.log(
    `${variant.padEnd(6)} ${(100 * mean).toFixed(1)}% ± ${
      (100 * (deviation ?? 0)).toFixed(1)
    } over ${result.splits.length} splits`,
  );
}
console.log(files.table);
