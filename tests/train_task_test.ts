// `deno task train` as a user runs it: a process with the flags of deno.json, on a tiny prepared dataset.

import assert from "node:assert/strict";
import { join } from "node:path";
import config from "../deno.json" with { type: "json" };
import type { Dataset } from "../datasets/dataset.ts";
import { fingerprint } from "../datasets/fingerprint.ts";
import { writePrepared } from "../datasets/prepared.ts";
import { needs } from "./permissions.ts";

const ignore = needs("read", "write", "env", "ffi", "run");
const root = new URL("..", import.meta.url);
/** The task's own words after `deno`, so that the permissions under test are the ones users get. */
const words = config.tasks.train.split(" ").slice(1);

/** A dataset of 6 subjects x `classes` images whose classes differ in brightness. */
async function tinyDataset(classes: number): Promise<Dataset> {
  const imageSize = 8, count = 6 * classes;
  const images = new Uint8Array(count * 64);
  for (let i = 0; i < images.length; i++) {
    images[i] = (37 * i + 11 * (i >> 6) * (i & 7) + 60 * (Math.floor(i / 64) % classes)) & 255;
  }
  const dataset = {
    name: "tiny",
    imageSize,
    classNames: Array.from({ length: classes }, (_, label) => `class ${label}`),
    images,
    labels: Int32Array.from({ length: count }, (_, n) => n % classes),
    subjects: Int32Array.from({ length: count }, (_, n) => Math.floor(n / classes)),
    folds: Int32Array.from({ length: count }, (_, n) => Math.floor(n / classes) % 3),
    foldColumns: 1,
  };
  return { ...dataset, fingerprint: await fingerprint(dataset) };
}

