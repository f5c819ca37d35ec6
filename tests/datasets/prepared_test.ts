/** The prepared folder: what is written is read back; what is half, wrong or in the way is refused. */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { Dataset } from "../../datasets/dataset.ts";
import { fingerprint } from "../../datasets/fingerprint.ts";
import { writeNpy } from "../../datasets/npy.ts";
import { PreparedError, readPrepared, readPreparedMeta, writePrepared } from "../../datasets/prepared.ts";
import { needs } from "../permissions.ts";

const ignore = needs("read", "write");
const count = 6, size = 8;

async function make(changes: Partial<Dataset> = {}): Promise<Dataset> {
  const dataset = {
    name: "test",
    imageSize: size,
    classNames: ["sad", "happy"],
    images: Uint8Array.from({ length: count * size * size }, (_, i) => i * 13 % 256),
    labels: Int32Array.of(0, 1, 1, -1, 0, 1),
    subjects: Int32Array.of(0, 0, 5, -1, 7, 7),
    folds: Int32Array.of(0, 0, 1, 1, 2, 2),
    foldColumns: 1,
    actionUnits: [1, 12],
    units: Uint8Array.of(0, 5, 6, 255, 1, 2, 3, 4, 0, 0, 255, 255),
    ...changes,
  };
  return { ...dataset, fingerprint: await fingerprint(dataset) };
}

