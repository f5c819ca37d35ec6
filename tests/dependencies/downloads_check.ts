/**
 * What each task downloads when it is the first one on a machine, `deno task test-downloads`: every task does a small job with an empty cache of
 * packages, its size is compared with a limit, and a package with another hash than the lock file's is refused. Needs npm's registry.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { inTemporary } from "../support/files.ts";
import { run } from "../support/process.ts";
import { commandLine, type Task } from "../support/task.ts";

/** Task, the most MiB that its first start may take on disk, and a job; the first ones make what the others read. */
const JOBS: [Task, number, string][] = [
  ["prepare", 120, "synthetic --subjects 10 --images-per-subject 8 --image-size 16 --output data"],
  ["train", 120, "synthetic --data data --steps 2 --batch 4 --run run"],
  ["evaluate", 120, "run"],
  ["visualize", 120, "run --filters 0 --top 1 --controls 1"],
  ["correspond", 120, "run --permutations 19 --minimum-support 4"],
  ["report", 120, "run"],
  ["curves", 120, "run --output curves.png"],
  ["export", 120, "run --output model.onnx"],
  ["inspect", 120, "data"],
  ["predict", 150, "--model run data/contact_sheet.png"],
  ["explore", 150, "run --output site"],
];

/** Bytes that the files below a folder take on disk. */
async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    const { blocks, size } = await Deno.lstat(path);
    bytes += isDirectory ? await sizeOf(path) : blocks === null ? size : 512 * blocks;
  }
  return bytes;
}

Deno.test("downloads: no task's first start takes more than its limit", () =>
  inTemporary(async (folder) => {
    const sizes: string[] = [];
    let tooLarge = false;
    for (const [task, limit, job] of JOBS) {
      const [deno, ...flags] = commandLine(task);
      const cache = join(folder, `cache-${task}`);
      const env = { DENO_DIR: cache, XDG_RUNTIME_DIR: "/tmp", NO_COLOR: "1" };
      // `deno task` itself downloads all of deno.lock.
      await run("deno", { args: ["task", "--quiet", "doctor"], cwd: new URL("../..", import.meta.url), env });
      const { code, stderr } = await run(deno, { args: [...flags, ...job.split(" ")], cwd: folder, env });
      assert.equal(code, 0, `${task}: ${stderr}`);
      assert.doesNotMatch(stderr, /Warning|build scripts/, task);
      const megabytes = await sizeOf(cache) / 2 ** 20;
      sizes.push(`${task.padEnd(10)} ${megabytes.toFixed(0).padStart(4)} MiB, at most ${limit}`);
      tooLarge ||= !(megabytes <= limit);
      await Deno.remove(cache, { recursive: true });
    }
    console.log(sizes.join("\n"));
    assert.ok(!tooLarge, sizes.join("\n"));
  }));

Deno.test("downloads: a package whose hash is not that of the lock file is refused, whether a task starts with it or loads it later", () =>
  inTemporary(async (folder) => {
    const lock = JSON.parse(await Deno.readTextFile(new URL("../../deno.lock", import.meta.url)));
    const script = join(folder, "script.ts");
    await Deno.writeTextFile(
      join(folder, "deno.json"),
      JSON.stringify({ lock: config.lock, unstable: config.unstable }),
    );
    const attempt = async (code: string, changed?: string) => {
      const npm = structuredClone(lock.npm);
      if (changed) npm[changed].integrity = npm[changed].integrity.replace(/^(sha512-.)./, "$1=");
      await Deno.writeTextFile(join(folder, "deno.lock"), JSON.stringify({ ...lock, npm }));
      await Deno.writeTextFile(script, code);
      const env = { DENO_DIR: await Deno.makeTempDir({ dir: folder }), NO_COLOR: "1" };
      return await run("deno", { args: ["run", "--quiet", "--no-prompt", script], cwd: folder, env });
    };
    const specifier = Object.keys(lock.specifiers).find((name) => name.startsWith("npm:commander@"))!;
    const name = specifier.slice("npm:".length);
    for (const code of [`import "${specifier}";`, `await import(["${specifier}"][0]);`]) {
      assert.equal((await attempt(code)).code, 0);
      const { code: ended, stderr } = await attempt(code, name);
      assert.equal(ended, 1);
      assert.match(stderr, /checksum did not match/);
    }
  }));
