/** How runs and cross-validations start: two at once do not come into each other's way, and what cannot end is not begun. */

import assert from "node:assert/strict";
import { fingerprint } from "../../datasets/fingerprint.ts";
import { writePrepared } from "../../datasets/prepared.ts";
import { openGpu } from "../../gpu/device.ts";
import { keepManifest, type Manifest, readManifest } from "../../run/cross_validation/manifest.ts";
import { RunFolder } from "../../run/folder.ts";
import { planRuns } from "../../training/cross_validation/plan.ts";
import { needs } from "../permissions.ts";
import { inTemporary, names } from "../support/files.ts";
import { runTask, startTaskIn } from "../support/task.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const ignore = needs("read", "write", "ffi", "run", "env");
// What reads pictures asks for permissions when it is loaded.
const { trainRun } = ignore ? {} as never : await import("../../run/train.ts");

Deno.test({
  name: "starts: where another start has drawn the built-in faces in the meantime, they are used",
  ignore: ignore || Deno.build.os === "windows",
  fn: () =>
    inTemporary(async (folder) => {
      const drawn = { ...await tinyDataset({ imageSize: 16, folds: 3, perFold: 4 }), name: "synthetic" };
      const dataset = { ...drawn, fingerprint: await fingerprint(drawn) };
      await Deno.mkdir(`${folder}/data`);
      await writePrepared(`${folder}/data/other`, dataset, { source: "a test" });
      await using child = startTaskIn(
        folder,
        "train",
        "--image-size",
        "16",
        "--run",
        "run",
        "--steps",
        "1",
        "--batch",
        "2",
      );
      await child.said(/Drawing 1600 faces/);
      await Deno.rename(`${folder}/data/other`, `${folder}/data/synthetic_16`);
      const { code, stderr } = await child.ended;
      assert.equal(code, 0, stderr);
      assert.deepEqual(await names(`${folder}/data`), ["synthetic_16"]);
      const record = JSON.parse(await Deno.readTextFile(`${folder}/run/run.json`));
      assert.equal(record.dataset.fingerprint, dataset.fingerprint);
    }),
});

Deno.test({
  name: "starts: a run that another process has begun before this one has the lock is left alone",
  ignore: needs("read", "write"),
  fn: () =>
    inTemporary(async (folder) => {
      const [data, run] = [`${folder}/data`, `${folder}/run`];
      await writePrepared(data, await tinyDataset({ folds: 3, perFold: 4 }), { source: "a test" });
      const { lock } = RunFolder.prototype;
      RunFolder.prototype.lock = async function (options) {
        // Another process has come and gone.
        await Deno.mkdir(this.checkpoints, { recursive: true });
        await Deno.writeTextFile(this.file("run.json"), "another's");
        await Deno.writeTextFile(this.file("log.jsonl"), "another's");
        return await lock.call(this, options);
      };
      try {
        using gpu = await openGpu();
        const options = { data, run, split: 0, seed: 1, steps: 1, batch: 2, initScale: 1, resume: false };
        await assert.rejects(trainRun(gpu, options), {
          name: "RunError",
          file: run,
          options: ["resume", "run"],
        });
      } finally {
        RunFolder.prototype.lock = lock;
      }
      assert.deepEqual(await names(run), [".lock", "checkpoints", "log.jsonl", "run.json"]);
      for (const name of ["run.json", "log.jsonl"]) {
        assert.equal(await Deno.readTextFile(`${run}/${name}`), "another's", name);
      }
    }),
});

Deno.test({
  name: "starts: two cross-validations into one folder end in one manifest that has the runs of both",
  ignore: needs("read", "write"),
  fn: () =>
    inTemporary(async (out) => {
      const asked = (split: number): Manifest => ({
        selection: "validation",
        options: {},
        steps: 2,
        fingerprint: "0123",
        runs: planRuns({ variants: ["cnn"], splits: [split], seeds: [1] }),
      });
      let second: Promise<Manifest>;
      {
        using _first = await new RunFolder(out).lock();
        second = keepManifest(out, asked(1));
        await new Promise((resolve) => setTimeout(resolve, 100)); // it would have read no manifest by now
        await Deno.writeTextFile(`${out}/manifest.json`, JSON.stringify(asked(0)));
      }
      const expected = ["cnn-split0-seed1", "cnn-split1-seed1"];
      assert.deepEqual((await second).runs.map(({ name }) => name), expected);
      assert.deepEqual((await readManifest(out))!.runs.map(({ name }) => name), expected);
      using _held = await new RunFolder(out).lock();
      const signal = AbortSignal.abort(new Error("stopped"));
      await assert.rejects(keepManifest(out, asked(2), { signal }), /stopped/);
    }),
});

Deno.test({
  name: "starts: a split without images to train on, to choose by or to test on is refused before anything is written",
  ignore,
  fn: () =>
    inTemporary(async (folder) => {
      const tiny = await tinyDataset({ folds: 3, perFold: 4 });
      // Official splits: one without test images, one without training images, one without validation images.
      const folds = Int32Array.from([...tiny.labels].flatMap((_, n) => [[0, 1, 0], [1, 2, 2]][n % 2]));
      const splits = { ...tiny, folds, foldColumns: 3 };
      const data = `${folder}/data`;
      await writePrepared(data, { ...splits, fingerprint: await fingerprint(splits) }, { source: "a test" });
      const options = ["--data", data, "--steps", "1", "--batch", "2"];
      const attempts: [task: "train" | "crossval", args: string[], message: RegExp][] = [
        ["train", ["--run", `${folder}/run`, "--split", "0"], /split 0 of tiny has no test image\. Remedy: /],
        ["train", ["--run", `${folder}/run`, "--split", "1"], /split 1 of tiny has no training image/],
        ["crossval", ["--out", `${folder}/out`, "--splits", "0"], /split 0 of tiny has no test image\. Remedy: /],
        ["crossval", ["--out", `${folder}/out`, "--splits", "2"], /split 2 of tiny has no validation image/],
      ];
      await Promise.all(attempts.map(async ([task, args, message]) => {
        const { code, stderr } = await runTask(task, ...options, ...args);
        assert.equal(code, 1, stderr);
        assert.match(stderr, message);
        assert.doesNotMatch(stderr, /Training|--resume/);
      }));
      assert.deepEqual(await names(folder), ["data"]);
    }),
});
