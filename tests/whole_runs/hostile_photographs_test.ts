/** A folder of photographs that somebody else has packed, through every task that reads one; a CK+ that was copied by half, through all that follows. */

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { writeModel } from "../../training/model.ts";
import { needs } from "../permissions.ts";
import { OBEYED } from "../support/hostile.ts";
import { inTemporary } from "../support/files.ts";
import { type Ended, run as runProcess } from "../support/process.ts";
import { runTask } from "../support/task.ts";
import { runTaskHere, type TaskHere } from "../support/task_here.ts";
import { tinyModel } from "../support/tiny_model.ts";

const ignore = needs("read", "write", "ffi", "env", "sys", "run") || Deno.build.os === "windows";
// Decoding needs a native library, so it is imported only where the permissions are granted.
const { sharp } = ignore ? {} as never : await import("../../datasets/deps.ts");
const { writeCkPlusTwin } = ignore ? {} as never : await import("../../datasets/synthetic/twins/ck_plus.ts");
// A preparation listens for Ctrl-C as long as its process lives.
const options = { ignore, sanitizeResources: false, sanitizeOps: false };

/** What a terminal obeys, and what breaks a line. */
const NAME = "\u001b[2J\u009b31m\u2028\nx";
/** Classes that a spreadsheet, a page, a table and a shell would take for their own. */
const CLASSES = ["=1+1", `<b>"&|'$(id)`];

const picture = (shade: number) =>
  sharp({ create: { width: 20, height: 16, channels: 3, background: { r: shade, g: 9, b: 99 } } }).png().toBuffer();

/** All that is in a folder: paths, sizes, and where links lead. */
async function tree(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name), info = await Deno.lstat(path);
    found.push(`${path} ${info.isSymlink ? await Deno.readLink(path) : info.isFile ? info.size : ""}`);
    if (isDirectory) found.push(...await tree(path));
  }
  return found.sort();
}

/** Fails where a task does not end, or says what a terminal obeys, or falls over. */
async function sound(task: TaskHere, ...args: string[]): Promise<Ended> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${task} waits`)), 120_000);
  const ended = await Promise.race([runTaskHere(task, ...args), promise]).finally(() => clearTimeout(timer));
  for (const text of [ended.stdout, ended.stderr]) {
    assert.doesNotMatch(text, OBEYED, task);
    assert.doesNotMatch(text, /\n\s+at .*\.ts:\d+/, `${task}: a stack trace`);
  }
  return ended;
}

/** What somebody puts among the pictures. */
const PUT: Record<string, (folder: string, secret: string) => Promise<unknown>> = {
  "a named pipe": (folder) => runProcess("mkfifo", { args: [join(folder, "bad.png")] }),
  "an SVG": (folder, secret) => {
    const image = `<image href="file://${secret}" width="9" height="9"/>`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${image}</svg>`;
    return Deno.writeTextFile(join(folder, "bad.png"), svg);
  },
  "a link out of the folder": (folder, secret) => Deno.symlink(secret, join(folder, "bad.png")),
  "a sparse file of 2 GB": async (folder) => {
    await Deno.writeFile(join(folder, "bad.png"), await picture(1));
    await Deno.truncate(join(folder, "bad.png"), 2 ** 31);
  },
  "half a picture": async (folder) => {
    const bytes = await picture(1);
    await Deno.writeFile(join(folder, "bad.png"), bytes.subarray(0, bytes.length / 2));
  },
  "a folder": (folder) => Deno.mkdir(join(folder, "bad.png")),
  "words under a name that a terminal obeys": (folder) => Deno.writeTextFile(join(folder, `=bad${NAME}.png`), "words"),
};

