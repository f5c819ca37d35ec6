/** Files that tasks write: whole or not at all, in an order that a power loss keeps, and with nothing left over where they cannot be written. */

import assert from "node:assert/strict";
import { writeCheckedFile } from "../../tasks/export/checked_file.ts";
import { RunFolder } from "../../run/folder.ts";
import { writeWholeFile } from "../../run/storage/whole_file.ts";
import { needs } from "../permissions.ts";
import { inTemporary, names } from "../support/files.ts";

const ignore = needs("read", "write");

/** What is synced while something is done: the files of it, and what was in the folders then. */
async function synced(folder: string, work: () => Promise<unknown>): Promise<string[]> {
  const { sync } = Deno.FsFile.prototype;
  const seen: string[] = [];
  Deno.FsFile.prototype.sync = async function () {
    seen.push((await this.stat()).isFile ? "a file" : (await names(folder)).join(" "));
    await sync.call(this);
  };
  try {
    await work();
  } finally {
    Deno.FsFile.prototype.sync = sync;
  }
  return seen;
}

Deno.test(
  { name: "whole file: where a folder has its name, that is said, and no half file stays", ignore },
  () =>
    inTemporary(async (folder) => {
      await Deno.mkdir(`${folder}/report.html/mine`, { recursive: true });
      const refusal = {
        name: "WriteError",
        message: /report\.html cannot be written: a folder has that name\. Remedy: /,
      };
      await assert.rejects(writeWholeFile(`${folder}/report.html`, "words"), refusal);
      await assert.rejects(writeCheckedFile(`${folder}/report.html`, new Uint8Array(3)), refusal);
      assert.deepEqual(await names(folder), ["report.html"]);
    }),
);

Deno.test(
  {
    name: "whole file: it is synced before it has its name, its folder afterwards, and after a removal",
    ignore: ignore || Deno.build.os === "windows",
  },
  () =>
    inTemporary(async (folder) => {
      const run = new RunFolder(folder);
      assert.deepEqual(await synced(folder, () => run.write("a.json", "words")), ["a file", "a.json"]);
      assert.deepEqual(await synced(folder, () => run.remove("a.json")), [""]);
      assert.deepEqual(await synced(folder, () => run.remove("a.json")), [], "nothing was there");
      const checked = () => writeCheckedFile(`${folder}/m.onnx`, new Uint8Array(3));
      assert.deepEqual(await synced(folder, checked), ["a file", "m.onnx"], "what is read back first, too");
    }),
);
