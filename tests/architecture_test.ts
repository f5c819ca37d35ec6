// The module graph: imports run one way, no circles, nothing of npm or of Deno's own in what a browser must run.

import assert from "node:assert/strict";
import { needs } from "./permissions.ts";

interface Module {
  specifier: string;
  dependencies?: { specifier: string; code?: { specifier: string }; type?: { specifier: string } }[];
}

const root = new URL("..", import.meta.url).href;
/** Rooms from the ground up: a file may import from its own room and those before it. */
const ROOMS = ["gpu", "kernels", "network", "training", "analysis", "tasks"];
/** What training and mod.ts may take from datasets: pure, with no file and no package behind it. */
const PURE = ["datasets/dataset.ts", "datasets/split.ts", "datasets/npy.ts"];

const room = (path: string) => path.split("/")[0];

async function graph(entry: string): Promise<Map<string, string[]>> {
  const { code, stdout, stderr } = await new Deno.Command("deno", {
    args: ["info", "--json", entry],
    cwd: new URL(root),
    env: { NO_COLOR: "1" },
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: Module[] };
  const short = (specifier: string) => specifier.startsWith(root) ? specifier.slice(root.length) : specifier;
  return new Map(modules.map(({ specifier, dependencies = [] }) => [
    short(specifier),
    dependencies.flatMap((dependency) => [dependency.code?.specifier, dependency.type?.specifier])
      .filter((target) => target !== undefined).map(short),
  ]));
}

/** Every import that goes up, or from datasets into another room. */
function upward(files: Map<string, string[]>): string[] {
  const wrong: string[] = [];
  for (const [file, targets] of files) {
    for (const target of targets) {
      const from = ROOMS.indexOf(room(file));
      const to = ROOMS.indexOf(room(target));
      const up = from >= 0 && to > from;
      const leaves = room(file) === "datasets" && to >= 0;
      const reads = from >= 0 && room(file) !== "tasks" && room(target) === "datasets" &&
        (!PURE.includes(target) || room(file) !== "training" && room(file) !== "analysis");
      if (up || leaves || reads) wrong.push(`${file} imports ${target}`);
    }
  }
  return wrong;
}

/** A circle of files, or none. */
function circle(files: Map<string, string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, path: string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    done.add(file);
    for (const target of files.get(file) ?? []) {
      const found = visit(target, [...path, file]);
      if (found) return found;
    }
  };
  for (const file of files.keys()) {
    const found = visit(file, []);
    if (found) return found;
  }
}

const ignore = needs("read", "run");

Deno.test("the rules see an upward import, a way out of datasets, and a circle", () => {
  assert.deepEqual(upward(new Map([["gpu/a.ts", ["kernels/b.ts"]]])), ["gpu/a.ts imports kernels/b.ts"]);
  assert.equal(upward(new Map([["datasets/a.ts", ["gpu/b.ts"]]])).length, 1);
  assert.equal(upward(new Map([["network/a.ts", ["datasets/dataset.ts"]]])).length, 1);
  assert.equal(upward(new Map([["training/a.ts", ["datasets/dataset.ts", "gpu/b.ts"]]])).length, 0);
  assert.deepEqual(circle(new Map([["a", ["b"]], ["b", ["c"]], ["c", ["b"]]])), ["b", "c", "b"]);
});

Deno.test({
  name: "imports run one way and in no circle",
  ignore,
  async fn() {
    const tasks = Array.from(Deno.readDirSync(new URL("tasks", root))).filter((entry) => entry.name.endsWith(".ts"));
    for (const entry of ["mod.ts", "datasets/mod.ts", ...tasks.map(({ name }) => `tasks/${name}`)]) {
      const files = await graph(entry);
      assert.deepEqual(upward(files), [], entry);
      assert.equal(circle(files), undefined, entry);
    }
  },
});

Deno.test({
  name: "mod.ts and what a browser must run hold no package and nothing of Deno's own",
  ignore,
  async fn() {
    const files = [...(await graph("mod.ts")).keys()];
    assert.ok(files.includes("gpu/device.ts") && files.includes("training/train.ts"), files.join());
    assert.deepEqual(files.filter((file) => /^(npm|node|jsr|https?):/.test(file)), []);
    for (const file of files.filter((file) => file.endsWith(".ts"))) {
      const lines = (await Deno.readTextFile(new URL(file, root))).split("\n");
      const code = lines.filter((line) => !/^\s*(\*|\/\/|\/\*)/.test(line));
      assert.deepEqual(code.filter((line) => /\bDeno\./.test(line)), [], file);
    }
  },
});