Deno.test({
  ...options,
  name: "hostile photographs: prepare refuses them whole, predict reads the others, and nothing of elsewhere shows",
  fn: () =>
    inTemporary(async (folder) => {
      const faces = join(folder, "faces"), out = join(folder, `=out${NAME}`);
      await Deno.mkdir(out);
      for (const [label, name] of CLASSES.entries()) {
        await Deno.mkdir(join(faces, name), { recursive: true });
        for (const n of [0, 1, 2]) await Deno.writeFile(join(faces, name, `=${n}.png`), await picture(40 * n + label));
      }
      const secret = join(folder, "secret.png"), model = join(folder, "model.safetensors");
      // Of a size of its own, by which it would be known.
      await sharp({ create: { width: 37, height: 41, channels: 3, background: "red" } }).png().toFile(secret);
      const info = { ...tinyModel.info, classNames: CLASSES, dataset: "=cmd" };
      await Deno.writeFile(model, writeModel({ ...tinyModel, info }));
      const predict = ["--model", model, faces, "--crop", "whole-image"];
      const outputs = ["--json", join(out, "p.json"), "--csv", join(out, "p.csv"), "--annotate", join(out, "seen")];
      const prepared = join(out, "prepared");
      const prepare = ["folder", "--input", faces, "--output", prepared, "--image-size", "16", "--folds", "3"];

      for (const [what, put] of Object.entries(PUT)) {
        const bad = join(faces, CLASSES[0]);
        await put(bad, secret);
        const before = await tree(folder);
        const refused = await sound("prepare", ...prepare);
        assert.equal(refused.code, 1, `${what}: ${refused.stdout}${refused.stderr}`);
        assert.match(refused.stderr, /bad/, what);
        assert.deepEqual(await tree(folder), before, `${what}: prepare leaves all as it was`);

        const found = await sound("predict", ...predict, ...outputs);
        // A folder is looked into, whatever its name.
        assert.equal(found.code, what === "a folder" ? 0 : 1, `${what}: ${found.stderr}`);
        if (found.code === 1) assert.match(found.stderr, /^not read .*bad/m, what);
        const [json, csv] = await Promise.all(["p.json", "p.csv"].map((name) => Deno.readTextFile(join(out, name))));
        for (const text of [json, csv]) assert.doesNotMatch(text, OBEYED, what);
        assert.doesNotMatch(csv, /(^|,)"?[=+@]/m, what);
        const { pictures } = JSON.parse(json);
        assert.equal(pictures.length, 6, what);
        assert(pictures.every(({ width, height }: Record<string, number>) => width === 20 && height === 16), what);
        await Deno.remove(out, { recursive: true });
        await Deno.mkdir(out);
        for await (const { name } of Deno.readDir(bad)) {
          if (name.includes("bad")) await Deno.remove(join(bad, name));
        }
      }

      // A folder of photographs is no other set, either.
      const before = await tree(folder);
      for (const other of ["ck_plus", "tfd", "fer2013"]) {
        const none = await sound("prepare", other, "--input", faces, "--output", prepared);
        assert.equal(none.code, 1, other);
      }
      assert.deepEqual(await tree(folder), before, "nothing is written");
      for (const printed of ["--json", "--csv"]) {
        const { code, stdout } = await sound("predict", ...predict, printed, "-");
        assert(code === 0 && stdout.length > 100, printed);
      }

      // Names alone harm nothing: they are a class's and a file's to the end.
      const good = await sound("prepare", ...prepare, "--subject", "/=(\\d)");
      assert.equal(good.code, 0, good.stderr);
      const looked = await sound("inspect", prepared, "--json", "--contact-sheet", join(out, "sheet.png"));
      assert.equal(looked.code, 0, looked.stderr);
      const { classes, subjects } = JSON.parse(looked.stdout);
      assert.deepEqual([classes.map(({ name }: { name: string }) => name), subjects], [CLASSES.toSorted(), 3]);
      assert.equal((await sound("inspect", prepared)).code, 0);
      const exported = await sound("export", model, "--output", join(out, "m.onnx"));
      assert.equal(exported.code, 0, exported.stderr);
      assert(exported.stdout.includes(`gives           probabilities of ${CLASSES.join(", ")}`), exported.stdout);
      // It reads none of these folders, and says no word of a command line as it stands.
      const doctor = await runTask("doctor", `--${NAME}`);
      assert.equal(doctor.code, 2, doctor.stdout);
      assert.doesNotMatch(doctor.stdout + doctor.stderr, OBEYED);
    }),
});

Deno.test({
  ...options,
  name: "half a CK+ twin: what is missing is told, and whatever is made of it says that the faces are drawn",
  fn: () =>
    inTemporary(async (folder) => {
      const twin = join(folder, "twin"), data = join(folder, "data"), run = join(folder, "run");
      await writeCkPlusTwin({ output: twin, subjects: 6, imageSize: 48, frames: 6, seed: 1 });
      // A copy that ended early: the last frames of every second sequence are missing, and one has lost its middle.
      const frames = (await tree(join(twin, "cohn-kanade-images"))).flatMap((line) => {
        const path = line.replace(/ \d*$/, "");
        return path.endsWith(".png") ? [path] : [];
      });
      const sequences = [...new Set(frames.map(dirname))];
      for (const [n, sequence] of sequences.entries()) {
        const own = frames.filter((frame) => dirname(frame) === sequence);
        for (const frame of n % 2 === 0 ? own.slice(-2) : n === 1 ? own.slice(2, 3) : []) await Deno.remove(frame);
      }
      const ok = async (task: TaskHere, ...args: string[]) => {
        const ended = await sound(task, ...args);
        assert.equal(ended.code, 0, `${task}: ${ended.stderr}`);
        return ended;
      };
      const prepare = ["ck_plus", "--input", twin, "--output", data, "--image-size", "8", "--crop", "landmarks"];
      const told = await ok("prepare", ...prepare);
      assert.match(told.stderr, /^warning: .*(missing|not of frame|frames)/m);
      assert.match(told.stderr, /^warning: this is a twin: drawn faces/m);
      const inspected = await ok("inspect", data);
      for (const warning of told.stderr.match(/^warning: .*$/gm)!) assert(inspected.stderr.includes(warning), warning);

      const train = ["--batch", "4", "--steps", "2", "--variant", "cnn", "--init-scale", "1", "--select", "last"];
      await ok("train", "ck_plus", "--data", data, "--run", run, ...train);
      await ok("evaluate", run);
      await ok("visualize", run, "--filters", "0", "--top", "1", "--controls", "1");
      await ok("visualize", run, "--image", "0", "--steps", "1", "--controls", "1");
      await ok("correspond", run, "--permutations", "19", "--minimum-support", "2", "--on", "all");
      await ok("curves", run, "--output", join(folder, "curves.png"));
      const dry = await ok(
        "crossval",
        "ck_plus",
        "--data",
        data,
        "--out",
        join(folder, "out"),
        "--dry-run",
        ...train.slice(0, 4),
      );
      assert.match(dry.stdout, /runs are left/);
      await ok("report", run, "--output", join(folder, "report.html"));
      const report = await Deno.readTextFile(join(folder, "report.html"));
      assert.match(report, /The data is a twin: drawn faces/);
      assert.doesNotMatch(report, /the photographs of the set that is named/);
      const exported = await ok("export", run, "--output", join(folder, "m.onnx"));
      assert.match(exported.stdout, /twin/);
      await Deno.writeFile(join(folder, "face.png"), await picture(90));
      const seen = await ok("predict", "--model", run, join(folder, "face.png"), "--crop", "whole-image");
      assert.match(seen.stdout, /learnt from a twin of ck_plus/);
    }),
});
