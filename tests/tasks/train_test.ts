/** `deno task train` and `deno task prepare tfd` as a user types them, on datasets small enough for seconds. */

import assert from "node:assert/strict";
import { exists, inTemporary } from "../support/files.ts";
import { CK_PLUS_CLASSES } from "../../datasets/ck_plus/labels.ts";
import type { Dataset } from "../../datasets/dataset.ts";
import { fingerprint } from "../../datasets/fingerprint.ts";
import { readPrepared, writePrepared } from "../../datasets/prepared.ts";
import { openGpu } from "../../gpu/device.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { readCheckpoint } from "../../training/checkpoint.ts";
import { RunFolder } from "../../run/folder.ts";
import { train } from "../../training/train.ts";
import { needs } from "../permissions.ts";
import { writeMat } from "../support/mat_writer.ts";
import { assertSame } from "../support/same.ts";
import { type Ended, interruptTask, runTask } from "../support/task.ts";
import { runTaskHere } from "../support/task_here.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const ignore = needs("read", "write", "ffi", "run");
const OPTIONS = ["--variant", "cnn_ad", "--batch", "2", "--seed", "5", "--init-scale", "1", "--checkpoint-every", "2"];

/** A folder that ends with the test, and the tiny dataset prepared in it. */
async function withData(body: (folder: string, data: string, dataset: Dataset) => Promise<void>) {
  const folder = await Deno.makeTempDir({ prefix: "aulens train " }); // a path with spaces, as users have them
  try {
    const dataset = await tinyDataset({ classes: 8, folds: 10, perFold: 8 });
    await writePrepared(`${folder}/data`, dataset, { source: "a test" });
    await body(folder, `${folder}/data`, dataset);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The bytes of checkpoint `steps`, from the library in this process: uninterrupted, with other rhythms of report. */
async function expectedCheckpoint(dataset: Dataset, steps: number): Promise<Uint8Array> {
  using gpu = await openGpu();
  const { imageSize, classNames } = dataset;
  using net = await ZeroBiasCnn.create(gpu, { imageSize, classes: classNames.length, seed: 5, initialScale: 1 });
  let last = new Uint8Array();
  const onCheckpoint = ({ bytes }: { bytes: Uint8Array }) => void (last = bytes.slice());
  const options = { variant: "cnn_ad", batch: 2, seed: 5, steps, onCheckpoint, logEvery: 7, validateEvery: 9 } as const;
  for await (const { step } of train(net, dataset, options)) assert(step <= steps);
  return last;
}

const checkpointPath = (run: string, step: number) =>
  `${run}/checkpoints/step-${String(step).padStart(6, "0")}.safetensors`;

async function names(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), (entry) => entry.name)).sort();
}

/** Exit code 1, a message, no stack trace. */
function assertRefused({ code, stdout, stderr }: Ended, ...messages: RegExp[]) {
  assert.notEqual(code, 0, stdout);
  assert.equal(stdout, "");
  for (const message of messages) assert.match(stderr, message);
  assert.doesNotMatch(stderr, /\n\s+at .*\.ts:\d+/, "a stack trace");
}

