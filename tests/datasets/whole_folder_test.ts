/** Folders written whole: what a process that ended in the middle leaves is put back or removed, what a living one writes is not touched. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { checkTarget, readPrepared, writePrepared } from "../../datasets/prepared.ts";
import { checkNotInterrupted } from "../../datasets/prepared/leftovers.ts";
import { writeWholeFolder } from "../../datasets/prepared/whole_folder.ts";
import { checkTwinTarget, writeTwin } from "../../datasets/synthetic/twins/folder.ts";
import { needs } from "../permissions.ts";
import { inTemporary, names } from "../support/files.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";
import { start } from "../support/process.ts";

const ignore = needs("read", "write");
const OLD = ".data.partial-1a2b3c4d-old", PARTIAL = ".data.partial-1a2b3c4d", LOCK = ".data.partial-1a2b3c4d.lock";

/** What a process leaves that ends between the two renamings. */
async function interrupt(folder: string, at = "data"): Promise<void> {
  await Deno.rename(join(folder, at), join(folder, OLD));
  await Deno.mkdir(join(folder, PARTIAL));
  await Deno.writeTextFile(join(folder, PARTIAL, "X.npy"), "new");
  await Deno.writeTextFile(join(folder, LOCK), "");
}

Deno.test({
  name:
    "whole folder: what an interrupted replacement took away is named to who reads, and put back before the next one",
  ignore,
  fn: () =>
    inTemporary(async (folder) => {
      const data = join(folder, "data"), first = await tinyDataset(), second = await tinyDataset({ seed: 2 });
      await writePrepared(data, first);
      await interrupt(folder);
      await assert.rejects(readPrepared(data), (error: Error) => {
        assert.equal(error.name, "PreparedError");
        assert.match(error.message, /data: is missing, because its replacement was interrupted.*Remedy: rename that/);
        assert(error.message.includes(join(folder, OLD)), error.message);
        return true;
      });
      assert.deepEqual(await names(folder), [PARTIAL, OLD, LOCK], "reading changes nothing");
      await assert.rejects(checkTarget(data, {}), /is there already/);
      assert.deepEqual(await names(folder), ["data"]);
      assert.equal((await readPrepared(data)).fingerprint, first.fingerprint);

      await interrupt(folder);
      await Deno.mkdir(data); // a user who wonders where it is
      await assert.rejects(writePrepared(data, second), /is there already/);
      assert.equal((await readPrepared(data)).fingerprint, first.fingerprint);

      await interrupt(folder);
      await writePrepared(data, second, {}, { overwrite: true });
      assert.deepEqual(await names(folder), ["data"]);
      assert.equal((await readPrepared(data)).fingerprint, second.fingerprint);
      await assert.rejects(readPrepared(join(folder, "other")), /other.meta\.json: is missing; is this a prepared/);
    }),
});

Deno.test({
  name: "whole folder: a twin and a folder behind a link are put back too",
  ignore: ignore || Deno.build.os === "windows",
  fn: () =>
    inTemporary(async (folder) => {
      const twin = join(folder, "data");
      await writeTwin(twin, {}, (partial) => Deno.writeTextFile(join(partial, "a"), "a"));
      await interrupt(folder);
      await assert.rejects(checkTwinTarget(twin, {}), /is there already/);
      const before = join(folder, "before");
      await Deno.mkdir(before);
      await Deno.symlink(twin, join(before, "link"));
      await interrupt(folder);
      await assert.rejects(checkNotInterrupted(join(before, "link")), /link: is missing.*1a2b3c4d-old/);
      await writeWholeFolder(join(before, "link"), () => Promise.resolve(), {
        check: async () => assert.deepEqual(await names(twin), ["a", "twin.json"]),
      });
      assert((await Deno.lstat(join(before, "link"))).isSymlink);
      assert.deepEqual(await names(folder), ["before", "data"]);
    }),
});

