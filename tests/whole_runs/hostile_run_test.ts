/** A run folder that somebody else has made, through every task that reads one: nothing outside it is read or replaced, and nothing waits. */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { Dataset } from "../../datasets/dataset.ts";
import { fingerprint } from "../../datasets/fingerprint.ts";
import { openGpu } from "../../gpu/device.ts";
import { needs } from "../permissions.ts";
import { inTemporary } from "../support/files.ts";
import { OBEYED, PUT, SECRET } from "../support/hostile.ts";
import type { Ended } from "../support/process.ts";
import { runTaskHere, type TaskHere } from "../support/task_here.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const ignore = needs("read", "write", "ffi", "env", "sys", "run") || Deno.build.os === "windows";
// What draws pictures asks for permissions when it is loaded.
const { trainedRun } = ignore ? {} as never : await import("../support/trained_run.ts");

/** A terminal obeys it, and it breaks a line. */
const NAME = "\u001b[2J\u009b31m\u2028\nx";

/** A tiny dataset of which two Action Units are known. */
async function withUnits(): Promise<Dataset> {
  const tiny = await tinyDataset({ classes: 3, folds: 5, perFold: 6 });
  const units = Uint8Array.from({ length: 2 * tiny.labels.length }, (_, at) => Math.floor(at / 2) % 2);
  const dataset = { ...tiny, actionUnits: [4, 12], units };
  return { ...dataset, fingerprint: await fingerprint(dataset) };
}

/** The words of each task on a run folder; what it writes elsewhere goes into `out`. */
function commands(run: string, out: string, { data, picture }: { data: string; picture: string }) {
  const train = ["--seed", "5", "--variant", "cnn", "--batch", "4", "--steps", "6", "--init-scale", "1.4"];
  return {
    train: ["train", "--data", data, "--run", run, "--resume", ...train],
    evaluate: ["evaluate", run, "--json"],
    visualize: ["visualize", run, "--filters", "0", "--top", "1", "--controls", "1"],
    explain: ["visualize", run, "--image", "0", "--steps", "1", "--controls", "1"],
    correspond: ["correspond", run, "--permutations", "19", "--minimum-support", "2", "--on", "all"],
    curves: ["curves", run, "--output", join(out, "curves.png")],
    report: ["report", run, "--output", join(out, "report.html")],
    predict: ["predict", "--model", run, picture, "--crop", "whole-image", "--json", join(out, "p.json")],
    export: ["export", run, "--output", join(out, "model.onnx")],
    explore: ["explore", run, "--output", join(out, "site")],
  } satisfies Record<string, [TaskHere, ...string[]]>;
}
type Name = keyof ReturnType<typeof commands>;

/** Fails where a task does not end: what waits for a named pipe never does. */
async function soon(work: Promise<Ended>): Promise<Ended> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("it waits")), 120_000);
  return await Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

/** Every file that tasks read in a run folder, and which of them need it: the others go on without it, or make it anew. */
const READ: Record<string, readonly Name[]> = {
  "run.json": [
    "train",
    "evaluate",
    "visualize",
    "explain",
    "correspond",
    "curves",
    "report",
    "predict",
    "export",
    "explore",
  ],
  "log.jsonl": ["train", "curves", "report"],
  "metrics.json": ["curves", "report"],
  "evaluation.json": ["report", "predict", "export", "explore"],
  "checkpoints/step-000004.safetensors": [
    "train",
    "evaluate",
    "visualize",
    "explain",
    "correspond",
    "predict",
    "export",
    "explore",
  ],
  "visualization/conv3/visualization.json": ["report", "explore"],
  "visualization/conv3/filter-000.png": ["report", "explore"],
  "correspondence/conv3/correspondence.json": ["report"],
  "correspondence/conv3/correspondence.csv": ["report"],
  "correspondence/conv3/probe.json": ["report"],
  "correspondence/conv3/action_units.png": ["report"],
};

/** All that is in a folder: paths, sizes, and where links lead. */
async function tree(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name), info = await Deno.lstat(path);
    if (name === ".lock") continue; // stays, and says nothing
    found.push(`${path} ${info.isSymlink ? await Deno.readLink(path) : info.isFile ? info.size : ""}`);
    if (isDirectory) found.push(...await tree(path));
  }
  return found.sort();
}