Deno.test({
  name: "train ends with accuracy, checkpoint and picture, and leaves a whole run folder of the library's bytes",
  ignore,
  fn: () =>
    withData(async (folder, data, dataset) => {
      const run = `${folder}/some/where/run`;
      const args = ["--data", data, "--run", run, "--steps", "5", ...OPTIONS];
      const { code, stdout, stderr } = await runTask("train", ...args);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /test accuracy +\d+\.\d% of 8 images, last checkpoint \(step 5\)/);
      const paths = ["checkpoint", "metrics", "picture"].map((label) =>
        new RegExp(`^${label} +(.*)$`, "m").exec(stdout)?.[1] ?? assert.fail(`no ${label} in ${stdout}`)
      );
      assert.deepEqual(paths, [checkpointPath(run, 5), `${run}/metrics.json`, `${run}/curves.png`]);
      for (const path of paths) assert((await Deno.stat(path)).size > 100, path);
      assert.deepEqual(await names(run), [
        ".lock",
        "checkpoints",
        "curves.png",
        "log.jsonl",
        "metrics.json",
        "run.json",
      ]);
      assert.deepEqual(await names(`${run}/checkpoints`), [0, 2, 4, 5].map((n) => `step-00000${n}.safetensors`));
      assert.deepEqual([...(await Deno.readFile(paths[2])).subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
      const expected = await expectedCheckpoint(dataset, 5);
      assertSame(await Deno.readFile(paths[0]), expected, "checkpoint");

      const record = JSON.parse(await Deno.readTextFile(`${run}/run.json`));
      assert.equal(record.given.batch, 2);
      assert.equal(record.steps, 5);
      assert.deepEqual(record.settings, readCheckpoint(await Deno.readFile(paths[0])).info.settings);
      assert.equal(record.dataset.fingerprint, dataset.fingerprint);
      assert.equal(record.versions.deno, Deno.version.deno);
      assert(typeof record.adapter.description === "string");
      const log = (await Deno.readTextFile(`${run}/log.jsonl`)).trimEnd().split("\n").map((line) => JSON.parse(line));
      assert.equal(log.at(-1).step, 5);
      const fields = ["step", "loss", "trainAccuracy", "validationAccuracy", "imagesPerSecond"];
      for (const line of log) assert.deepEqual(Object.keys(line).sort(), fields.toSorted());
      const metrics = JSON.parse(await Deno.readTextFile(`${run}/metrics.json`));
      for (const [part, images] of [["train", 64], ["validation", 8], ["test", 8]] as const) {
        const { accuracy, loss, confusion } = metrics[part];
        assert.equal(metrics[part].images, images);
        assert(loss > 0);
        const rows: number[][] = confusion;
        assert.equal(rows.flat().reduce((a, b) => a + b), images);
        assert.equal(rows.reduce((sum, row, label) => sum + row[label], 0) / images, accuracy);
        assert.deepEqual(rows.map((row) => row.reduce((a, b) => a + b)), new Array(8).fill(images / 8));
      }

      const again = await runTaskHere("train", ...args);
      const other = args.with(args.indexOf("--seed") + 1, "6");
      const changed = await runTaskHere("train", ...other, "--resume", "--learning-rate", "0.02");
      const finished = await runTaskHere("train", ...args, "--resume");
      assertRefused(again, /the folder exists and is not empty.*--resume/);
      assertRefused(changed, /networkSeed was 5, asked for 6/, /learningRate was 0\.01, asked for 0\.02/, /Remedy/);
      assertRefused(finished, /the run has done 5 steps already, and 5 are wanted.*--steps/);
      assertSame(await Deno.readFile(paths[0]), expected, "checkpoint after three refusals");
    }),
});

Deno.test({
  name: "Ctrl-C writes a checkpoint and says how to go on; the resumed run ends in the uninterrupted one's bytes",
  ignore: ignore || Deno.build.os === "windows",
  fn: () =>
    withData(async (folder, data, dataset) => {
      // What a run that was killed at once may leave: a lock that nobody holds, half a file.
      const early = `${folder}/early`;
      await Deno.mkdir(early);
      for (const name of [".lock", "run.json.1234.writing"]) await Deno.writeTextFile(`${early}/${name}`, "");
      const again = await runTaskHere("train", "--data", data, "--run", early, ...OPTIONS, "--steps", "1");
      assert.equal(again.code, 0, again.stderr);
      assert.equal((await names(early)).some((name) => name.endsWith(".writing")), false, "swept");

      // What a killed run may leave: run.json, half a checkpoint, half a line.
      const run = `${folder}/run`;
      await Deno.mkdir(`${run}/checkpoints`, { recursive: true });
      await Deno.writeTextFile(`${run}/run.json`, "{}");
      await Deno.writeTextFile(`${run}/log.jsonl`, '{"step":10,"lo');
      const leftover = `${checkpointPath(run, 2)}.writing`;
      await Deno.writeTextFile(leftover, "half a checkpo");
      const args = ["--data", data, "--run", run, "--resume", ...OPTIONS, "--steps"];
      let second: Promise<Ended> | undefined;
      const ready = async () => {
        if (!await exists(checkpointPath(run, 4))) return false;
        // A second process finds the first at work, and refuses.
        await (second ??= runTaskHere("train", ...args, "1000000"));
        return true;
      };
      const stopped = await interruptTask("train", [...args, "1000000"], ready);
      assert.equal(stopped.code, 130, stopped.stderr);
      assertRefused(await second!, /another process is training in this folder.*Remedy/);
      assert.match(stopped.stderr, /holds no checkpoint: starting from step 0/);
      const [, step, path] =
        /Stopped at step (\d+) of 1000000\. Checkpoint: (.*)\nGo on .*--resume/.exec(stopped.stderr) ??
          assert.fail(stopped.stderr);
      assert.equal(path, checkpointPath(run, Number(step)));
      assert(await exists(path));
      assert.equal(await exists(`${run}/metrics.json`), false);
      await new RunFolder(run).records(); // throws where the new lines follow on half a line of the old

      const end = Number(step) + 3;
      const resumed = await runTask("train", ...args, String(end));
      assert.equal(resumed.code, 0, resumed.stderr);
      assert.match(resumed.stderr, new RegExp(`Going on from step ${step}`));
      assertSame(await Deno.readFile(checkpointPath(run, end)), await expectedCheckpoint(dataset, end), "checkpoint");
      const log = (await Deno.readTextFile(`${run}/log.jsonl`)).trimEnd().split("\n").map((line) => JSON.parse(line));
      const steps = log.map((line) => line.step);
      assert.deepEqual(steps, steps.toSorted((a, b) => a - b), "the log goes on where it was");
      assert.equal(new Set(steps).size, steps.length);
      assert.equal(steps.at(-1), end);
    }),
});

Deno.test({
  name: "what cannot be trained is refused with the remedy, and leaves no run folder behind",
  ignore,
  fn: () =>
    withData(async (folder, data) => {
      const run = `${folder}/run`;
      const attempt = (...args: string[]) =>
        runTaskHere("train", ...args, "--run", run, "--steps", "1", "--batch", "2");
      const mine = `${folder}/mine`;
      await Deno.mkdir(mine);
      await Deno.writeTextFile(`${mine}/thesis.txt`, "words");
      const [size, unknown, missing, nowhere, split, variant, batch, notARun] = await Promise.all([
        attempt("--data", data, "--image-size", "16"),
        attempt("imagenet"),
        attempt("tfd", "--data", `${folder}/tfd`),
        attempt("synthetic", "--data", `${folder}/nothing`),
        attempt("--data", data, "--split", "10"),
        attempt("--data", data, "--variant", "cnn_x"),
        runTaskHere("train", "--data", data, "--run", run, "--batch", "0"),
        runTaskHere("train", "--data", data, "--run", mine, "--resume", "--steps", "1"),
      ]);
      assertRefused(size, /the data is 8 pixels wide, not 16\..*--image-size/);
      assertRefused(unknown, /"imagenet" is unknown, expected one of synthetic, tfd, ck_plus, ck_plus_six_class/);
      assertRefused(missing, /no prepared tfd data/, /deno task prepare tfd/, /Toronto/, /--data/);
      assertRefused(nowhere, /nothing: there is no such folder/);
      assertRefused(split, /split 10: the dataset has 10 splits/);
      assertRefused(variant, /--variant.*cnn_x.*cnn_ad/);
      assertRefused(batch, /--batch.*integer of 1 or more/);
      assertRefused(notARun, /this is not a run folder/);
      assert.deepEqual(await names(folder), ["data", "mine"]);
      assert.deepEqual(await names(mine), ["thesis.txt"]);
    }),
});

Deno.test({
  name: "train warns of a batch that is larger than the training images, and of none that is not",
  ignore: ignore || needs("env", "sys"),
  fn: () =>
    inTemporary(async (folder) => {
      // What draws pictures asks for permissions when it is loaded.
      const { trainRun } = await import("../../run/train.ts");
      await writePrepared(`${folder}/data`, await tinyDataset({ folds: 3, perFold: 4 }), { source: "a test" });
      using gpu = await openGpu();
      for (const batch of [4, 5]) {
        const options = { data: `${folder}/data`, run: `${folder}/${batch}`, steps: 1, batch, variant: "cnn" } as const;
        const warnings: string[] = [];
        const stop = new AbortController();
        await trainRun(gpu, options, {
          signal: stop.signal,
          onNote(sentence) {
            if (sentence.startsWith("Training")) stop.abort(); // what comes after the first step is not what is tested
          },
          onWarning: (sentence) => void warnings.push(sentence),
        });
        const warning = /^a batch of 5 is more than the 4 training images: they are drawn with replacement, .*longer$/;
        assert.equal(warnings.length, batch - 4, warnings.join("\n"));
        if (batch > 4) assert.match(warnings[0], warning);
      }
    }),
});

Deno.test({
  name: "ck_plus_six_class takes six of CK+'s eight classes",
  ignore,
  fn: () =>
    withData(async (folder, _, tiny) => {
      const named = { ...tiny, name: "ck_plus", classNames: [...CK_PLUS_CLASSES] };
      const data = `${folder}/ck_plus`, run = `${folder}/run`;
      await writePrepared(data, { ...named, fingerprint: await fingerprint(named) }, { source: "a test" });
      const args = ["ck_plus_six_class", "--data", data, "--run", run, "--steps", "1", "--split", "9", ...OPTIONS];
      const { code, stdout, stderr } = await runTaskHere("train", ...args);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /test accuracy .* of 6 images/);
      const { info, parameters } = readCheckpoint(await Deno.readFile(checkpointPath(run, 1)));
      assert.deepEqual(info.classNames, ["anger", "disgust", "fear", "happy", "sadness", "surprise"]);
      assert.equal(info.dataset, "ck_plus_six_class");
      assert.equal(Object.values(parameters).reduce((sum, data) => sum + data.length, 0), 1_334_906);
    }),
});