/** Runs `use` on a new folder, then removes it. */
async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    await use(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const names = (folder: string) => [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();

Deno.test({
  name: "prepared: what is written is read back, and meta.json counts it",
  ignore,
  async fn() {
    const { actionUnits: _, units: __, ...without } = await make();
    const official = { ...without, foldColumns: 5, folds: Int32Array.from({ length: count * 5 }, (_, i) => i % 4 - 1) };
    official.fingerprint = await fingerprint(official);
    without.fingerprint = await fingerprint(without);
    const filmed = await make({ sequences: Int32Array.of(0, 0, 0, -1, 9, 9) });
    for (const dataset of [await make(), without, official, filmed]) {
      await inFolder(async (folder) => {
        const target = join(folder, "deep/er/data");
        await writePrepared(target, dataset, { crop: "none" }, {
          files: { "sheet.png": Uint8Array.of(1), "m.txt": "é" },
        });
        assert.deepEqual(await readPrepared(target), dataset);
        const meta = await readPreparedMeta(target);
        assert.deepEqual(meta.classCounts, [2, 3]);
        assert.equal(meta.unlabelled, 1);
        assert.equal(meta.count, count);
        assert.deepEqual(meta.details, { crop: "none" });
        assert.deepEqual(names(target), meta.files);
        assert.deepEqual(names(join(folder, "deep/er")), ["data"]);
        assert.equal(Deno.readTextFileSync(join(target, "m.txt")), "é");
      });
    }
  },
});

Deno.test({
  name: "prepared: only an empty folder, or with overwrite a prepared one, is written to",
  ignore,
  async fn() {
    await inFolder(async (folder) => {
      const first = await make(), second = await make({ name: "second" });
      const target = join(folder, "data");
      Deno.mkdirSync(target);
      await writePrepared(target, first);
      await assert.rejects(writePrepared(target, second), { name: "PreparedError", message: /is there already/ });
      assert.equal((await readPrepared(target)).name, "test");
      await writePrepared(target, second, {}, { overwrite: true });
      assert.equal((await readPrepared(target)).name, "second");

      Deno.writeTextFileSync(join(target, "my notes.txt"), "keep me");
      await assert.rejects(writePrepared(target, first, {}, { overwrite: true }), /no preparation wrote.*my notes/);
      const other = join(folder, "other");
      Deno.mkdirSync(other);
      Deno.writeTextFileSync(join(other, "thesis.doc"), "keep me");
      await assert.rejects(writePrepared(other, first, {}, { overwrite: true }), /is no prepared folder/);
      const file = join(folder, "file");
      Deno.writeTextFileSync(file, "keep me");
      await assert.rejects(writePrepared(file, first, {}, { overwrite: true }), /stands where/);

      const link = join(folder, "link");
      Deno.removeSync(join(target, "my notes.txt"));
      Deno.symlinkSync(target, link);
      await writePrepared(link, first, {}, { overwrite: true });
      assert(Deno.lstatSync(link).isSymlink);
      assert.equal((await readPrepared(target)).name, "test");
      assert.deepEqual(names(folder), ["data", "file", "link", "other"]);
    });
  },
});

Deno.test({
  name: "prepared: a stopped or refused writing leaves nothing behind",
  ignore,
  async fn() {
    const dataset = await make();
    const { units: _, ...unitless } = dataset;
    const refused: [Dataset, RegExp][] = [
      [{ ...dataset, fingerprint: "0".repeat(64) }, /fingerprint 0+ is not that of the dataset/],
      [unitless, /aus.npy: actionUnits and units must be given together/],
      [await make({ images: new Uint8Array(5) }), /X.npy: 5 values, expected 384 \(64 for each of the 6 labels/],
      [await make({ labels: Int32Array.of(0, 1, 2, 0, 0, 0) }), /y.npy: value 2 at 2, expected 0 to 1 \(2 classes/],
      [await make({ labels: Int32Array.of(0, 1, -2, 0, 0, 0) }), /y.npy: value -2 at 2/],
      [await make({ labels: new Int32Array(0) }), /y.npy: 0 labels/],
      [await make({ subjects: new Int32Array(5) }), /subjs.npy: 5 values, expected 6/],
      [await make({ subjects: new Int32Array(6).fill(-2) }), /subjs.npy: value -2 at 0/],
      [await make({ folds: new Int32Array(7) }), /folds.npy: 7 values, expected 6/],
      [await make({ foldColumns: 2, folds: new Int32Array(12).fill(3) }), /folds.npy: value 3 at 0, expected 0 train/],
      [await make({ folds: Int32Array.of(0, 0, 0, 0, 0, -2) }), /folds.npy: value -2 at 5/],
      [await make({ units: new Uint8Array(12).fill(7) }), /aus.npy: value 7 at 0, expected 0 to 6/],
      [await make({ units: new Uint8Array(11) }), /aus.npy: 11 values, expected 12/],
      [await make({ sequences: new Int32Array(5) }), /seqs.npy: 5 values, expected 6/],
      [await make({ sequences: new Int32Array(6).fill(-2) }), /seqs.npy: value -2 at 0/],
      [await make({ actionUnits: [1, 1] }), /names one twice/],
      [await make({ actionUnits: [0, 1] }), /value 0 at 0, expected an Action Unit number/],
      [await make({ classNames: ["a", "a"] }), /names a class twice/],
      [await make({ classNames: [] }), /classNames is empty/],
      [await make({ name: "" }), /name is empty/],
      [await make({ imageSize: 0.5 }), /imageSize is 0.5, expected 1 or more/],
      [await make({ foldColumns: 0 }), /foldColumns is 0/],
    ];
    await inFolder(async (folder) => {
      const target = join(folder, "data");
      for (const [bad, message] of refused) {
        await assert.rejects(writePrepared(target, bad), { name: "PreparedError", message });
      }
      for (const name of ["../../out.txt", "X.npy", "meta.json", "", ".."]) {
        await assert.rejects(
          writePrepared(target, dataset, {}, { files: { [name]: "" } }),
          /cannot stand in a prepared/,
        );
      }
      const signal = AbortSignal.abort(new Error("enough"));
      await assert.rejects(writePrepared(target, dataset, {}, { signal }), /enough/);
      await assert.rejects(writePrepared(target, dataset, { n: 1n }), TypeError);
      assert.deepEqual(names(folder), []);
    });
  },
});

Deno.test({
  name: "prepared: a folder whose files are damaged or contradict each other is refused, naming the file",
  ignore,
  async fn() {
    const int32 = (...values: number[]) => writeNpy({ shape: [values.length], data: Int32Array.from(values) });
    const meta = (change: (meta: Record<string, unknown>) => void) => (target: string) => {
      const path = join(target, "meta.json");
      const content = JSON.parse(Deno.readTextFileSync(path));
      change(content);
      Deno.writeTextFileSync(path, JSON.stringify(content));
    };
    const put = (name: string, bytes: Uint8Array) => (target: string) => Deno.writeFileSync(join(target, name), bytes);
    const without = (name: string) => (target: string) => Deno.removeSync(join(target, name));
    const cut = (name: string) => (target: string) => Deno.truncateSync(join(target, name), 150);
    const damages: [string, (target: string) => void, RegExp][] = [
      ["no meta", without("meta.json"), /meta.json: is missing/],
      ["no X", without("X.npy"), /X.npy: is missing/],
      ["no folds", without("folds.npy"), /folds.npy: is missing/],
      ["no aus", without("aus.npy"), /aus.npy: is missing/],
      ["X is a folder", (target) => {
        Deno.removeSync(join(target, "X.npy"));
        Deno.mkdirSync(join(target, "X.npy"));
      }, /X.npy: is no ordinary file/],
      ["meta is no JSON", put("meta.json", new TextEncoder().encode("{")), /meta.json: is no JSON/],
      [
        "meta is null",
        put("meta.json", new TextEncoder().encode("null")),
        /meta.json: what it says is null, expected a table/,
      ],
      [
        "meta of something else",
        put("meta.json", new TextEncoder().encode("{}")),
        /format is undefined, expected "aulens/,
      ],
      [
        "X is text",
        put("X.npy", new TextEncoder().encode("hello")),
        /X.npy: no .npy file.*expected uint8 \(6, 1, 8, 8\)/,
      ],
      ["X is cut", cut("X.npy"), /X.npy: .*cut short/],
      [
        "X is flat",
        put("X.npy", writeNpy({ shape: [384], data: new Uint8Array(384) })),
        /X.npy: holds uint8 \(384\), expected/,
      ],
      [
        "y is int64",
        put("y.npy", writeNpy({ shape: [6], data: new BigInt64Array(6) })),
        /y.npy: holds int64 \(6\), expected int32/,
      ],
      ["y is longer", put("y.npy", int32(0, 1, 0, 1, 0, 1, 0)), /y.npy: holds int32 \(7\), expected int32 \(6\)/],
      ["y is out of range", put("y.npy", int32(0, 1, 1, -1, 0, 2)), /y.npy: value 2 at 5, expected 0 to 1/],
      ["y was changed", put("y.npy", int32(1, 1, 1, -1, 0, 1)), /meta.json: fingerprint .*were changed after/],
      [
        "folds of another shape",
        put("folds.npy", writeNpy({ shape: [6, 1], data: new Int32Array(6) })),
        /holds int32 \(6, 1\)/,
      ],
      [
        "a huge X",
        (target) => Deno.truncateSync(join(target, "X.npy"), 2 ** 40),
        /X.npy: has 1099511627776 bytes, expected/,
      ],
      [
        "meta: count",
        meta((content) => content.count = 5),
        /X.npy: holds uint8 \(6, 1, 8, 8\), expected uint8 \(5, 1, 8, 8\)/,
      ],
      ["meta: 2^40 images", meta((content) => content.count = 2 ** 40), /X.npy: holds/],
      ["meta: imageSize", meta((content) => content.imageSize = "8"), /imageSize is "8", expected/],
      [
        "meta: version",
        meta((content) => content.version = 2),
        /meta.json: it is of version 2 of its format, and this aulens reads up to version 1/,
      ],
      ["meta: name", meta((content) => delete content.name), /name is undefined/],
      ["meta: classNames", meta((content) => content.classNames = "sad"), /classNames is "sad"/],
      ["meta: a class fewer", meta((content) => content.classNames = ["sad"]), /y.npy: value 1 at 1, expected 0 to 0/],
      ["meta: a class renamed", meta((content) => content.classNames = ["sad", "glad"]), /fingerprint/],
      ["meta: no Action Units", meta((content) => content.actionUnits = null), /aus.npy: is there, but meta.json/],
      ["meta: of sequences", meta((content) => content.sequences = "yes"), /sequences is "yes", expected true/],
      ["meta: no such sequences", meta((content) => content.sequences = true), /seqs.npy: is missing/],
      ["sequences that meta does not name", put("seqs.npy", int32(0, 0, 0, 0, 0, 0)), /seqs.npy: is there, but meta/],
      ["meta: three Action Units", meta((content) => content.actionUnits = [1, 2, 3]), /aus.npy: holds uint8 \(6, 2\)/],
      [
        "meta: foldColumns",
        meta((content) => content.foldColumns = 5),
        /folds.npy: holds int32 \(6\), expected int32 \(6, 5\)/,
      ],
      ["meta: fingerprint", meta((content) => content.fingerprint = 7), /fingerprint is 7/],
    ];
    const dataset = await make();
    for (const [what, damage, message] of damages) {
      await inFolder(async (folder) => {
        const target = join(folder, "data");
        await writePrepared(target, dataset);
        damage(target);
        const error = await readPrepared(target).then(() => undefined, (error) => error);
        assert(error instanceof PreparedError, `${what}: ${error?.stack ?? "was read"}`);
        assert.match(error.message, message, what);
        assert(error.message.includes(target), error.message);
      });
    }
    await assert.rejects(readPrepared("no such folder"), /meta.json: is missing; is this a prepared folder\?/);
  },
});