Deno.test({
  name: "whole folder: what was replaced is removed, and of two nobody can choose between nothing is",
  ignore,
  fn: () =>
    inTemporary(async (folder) => {
      const data = join(folder, "data");
      const write = () => writeWholeFolder(data, (partial) => Deno.writeTextFile(join(partial, "new"), ""));
      await Deno.mkdir(join(folder, OLD, "b"), { recursive: true });
      const other = ".data.partial-00000000-old";
      await Deno.mkdir(join(folder, other, "c"), { recursive: true });
      const mine = ".data.partial-of-mine";
      await Deno.mkdir(join(folder, mine));
      await assert.rejects(checkNotInterrupted(data), /00000000-old or .*1a2b3c4d-old.*rename the right one back/);
      await Deno.mkdir(join(folder, `${PARTIAL}-replaced`, "d"), { recursive: true });
      for (let time = 0; time < 2; time++) {
        await write();
        assert.deepEqual(await names(folder), [other, OLD, mine, "data"].sort());
        assert.deepEqual(await names(data), ["new"]);
      }
      assert.deepEqual([await names(join(folder, OLD)), await names(join(folder, other))], [["b"], ["c"]]);
      await assert.rejects(
        checkNotInterrupted(data),
        /whether what is there now is the new one; .*00000000-old or .*1a2b3c4d-old\. Remedy: give the right one/,
      );
    }),
});

Deno.test({
  name: "whole folder: a file where a folder above should be is named before anything is prepared",
  ignore: ignore || Deno.build.os === "windows",
  fn: () =>
    inTemporary(async (folder) => {
      const file = join(folder, "afile"), nowhere = join(folder, "nowhere"), link = join(folder, "link");
      await Deno.writeTextFile(file, "mine");
      await Deno.symlink(join(folder, "none"), nowhere);
      await Deno.symlink(join(file, "x"), link);
      for (const [output, obstacle] of [[join(file, "x"), file], [join(file, "x", "y"), file], [link, file]]) {
        const refused = (name: string) => (error: Error) => {
          assert.equal(error.name, name);
          assert.equal(
            error.message,
            `${output}: cannot be made, because ${obstacle} is no folder. Remedy: move that away, or give another folder`,
          );
          return true;
        };
        await assert.rejects(checkTarget(output, {}), refused("PreparedError"));
        await assert.rejects(checkTwinTarget(output, { overwrite: true }), refused("SourceError"));
      }
      await assert.rejects(
        checkTarget(join(nowhere, "x", "y"), {}),
        /y: cannot be made, because .*nowhere is no folder/,
      );
      await checkTarget(join(folder, "a", "b", "c"), {});
      assert.deepEqual(await names(folder), ["afile", "link", "nowhere"]);
    }),
});

Deno.test({
  name: "whole folder: what another process is writing is left alone until that process is gone",
  ignore: needs("read", "write", "run"),
  fn: () =>
    inTemporary(async (folder) => {
      const data = join(folder, "data");
      const script = `
        import { writeWholeFolder } from ${
        JSON.stringify(import.meta.resolve("../../datasets/prepared/whole_folder.ts"))
      };
        await writeWholeFolder(Deno.args[0], async (partial) => {
          await Deno.writeTextFile(partial + "/half", "");
          console.log("writing");
          await Deno.stdin.readable.getReader().read();
        });
      `;
      const path = join(folder, "script.ts");
      await Deno.writeTextFile(path, script);
      await using child = start("deno", {
        args: ["run", "--quiet", "--no-prompt", `--allow-read`, `--allow-write=${folder}`, path, data],
        openInput: true,
      });
      await child.said(/writing/);
      const theirs = (await names(folder)).filter((name) => name.startsWith(".data"));
      assert.equal(theirs.length, 2, `${theirs}`);
      const write = (name: string) => writeWholeFolder(data, (partial) => Deno.writeTextFile(join(partial, name), ""));
      await write("a");
      await write("b");
      assert.deepEqual(await names(folder), [...theirs, "data", "script.ts"]);
      assert.deepEqual(await names(join(folder, theirs[0])), ["half"]);
      child.kill("SIGKILL");
      await child.ended;
      await Promise.all([write("c"), child.write("")]);
      assert.deepEqual(await names(folder), ["data", "script.ts"]);
    }),
});
