/** `deno task train --resume`: what a run that goes on keeps of what it was told, what it takes away, and what it refuses. */

import assert from "node:assert/strict";
import { writePrepared } from "../../datasets/prepared.ts";
import { openGpu } from "../../gpu/device.ts";
import { RunFolder } from "../../run/folder.ts";
import { loadModel } from "../../run/model.ts";
import { checkResumable } from "../../run/record.ts";
import type { CheckpointInfo } from "../../training/checkpoint.ts";
import { trainingSettings } from "../../training/options.ts";
import { needs } from "../permissions.ts";
import { exists, inTemporary, names } from "../support/files.ts";
import { type Ended, interruptTask, runTask } from "../support/task.ts";
import { quietly } from "../support/trained_run.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const ignore = needs("read", "write", "ffi", "run", "env");
// What reads pictures asks for permissions when it is loaded.
const { trainRun } = ignore ? {} as never : await import("../../run/train.ts");

async function withData(body: (run: string, train: string[]) => Promise<void>) {
  await inTemporary(async (folder) => {
    const [data, run] = [`${folder}/data`, `${folder}/run`];
    await writePrepared(data, await tinyDataset({ folds: 3, perFold: 4 }), { source: "a test" });
    await body(run, ["--data", data, "--run", run, "--variant", "cnn", "--batch", "2", "--init-scale", "1"]);
  });
}

async function ends(task: "train" | "evaluate" | "report", ...args: string[]): Promise<Ended> {
  const ended = await runTask(task, ...args);
  assert.equal(ended.code, 0, ended.stderr);
  return ended;
}

const readJson = async (path: string) => JSON.parse(await Deno.readTextFile(path));

Deno.test({
  name: "resume: what was said of a run goes when it goes on, and its end is written anew where it is another step's",
  ignore: ignore || Deno.build.os === "windows",
  fn: () =>
    withData(async (run, train) => {
      await ends("train", ...train, "--steps", "2", "--checkpoint-every", "2");
      await ends("evaluate", run);
      await ends("evaluate", run, "--on", train[1]);
      await ends("report", run);
      await Deno.writeTextFile(`${run}/confusion_of_mine.png`, "mine");
      const hostile = "evaluation_on_\x1b]0;title\x07\x1b[2J-00000000.json";
      await Deno.writeTextFile(`${run}/${hostile}`, "{}");
      // A start that is stopped before its first step leaves what was said of the run: it is true still.
      const resume = [...train, "--checkpoint-every", "2", "--resume", "--steps"];
      const before = await names(run);
      using gpu = await openGpu();
      const options = { data: train[1], run, split: 0, seed: 1, variant: "cnn", batch: 2, initScale: 1 } as const;
      await trainRun(gpu, { ...options, steps: 100, checkpointEvery: 2, resume: true }, {
        signal: AbortSignal.abort(),
      });
      assert.deepEqual(await names(run), before);
      const stale = await Deno.readTextFile(`${run}/metrics.json`);
      const next = () => exists(`${run}/checkpoints/step-000004.safetensors`);
      const stopped = await interruptTask("train", [...resume, "100000"], next);
      assert.equal(stopped.code, 130, stopped.stderr);
      assert.match(
        stopped.stderr,
        /Removed, since the run goes on: metrics\.json, curves\.png, evaluation\.json, .*report\.html/,
      );
      assert.match(stopped.stderr, /evaluation_on_.*-00000000\.json/);
      for (const control of ["\x07", "\x1b]"]) assert(!stopped.stderr.includes(control), "a name is no command");
      assert.deepEqual(
        await names(run),
        [".lock", "checkpoints", "confusion_of_mine.png", "log.jsonl", "run.json"],
      );
      const { info, rule } = await loadModel(run).then(({ model, rule }) => ({ info: model.info, rule }));
      assert.match(rule, /the last one: the run has not been evaluated/);

      // Killed behind its last checkpoint, a run may be left with what was said of another step.
      await Deno.writeTextFile(`${run}/metrics.json`, stale);
      const step = info.step!;
      const early = await runTask("train", ...resume, `${step - 1}`);
      assert.match(early.stderr, new RegExp(`the run is at step ${step} already.*Remedy: ask for ${step} to end it`));
      await ends("train", ...resume, `${step}`);
      assert.equal((await readJson(`${run}/metrics.json`)).checkpoint, step);
      const done = await runTask("train", ...resume, `${step}`);
      assert.equal(done.code, 1);
      assert.match(done.stderr, new RegExp(`the run has done ${step} steps already.*Remedy: .*--steps`));
      assert(await exists(`${run}/metrics.json`), "a refusal takes nothing away");
    }),
});

