/** `deno task prepare synthetic --layout` as a user types it. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { needs } from "../permissions.ts";
import { inTemporary, names } from "../support/files.ts";
import { interruptTask, runTask } from "../support/task.ts";

const ignore = needs("read", "write", "env", "ffi", "run");

Deno.test({
  name:
    "prepare synthetic --layout: Ctrl-C leaves nothing, options of another layout are refused, nothing is overwritten",
  ignore: ignore || Deno.build.os === "windows",
  fn: () =>
    inTemporary(async (folder) => {
      const output = join(folder, "twin");
      const twin = (...options: string[]) => ["synthetic", "--output", output, "--layout", ...options];
      const ready = async () => (await names(folder)).length > 0; // the hidden folder
      for (const layout of [["ck_plus"], ["tfd", "--subjects", "500"]]) {
        const stopped = await interruptTask("prepare", twin(...layout), ready);
        assert.equal(stopped.code, 130, stopped.stderr);
        assert.match(stopped.stderr, /nothing was written/);
        assert.deepEqual(await names(folder), []);
      }
      for (
        const [options, message] of [
          [["tfd", "--frames", "8"], /--frames: --layout tfd has no such number; only ck_plus/],
          [["ck_plus", "--images-per-subject", "8"], /--images-per-subject: --layout ck_plus .* only arrays and tfd/],
          [["tfd", "--image-size", "50"], /imageSize is 50; expected 48 or 96/],
          [["ck_plus", "--subjects", "119"], /subjects is 119; expected a whole number from 1 to 118/],
          [["jaffe"], /jaffe.*arrays, ck_plus, tfd/],
        ] as const
      ) {
        const { code, stderr } = await runTask("prepare", ...twin(...options));
        assert.equal(code, 1);
        assert.match(stderr, message);
        assert.doesNotMatch(stderr, /\bat .*\.ts:\d+/, "no stack trace");
      }
      await Deno.mkdir(output);
      await Deno.writeTextFile(join(output, "thesis.txt"), "words");
      for (const overwrite of [[], ["--overwrite"]]) {
        const { code, stderr } = await runTask("prepare", ...twin("tfd", ...overwrite));
        assert.equal(code, 1);
        assert.match(stderr, overwrite.length > 0 ? /is no twin/ : /is there already/);
      }
      assert.deepEqual([await names(folder), await names(output)], [["twin"], ["thesis.txt"]]);
    }),
});
