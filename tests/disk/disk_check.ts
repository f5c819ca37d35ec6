/** `deno task train` on a disk that fills up, and on one that is read-only: what it says, what it keeps, how it goes on. See check.sh. */

import assert from "node:assert/strict";
import { checkTarget, writePrepared } from "../../datasets/prepared.ts";
import { checkTwinTarget } from "../../datasets/synthetic/twins/folder.ts";
import { readCheckpoint } from "../../training/checkpoint.ts";
import { checkPlace } from "../../tasks/place.ts";
import { writeWholeFile } from "../../run/storage/whole_file.ts";
import { inTemporary, names } from "../support/files.ts";
import { assertSame } from "../support/same.ts";
import { type Ended, runTask } from "../support/task.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";
import { run } from "../support/process.ts";

const disk = Deno.env.get("DISK")!;
const OPTIONS = ["--batch", "2", "--seed", "5", "--init-scale", "1", "--steps", "6", "--checkpoint-every", "2"];

async function remount(options: string): Promise<void> {
  const { code, stderr } = await run("mount", { args: ["-o", `remount,${options}`, disk], seconds: 60 });
  assert.equal(code, 0, stderr);
}

function assertSaid({ code, stderr }: Ended, ...messages: RegExp[]) {
  assert.equal(code, 1, stderr);
  for (const message of messages) assert.match(stderr, message);
  assert.doesNotMatch(stderr, /\n\s+at .*\.ts:\d+/, "a stack trace");
}

Deno.test("a disk's mount point is refused as an output before the work, which a folder in it is not", async () => {
  for (const check of [checkTarget, checkTwinTarget]) {
    await assert.rejects(check(disk, {}), (error: Error) => {
      assert.ok(error.message.startsWith(`${disk}: cannot be replaced as a whole, because it is a mount point.`));
      assert.ok(error.message.includes(`Remedy: name a folder inside it, ${disk}/prepared for example`));
      return true;
    });
    await check(`${disk}/prepared`, {});
    assert.deepEqual(await names(disk), []);
  }
});

Deno.test("a file that is a mount point is refused as an output before the work", async () => {
  const file = `${disk}/a.json`;
  await Deno.writeTextFile(file, "words");
  await checkPlace("--json", file, true);
  const { code, stderr } = await run("mount", { args: ["--bind", file, file], seconds: 60 });
  assert.equal(code, 0, stderr);
  try {
    await assert.rejects(checkPlace("--json", file, true), /^UsageError: --json .*cannot be replaced.*a mount point/);
    await assert.rejects(writeWholeFile(file, "others"), { code: "EBUSY" });
    assert.deepEqual(await names(disk), ["a.json"]);
  } finally {
    assert.equal((await run("umount", { args: [file], seconds: 60 })).code, 0);
    await Deno.remove(file);
  }
});

Deno.test("a full disk ends a run with a sentence, keeps every whole checkpoint and no half one; with space it goes on; a read-only one is refused", () =>
  inTemporary(async (folder) => {
    const data = `${folder}/data`, run = `${disk}/run`, whole = `${folder}/whole`;
    await writePrepared(data, await tinyDataset({ folds: 3 }), {});
    const attempt = (path: string, ...more: string[]) =>
      runTask("train", "--data", data, "--run", path, ...OPTIONS, ...more);
    const expected = await attempt(whole);
    assert.equal(expected.code, 0, expected.stderr);

    assertSaid(
      await attempt(run),
      /run\/checkpoints\/step-000004\.safetensors cannot be written: no space is left on the disk\. Remedy: free some/,
      /The last whole checkpoint is .*step-000002\.safetensors\. .*can be resumed from there\.\nOptions: --resume/,
    );
    const kept = await names(`${run}/checkpoints`);
    assert.deepEqual(kept, ["step-000000.safetensors", "step-000002.safetensors"]);
    for (const name of kept) {
      const bytes = await Deno.readFile(`${run}/checkpoints/${name}`);
      readCheckpoint(bytes);
      assertSame(bytes, await Deno.readFile(`${whole}/checkpoints/${name}`), name);
    }
    assert.deepEqual((await names(run)).filter((name) => name.endsWith(".writing")), []);
    assertSaid(await attempt(run, "--resume"), /no space is left/, /step-000002/);

    await remount("ro");
    assertSaid(
      await attempt(run, "--resume"),
      /run\/\.lock cannot be written: it lies on a disk that is read-only\. Remedy: /,
    );
    assertSaid(await attempt(`${disk}/new`), /new cannot be written: it lies on a disk that is read-only\. Remedy: /);
    assert.deepEqual(await names(`${run}/checkpoints`), kept);

    await remount("rw,size=200m");
    const resumed = await attempt(run, "--resume");
    assert.equal(resumed.code, 0, resumed.stderr);
    const name = "checkpoints/step-000006.safetensors";
    assertSame(await Deno.readFile(`${run}/${name}`), await Deno.readFile(`${whole}/${name}`), "the last checkpoint");
    assert.equal(await Deno.readTextFile(`${run}/metrics.json`), await Deno.readTextFile(`${whole}/metrics.json`));
  }));
