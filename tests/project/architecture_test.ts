/** Imports run one way (formats -> gpu -> kernels -> network -> training -> analysis -> pictures -> run -> tasks), in no circle, and mod.ts stays free of npm and Deno. */

import assert from "node:assert/strict";
import { needs } from "../permissions.ts";
import { run } from "../support/process.ts";

const ignore = needs("read", "run");
const root = new URL("../..", import.meta.url).href;

const ROOMS = ["formats", "gpu", "kernels", "network", "training", "analysis", "pictures", "run", "tasks"];
/** What of them may import any file of datasets/, names packages and asks the system: no browser runs it. */
const AT_HOME = ["pictures", "run", "tasks"];
/** Pure files of datasets/ that any room from training on may import: no file is read, no package needed. */
const PURE = ["datasets/dataset.ts", "datasets/check.ts", "datasets/split.ts", "datasets/action_units.ts"];
/** What knows no dataset and no room: how a word out of a file is shown, and of which type an array is. Any room may import it. */
const ANYWHERE = ["datasets/arrays.ts", "datasets/printable.ts"];
/** What runs in a browser. */
const PORTABLE = ["formats", "gpu", "kernels", "network", "training", "analysis"];

/** Every file of the project that an entry reaches, and what each imports, type-only and dynamic imports included. */
async function imports(entry: string): Promise<Map<string, string[]>> {
  const { code, stdout, stderr } = await run("deno", {
    args: ["info", "--json", "--lock=deno.all.lock", entry],
    cwd: new URL(root),
  });
  assert.equal(code, 0, stderr);
  const { modules } = JSON.parse(stdout);
  const short = (specifier: string) => specifier.startsWith(root) ? specifier.slice(root.length) : specifier;
  const graph = new Map<string, string[]>();
  for (const { specifier, dependencies = [], error } of modules) {
    assert.equal(error, undefined, `${specifier}: ${error}`);
    const targets = dependencies.flatMap((dependency: Record<string, { specifier?: string; error?: string }>) =>
      [dependency.code, dependency.type].flatMap((side) => {
        assert.equal(side?.error, undefined, `${specifier}: ${side?.error}`);
        return side?.specifier ? [short(side.specifier)] : [];
      })
    );
    graph.set(short(specifier), [...new Set<string>(targets)]);
  }
  assert(graph.has(entry), `${entry} is not in ${[...graph.keys()]}`);
  return graph;
}

/** The graphs of the entries and of every task, as one. */
async function everything(): Promise<Map<string, string[]>> {
  const tasks: string[] = [];
  for await (const { name, isFile } of Deno.readDir(new URL("tasks", root))) {
    if (isFile && name.endsWith(".ts")) tasks.push(`tasks/${name}`);
  }
  const whole = new Map<string, string[]>();
  // The page is named by nobody who runs here: a bundler is handed its address.
  for (
    const entry of [
      "mod.ts",
      "datasets/mod.ts",
      "run/mod.ts",
      "run/engines/element.ts",
      "tasks/explore/page/main.ts",
      ...tasks,
    ]
  ) {
    for (const [file, targets] of await imports(entry)) whole.set(file, targets);
  }
  return whole;
}

const isFile = (specifier: string) => !/^[a-z]+:/.test(specifier);
const room = (file: string) => file.includes("/") ? file.slice(0, file.indexOf("/")) : "";

/** What is wrong with `file` importing `target`, if anything. */
function fault(file: string, target: string): string | undefined {
  const [from, to] = [room(file), room(target)];
  if (!isFile(target)) {
    if (target.startsWith("npm:") && !["datasets/deps.ts", "pictures/deps.ts", "tasks/deps.ts"].includes(file)) {
      return "packages come through a deps.ts";
    }
    if (target.startsWith("node:") && PORTABLE.includes(from)) return "a browser has no node: module";
    return /^(npm|node):/.test(target) ? undefined : "imports come from this project, npm: or node:";
  }
  if (file === "mod.ts") {
    const open = [...PURE, "datasets/npy.ts"].includes(target) || PORTABLE.includes(to);
    return open ? undefined : "mod.ts exports what needs no file, package or command line";
  }
  if (from === "datasets") {
    return ["datasets", "formats"].includes(to) ? undefined : "datasets imports none of the other rooms but formats";
  }
  const [below, above] = [ROOMS.indexOf(from), ROOMS.indexOf(to)];
  if (below < 0) return `${file} stands in no room`;
  if (to === "datasets") {
    const may = AT_HOME.includes(from) || ANYWHERE.includes(target) ||
      below >= ROOMS.indexOf("training") && PURE.includes(target);
    return may ? undefined : `${from} knows no dataset beyond ${PURE.join(" and ")}`;
  }
  if (to === "") {
    return AT_HOME.includes(from) && ["deno.json", "NOTICE.md"].includes(target)
      ? undefined
      : "rooms do not import the entry";
  }
  if (above < 0) return `${target} stands in no room`;
  return above <= below ? undefined : `${from} is below ${to}`;
}

