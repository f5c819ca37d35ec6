/**
 * The whole path of the real sets as a user types it, over small twins of drawn faces: every task finds what the one
 * before it left in the default folders.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { readPrepared, readPreparedMeta } from "../../datasets/prepared.ts";
import { splitIndices } from "../../datasets/split.ts";
import { needs } from "../permissions.ts";
import { runTaskIn } from "../support/task.ts";

const ignore = needs("read", "write", "env", "ffi", "run");

/** A command line, and what it has to say. */
type Step = [task: Parameters<typeof runTaskIn>[1], args: string, says: RegExp];

/** What makes a dataset out of files as distributed. */
const PREPARE: Record<"tfd" | "ck_plus", Step[]> = {
  tfd: [
    ["prepare", "synthetic --layout tfd --subjects 7 --images-per-subject 7 --image-size 48", /49 labelled images/],
    ["prepare", "tfd --input data/tfd_twin --image-size 48", /49 images of 48 x 48 pixels/],
  ],
  ck_plus: [
    ["prepare", "synthetic --layout ck_plus --subjects 12 --image-size 98 --frames 4", /37 sequences of 12 subjects/],
    ["prepare", "ck_plus --input data/ck_plus_twin --image-size 48 --crop landmarks", /148 images of 48 x 48 pixels/],
  ],
};

const CORRESPOND = (dataset: string): Step => [
  "correspond",
  `runs/${dataset}-cnn_ad-split0-seed1 --on all --permutations 19 --minimum-support 3 --select last`,
  /^all numbers +.*\.json$/m,
];

/** What is done with a prepared dataset, in this order. Tasks that read a trained run join at the end. */
const USE = (dataset: string): Step[] => [
  ["train", `${dataset} --steps 2 --batch 4`, /^test accuracy +\d+\.\d% of \d+ images/m],
  ["evaluate", `runs/${dataset}-cnn_ad-split0-seed1`, /^evaluation +.*\.json$/m],
  ["visualize", `runs/${dataset}-cnn_ad-split0-seed1 --filters 0,17 --top 2 --controls 1`, /^overview +.*\.png$/m],
  ...(dataset === "ck_plus" ? [CORRESPOND(dataset)] : []), // of TFD no Action Unit is known
  ["report", `runs/${dataset}-cnn_ad-split0-seed1`, /report\.html/],
];

for (const [prepared, datasets] of Object.entries({ tfd: ["tfd"], ck_plus: ["ck_plus", "ck_plus_six_class"] })) {
  Deno.test({
    name: `from files as distributed to a trained network: ${datasets.join(", ")}`,
    ignore,
    async fn(test) {
      const folder = await Deno.makeTempDir({ prefix: "aulens flow " });
      const run = async ([task, args, says]: Step) => {
        const { code, stdout, stderr } = await runTaskIn(folder, task, ...args.split(" "));
        assert.equal(code, 0, `${task} ${args}\n${stderr}`);
        assert.match(stdout, says);
      };
      try {
        for (const step of PREPARE[prepared as keyof typeof PREPARE]) await test.step(step[1], () => run(step));
        const meta = await readPreparedMeta(join(folder, "data", prepared));
        assert.match(String(meta.details.twin), /drawn/, "a prepared twin says that it is one");
        const { test: tested } = splitIndices(await readPrepared(join(folder, "data", prepared)), 0);
        for (const dataset of datasets) {
          for (const step of USE(dataset)) await test.step(`${step[0]} ${step[1]}`, () => run(step));
          const metrics = await Deno.readTextFile(
            join(folder, "runs", `${dataset}-cnn_ad-split0-seed1`, "metrics.json"),
          );
          const { images } = JSON.parse(metrics).test;
          // Neither neutral nor contempt is one of six.
          if (dataset.endsWith("six_class")) assert.ok(images > 0 && images < tested.length, `${images} images`);
          else assert.equal(images, tested.length);
        }
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
