/** `evaluate --on`: what the network has learned is no test of it, whatever the other set is called. */

import assert from "node:assert/strict";
import { fingerprint } from "../../datasets/fingerprint.ts";
import type { Dataset } from "../../datasets/dataset.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Run } from "../../run/open.ts";
import { needs } from "../permissions.ts";
import { inTemporary } from "../support/files.ts";
import { withGpu } from "../support/gpu.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";
import { quietly, trainedRun } from "../support/trained_run.ts";

const ignore = needs("read", "write", "ffi", "env");
// They load what needs permissions.
const { measureTransfer } = ignore ? {} as never : await import("../../run/transfer.ts");
const { transferLines } = ignore ? {} as never : await import("../../tasks/evaluate/lines.ts");
const { generateSynthetic } = ignore ? {} as never : await import("../../datasets/synthetic/generate.ts");

const DATA = await tinyDataset({ classes: 2, folds: 5, perFold: 4 });
const signal = new AbortController().signal;
const named = async (dataset: Dataset) => ({ ...dataset, fingerprint: await fingerprint(dataset) });
const transfer = (gpu: Gpu, run: Run, other: Dataset) =>
  quietly(async () => {
    const options = { selection: "last", signal } as const;
    return (await measureTransfer(gpu, run, other, options)).record;
  });

Deno.test({
  name: "evaluate --on: the images that were learned, dealt into other folds, are left out and counted",
  ignore,
  fn: withGpu((gpu) =>
    inTemporary(async (folder) => {
      // Split 0 tests on fold 0, and has learned or chosen by all others.
      const run = await trainedRun(gpu, folder, DATA);
      const dealt = await named({ ...DATA, name: "other", folds: DATA.folds.map((fold) => 4 - fold) });
      const record = await transfer(gpu, run, dealt);
      assert.deepEqual([record.test.images, record.seen, record.shareImages], [
        4,
        { same: 16, ofSamePeople: 0 },
        false,
      ]);
      assert.ok(
        transferLines(record).includes("seen before         16 images that the network has learned, left out"),
        transferLines(record).join("\n"),
      );
      const foreign = await named({ ...await tinyDataset({ classes: 2, seed: 9 }), name: "foreign" });
      const other = await transfer(gpu, run, foreign);
      assert.deepEqual([other.test.images, other.seen, other.shareImages], [20, { same: 0, ofSamePeople: 0 }, false]);
      assert.ok(!transferLines(other).some((line) => line.startsWith("seen before")));
      // The same photographs may be in both, cut out otherwise: their names say so, their pixels do not.
      const [tfd, ck] = [await named({ ...foreign, name: "tfd" }), { ...run.dataset, name: "ck_plus" }];
      assert.equal((await transfer(gpu, { ...run, dataset: ck }, tfd)).shareImages, true);
    })
  ),
});

Deno.test({
  name: "evaluate --on: more of the same drawn people are no strangers",
  ignore,
  fn: withGpu((gpu) =>
    inTemporary(async (folder) => {
      const drawn = { subjects: 10, imagesPerSubject: 2, imageSize: 8, seed: 3 };
      const run = await trainedRun(gpu, folder, await generateSynthetic(drawn));
      const more = await generateSynthetic({ ...drawn, subjects: 11, imagesPerSubject: 3 });
      const record = await transfer(gpu, run, more);
      // Person 0 was tested only, and person 10 is new: the other nine are known, each by two images of three.
      assert.deepEqual([record.test.images, record.test.subjects], [6, 2]);
      assert.deepEqual(record.seen, { same: 18, ofSamePeople: 9 });
    })
  ),
});
