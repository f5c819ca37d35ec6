/** What every preparation does around its reader: what it marks as drawn, remembers, and refuses. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { readPreparedMeta } from "../../datasets/prepared.ts";
import { SourceError, SourceErrors } from "../../datasets/source_error.ts";
import { needs } from "../permissions.ts";
import { inTemporary, names } from "../support/files.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const ignore = needs("read", "write", "env", "ffi", "sys");
// Drawing needs a native library, so these modules are imported only where the permissions are granted.
const { prepare } = ignore ? {} as never : await import("../../tasks/prepare/preparation.ts");
const { prepareCkPlus } = ignore ? {} as never : await import("../../datasets/ck_plus/mod.ts");
const { prepareImageFolder } = ignore ? {} as never : await import("../../datasets/image_folder.ts");
const { writeCkPlusTwin } = ignore ? {} as never : await import("../../datasets/synthetic/twins/ck_plus.ts");

/** Runs `use`, and hands back what it printed. */
async function printed(use: () => Promise<unknown>): Promise<string> {
  const { log, error } = console;
  const lines: string[] = [];
  console.log = console.error = (line: string) => lines.push(line);
  try {
    await use();
  } finally {
    Object.assign(console, { log, error });
  }
  return lines.join("\n");
}

// A preparation listens for Ctrl-C as long as its process lives.
const options = { ignore, sanitizeResources: false, sanitizeOps: false };

Deno.test({
  ...options,
  name: "prepare: a twin stays one from a folder above it, through a link, and as a part of it",
  fn: () =>
    inTemporary(async (folder) => {
      const twin = join(folder, "sets", "faces", "ck_plus_twin");
      await writeCkPlusTwin({ output: twin, subjects: 1, imageSize: 48, frames: 4, seed: 1 });
      await Deno.symlink(twin, join(folder, "link"));
      const ckPlus = (input: string) => prepareCkPlus({ input, imageSize: 8, crop: "landmarks" });
      const pictures = (input: string) => prepareImageFolder({ input, imageSize: 8 });
      const inputs = [
        [join(folder, "sets"), ckPlus],
        [join(folder, "link"), ckPlus],
        [join(twin, "cohn-kanade-images"), pictures],
      ] as const;
      for (const [index, [input, read]] of inputs.entries()) {
        const output = join(folder, `out${index}`);
        const said = await printed(() => prepare({ input, output, overwrite: false }, () => read(input)));
        const { details } = await readPreparedMeta(output);
        assert.equal(details.twin, "drawn faces, not the real set", input);
        assert.match(said, /^warning: this is a twin: drawn faces/m);
        // What is told is remembered, for `inspect`.
        assert.deepEqual(said.match(/(?<=^warning: ).*/gm), details.warnings);
      }

      // Somebody's own pictures, put into the twin: neither a twin nor the real set.
      const frame = join(twin, "cohn-kanade-images", "S005", "001", "S005_001_00000004.png");
      await Deno.copyFile(frame.replace("4.png", "3.png"), frame);
      const output = join(folder, "mixed");
      const mixed = prepare({ input: twin, output, overwrite: false }, () => ckPlus(twin));
      await assert.rejects(mixed, (error: Error) => {
        assert.equal(error.name, "UsageError");
        assert.match(error.message, /^3 of 4 pictures are drawn ones of a twin.*S005_001_00000004\.png among them/);
        return true;
      });
      assert.ok(!(await names(folder)).includes("mixed"), "nothing is written");
    }),
});

Deno.test({
  ...options,
  name: "prepare: every file that is wrong is named in a line, and nothing is written",
  fn: () =>
    inTemporary(async (folder) => {
      const errors = ["a.jpg", "b\u009b2J.jpg"].map((name) => new SourceError(name, "is empty"));
      const target = { output: join(folder, "out"), overwrite: false };
      const failing = () => prepare(target, () => Promise.reject(new SourceErrors("in", errors)));
      const said = await printed(() => assert.rejects(failing, /^UsageError: 2 files cannot be used.*Remedy: /));
      assert.equal(said, "not read: a.jpg: is empty\nnot read: b\\u009b2J.jpg: is empty");
      assert.deepEqual(await names(folder), []);
    }),
});

Deno.test({
  ...options,
  name: "prepare: real pictures are no twin, and a preparation without a word remembers none",
  fn: () =>
    inTemporary(async (folder) => {
      const picture = join(folder, "picture"), output = join(folder, "out");
      await Deno.writeTextFile(picture, "");
      const dataset = await tinyDataset();
      const read = () => Promise.resolve({ dataset, details: { source: "CK+" }, sources: [picture] });
      await printed(() => prepare({ output, overwrite: false }, read));
      assert.deepEqual((await readPreparedMeta(output)).details, { source: "CK+" });
    }),
});
