// `deno task prepare` and `inspect` as a user types them, on data small enough for seconds.

import assert from "node:assert/strict";
import { join } from "node:path";
import { readPrepared } from "../../datasets/prepared.ts";
import { needs } from "../permissions.ts";
import { interruptTask, runTask } from "../support/task.ts";

const ignore = needs("read", "write", "env", "ffi", "run");
// Decoding needs a native library, so it is imported only where the permissions are granted.
const { sharp } = ignore ? {} as never : await import("../../datasets/deps.ts");

async function inTemporary(test: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await test(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Three people in two classes, a grey picture each, named S1_0.png and so on. */
async function pictures(folder: string): Promise<void> {
  for (const [label, name] of ["calm", "merry"].entries()) {
    await Deno.mkdir(join(folder, name), { recursive: true });
    for (let person = 1; person <= 3; person++) {
      const pixels = Uint8Array.from({ length: 20 * 16 }, (_, i) => (i * 7 + 80 * label + 20 * person) & 255);
      const image = sharp(pixels, { raw: { width: 20, height: 16, channels: 1 } });
      await Deno.writeFile(join(folder, name, `S${person}_0.png`), await image.png().toBuffer());
    }
  }
}

const names = async (folder: string) => (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();

Deno.test({
  name: "prepare folder writes a prepared folder once, over it only with --overwrite, and inspect reads it",
  ignore,
  fn: () =>
    inTemporary(async (directory) => {
      const input = join(directory, "in"), output = join(directory, "out");
      await pictures(input);
      const before = await names(input);
      const options = ["folder", "--input", input, "--subject", "S(\\d+)", "--image-size", "16", "--folds", "3"];
      const first = await runTask("prepare", ...options, "--output", output);
      assert.equal(first.code, 0, first.stderr);
      assert.match(first.stdout, /6 images/);
      const dataset = await readPrepared(output);
      assert.deepEqual(dataset.classNames, ["calm", "merry"]);
      assert.deepEqual([...dataset.labels], [0, 0, 0, 1, 1, 1]);
      assert.deepEqual([...dataset.folds].slice(0, 3), [...dataset.folds].slice(3), "a person stands in one fold");
      assert.ok((await names(output)).includes("contact_sheet.png"));
      assert.deepEqual(await names(input), before, "the input is only read");

      const again = await runTask("prepare", ...options, "--output", output);
      assert.equal(again.code, 1);
      assert.match(again.stderr, /out/);
      const over = await runTask("prepare", ...options, "--output", output, "--overwrite");
      assert.equal(over.code, 0, over.stderr);
      const inside = await runTask("prepare", ...options, "--output", join(input, "out"));
      assert.equal(inside.code, 1);
      assert.deepEqual(await names(input), before, "nothing is written into the input");
      assert.deepEqual(await names(directory), ["in", "out"], "no temporary folder is left");

      const seen = await runTask("inspect", output, "--json");
      assert.equal(seen.code, 0, seen.stderr);
      assert.equal(JSON.parse(seen.stdout).count ?? JSON.parse(seen.stdout).images, 6);
    }),
});

Deno.test({
  name: "prepare ends with a sentence and writes nothing where the input is missing or broken",
  ignore,
  fn: () =>
    inTemporary(async (directory) => {
      const output = join(directory, "out");
      await pictures(join(directory, "broken"));
      await Deno.mkdir(join(directory, "empty"));
      await Deno.writeTextFile(join(directory, "broken", "calm", "a.png"), "no picture");
      const cases: [string[], RegExp][] = [
        [["folder", "--input", join(directory, "broken")], /a\.png/],
        [["tfd", "--input", join(directory, "empty")], /TFD_96x96\.mat/],
        [["fer2013", "--input", join(directory, "empty")], /fer2013\.csv/],
        [["ck_plus", "--input", join(directory, "empty")], /cohn-kanade-images/],
        [["nonsense"], /nonsense/],
      ];
      for (const [options, message] of cases) {
        const target = options.length > 1 ? ["--output", output] : [];
        const { code, stderr } = await runTask("prepare", ...options, ...target);
        assert.equal(code, 1, options.join(" "));
        assert.match(stderr, message);
        assert.doesNotMatch(stderr, /\bat .*\.ts:\d+/, "no stack trace");
        assert.deepEqual(await names(directory), ["broken", "empty"], options.join(" "));
      }
    }),
});

Deno.test({
  name: "prepare names a file that stands where a folder above its output should, before it draws or reads anything",
  ignore,
  fn: () =>
    inTemporary(async (directory) => {
      const file = join(directory, "afile"), input = join(directory, "in");
      await Deno.writeTextFile(file, "");
      await pictures(input);
      const drawn = ["synthetic", "--subjects", "10", "--image-size", "16"];
      const read = ["folder", "--input", input, "--subject", "S(\\d+)", "--image-size", "16", "--folds", "3"];
      for (const options of [drawn, read]) {
        const { code, stdout, stderr } = await runTask("prepare", ...options, "--output", join(file, "x"));
        assert.equal(code, 1);
        assert.equal(stdout, "");
        const remedy = "Remedy: move that away, or give another folder";
        assert.equal(
          stderr,
          `\nerror: ${join(file, "x")}: cannot be made, because ${file} is no folder. ${remedy}\n`,
        );
      }
    }),
});

Deno.test({
  name: "Ctrl-C while faces are looked for: nothing is written, exit code 130, and it can be run again",
  ignore: ignore || Deno.build.os === "windows", // which has no SIGINT for one process
  fn: () =>
    inTemporary(async (directory) => {
      const input = join(directory, "in");
      await pictures(input);
      // Work for minutes: one photograph under many names.
      const photograph = join(directory, "photograph.jpg");
      await sharp({ create: { width: 640, height: 490, channels: 3, background: "grey" } }).jpeg().toFile(photograph);
      for (let n = 0; n < 3000; n++) await Deno.link(photograph, join(input, "merry", `S1_${n}.jpg`));
      const task = [
        "folder",
        "--input",
        input,
        "--output",
        join(directory, "out"),
        "--image-size",
        "16",
        "--folds",
        "3",
      ];
      // A signal that comes before the program is at work ends it too, but not this way: then it gets more time.
      let stopped = { code: 0, stdout: "", stderr: "" };
      for (const seconds of [2, 6, 18]) {
        const start = performance.now();
        const ready = () => Promise.resolve(performance.now() - start > 1000 * seconds);
        stopped = await interruptTask("prepare", [...task, "--crop", "detector"], ready);
        assert.deepEqual(await names(directory), ["in", "photograph.jpg"], "no folder, hidden or not");
        if (stopped.stderr.includes("Stopped")) break;
      }
      assert.equal(stopped.code, 130, stopped.stderr);
      assert.match(stopped.stderr, /Stopped; nothing was written\./);
      assert.equal(stopped.stdout, "");

      for (let n = 1; n < 3000; n++) await Deno.remove(join(input, "merry", `S1_${n}.jpg`));
      const again = await runTask("prepare", ...task);
      assert.equal(again.code, 0, again.stderr);
      assert.equal((await readPrepared(join(directory, "out"))).labels.length, 7);
    }),
});