function start(directory: string, ...options: string[]): Deno.ChildProcess {
  return new Deno.Command("deno", {
    args: [...words, "--data", join(directory, "data"), "--batch", "4", ...options],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function run(directory: string, ...options: string[]) {
  const { code, stdout, stderr } = await start(directory, ...options).output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

const read = (...path: string[]) => Deno.readFile(join(...path));
const checkpoint = (step: number) => join("checkpoints", `step-${String(step).padStart(6, "0")}.safetensors`);

async function inTemporary(classes: number, test: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await writePrepared(join(directory, "data"), await tinyDataset(classes), {});
    await test(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test({
  name: "train leaves a whole run folder, refuses to write over it, and resumes to the same bytes",
  ignore,
  fn: () =>
    inTemporary(3, async (directory) => {
      const whole = join(directory, "whole"), parts = join(directory, "parts");
      const first = await run(directory, "--steps", "4", "--checkpoint-every", "2", "--run", whole);
      assert.equal(first.code, 0, first.err);
      for (const file of [checkpoint(0), checkpoint(2), checkpoint(4), "run.json", "metrics.json", "curves.png"]) {
        assert.ok((await read(whole, file)).length > 0, file);
      }
      const lines = first.out.trim().split("\n").slice(-4);
      assert.match(lines[0], /^test accuracy +\d+\.\d% of 6 images/);
      for (const line of lines.slice(1)) assert.ok((await Deno.stat(line.split(/ {2,}/)[1])).isFile, line);
      const record = JSON.parse(await Deno.readTextFile(join(whole, "run.json")));
      assert.equal(record.settings.batch, 4);
      assert.equal(record.dataset.name, "tiny");
      assert.ok(record.adapter.description && record.versions.deno && record.dataset.fingerprint);
      const log = (await Deno.readTextFile(join(whole, "log.jsonl"))).trim().split("\n").map((line) =>
        JSON.parse(line)
      );
      assert.deepEqual(Object.keys(log.at(-1)), [
        "step",
        "loss",
        "trainAccuracy",
        "validationAccuracy",
        "imagesPerSecond",
      ]);
      assert.equal(log.at(-1).step, 4);
      const metrics = JSON.parse(await Deno.readTextFile(join(whole, "metrics.json")));
      assert.equal(metrics.test.images, 6);
      assert.equal(metrics.test.confusion.flat().reduce((a: number, b: number) => a + b), 6);

      const again = await run(directory, "--steps", "4", "--run", whole);
      assert.equal(again.code, 1);
      assert.match(again.err, /whole.*not empty.*--resume/s);

      // Nothing to resume: it says so and starts from zero. A file left by a crash is in nobody's way.
      await Deno.mkdir(join(parts, "checkpoints"), { recursive: true });
      await Deno.writeTextFile(join(parts, "checkpoints", "step-000002.safetensors.writing"), "torn");
      const half = await run(directory, "--steps", "2", "--run", parts, "--resume");
      assert.equal(half.code, 0, half.err);
      assert.match(half.err, /no checkpoint: starting from step 0/);
      const changed = await run(directory, "--steps", "4", "--run", parts, "--resume", "--learning-rate", "0.02");
      assert.equal(changed.code, 1);
      assert.match(changed.err, /learningRate was 0\.01, asked for 0\.02/);
      const rest = await run(directory, "--steps", "4", "--run", parts, "--resume");
      assert.equal(rest.code, 0, rest.err);
      assert.match(rest.err, /Going on from step 2/);
      for (const step of [0, 2, 4]) {
        assert.deepEqual(await read(parts, checkpoint(step)), await read(whole, checkpoint(step)), `step ${step}`);
      }
    }),
});

Deno.test({
  name: "Ctrl-C writes a checkpoint, exits with 130, and the run ends in the same bytes as one that was not stopped",
  ignore,
  fn: () =>
    inTemporary(3, async (directory) => {
      const stopped = join(directory, "stopped"), whole = join(directory, "whole");
      const options = ["--checkpoint-every", "1000", "--variant", "cnn_ad", "--run"];
      const child = start(directory, "--steps", "100000", ...options, stopped);
      const output = child.output();
      const log = join(stopped, "log.jsonl");
      for (let turn = 0; turn < 600; turn++) { // the first record is the sign that steps are being done
        if (await Deno.stat(log).then(({ size }) => size > 0, () => false)) break;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      child.kill("SIGINT");
      const { code, stderr } = await output;
      const err = new TextDecoder().decode(stderr);
      assert.equal(code, 130, err);
      assert.match(err, /Stopped at step \d+ of 100000.*--resume/s);
      const step = Number(/Stopped at step (\d+)/.exec(err)![1]);
      const end = String(step + 3);
      const rest = await run(directory, "--steps", end, ...options, stopped, "--resume");
      assert.equal(rest.code, 0, rest.err);
      const other = await run(directory, "--steps", end, ...options, whole);
      assert.equal(other.code, 0, other.err);
      assert.deepEqual(await read(stopped, checkpoint(step + 3)), await read(whole, checkpoint(step + 3)));
    }),
});

Deno.test({
  name: "train refuses what does not fit, names both sides, and leaves no folder behind",
  ignore,
  fn: () =>
    inTemporary(8, async (directory) => {
      const path = join(directory, "run");
      const cases: [string[], RegExp][] = [
        [["--image-size", "16"], /--image-size 16: the data in .* is 8 pixels wide/],
        [["--split", "3"], /split 3.*3/],
        [["nonsense"], /dataset "nonsense" is unknown, expected one of synthetic, tfd/],
        [["--variant", "cnn_x"], /--variant.*cnn_x.*cnn_ad/],
        [["--batch", "0"], /--batch.*integer of 1 or more/],
        [["tfd", "--data", join(directory, "nowhere")], /nowhere: there is no prepared tfd data.*prepare tfd/s],
      ];
      for (const [options, message] of cases) {
        const { code, err } = await run(directory, "--steps", "1", "--run", path, ...options);
        assert.equal(code, 1, options.join(" "));
        assert.match(err, message);
        assert.doesNotMatch(err, /\bat .*\.ts:\d+/, "no stack trace");
        await assert.rejects(Deno.stat(path), Deno.errors.NotFound, options.join(" "));
      }
      const six = await run(directory, "ck_plus_six_class", "--steps", "1", "--run", path);
      assert.equal(six.code, 0, six.err);
      const metrics = JSON.parse(await Deno.readTextFile(join(path, "metrics.json")));
      assert.deepEqual(metrics.classNames, [1, 3, 4, 5, 6, 7].map((label) => `class ${label}`));
    }),
});
