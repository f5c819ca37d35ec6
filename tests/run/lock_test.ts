/** The lock of a run folder where the file system has none, and where something else has its name. */
import assert from "node:assert/strict";
import { planRuns } from "../../training/cross_validation/plan.ts";
import { keepManifest, type Manifest, readManifest } from "../../run/cross_validation/manifest.ts";
import { RunError } from "../../run/errors.ts";
import { RunFolder } from "../../run/folder.ts";
import { WriteError } from "../../run/storage/write_error.ts";
import { needs } from "../permissions.ts";
import { inTemporary, names } from "../support/files.ts";
import { run } from "../support/process.ts";

const ignore = needs("read", "write");

/** Runs `use` as on a file system without locks, and returns what was said. */
async function withoutLocks(use: (onNote: (sentence: string) => void) => Promise<void>): Promise<string[]> {
  const { tryLock } = Deno.FsFile.prototype;
  const said: string[] = [];
  Deno.FsFile.prototype.tryLock = () => Promise.reject(new Error("Function not implemented (os error 38)"));
  try {
    await use((sentence) => said.push(sentence));
  } finally {
    Deno.FsFile.prototype.tryLock = tryLock;
  }
  return said;
}

const long = () => new Date(Date.now() - 600_000);

Deno.test({
  name: "lock: without locks a run goes on where nobody is seen, says so in one sentence, and leaves nothing behind",
  ignore,
  fn: () =>
    inTemporary(async (path) => {
      const folder = new RunFolder(path);
      const said = await withoutLocks(async (onNote) => {
        {
          using _lock = await folder.lock({ onNote });
          await folder.write("a", "b");
          await assert.rejects(new RunFolder(path).lock({ onNote }), (error: Error) => {
            assert(error instanceof RunError);
            assert.match(error.message, /at work in this folder \d+ seconds ago.*Function not implemented.*Remedy: /);
            return true;
          });
        }
        assert.deepEqual(await names(path), [".lock", "a"]);
        using _again = await folder.lock({ onNote });
      });
      assert.equal(said.length, 2);
      for (const line of said) assert.match(line, /^[^\n]*has no locks[^\n]*no other process is seen[^\n]*$/);
    }),
});

Deno.test({
  name: "lock: without locks a holder that has been silent for long is taken over, and notices it where it lives",
  ignore,
  fn: () =>
    inTemporary(async (path) => {
      await withoutLocks(async () => {
        const first = new RunFolder(path), second = new RunFolder(path);
        using _dead = await first.lock();
        await Deno.utime(`${path}/.lock.holder`, long(), long());
        {
          using _living = await second.lock();
          await second.write("a", "second");
          await assert.rejects(first.write("a", "first"), WriteError);
          await assert.rejects(first.log({} as never), /another process has taken it over/);
        }
        assert.equal(await Deno.readTextFile(`${path}/a`), "second");
      });
      assert.deepEqual(await names(path), [".lock", "a"]);
    }),
});

Deno.test({
  name: "lock: without locks a cross-validation keeps its manifest, and waits for another process until it is stopped",
  ignore,
  fn: () =>
    inTemporary(async (out) => {
      const asked: Manifest = {
        selection: "validation",
        options: {},
        steps: 2,
        fingerprint: "0123",
        runs: planRuns({ variants: ["cnn"], splits: [0], seeds: [1] }),
      };
      await withoutLocks(async (onNote) => {
        await keepManifest(out, asked, { onNote });
        assert.deepEqual(await readManifest(out), asked);
        using _other = await new RunFolder(out).lock();
        await assert.rejects(
          keepManifest(out, asked, { signal: AbortSignal.abort(new Error("stopped")), onNote }),
          /stopped/,
        );
      });
    }),
});

Deno.test({
  name: "lock: a named pipe or a link in place of the lock's file is refused, not waited for or written to",
  ignore: needs("read", "write", "run") || Deno.build.os === "windows",
  fn: () =>
    inTemporary(async (path) => {
      const lock = `${path}/.lock`;
      await run("mkfifo", { args: [lock] });
      {
        using _ends = await Deno.open(lock, { read: true, write: true }); // or else the one that opens it waits for ever
        await assert.rejects(new RunFolder(path).lock(), /\.lock: is no ordinary file\. Remedy: /);
      }
      await Deno.remove(lock);
      await Deno.symlink(`${path}/elsewhere`, lock);
      await assert.rejects(new RunFolder(path).lock(), /\.lock: is no ordinary file\. Remedy: /);
      assert.deepEqual(await names(path), [".lock"]);
    }),
});
