/** What a process leaves beside a folder wherever it ends, and who may touch it: nothing that was there is lost, a lock has one holder. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { isStillAt } from "../../datasets/file_system.ts";
import { checkTarget, readPrepared, writePrepared } from "../../datasets/prepared.ts";
import { checkNotInterrupted, recoverFolder } from "../../datasets/prepared/leftovers.ts";
import { writeWholeFolder } from "../../datasets/prepared/whole_folder.ts";
import { checkTwinTarget } from "../../datasets/synthetic/twins/folder.ts";
import { needs } from "../permissions.ts";
import { inTemporary, names } from "../support/files.ts";
import { run } from "../support/process.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const ignore = needs("read", "write");
const PARTIAL = ".data.partial-1a2b3c4d", LOCK = ".data.partial-1a2b3c4d.lock";

/** Runs a script in a process that ends at once before its renaming or removal number `n`, from 0; false where it has no more. */
async function endBefore(n: number, script: string, folder: string): Promise<boolean> {
  const path = join(folder, "script.ts"),
    file = (name: string) => import.meta.resolve(`../../datasets/prepared/${name}`);
  await Deno.writeTextFile(
    path,
    `
      import { recoverFolder } from ${JSON.stringify(file("leftovers.ts"))};
      import { writeWholeFolder } from ${JSON.stringify(file("whole_folder.ts"))};
      let left = ${n};
      const counted = (work) => async (...args) => left-- > 0 ? await work(...args) : Deno.exit(9);
      Deno.rename = counted(Deno.rename);
      Deno.remove = counted(Deno.remove);
      const data = Deno.args[0];
      ${script}
    `,
  );
  const { code, stderr } = await run("deno", {
    args: ["run", "--quiet", "--no-prompt", "--allow-read", `--allow-write=${folder}`, path, join(folder, "data")],
  });
  assert([0, 9].includes(code), stderr);
  await Deno.remove(path);
  return code === 9;
}

Deno.test({
  name: "whole folder: wherever a replacement or its recovery ends, no file in a folder made anew costs what was there",
  ignore: needs("read", "write", "run"),
  fn: () =>
    inTemporary(async (parent) => {
      const replace = `await writeWholeFolder(data, (partial) => Deno.writeTextFile(partial + "/a", "new"));`;
      const text = (...path: string[]) => Deno.readTextFile(join(...path)).catch(() => undefined);
      /** What there is of the two after the process ended, somebody put a file there, and the next process recovered. */
      const after = async (n: number, stray: boolean, recovery?: number) => {
        const folder = await Deno.makeTempDir({ dir: parent }), data = join(folder, "data");
        await Deno.mkdir(data);
        await Deno.writeTextFile(join(data, "a"), "old");
        const ended = await endBefore(n, replace, folder);
        await Deno.mkdir(data).catch(() => {});
        if (stray) await Deno.writeTextFile(join(data, ".DS_Store"), "");
        if (recovery !== undefined) await endBefore(recovery, "await recoverFolder(data);", folder);
        await recoverFolder(data);
        const [hidden, ...more] = (await names(folder)).filter((name) => name !== "data");
        assert.deepEqual(more, []);
        assert(hidden === undefined || hidden.endsWith("-old"), hidden);
        const old = hidden === undefined ? undefined : await text(folder, hidden, "a");
        if (hidden !== undefined) {
          const named = (error: Error) =>
            error.name === "PreparedError" && error.message.includes(join(folder, hidden));
          await assert.rejects(checkNotInterrupted(data), named);
          for (const check of [checkTarget, checkTwinTarget]) {
            for (const overwrite of [false, true]) {
              await assert.rejects(check(data, { overwrite }), named);
            }
          }
          await assert.rejects(readPrepared(data), named);
        }
        return { ended, found: [await text(data, "a"), old] };
      };
      const endings: [string | undefined, string?][] = [];
      for (let n = 0, ended = true; ended; n++) {
        const [alone, beside] = [await after(n, false), await after(n, true)];
        assert.deepEqual(
          beside.found,
          alone.found[0] === "old" && n > 0 ? [undefined, "old"] : alone.found,
          `before ${n}, with a file of others`,
        );
        endings.push(alone.found as [string]);
        ended = alone.ended;
      }
      assert.deepEqual(endings.slice(0, 4), [
        ["old", undefined],
        ["old", undefined],
        ["new", "old"], // the new one has its name, and nothing says so yet
        ["new", undefined],
      ]);
      for (let n = 0; n < 5; n++) {
        assert.deepEqual((await after(1, false, n)).found, ["old", undefined], `recovery ended before ${n}`);
        assert.deepEqual((await after(1, true, n)).found, [undefined, "old"], `recovery ended before ${n}`);
      }
    }),
});

Deno.test({
  name: "whole folder: where another takes the name between the two renamings, it is said where what stood there is",
  ignore,
  fn: () =>
    inTemporary(async (folder) => {
      const data = join(folder, "data"), { rename } = Deno;
      await writeWholeFolder(data, (partial) => Deno.writeTextFile(join(partial, "a"), "old"));
      Deno.rename = async (from, to) => {
        await rename(from, to);
        if (from !== data) return;
        await Deno.mkdir(data);
        await Deno.writeTextFile(join(data, "note"), "");
      };
      try {
        await assert.rejects(
          writeWholeFolder(data, (partial) => Deno.writeTextFile(join(partial, "a"), "new")),
          /data: its replacement was interrupted, .*\.data\.partial-[0-9a-f]{8}-old\. Remedy/,
        );
      } finally {
        Deno.rename = rename;
      }
      const [old, ...rest] = await names(folder);
      assert.deepEqual(rest, ["data"]);
      assert.equal(await Deno.readTextFile(join(folder, old, "a")), "old");
      assert.deepEqual(await names(data), ["note"]);
    }),
});

