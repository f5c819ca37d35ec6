/** `deno task explore` but for the browser: which run it takes, what its page consists of, what it says where something is missing. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readSafetensors } from "../../network/safetensors.ts";
import { newestRun } from "../../tasks/explore/newest_run.ts";
import { cropGrey } from "../../tasks/explore/page/reading/crop.ts";
import { RunFolder } from "../../run/folder.ts";
import { readModel, writeModel } from "../../training/model.ts";
import { RUN } from "../fuzz/parsers/documents.ts";
import { needs } from "../permissions.ts";
import { inTemporary } from "../support/files.ts";
import { Random } from "../support/random.ts";
import { runTask, runTaskIn } from "../support/task.ts";
import { tinyModel as model } from "../support/tiny_model.ts";

const ignore = needs("read", "write", "env", "ffi", "run");
// These need sharp, a native library.
const { cutSquare } = ignore ? {} as never : await import("../../datasets/faces/image.ts");
const { filterSheets } = ignore ? {} as never : await import("../../tasks/explore/site/filters.ts");
const { writeReportRun } = ignore ? {} as never : await import("../support/report_run.ts");

Deno.test({
  name: "the run with the newest checkpoint is taken; without one the command that makes one is named",
  ignore,
}, () =>
  inTemporary(async (folder) => {
    await assert.rejects(newestRun(join(folder, "nowhere")), /holds no run .* deno task train/);
    for (const [name, step, time] of [["b", 9, 20], ["a", 3, 30], ["c", 5, 10]] as const) {
      const run = new RunFolder(join(folder, name));
      await run.saveCheckpoint(step, new Uint8Array(1));
      await run.write("run.json", "{}");
      await Deno.utime(run.checkpointPath(step), time, time);
    }
    await new RunFolder(join(folder, "d")).saveCheckpoint(1, new Uint8Array(1)); // no run.json: no run
    await Deno.mkdir(join(folder, "e"));
    assert.equal(await newestRun(folder), join(folder, "a"));
    const elsewhere = new RunFolder(join(folder, "e", "another disk"));
    await elsewhere.saveCheckpoint(1, new Uint8Array(1));
    await elsewhere.write("run.json", "{}");
    await Deno.symlink(elsewhere.path, join(folder, "linked"));
    await Deno.symlink(join(folder, "gone"), join(folder, "dangling"));
    assert.equal(await newestRun(folder), join(folder, "linked"), "a link to a run is a run");
    const { code, stderr } = await runTaskIn(join(folder, "e"), "explore");
    assert.equal(code, 1);
    assert.match(stderr, /error: runs: holds no run that has a checkpoint\. Remedy: make one with deno task train/);
    assert.doesNotMatch(stderr, /\n {4}at /, "no stack trace");
  }));

Deno.test(
  { name: "--output leaves all that the page needs, and names nothing of this machine", ignore },
  () =>
    inTemporary(async (folder) => {
      const file = join(folder, "model.safetensors"), site = join(folder, "site");
      await Deno.writeFile(file, writeModel(model));
      const { code, stdout, stderr } = await runTask("explore", file, "--output", site);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /knows drawn faces/);
      assert.match(stdout, /page {12}.*site: \d+ files, \d+\.\d MB/);
      assert.deepEqual(readModel(await Deno.readFile(join(site, "model.safetensors"))), model);
      const page = await Deno.readTextFile(join(site, "index.html"));
      assert.match(page, /http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;;/);
      assert.deepEqual([...page.matchAll(/ (?:src|href)="([^"]*)"/g)].map(([, name]) => name), [
        "data:,",
        "explore.css",
        "explore.js",
        "notice.txt",
        "https://github.com/aulens/aulens", // a link, which a visitor may follow
      ]);
      const script = await Deno.readTextFile(join(site, "explore.js"));
      assert.ok(!/\bDeno\./.test(script) && !/from ?"/.test(script) && !script.includes("file://"));
      for (const name of ["index.html", "explore.js", "explore.css", "about.json"]) {
        assert.ok(!(await Deno.readTextFile(join(site, name))).includes(folder), `${name} names the folder`);
      }
      const manifest = JSON.parse(
        await Deno.readTextFile(join(site, "faces", "tiny_face_detector_model-weights_manifest.json")),
      );
      for (const path of manifest[0].paths) await Deno.stat(join(site, "faces", path));
      assert.ok(readSafetensors(await Deno.readFile(join(site, "model.safetensors"))).tensors["conv1.weight"]);

      const again = await runTask("explore", file, "--output", site);
      assert.equal(again.code, 1);
      assert.match(again.stderr, /--output .*site: is there, and not empty\. Remedy: name a new folder/);
      const run = join(folder, "a run");
      await new RunFolder(run).write("run.json", JSON.stringify(RUN));
      await new RunFolder(run).saveCheckpoint(7, writeModel(model));
      const here = await runTaskIn(run, "explore", ".", "--output", "../here");
      assert.equal(here.code, 0, here.stderr);
      assert.equal(JSON.parse(await Deno.readTextFile(join(folder, "here", "about.json"))).name, "a run");
      const nothing = await runTask("explore", join(folder, "nothing"));
      assert.equal(nothing.code, 1);
      assert.match(nothing.stderr, /nothing: cannot be read/);
      assert.notEqual((await runTask("explore", file, "--port", "70000")).code, 0);
    }),
);

Deno.test(
  { name: "sheets are those of the model's checkpoint, without filters that answer nothing", ignore },
  () =>
    inTemporary(async (folder) => {
      await writeReportRun(folder);
      const sheets = await filterSheets(new RunFolder(folder), 100);
      assert.deepEqual(sheets!.about.filters.map(({ filter, strongest, hits }) => [filter, strongest, hits]), [
        [0, 3, 3],
        [1, 3, 3],
        [2, 3, 3],
        [3, 3, 3],
        [4, 3, 3],
      ]);
      assert.deepEqual(sheets!.files.map(([name]) => name), [0, 1, 2, 3, 4].map((n) => `filters/${n}.webp`));
      const bytes = await sheets!.files[0][1].read();
      assert.equal(new TextDecoder().decode(bytes.subarray(8, 12)), "WEBP");
      const document = join(folder, "visualization", "conv3", "visualization.json");
      const before = await Deno.readTextFile(document);
      await Deno.writeTextFile(document, before.replace('"top": 3', '"top": 4'));
      await assert.rejects(async () => await sheets!.files[0][1].read(), /has changed since the page was made. Remedy/);
      await Deno.writeTextFile(document, before);
      await sheets!.files[0][1].read();
      assert.equal(await filterSheets(new RunFolder(folder), 200), undefined, "another checkpoint's");
      assert.equal(await filterSheets(new RunFolder(join(folder, "nowhere")), 100), undefined);
    }),
);

Deno.test(
  { name: "the page cuts a face out as prepare does, smaller and larger, and over the picture's edge", ignore },
  async () => {
    const [width, height] = [200, 150];
    const random = new Random(3);
    const waves = random.normal(12, 0.08);
    const pixels = Uint8Array.from({ length: 3 * width * height }, (_, at) => {
      const channel = at % 3, x = Math.floor(at / 3) % width, y = Math.floor(at / 3 / width);
      const [a, b, c, d] = waves.slice(4 * channel, 4 * channel + 4);
      return 127 + 60 * Math.sin(a * x + b * y) + 60 * Math.cos(c * x * 3 - d * y * 3);
    });
    const data = Uint8Array.from({ length: 4 * width * height }, (_, at) => {
      return at % 4 === 3 ? 255 : pixels[3 * Math.floor(at / 4) + at % 4];
    });
    for (
      const square of [
        { left: 20, top: 10, size: 130 },
        { left: 40.4, top: 30.6, size: 96.2 },
        { left: 60, top: 50, size: 31 },
        { left: -30.5, top: -20, size: 150 },
        { left: 120, top: 80, size: 121 },
      ]
    ) {
      const there = await cutSquare({ pixels, width, height, channels: 3 }, square, 48);
      const here = cropGrey({ data, width, height }, square, 48);
      const differences = here.map((value, at) => Math.abs(value - there[at]));
      const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
      assert.ok(mean < 0.5, `mean ${mean} for ${JSON.stringify(square)}`);
      assert.ok(Math.max(...differences) <= 2, `most ${Math.max(...differences)} for ${JSON.stringify(square)}`);
    }
    assert.throws(() => cropGrey({ data, width, height }, { left: 0, top: 0, size: 1 }, 48), RangeError);
  },
);
