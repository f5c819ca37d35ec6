/** `deno task evaluate`, `crossval` and `curves` as a user types them, against the library, through stops and kills. */

import assert from "node:assert/strict";
import { jsonText } from "../../formats/json.ts";
import type { Dataset } from "../../datasets/dataset.ts";
import { fingerprint } from "../../datasets/fingerprint.ts";
import { readPrepared, writePrepared } from "../../datasets/prepared.ts";
import { openGpu } from "../../gpu/device.ts";
import { crossValidate, inProcess } from "../../training/cross_validation/engine.ts";
import { needs } from "../permissions.ts";
import { exists } from "../support/files.ts";
import { endTask, runTask, runTaskIn } from "../support/task.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const ignore = needs("read", "write", "ffi", "run");
const STEPS = 6, EVERY = 2;
const OPTIONS = ["--steps", `${STEPS}`, "--batch", "2", "--checkpoint-every", `${EVERY}`, "--init-scale", "1"];

async function withData(body: (folder: string, data: string, dataset: Dataset) => Promise<void>) {
  const folder = await Deno.makeTempDir({ prefix: "aulens crossval " });
  try {
    const dataset = await tinyDataset({ classes: 2, folds: 3, perFold: 4 });
    await writePrepared(`${folder}/data`, dataset, { source: "a test" });
    await body(folder, `${folder}/data`, dataset);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const isPng = async (path: string) =>
  assert.deepEqual([...(await Deno.readFile(path)).subarray(1, 4)], [0x50, 0x4e, 0x47]);

Deno.test({
  name: "evaluate says what the checkpoints are worth, writes it, and prints nothing but JSON when asked to",
  ignore,
  fn: () =>
    withData(async (folder, data) => {
      const run = `${folder}/run`;
      const trained = await runTask(
        "train",
        "--data",
        data,
        "--run",
        run,
        "--variant",
        "cnn",
        "--split",
        "1",
        ...OPTIONS,
      );
      assert.equal(trained.code, 0, trained.stderr);
      const shown = await runTask("evaluate", run);
      assert.equal(shown.code, 0, shown.stderr);
      const { code, stdout } = await runTask("evaluate", run, "--json");
      assert.equal(code, 0);
      const evaluation = JSON.parse(stdout);
      assert.equal(stdout, await Deno.readTextFile(`${run}/evaluation.json`));
      assert.deepEqual(evaluation.checkpoints.map(({ step }: { step: number }) => step), [0, 2, 4, 6]);
      assert.equal(evaluation.test.images, 4);
      assert.match(
        shown.stdout,
        new RegExp(`test accuracy +${(100 * evaluation.test.accuracy).toFixed(1)}% of 4 images`),
      );
      assert.match(shown.stdout, /chosen by +best accuracy on the validation images/);
      assert.match(shown.stdout, new RegExp(`^ +${evaluation.chosen.step} .*<- chosen$`, "m"));
      await isPng(`${run}/confusion.png`);
      const lines = (await Deno.readTextFile(`${run}/predictions.csv`)).trimEnd().split("\n");
      assert.equal(lines[0], "image,subject,label,prediction,p(class 0),p(class 1)");
      assert.deepEqual(lines.slice(1).map((line) => line.split(",").slice(0, 2).join()), ["4,1", "5,1", "6,1", "7,1"]);
      const hits = lines.slice(1).filter((line) => line.split(",")[2] === line.split(",")[3]).length;
      assert.equal(hits / 4, evaluation.test.accuracy);

      await writePrepared(`${folder}/other`, await tinyDataset({ classes: 2, folds: 3, perFold: 4, seed: 2 }), {});
      const refused = await Promise.all([
        runTask("evaluate", run, "--data", `${folder}/other`),
        runTask("evaluate", run, "--select", "original"),
        runTask("evaluate", data),
        runTask("evaluate", run, "--data", `${folder}/nothing`),
      ]);
      const messages = [
        /not the data that .* was trained on/,
        /protocol "validation"/,
        /not a run folder/,
        /no such folder[^]*--data/,
      ];
      refused.forEach(({ code, stdout, stderr }, n) => {
        assert.equal(code, 1);
        assert.equal(stdout, "");
        assert.match(stderr, messages[n]);
        assert.doesNotMatch(stderr, /\n\s+at .*\.ts:\d+/, "a stack trace");
      });
      const classNames = ["boredom", "class 1", "Class 0"];
      const shared = { ...await tinyDataset({ classes: 3, folds: 3, perFold: 4, seed: 3 }), classNames };
      await writePrepared(`${folder}/shared`, { ...shared, fingerprint: await fingerprint(shared) }, {});
      const moved = await runTask("evaluate", run, "--on", `${folder}/shared`, "--json");
      assert.equal(moved.code, 0, moved.stderr);
      assert.doesNotMatch(moved.stderr, /warning/);
      const transfer = JSON.parse(moved.stdout);
      assert.deepEqual([transfer.test.images, transfer.leftOut], [8, [{ name: "boredom", images: 4 }]]);
      assert.deepEqual(transfer.test.perClass.map(({ support }: { support: number }) => support), [4, 4]);
      assert.equal(transfer.step, evaluation.chosen.step);
      const written = (await Array.fromAsync(Deno.readDir(run), ({ name }) => name)).filter((name) =>
        name.includes("_on_")
      );
      const stem = `on_tiny-${transfer.fingerprint.slice(0, 8)}`;
      assert.deepEqual(written.sort(), [`confusion_${stem}.png`, `evaluation_${stem}.json`, `predictions_${stem}.csv`]);
      const moves = (await Deno.readTextFile(`${run}/predictions_${stem}.csv`)).trimEnd().split("\n").slice(1);
      assert.deepEqual(moves.slice(0, 2).map((line) => line.split(",")[2]), ["class 1", "Class 0"]);
      const itself = await runTask("evaluate", run, "--on", data);
      // Fold 1 tests: what the others hold was learned, or chose the checkpoint.
      assert.match(itself.stdout, /^seen before +8 images that the network has learned, left out$/m);

      const picture = `${folder}/curves.png`;
      const curves = await runTask("curves", run, `${run}/.`, "--output", picture);
      assert.equal(curves.code, 0, curves.stderr);
      assert.match(curves.stdout, /^run {3}cnn, split 1, seed 1, step 6 of 6\npicture/);
      await isPng(picture);
    }),
});

Deno.test({
  name: "a cross-validation that was killed, stopped and started again ends in the library's table to the last digit",
  ignore: ignore || Deno.build.os === "windows",
  fn: () =>
    withData(async (folder, data) => {
      const out = `${folder}/out`;
      const args = [
        "--data",
        data,
        "--variant",
        "cnn,cnn_d",
        "--splits",
        "0,2",
        "--out",
        out,
        "--jobs",
        "2",
        ...OPTIONS,
      ];
      const planned = await runTask("crossval", ...args, "--dry-run");
      assert.equal(planned.code, 0, planned.stderr);
      assert.match(planned.stdout, /4 of 4 runs are left, 2 at a time/);
      assert.equal(await exists(out), false, "a dry run writes nothing");

      const checkpoint = (run: string, step: number) => `${out}/runs/${run}/checkpoints/step-00000${step}.safetensors`;
      // Stopped between two checkpoints, which writes one that must not be a candidate later.
      const named = ["--variant", "cnn", "--seed", "1", "--split", "0", "--run", `${out}/runs/cnn-split0-seed1`];
      const cut = await runTask("train", "--data", data, ...named, ...OPTIONS.with(1, "3"));
      assert.equal(cut.code, 0, cut.stderr);
      await Deno.remove(`${out}/runs/cnn-split0-seed1/metrics.json`);
      assert(await exists(checkpoint("cnn-split0-seed1", 3)));
      const killed = await endTask("crossval", args, () => exists(checkpoint("cnn-split2-seed1", 2)), "SIGKILL");
      assert.notEqual(killed.code, 0);
      const stopped = await endTask("crossval", args, () => exists(checkpoint("cnn_d-split0-seed1", 2)), "SIGINT");
      assert.equal(stopped.code, 130, stopped.stderr);
      assert.match(stopped.stderr, /Stopped\. Go on with the same command/);
      assert.equal(await exists(`${out}/crossval.json`), false);
      // Two at once: the one that comes second to a run waits, and finds it done.
      const [ended, beside] = await Promise.all([runTask("crossval", ...args), runTask("crossval", ...args)]);
      assert.equal(ended.code, 0, ended.stderr);
      assert.equal(beside.code, 0, beside.stderr);

      const judged = JSON.parse(await Deno.readTextFile(`${out}/runs/cnn-split0-seed1/evaluation.json`)).checkpoints;
      assert.deepEqual(judged.map(({ step }: { step: number }) => step), [0, 2, 4, 6], "not the one of the stop");
      const dataset = await readPrepared(data);
      using gpu = await openGpu();
      const engine = inProcess(gpu, dataset, { steps: STEPS, batch: 2, checkpointEvery: EVERY, initialScale: 1 });
      const expected = await crossValidate({ variants: ["cnn", "cnn_d"], splits: [0, 2], seeds: [1] }, engine);
      const text = await Deno.readTextFile(`${out}/crossval.json`);
      assert.equal(text, jsonText({ format: "aulens cross-validation results 1", ...expected }));
      assert(!text.includes(folder), "no path");

      const { accuracy: { mean, deviation } } = expected.variants[1];
      const cell = `${(100 * mean).toFixed(1)} ± ${(100 * deviation!).toFixed(1)}`;
      assert.match(ended.stdout, new RegExp(`^cnn_d +${cell} `, "m"));
      assert.match(await Deno.readTextFile(`${out}/crossval.md`), new RegExp(`^\\| cnn_d \\| ${cell} \\|`, "m"));
      assert.match(await Deno.readTextFile(`${out}/crossval.tex`), /\\texttt\{cnn\\_d\} & /);
      assert.equal((await Deno.readTextFile(`${out}/crossval.csv`)).trimEnd().split("\n").length, 3);
      assert.equal((await Deno.readTextFile(`${out}/runs.csv`)).trimEnd().split("\n").length, 5);
      await Promise.all(["curves", "confusion_cnn", "confusion_cnn_d"].map((name) => isPng(`${out}/${name}.png`)));

      const other = await runTask("crossval", ...args, "--learning-rate", "0.02");
      assert.equal(other.code, 1);
      assert.match(
        other.stderr,
        /cannot go on with these options: learningRate was undefined, asked for 0\.02.*Remedy/,
      );
      const again = await runTask("crossval", ...args);
      assert.equal(again.code, 0);
      assert.doesNotMatch(again.stderr, /Training/, "what is done is not done again");
      assert.equal(await Deno.readTextFile(`${out}/crossval.json`), text);
    }),
});

Deno.test({
  name: "a run that fails is named with its log, and there is no table",
  ignore,
  fn: () =>
    withData(async (folder, data) => {
      const out = `${folder}/out`;
      await Deno.mkdir(`${out}/runs/cnn-split1-seed1`, { recursive: true });
      await Deno.writeTextFile(`${out}/runs/cnn-split1-seed1/thesis.txt`, "words");
      const args = ["--data", data, "--variant", "cnn", "--splits", "0,1", "--out", out, ...OPTIONS];
      const { code, stdout, stderr } = await runTask("crossval", ...args);
      assert.equal(code, 1);
      assert.equal(stdout, "");
      assert.match(stderr, /1 of 2 runs failed[^]*cnn-split1-seed1: ended with exit code 1; its log is (.*\.log)/);
      const log = await Deno.readTextFile(`${out}/logs/cnn-split1-seed1.log`);
      assert.match(log, /this is not a run folder/);
      assert(await exists(`${out}/runs/cnn-split0-seed1/evaluation.json`), "the other run has ended");
      assert.equal(await exists(`${out}/crossval.json`), false);
    }),
});

Deno.test({
  name: "a run whose log or evaluation is no file fails by itself, and the others come to their end",
  ignore,
  fn: () =>
    withData(async (folder, data) => {
      const out = `${folder}/out`;
      await Deno.mkdir(`${out}/logs/cnn-split0-seed1.log`, { recursive: true });
      await Deno.mkdir(`${out}/runs/cnn-split1-seed1/evaluation.json`, { recursive: true });
      const args = ["--data", data, "--variant", "cnn", "--splits", "0,1,2", "--out", out, ...OPTIONS];
      const { code, stdout, stderr } = await runTask("crossval", ...args);
      assert.equal(code, 1);
      assert.equal(stdout, "");
      assert.match(stderr, /2 of 3 runs failed/);
      assert.match(stderr, /cnn-split0-seed1: .*directory.*cnn-split0-seed1\.log/);
      assert.match(stderr, /cnn-split1-seed1: .*evaluation\.json/);
      assert.doesNotMatch(stderr, /\n\s+at .*\.ts:\d+/, "a stack trace");
      assert(await exists(`${out}/runs/cnn-split2-seed1/evaluation.json`), "the other run has ended");
    }),
});

Deno.test({
  name: "a dry run draws no faces, and says what would",
  ignore,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const { code, stderr } = await runTaskIn(folder, "crossval", "--dry-run");
      assert.equal(code, 1);
      assert.match(stderr, /data.synthetic_\d+: is not there yet.*deno task prepare synthetic/);
      assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
