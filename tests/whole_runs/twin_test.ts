/** `deno task twin` as a user types it: the whole twin of CK+, drawn, prepared and counted. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { needs } from "../permissions.ts";
import { inTemporary, names } from "../support/files.ts";
import { runTaskIn } from "../support/task.ts";

const ignore = needs("read", "write", "env", "ffi", "run");

Deno.test({
  name: "twin: all 327 sequences, small, give every published count",
  ignore,
  fn: () =>
    inTemporary(async (folder) => {
      const options = ["--frame-height", "49", "--frames", "4", "--image-size", "16"];
      const { code, stdout, stderr } = await runTaskIn(folder, "twin", ...options);
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout, /^327 sequences of 118 subjects have an emotion label/m);
      assert.match(stdout, /^ok +images: 1308$/m);
      assert.match(stdout, /^ok +subjects: 118$/m);
      assert.match(stdout, /^ok +images of each fold: 132,156,160,140,120,148,116,116,132,88$/m);
      assert.match(stdout, /^ok +images of each class: 327,135,54,177,75,207,84,249$/m);
      assert.match(stdout, /^ok +images of six classes: 927$/m);
      assert.deepEqual(await names(join(folder, "data")), ["ck_plus_twin", "ck_plus_twin_prepared"]);
    }),
});
