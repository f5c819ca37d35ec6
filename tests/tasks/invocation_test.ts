/** Where a task takes its paths from: the folder in which its command was typed, as `deno task` is typed there. */

import assert from "node:assert/strict";
import { relative } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { writePrepared } from "../../datasets/prepared.ts";
import { enterTypedFolder, readInvocation, taskCall } from "../../tasks/invocation.ts";
import { needs } from "../permissions.ts";
import { exists } from "../support/files.ts";
import { run } from "../support/process.ts";
import { shellEnvironment, withProjectCopy } from "../support/project_copy.ts";
import { commandLine } from "../support/task.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const ignore = needs("read", "write", "env", "ffi", "run");

Deno.test("every task that runs a file of ours passes on where it was typed", () => {
  const ours = Object.entries(config.tasks).filter(([, line]) => / (tasks|bench|tests\/fuzz)\/\w+\.ts/.test(line));
  assert.ok(ours.length >= 16);
  for (const [task, line] of ours) assert.match(line, / \S+\.ts --typed-in="\$INIT_CWD"$/, task);
});

Deno.test("how another task is called is a line that a shell reads back", () => {
  const typed = readInvocation(["--typed-in=/photos"]);
  const call = taskCall("train", typed, "/my projects/it's");
  assert.equal(call, `deno task --config '/my projects/it'\\''s/deno.json' train`);
});

Deno.test({ name: "a folder that cannot be entered is named with the remedy", ignore: needs("read") }, () => {
  const typed = readInvocation(["--typed-in=/no such folder"]);
  assert.throws(() => enterTypedFolder(typed), /^RangeError: INIT_CWD \/no such folder: .*Remedy: .*unset it/);
});

/** Types `deno task` in a folder. */
async function type(folder: string, project: string, ...words: string[]) {
  const args = ["task", "--quiet", "--config", `${project}/deno.json`, ...words];
  const { code, stdout, stderr } = await run("deno", { args, cwd: folder, env: shellEnvironment(), clearEnv: true });
  return { code, stdout, text: `${words.join(" ")}:\n${stdout}${stderr}` };
}

Deno.test({
  name:
    "deno task takes paths from where it was typed, leaves its files there, and has its default folders in the project",
  ignore,
  fn: () =>
    withProjectCopy(async ({ project, here }) => {
      const says = async (wanted: number, words: string, part: string | RegExp, folder = here) => {
        const { code, text } = await type(folder, project, ...words.split(" "));
        assert.equal(code, wanted, text);
        assert.ok(typeof part === "string" ? text.includes(part) : part.test(text), text);
      };
      const succeeds = (words: string, part: string | RegExp) => says(0, words, part);
      const refuses = (words: string, part: string, folder?: string) => says(1, words, part, folder);
      const tiny = await tinyDataset({ classes: 2, folds: 3, perFold: 4 });
      await writePrepared(`${here}/data`, tiny, { source: "a test" });

      const checkpoint = /^checkpoint {6}run\/checkpoints\/step-000001\.safetensors$/m;
      await succeeds("train --data data --variant cnn --steps 1 --batch 2 --run run", checkpoint);
      await succeeds("predict --model run run/curves.png --crop whole-image --csv seen.csv", /^csv {13}seen\.csv$/m);
      await succeeds("export run --output model.onnx", /^onnx {12}model\.onnx /m);
      // From another folder, where the run's data has no relative path of that name.
      const there = await type(project, project, "evaluate", `${relative(project, here)}/run`);
      assert.equal(there.code, 0, there.text);
      for (const file of ["run/metrics.json", "run/evaluation.json", "seen.csv", "model.onnx"]) {
        assert.ok(await exists(`${here}/${file}`), file);
      }

      // What each of the others names is only here.
      await Deno.mkdir(`${here}/damaged`);
      await Deno.writeTextFile(`${here}/damaged/run.json`, "{}");
      await Deno.mkdir(`${here}/twin_prepared`);
      await Deno.writeTextFile(`${here}/twin_prepared/mine`, "");
      const damaged = `damaged/run.json: is not what train writes`;
      const trains = "crossval --data data --dry-run --variant cnn --splits 0 --steps 1";
      await Promise.all([
        refuses("evaluate damaged", damaged),
        refuses("visualize damaged", damaged),
        refuses("correspond damaged", damaged),
        refuses("curves damaged", `${here}/${damaged}`),
        refuses("report damaged", damaged),
        refuses("explore damaged", damaged),
        refuses("twin --output twin", "twin_prepared"),
        succeeds("inspect data", "tiny: 12 images"),
        succeeds(`${trains} --out validation`, "1 of 1 runs are left, 1 at a time, in validation\n"),
        succeeds("fuzz --parser npy --seed 1 --case 1 --keep kept", "no fault"),
      ]);
      assert.ok(await exists(`${here}/kept`));

      // The default folders, from here by their whole path and in the project as ever.
      for (const folder of ["runs/synthetic-cnn-split0-seed1", "data/tfd"]) {
        await Deno.mkdir(`${project}/${folder}/mine`, { recursive: true });
      }
      await Promise.all([
        succeeds(trains, `1 at a time, in ${project}/crossval/tiny\n`),
        refuses(
          "explore",
          `${project}/runs: holds no run that has a checkpoint. Remedy: make one with deno task --config '`,
        ),
        refuses(
          "explore",
          "\nerror: runs: holds no run that has a checkpoint. Remedy: make one with deno task train,",
          project,
        ),
        refuses("train --variant cnn", `${project}/runs/synthetic-cnn-split0-seed1: the folder exists`),
        refuses("prepare tfd --input damaged", `${project}/data/tfd`),
      ]);

      // The data of a run that has moved with its project, and of one whose record is of an earlier version.
      await Deno.rename(`${here}/data`, `${project}/data/moved`);
      const record = JSON.parse(await Deno.readTextFile(`${here}/run/run.json`));
      assert.equal(record.dataset.folder, `${here}/data`);
      record.given.data = "data/moved";
      await Deno.writeTextFile(`${here}/run/run.json`, JSON.stringify(record));
      await refuses("correspond run", "no Action Units are known of the images of tiny");
      record.dataset.folder = "data/moved";
      record.given.data = "elsewhere";
      await Deno.writeTextFile(`${here}/run/run.json`, JSON.stringify(record));
      await refuses("correspond run", "no Action Units are known of the images of tiny");
    }),
});

Deno.test({
  name: "a plain deno run takes paths from the current folder, whatever INIT_CWD it inherits from an npm script",
  ignore,
  fn: () =>
    withProjectCopy(async ({ project, here }) => {
      await writePrepared(`${here}/data`, await tinyDataset(), { source: "a test" });
      const [deno, ...flags] = commandLine("inspect", `${project}/`);
      // As npm has it: the folder in which npm was typed, while the script runs in its package's.
      const env = { INIT_CWD: project, npm_lifecycle_event: "look" };
      const { code, stderr } = await run(deno, { args: [...flags, "data"], cwd: here, env });
      assert.equal(code, 0, stderr);
    }),
});
