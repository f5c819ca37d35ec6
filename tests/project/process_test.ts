/** The limits of processes that tests start: a suite that waits for one of them for ever tells nobody what is wrong. */
import assert from "node:assert/strict";
import { needs } from "../permissions.ts";
import { run, start } from "../support/process.ts";

const ignore = needs("read", "run");
const script = (code: string) => ["eval", "--quiet", code];

Deno.test({
  name: "process: at its limit it is killed with what it started, and its last words are shown",
  ignore: ignore || Deno.build.os !== "linux",
}, async () => {
  const grandchild = `setInterval(() => {}, 1000);`;
  const child = start("deno", {
    args: script(`
      const inner = new Deno.Command("deno", { args: ["eval", ${JSON.stringify(grandchild)}] }).spawn();
      console.log("inner", inner.pid);
      setInterval(() => {}, 1000);`),
    seconds: 3,
  });
  const [, pid] = await child.said(/inner (\d+)/);
  await assert.rejects(child.ended, /did not end within 3 s and was killed\. Its last words:\ninner \d+$/);
  // A killed process that nobody waits for may stay as a zombie where the first process of the system is not an init.
  const state = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => ") Z");
  assert.match(state, /\) Z/);
});

Deno.test({ name: "process: says how one ended, what it said, and what it was told", ignore }, async () => {
  const code = `console.log((await new Response(Deno.stdin.readable).text()).toUpperCase());
    console.error("x".repeat(100_000)); Deno.exit(3)`;
  const ended = await run("deno", { args: script(code), input: "hello" });
  assert.equal(ended.code, 3);
  assert.equal(ended.stdout, "HELLO\n");
  assert.equal(ended.stderr.length, 100_001);
  await assert.rejects(start("deno", { args: script("console.log(1)") }).said(/2/), /ended without \/2\/: 1/);
});

Deno.test({ name: "process: no test or check starts one without a limit", ignore: needs("read") }, async () => {
  const tests = new URL("..", import.meta.url);
  // The runner of the suite and the watcher of the fuzzer have limits of their own; what is text here is run by `run`.
  const own = [
    "project/process_test.ts",
    "support/process.ts",
    "side_by_side.ts",
    "fuzz/watch.ts",
    "tasks/aulens_test.ts",
  ];
  const faults: string[] = [];
  for (const file of await filesUnder(tests)) {
    if (!file.endsWith(".ts") || own.includes(file)) continue;
    const text = await Deno.readTextFile(new URL(file, tests));
    if (/Deno\.Command|node:child_process|\.spawn\(/.test(text)) faults.push(file);
  }
  assert.deepEqual(faults, []);
});

/** Every file below a folder, by its path from there. */
async function filesUnder(folder: URL, path = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(path, folder))) {
    if (isDirectory) found.push(...await filesUnder(folder, `${path}${name}/`));
    else found.push(path + name);
  }
  return found;
}