Deno.test({
  name: "whole folder: a lock on a file whose name another process has taken since is no lock on what that one writes",
  ignore: ignore || Deno.build.os === "windows",
  fn: () =>
    inTemporary(async (folder) => {
      await Deno.mkdir(join(folder, PARTIAL));
      await Deno.writeTextFile(join(folder, PARTIAL, "half"), "");
      await Deno.writeTextFile(join(folder, LOCK), "");
      const { tryLock } = Deno.FsFile.prototype;
      let theirs: Deno.FsFile | undefined;
      // Between opening and locking: who had it before removes it, and another makes and locks one of that name.
      Deno.FsFile.prototype.tryLock = async function (exclusive) {
        if (!theirs) {
          await Deno.remove(join(folder, LOCK));
          theirs = await Deno.open(join(folder, LOCK), { write: true, createNew: true });
          assert(await tryLock.call(theirs, true));
        }
        return await tryLock.call(this, exclusive);
      };
      try {
        await recoverFolder(join(folder, "data"));
        assert.deepEqual(await names(folder), [PARTIAL, LOCK]);
        assert.deepEqual(await names(join(folder, PARTIAL)), ["half"]);
      } finally {
        Deno.FsFile.prototype.tryLock = tryLock;
        theirs?.close();
      }
      // Nor may anyone lock a file whose name is about to go.
      const { remove } = Deno;
      const free: boolean[] = [];
      Deno.remove = async (path, options) => {
        if (path === join(folder, LOCK)) {
          using file = await Deno.open(path, { write: true });
          free.push(await file.tryLock(true));
        }
        await remove(path, options);
      };
      try {
        await recoverFolder(join(folder, "data"));
      } finally {
        Deno.remove = remove;
      }
      assert.deepEqual(await names(folder), [], "nobody holds it any more");
      assert.deepEqual(free, [false]);
    }),
});

Deno.test({
  name: "whole folder: a file is told from another by its number, where the system numbers files",
  ignore,
  fn: () =>
    inTemporary(async (folder) => {
      const [one, other] = [join(folder, "one"), join(folder, "other")];
      await Deno.writeTextFile(one, "");
      await Deno.writeTextFile(other, "");
      const info = await Deno.stat(one);
      const numbered = (ino: number | null, dev: number) => ({ stat: () => Promise.resolve({ ...info, ino, dev }) });
      assert(await isStillAt(numbered(info.ino, info.dev), one));
      assert(await isStillAt(numbered(null, 0), one), "as on Windows");
      assert(!await isStillAt(numbered(null, 0), join(folder, "none")));
      assert(!await isStillAt(numbered(null, 0), join(one, "below")));
      if (!info.ino) return;
      assert(!await isStillAt(numbered(info.ino, info.dev), other));
      assert(!await isStillAt(numbered(info.ino, info.dev + 1), one));
    }),
});

/** Asks both checks about folders, and prints what they say. */
const ASK = `
const [root, ...folders] = Deno.args;
const { checkTarget } = await import(root + "datasets/prepared.ts");
const { checkTwinTarget } = await import(root + "datasets/synthetic/twins/folder.ts");
for (const folder of folders) {
  for (const check of [checkTarget, checkTwinTarget]) {
    console.log(await check(folder, { overwrite: true }).then(() => "fine", ({ name, message }) => name + " " + message));
  }
}
`;

Deno.test({
  name:
    "targets: a folder that may be written into, in one that may not, is refused before the work, and left as it was",
  ignore: needs("read", "write", "run"),
  fn: () =>
    inTemporary(async (temporary) => {
      const folder = await Deno.realPath(temporary);
      const mine = join(folder, "mine"), inside = join(mine, "inside", "deeper"), beside = join(folder, "beside");
      await Deno.mkdir(mine);
      const script = join(folder, "ask.ts");
      await Deno.writeTextFile(script, ASK);
      const root = new URL("../../", import.meta.url).href;
      // Root may write anywhere, so that a permission of Deno's has to say no.
      const args = ["run", "--quiet", "--no-check", "--no-prompt", "--allow-read", `--allow-write=${mine}`, script];
      const { code, stdout, stderr } = await run("deno", { args: [...args, root, mine, inside, beside] });
      assert.equal(code, 0, stderr);
      const lines = stdout.trim().split("\n");
      const refused = `${mine}: cannot be made, because nothing can be written into ${folder} \\(.*\\)\\. Remedy: `;
      const within = `name a folder inside it, ${join(mine, "prepared")} for example, or one in`;
      assert.match(lines[0], new RegExp(`^PreparedError ${refused}${within}`));
      assert.match(lines[1], new RegExp(`^SourceError ${refused}${within}`));
      assert.deepEqual(lines.slice(2, 4), ["fine", "fine"]);
      assert.match(lines[4], /^PreparedError .*beside: cannot be made.*Remedy: name one in a folder of your own$/);
      assert.deepEqual([await names(folder), await names(mine)], [["ask.ts", "mine"], []], "nothing is left");
    }),
});

Deno.test({
  name: "targets: what stands there, and what it holds, is the same after it was asked for",
  ignore,
  fn: () =>
    inTemporary(async (folder) => {
      const data = join(folder, "data"), empty = join(folder, "empty");
      await writePrepared(data, await tinyDataset());
      await Deno.mkdir(empty);
      const before = await Deno.stat(data);
      for (const target of [data, empty, join(folder, "a", "b")]) await checkTarget(target, { overwrite: true });
      assert.equal((await Deno.stat(data)).ino, before.ino);
      await readPrepared(data);
      assert.deepEqual(await names(folder), ["data", "empty"]);
    }),
});
