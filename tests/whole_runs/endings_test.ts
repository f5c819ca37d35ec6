/** How runs of `deno task train` end: all variants in the same bytes however they came there, and what goes wrong in a sentence that helps. */

import assert from "node:assert/strict";
import type { Dataset } from "../../datasets/dataset.ts";
import { writePrepared } from "../../datasets/prepared.ts";
import { openGpu } from "../../gpu/device.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { readCheckpoint } from "../../training/checkpoint.ts";
import { type Variant, VARIANTS } from "../../training/options.ts";
import { train } from "../../training/train.ts";
import { needs } from "../permissions.ts";
import { exists, inTemporary, names } from "../support/files.ts";
import { assertSame } from "../support/same.ts";
import { type Ended, runTask, startTaskWith } from "../support/task.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const ignore = needs("read", "write", "ffi", "run");
const OPTIONS = ["--batch", "2", "--seed", "5", "--init-scale", "1"];

async function withData(body: (folder: string, data: string, dataset: Dataset) => Promise<void>) {
  await inTemporary(async (folder) => {
    const dataset = await tinyDataset({ imageSize: 16, folds: 3, perFold: 4 });
    await writePrepared(`${folder}/data`, dataset, { source: "a test" });
    await body(folder, `${folder}/data`, dataset);
  });
}

/** The last checkpoint of a run in this process that nothing interrupts, with a rhythm of its own. */
async function uninterrupted(dataset: Dataset, variant: Variant, steps: number): Promise<Uint8Array> {
  using gpu = await openGpu();
  const { imageSize, classNames } = dataset;
  using net = await ZeroBiasCnn.create(gpu, { imageSize, classes: classNames.length, seed: 5, initialScale: 1 });
  let last = new Uint8Array();
  const onCheckpoint = ({ bytes }: { bytes: Uint8Array }) => void (last = bytes.slice());
  const rhythm = { logEvery: 1, validateEvery: 2, checkpointEvery: 100 };
  for await (const _ of train(net, dataset, { variant, batch: 2, seed: 5, steps, onCheckpoint, ...rhythm }));
  return last;
}

const checkpoint = (run: string, step: number) =>
  `${run}/checkpoints/step-${String(step).padStart(6, "0")}.safetensors`;

function assertSaid({ code, stdout, stderr }: Ended, ...messages: RegExp[]) {
  assert.equal(code, 1, stdout);
  for (const message of messages) assert.match(stderr, message);
  assert.doesNotMatch(stderr, /\n\s+at .*\.ts:\d+/, "a stack trace");
}

for (const variant of VARIANTS) {
  Deno.test({
    name: `${variant}: two processes, the second resumed, end in the bytes of one that was never stopped`,
    ignore,
    fn: () =>
      withData(async (folder, data, dataset) => {
        const args = ["--data", data, "--run", `${folder}/run`, "--variant", variant, ...OPTIONS];
        const first = await runTask("train", ...args, "--steps", "3", "--checkpoint-every", "2");
        assert.equal(first.code, 0, first.stderr);
        const second = await runTask("train", ...args, "--steps", "6", "--checkpoint-every", "5", "--resume");
        assert.equal(second.code, 0, second.stderr);
        const steps = [0, 2, 3, 5, 6].map((step) => checkpoint(`${folder}/run`, step));
        assert.deepEqual(
          (await names(`${folder}/run/checkpoints`)).map((name) => `${folder}/run/checkpoints/${name}`),
          steps,
        );
        const found = await Deno.readFile(steps[4]);
        assertSame(found, await uninterrupted(dataset, variant, 6), "checkpoint");
      }),
  });
}

Deno.test({
  name: "a run that diverges ends at once with the step, the last whole checkpoint and what to try",
  ignore,
  fn: () =>
    withData(async (folder, data) => {
      const run = `${folder}/run`;
      const args = ["--data", data, "--run", run, ...OPTIONS, "--steps", "100000", "--learning-rate", "1e20"];
      const ended = await runTask("train", ...args);
      assertSaid(
        ended,
        /training diverged at step 2: its loss is NaN\. Remedy: .*lower learning rate[^]*--learning-rate, --init-scale/,
        /The last whole checkpoint is .*step-000000\.safetensors\.\nOptions: --learning-rate, --init-scale\.\n$/,
      );
      readCheckpoint(await Deno.readFile(checkpoint(run, 0)));
      assert.deepEqual(await names(run), [".lock", "checkpoints", "run.json"], "nothing that looks like an end");
    }),
});

Deno.test({
  name: "a run folder that goes away during a run ends it, is not made anew, and goes on where it was moved to",
  ignore: ignore || Deno.build.os === "windows",
  fn: () =>
    withData(async (folder, data, dataset) => {
      const [run, moved] = [`${folder}/run`, `${folder}/moved`];
      const args = ["--data", data, ...OPTIONS, "--variant", "cnn_ad", "--checkpoint-every", "2"];
      // One that does not notice would go on for hours.
      await using child = startTaskWith({ seconds: 60 }, "train", ...args, "--run", run, "--steps", "100000");
      while (!child.isOver && !await exists(checkpoint(run, 2))) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await Deno.rename(run, moved);
      assertSaid(
        await child.ended,
        /the run folder was deleted, moved or replaced during the run.*\. Remedy: [^]*--run, --resume/,
        /run\/checkpoints holds no checkpoint/,
      );
      assert.equal(await exists(run), false, "not made anew");
      const left = (await names(`${moved}/checkpoints`)).filter((name) => name.endsWith(".safetensors"));
      const end = Number(/\d+/.exec(left.at(-1)!)![0]) + 1;
      const resumed = await runTask("train", ...args, "--run", moved, "--steps", `${end}`, "--resume");
      assert.equal(resumed.code, 0, resumed.stderr);
      assertSame(
        await Deno.readFile(checkpoint(moved, end)),
        await uninterrupted(dataset, "cnn_ad", end),
        "checkpoint",
      );
    }),
});