Deno.test({
  name: "prepare tfd, then train tfd on what it wrote",
  ignore,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const count = 12;
      const labels = Array.from({ length: count }, (_, n) => n < 10 ? n % 7 + 1 : -1);
      const parts = Array.from({ length: 5 * count }, (_, at) => at % count < 10 ? at % 3 + 1 : 0); // column-major
      const file = await writeMat([
        {
          name: "images",
          dimensions: [count, 48, 48],
          values: Array.from({ length: count * 48 * 48 }, (_, at) => (at * at) % 251),
          class: "uint8",
        },
        { name: "folds", dimensions: [count, 5], values: parts },
        { name: "labs_ex", dimensions: [count, 1], values: labels },
        { name: "labs_id", dimensions: [count, 1], values: labels },
      ], { compressed: true });
      await Deno.mkdir(`${folder}/input`);
      await Deno.writeFile(`${folder}/input/TFD_48x48.mat`, file);
      const data = `${folder}/tfd`;
      const input = ["--input", `${folder}/input`, "--output", data];
      const prepared = await runTask("prepare", "tfd", ...input, "--image-size", "48");
      assert.equal(prepared.code, 0, prepared.stderr);
      assert.match(prepared.stdout, /10 images of 48 x 48 pixels/);
      const dataset = await readPrepared(data);
      assert.deepEqual([...dataset.labels], labels.slice(0, 10).map((label) => label - 1));

      const run = `${folder}/run`;
      const args = ["tfd", "--data", data, "--run", run, "--split", "2", "--steps", "1", ...OPTIONS];
      const trained = await runTask("train", ...args);
      assert.equal(trained.code, 0, trained.stderr);
      assert.match(trained.stdout, /test accuracy .* of 3 images/);
      const { info } = readCheckpoint(await Deno.readFile(checkpointPath(run, 1)));
      assert.deepEqual([info.imageSize, info.classNames.length, info.fingerprint], [48, 7, dataset.fingerprint]);

      assertRefused(await runTask("prepare", "tfd", ...input, "--image-size", "48"), /is there already.*--overwrite/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