/** The files of the first circle that is found. */
function circle(graph: Map<string, string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, path: string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const target of graph.get(file) ?? []) {
      const found = visit(target, [...path, file]);
      if (found) return found;
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const found = visit(file, []);
    if (found) return found;
  }
  return undefined;
}

Deno.test({
  name: "imports run one way, and never in a circle",
  ignore,
  async fn() {
    const graph = await everything();
    for (
      const entry of [
        "gpu/device.ts",
        "kernels/convolution/mod.ts",
        "training/train.ts",
        "run/train.ts",
        "tasks/train.ts",
      ]
    ) {
      assert(graph.has(entry), `${entry} is looked at`);
    }
    const faults: string[] = [];
    for (const [file, targets] of graph) {
      if (!isFile(file)) continue;
      for (const target of targets) {
        const wrong = fault(file, target);
        if (wrong) faults.push(`${file} imports ${target}: ${wrong}`);
      }
    }
    assert.deepEqual(faults, []);
    const files = new Map([...graph].filter(([file]) => isFile(file)));
    assert.equal(circle(files)?.join(" -> "), undefined);
  },
});

Deno.test("the rule of imports refuses what it should", () => {
  for (
    const [file, target] of [
      ["gpu/device.ts", "kernels/relu/mod.ts"],
      ["training/train.ts", "analysis/statistics.ts"],
      ["network/layers.ts", "datasets/dataset.ts"],
      ["training/train.ts", "datasets/prepared.ts"],
      ["datasets/tfd.ts", "gpu/device.ts"],
      ["datasets/tfd.ts", "npm:sharp@0.34.4"],
      ["mod.ts", "datasets/mod.ts"],
      ["mod.ts", "tasks/command.ts"],
      ["formats/schema.ts", "gpu/device.ts"],
      ["analysis/statistics.ts", "run/train.ts"],
      ["pictures/charts/curves.ts", "run/folder.ts"],
      ["run/train.ts", "tasks/command.ts"],
      ["run/train.ts", "npm:commander@15.0.0"],
      ["training/train.ts", "mod.ts"],
      ["training/train.ts", "node:path"],
      ["gpu/device.ts", "https://example.com/gpu.ts"],
    ]
  ) assert(fault(file, target), `${file} -> ${target}`);
  assert.deepEqual(circle(new Map([["a", ["b"]], ["b", ["c", "d"]], ["c", ["b"]]])), ["b", "c", "b"]);
});

Deno.test({
  name: "mod.ts has no package, no node: module and no Deno in its graph, nor has any file a browser runs",
  ignore,
  async fn() {
    const graph = await imports("mod.ts");
    const outside = [...graph].flatMap(([file, targets]) => [file, ...targets]).filter((target) => !isFile(target));
    assert.deepEqual(outside, []);
    const files = new Set([...graph.keys()].filter((file) => file.endsWith(".ts")));
    for (const folder of PORTABLE) for (const file of await typescript(folder)) files.add(file);
    assert(files.size > 30, `${files.size} files`);
    const texts = await Promise.all([...files].map(async (file) => {
      return { file, lines: (await Deno.readTextFile(new URL(file, root))).split("\n") };
    }));
    const found = texts.flatMap(({ file, lines }) =>
      lines.flatMap((line, index) => /\bDeno\./.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])
    );
    assert.deepEqual(found, []);
  },
});

/** All TypeScript files under a folder of the project, which need not exist yet. */
async function typescript(folder: string): Promise<string[]> {
  const files: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
      const path = `${folder}/${name}`;
      if (isDirectory) files.push(...await typescript(path));
      else if (name.endsWith(".ts")) files.push(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return files;
}