Deno.test({
  name: "resume: the rule and the checkpoints that evaluate chooses by stay what they were; other checkpoints are told",
  ignore,
  fn: () =>
    withData(async (run, train) => {
      await ends("train", ...train, "--steps", "2", "--checkpoint-every", "1", "--select", "last");
      const same = await ends("train", ...train, "--steps", "3", "--resume");
      assert.doesNotMatch(same.stderr, /a checkpoint every/);
      const record = await readJson(`${run}/run.json`);
      assert.deepEqual([record.checkpointEvery, record.given.select, record.steps], [1, "last", 3]);
      const other = await ends("train", ...train, "--steps", "5", "--resume", "--checkpoint-every", "2");
      assert.match(
        other.stderr,
        /warning: a checkpoint every 2 steps: it was every 1\. .*evaluate will now choose .* every 2 steps/,
      );
      const { stdout } = await ends("evaluate", run, "--json");
      const { selection, chosen, checkpoints } = JSON.parse(stdout);
      assert.deepEqual([selection, chosen.step], ["last", 5]);
      assert.deepEqual(checkpoints.map(({ step }: { step: number }) => step), [0, 2, 4, 5]);
    }),
});

Deno.test({
  name:
    "resume: a run that trains on the validation images goes on so unasked, and is refused by the option's name otherwise",
  ignore,
  fn: () =>
    withData(async (run, train) => {
      await ends("train", ...train, "--steps", "2", "--select", "original");
      const other = await runTask("train", ...train, "--steps", "3", "--resume", "--select", "last");
      assert.equal(other.code, 1);
      assert.match(other.stderr, /protocol was "original", asked for "validation".*--select/);
      await ends("train", ...train, "--steps", "3", "--resume");
      assert.equal((await readJson(`${run}/run.json`)).given.select, "original");
    }),
});

Deno.test({
  name: "resume: a run with float16 goes on with it alone, and is measured in float32 from its end on",
  ignore,
  fn: () =>
    withData(async (run, train) => {
      using gpu = await openGpu();
      const float16 = ["--convolution", "winograd-float16"];
      if (!gpu.device.features.has("shader-f16")) {
        const refused = await runTask("train", ...train, ...float16, "--steps", "2");
        assert.equal(refused.code, 1);
        assert.match(refused.stderr, /has no float16 .*Remedy: use "auto"/);
        return assert(!await exists(run));
      }
      await ends("train", ...train, ...float16, "--steps", "2");
      const other = await runTask("train", ...train, "--steps", "3", "--resume");
      assert.equal(other.code, 1);
      assert.match(other.stderr, /convolution was "winograd-float16", asked for "auto"/);
      await ends("train", ...train, ...float16, "--steps", "3", "--resume");
      assert.equal((await readJson(`${run}/run.json`)).network.convolution, "winograd-float16");
      await ends("evaluate", run, "--select", "last");
      const [metrics, evaluation] = [await readJson(`${run}/metrics.json`), await readJson(`${run}/evaluation.json`)];
      // One adds in float32, the other in float64; float16 is off by 1e-4.
      assert(Math.abs(metrics.test.loss - evaluation.test.logLoss) <= 1e-6);
    }),
});

Deno.test("resume: another adapter is refused as what it is, other options as what they are", () => {
  const found: CheckpointInfo = {
    step: 40,
    imageSize: 48,
    classNames: ["sad", "glad"],
    networkSeed: 1,
    initialScale: 1,
    convolution: "auto",
    dataset: "tiny",
    fingerprint: "0123",
    adapter: "llvmpipe (LLVM 15.0.7, 256 bits)",
    settings: trainingSettings({}, 1),
  };
  const refusal = (asked: Partial<CheckpointInfo>) => {
    try {
      checkResumable(found, { ...found, ...asked }, "step-000040.safetensors");
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  assert.equal(refusal({ step: 0 }), "");
  const elsewhere = refusal({ adapter: "a GPU" });
  assert.match(elsewhere, /computed by the adapter "llvmpipe \(LLVM 15\.0\.7, 256 bits\)", this one is "a GPU"/);
  assert.match(elsewhere, /equal bytes.* one adapter.*Remedy: .*same machine and driver.*another folder/);
  assert.doesNotMatch(elsewhere, /options/);
  const settings = trainingSettings({ batch: 2 }, 1);
  assert.match(refusal({ settings }), /with these options: batch was 64, asked for 2\. Remedy: .*options/);
  assert.doesNotMatch(refusal({ settings }), /adapter/);
  assert.match(refusal({ settings, adapter: "" }), /batch was 64[^]*\n.*this one is ""/);
});

Deno.test({
  name: "resume: a validation that a stop dropped is made up for: the log is that of the run that was not stopped",
  ignore,
  fn: () =>
    inTemporary(async (folder) => {
      await writePrepared(`${folder}/data`, await tinyDataset({ folds: 3, perFold: 4 }), { source: "a test" });
      using gpu = await openGpu();
      const options = {
        data: `${folder}/data`,
        run: `${folder}/run`,
        split: 0,
        seed: 1,
        steps: 50,
        batch: 2,
        initScale: 1,
      };
      const { signal } = new AbortController();
      const attempt = (resume: boolean) =>
        quietly(() => trainRun(gpu, { ...options, variant: "cnn", resume }, { signal }));
      await attempt(false);
      const run = new RunFolder(options.run), whole = await run.records(), last = whole.at(-1)!;
      assert.equal(typeof last.validationAccuracy, "number");
      await run.replaceLast({ ...last, validationAccuracy: null });
      await run.remove("metrics.json");
      await attempt(true);
      assert.deepEqual(await run.records(), whole);
      assert(await exists(run.file("metrics.json")));
    }),
});
