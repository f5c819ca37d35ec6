/** What a task does when nobody reads what it prints any more, or there is no space for it. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writePrepared } from "../../datasets/prepared.ts";
import { writeModel } from "../../training/model.ts";
import { needs } from "../permissions.ts";
import { exists, inTemporary } from "../support/files.ts";
import { run } from "../support/process.ts";
import { commandLine, type Task } from "../support/task.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";
import { tinyModel } from "../support/tiny_model.ts";

const ignore = needs("read", "write", "ffi", "run") || Deno.build.os !== "linux";
const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs a task in a shell that sends its output where `to` says; returns its exit code and what it complains about elsewhere. */
async function sent(to: string, folder: string, task: Task, ...args: string[]) {
  const [deno, ...flags] = commandLine(task);
  const script = `{ "$@"; echo $? >code; } ${to}`;
  const { stderr } = await run("/bin/sh", { args: ["-c", script, "sh", deno, ...flags, ...args], cwd: folder });
  return { code: Number(await Deno.readTextFile(join(folder, "code"))), stderr };
}

Deno.test({
  name: "a task whose output nobody reads any more does its work and says nothing of it",
  ignore,
  fn: () =>
    inTemporary(async (folder) => {
      await writePrepared(`${folder}/data`, await tinyDataset(), { source: "a test" });
      await Deno.writeFile(`${folder}/model.safetensors`, writeModel(tinyModel));
      const picture = `${folder}/data/contact_sheet.png`;
      await Deno.copyFile(`${root}bench/pictures/filters.png`, picture);
      const silent = { code: 0, stderr: "" };
      assert.deepEqual(await sent("2>&1 | true", folder, "inspect", "data"), silent);
      const predict = ["--model", "model.safetensors", picture, "--crop", "whole-image", "--csv", "-"];
      assert.deepEqual(await sent("2>&1 | true", folder, "predict", ...predict), silent);
      // Its progress is the first that it says.
      const draw = [
        "synthetic",
        "--subjects",
        "3",
        "--images-per-subject",
        "3",
        "--image-size",
        "8",
        "--output",
        "drawn",
      ];
      assert.deepEqual(await sent("2>&1 | true", folder, "prepare", ...draw), silent);
      assert.ok(await exists(`${folder}/drawn/meta.json`));
    }),
});

Deno.test({
  name: "a task that has no space for what it prints says so in a sentence",
  ignore,
  fn: () =>
    inTemporary(async (folder) => {
      await writePrepared(`${folder}/data`, await tinyDataset(), { source: "a test" });
      const { code, stderr } = await sent(">/dev/full", folder, "inspect", "data");
      assert.equal(code, 1);
      assert.match(stderr, /^\nerror: the output cannot be written: no space is left on the disk\. Remedy: .*\n$/);
    }),
});