/** The paths of all files in a folder. */
async function files(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const found = entries.map(({ name, isDirectory }) => isDirectory ? files(join(folder, name)) : [join(folder, name)]);
  return (await Promise.all(found)).flat();
}

function assertRefused({ code, stdout, stderr }: Ended, file: string, what: string): void {
  assert.equal(code, 1, `${what}: ${stdout}${stderr}`);
  for (const text of [stdout, stderr]) {
    assert.doesNotMatch(text, OBEYED, what);
    assert(!text.includes(SECRET), `${what}: ${text}`);
  }
  assert(stderr.includes(`/${file}`), `${what} does not name ${file}: ${stderr}`);
  assert.doesNotMatch(stderr, /\n\s+at .*\.ts:\d+/, `${what}: a stack trace`);
}

Deno.test({
  name:
    "hostile run: whatever stands in a file's place, every task that reads it refuses it by name and leaves all as it was",
  ignore,
  sanitizeResources: false,
  sanitizeOps: false,
  fn: () =>
    inTemporary(async (folder) => {
      // Whatever names the folder is neither obeyed nor breaks a line.
      const [run, out, elsewhere] = [`=run${NAME}`, `=out${NAME}`, "elsewhere"].map((name) => join(folder, name));
      await Deno.mkdir(out);
      await Deno.mkdir(elsewhere);
      const secret = join(elsewhere, "diary.json");
      await Deno.writeTextFile(secret, JSON.stringify({ [SECRET]: SECRET }));
      {
        using gpu = await openGpu();
        await trainedRun(gpu, folder, await withUnits(), { variant: "cnn", batch: 4, select: "last" });
      }
      await Deno.rename(join(folder, "run"), run);
      const data = join(folder, "data");
      const { sharp } = await import("../../datasets/deps.ts");
      const picture = join(folder, "face.png");
      await sharp({ create: { width: 16, height: 16, channels: 3, background: "grey" } }).png().toFile(picture);
      const words: Record<Name, [TaskHere, ...string[]]> = commands(run, out, { data, picture });
      const through = (name: Name) => soon(runTaskHere(...words[name]));
      // The script of explore's page is Deno's bundler's, which tests do not ask for.
      const script = { text: () => "export {};" };
      Object.assign(Deno, { bundle: () => Promise.resolve({ success: true, errors: [], outputFiles: [script] }) });
      // It is a good folder first, and holds all that tasks make.
      for (const name of Object.keys(words) as Name[]) {
        if (name === "train") continue;
        const good = await through(name);
        assert.equal(good.code, 0, `${name}: ${good.stderr}`);
        for (const text of [good.stdout, good.stderr]) assert.doesNotMatch(text, OBEYED, name);
      }
      let texts = 0;
      for (const path of [...await files(run), ...await files(out)]) {
        if (!/\.(json|jsonl|csv|html)$/.test(path)) continue;
        assert.doesNotMatch(await Deno.readTextFile(path), OBEYED, path);
        texts++;
      }
      assert(texts >= 10, `${texts} files of text`);
      const part = { images: 6, accuracy: 0.5, loss: 1, confusion: [[2, 0, 0], [2, 0, 0], [2, 0, 0]] };
      const metrics = { checkpoint: 4, selection: "last", classNames: ["class 0", "class 1", "class 2"] };
      await Deno.writeTextFile(
        join(run, "metrics.json"),
        JSON.stringify({ ...metrics, train: part, validation: part, test: part }),
      );
      await Deno.remove(out, { recursive: true });
      await Deno.mkdir(out);

      for (const [file, readers] of Object.entries(READ)) {
        const path = join(run, file), kept = join(folder, "kept");
        await Deno.rename(path, kept);
        for (const [what, put] of Object.entries(PUT)) {
          await put(path, secret);
          const before = await tree(folder);
          for (const name of readers) {
            const ended = await through(name);
            assertRefused(ended, file, `${name}, ${file} is ${what}`);
            assert.deepEqual(await tree(folder), before, `${name}, ${file} is ${what}`);
          }
          await Deno.remove(path);
        }
        await Deno.rename(kept, path);
      }
    }),
});
