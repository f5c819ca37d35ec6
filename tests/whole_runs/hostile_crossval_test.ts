/** A cross-validation's folder that somebody else has made: `crossval` reads nothing outside it, replaces nothing there, and waits for nothing. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { writePrepared } from "../../datasets/prepared.ts";
import { needs } from "../permissions.ts";
import { inTemporary } from "../support/files.ts";
import { OBEYED, PUT, SECRET } from "../support/hostile.ts";
import { runTask } from "../support/task.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const ignore = needs("read", "write", "ffi", "run") || Deno.build.os === "windows";

const RUN = "runs/cnn-split0-seed1";
const READ = ["manifest.json", `${RUN}/run.json`, `${RUN}/evaluation.json`, `${RUN}/metrics.json`, `${RUN}/log.jsonl`];
/** What the task leaves for people. */
const RESULTS = ["crossval.json", "crossval.md", "crossval.csv", "runs.csv"];

Deno.test({
  name: "hostile crossval: whatever stands in a file's place is refused by name or made anew, and results stay whole",
  ignore,
  fn: () =>
    inTemporary(async (folder) => {
      const [data, out, secret] = ["data", "out", "diary.json"].map((name) => join(folder, name));
      const diary = JSON.stringify({ [SECRET]: SECRET });
      await Deno.writeTextFile(secret, diary);
      await writePrepared(data, await tinyDataset({ classes: 2, folds: 3, perFold: 4 }), { source: "a test" });
      const sizes = ["--steps", "2", "--batch", "2", "--checkpoint-every", "2", "--init-scale", "1"];
      const crossval = () =>
        runTask("crossval", "--data", data, "--variant", "cnn", "--splits", "0", "--out", out, ...sizes);
      const results = () => Promise.all(RESULTS.map((name) => Deno.readTextFile(join(out, name))));
      const good = await crossval();
      assert.equal(good.code, 0, good.stderr);
      const whole = await results();

      let refused = 0;
      for (const file of READ) {
        const path = join(out, file), kept = join(folder, "kept");
        for (const [what, put] of Object.entries(PUT)) {
          await Deno.rename(path, kept);
          await put(path, secret);
          const { code, stdout, stderr } = await crossval();
          const about = `${file} is ${what}: ${stdout}${stderr}`;
          for (const text of [stdout, stderr]) {
            assert.doesNotMatch(text.replaceAll("\r", ""), OBEYED, about);
            assert(!text.includes(SECRET), about);
            assert.doesNotMatch(text, /\n\s+at .*\.ts:\d+/, about);
          }
          if (code !== 0) {
            assert(stderr.includes(file.split("/").at(-1)!), about);
            refused++;
          }
          assert.deepEqual(await results(), whole, about);
          assert.equal(await Deno.readTextFile(secret), diary, about);
          await Deno.remove(path, { recursive: true });
          await Deno.rename(kept, path);
        }
      }
      assert(refused >= 10, `${refused} were refused`);
    }),
});
