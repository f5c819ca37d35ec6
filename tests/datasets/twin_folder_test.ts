/** The folder of a twin: what is drawn is known from wherever it is named, and no file of anybody else is lost. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { checkTwinTarget, countDrawn, writeTwin } from "../../datasets/synthetic/twins/folder.ts";
import { needs } from "../permissions.ts";
import { inTemporary, names } from "../support/files.ts";

const ignore = needs("read", "write");

/** A twin of three files. */
async function twin(path: string): Promise<void> {
  await writeTwin(path, { layout: "letters" }, async (folder) => {
    await Deno.mkdir(join(folder, "letters"));
    for (const letter of ["a", "b", "c"]) await Deno.writeTextFile(join(folder, "letters", letter), letter);
  }, { overwrite: true });
}

Deno.test({
  name: "twin folder: with a file of somebody's in it, whatever its name and however many files there are, it stays",
  ignore,
  fn: () =>
    inTemporary(async (folder) => {
      const path = join(folder, "twin"), letters = join(path, "letters");
      const cases: [what: string, change: () => Promise<void>, message: RegExp][] = [
        ["one for one", async () => {
          await Deno.remove(join(letters, "a"));
          await Deno.writeTextFile(join(letters, "thesis.txt"), "words");
        }, /: letters\/thesis\.txt$/],
        ["in a folder of its own", async () => {
          await Deno.remove(join(letters, "b"));
          await Deno.mkdir(join(path, "mine"));
          await Deno.writeTextFile(join(path, "mine", "a"), "a");
        }, /: mine\/a$/],
        [
          "under a drawn one's name, of the same length",
          () => Deno.writeTextFile(join(letters, "a"), "A"),
          /: letters\/a \(its name is the twin's, what it holds is not\)$/,
        ],
        ["a link", async () => {
          await Deno.remove(join(letters, "a"));
          await Deno.symlink(join(letters, "b"), join(letters, "a"));
        }, /: letters\/a \(its name/],
        ["many", async () => {
          for (let n = 0; n < 7; n++) await Deno.writeTextFile(join(path, `mine${n}`), "");
        }, /: mine0, mine1, mine2, mine3, mine4 and more$/],
      ];
      for (const [what, change, message] of cases) {
        await Deno.remove(path, { recursive: true }).catch(() => {});
        await twin(path);
        await change();
        const before = [await names(path), await names(letters)];
        const refused = (error: Error) => {
          assert.equal(error.name, "SourceError");
          assert.match(error.message, /holds files that are not the twin's, move them first: /, what);
          assert.match(error.message, message, what);
          return true;
        };
        await assert.rejects(checkTwinTarget(path, { overwrite: true }), refused);
        await assert.rejects(twin(path), refused);
        assert.deepEqual([await names(path), await names(letters)], before, what);
      }
      assert.deepEqual(await names(folder), ["twin"]);

      // A twin of which something is missing loses nothing of anybody's.
      await Deno.remove(path, { recursive: true });
      await twin(path);
      await Deno.remove(join(letters, "c"));
      await twin(path);
      assert.deepEqual(await names(letters), ["a", "b", "c"]);

      // One that says only how many files it has cannot tell its own from others.
      await Deno.writeTextFile(
        join(path, "twin.json"),
        JSON.stringify({ format: "aulens twin", version: 1, files: 4 }),
      );
      await assert.rejects(twin(path), /does not say which files are its own.*; remove it, or give another folder$/);
    }),
});

Deno.test({
  name: "countDrawn: a twin's files are drawn wherever the folder is named, and nobody else's are",
  ignore: ignore || Deno.build.os === "windows",
  fn: () =>
    inTemporary(async (folder) => {
      const path = join(folder, "sets", "twin");
      await Deno.mkdir(join(folder, "sets"));
      await twin(path);
      await Deno.symlink(path, join(folder, "link"));
      const own = join(path, "letters", "own"), beside = join(folder, "sets", "beside");
      await Deno.writeTextFile(own, "a");
      await Deno.writeTextFile(beside, "a");
      const count = async (...files: string[]) => {
        const { drawn, other } = await countDrawn(files);
        return [drawn, other];
      };
      assert.deepEqual(await count(join(path, "letters/a"), join(folder, "link/letters/b")), [2, undefined]);
      assert.deepEqual(await count(join(path, "letters/a"), own, beside), [1, own]);
      await Deno.writeTextFile(join(path, "letters/c"), "C");
      assert.deepEqual(
        await count(join(path, "letters/c")),
        [0, join(path, "letters/c")],
        "put in a drawn one's place",
      );
      assert.deepEqual(await count(), [0, undefined]);
      await Deno.writeTextFile(
        join(path, "twin.json"),
        JSON.stringify({ format: "aulens twin", version: 1, files: 4 }),
      );
      assert.deepEqual(await count(join(path, "letters/a")), [1, undefined], "one of before digests were kept");
    }),
});
