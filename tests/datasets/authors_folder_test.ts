/** The folders that the paper's authors' own scripts make: what each is, what is refused, and `train --data` on both. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { authorsDataset, readAuthorsFolder } from "../../datasets/authors_folder.ts";
import { fingerprint } from "../../datasets/fingerprint.ts";
import { type NpyArray, writeNpy } from "../../datasets/npy.ts";
import { needs } from "../permissions.ts";
import { runTask } from "../support/task.ts";

const ignore = needs("read", "write");
const SIZE = 8;
const [people, perPerson] = [10, 4];
const count = people * perPerson;

const grey = (image: number, pixel: number) => (image * 31 + pixel * 7) % 256;
const images = Uint8Array.from({ length: count * SIZE ** 2 }, (_, i) => grey(Math.floor(i / SIZE ** 2), i % SIZE ** 2));
const X: NpyArray = { shape: [count, 1, SIZE, SIZE], data: images };
const vector = (value: (image: number) => number): NpyArray => ({
  shape: [count],
  data: Int32Array.from({ length: count }, (_, image) => value(image)),
});
const person = (image: number) => Math.floor(image / perPerson);

/** `npy_files`: ten folds by person, eight classes. */
const CK_PLUS: Record<string, NpyArray> = {
  "X.npy": X,
  "y.npy": vector((image) => image % 8),
  "subjs.npy": vector(person),
  "folds.npy": vector((image) => person(image) % 10),
};
/** `npy_files/TFD_96`: the same images in each split, 0 train, 1 validation, 2 test. */
const part = (split: number, image: number) => (image + split) % 3;
const TFD = Object.fromEntries([0, 1, 2, 3, 4].flatMap((split) => [
  [`split_${split}/X.npy`, X],
  [`split_${split}/y.npy`, vector((image) => image % 7)],
  [`split_${split}/folds.npy`, vector((image) => part(split, image))],
]));

/** Runs `use` on a folder with these arrays, then removes it. */
async function withArrays(files: Record<string, NpyArray>, use: (folder: string) => Promise<void>): Promise<void> {
  const parent = await Deno.makeTempDir();
  try {
    const folder = join(parent, "npy_files");
    for (const [name, array] of Object.entries(files)) {
      await Deno.mkdir(join(folder, name, ".."), { recursive: true });
      await Deno.writeFile(join(folder, name), writeNpy(array));
    }
    await use(folder);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

Deno.test({
  name: "authors: CK+'s folder has people and ten folds, whatever whole numbers its arrays are made of",
  ignore,
  async fn() {
    const doubles = (array: NpyArray): NpyArray => ({ ...array, data: Float64Array.from(array.data as Int32Array) });
    const longs = (array: NpyArray): NpyArray => ({
      ...array,
      data: BigInt64Array.from([...array.data as Int32Array].map(BigInt)),
    });
    for (const change of [(array: NpyArray) => array, doubles, longs]) {
      const vectors = ["y.npy", "subjs.npy", "folds.npy"].map((name) => [name, change(CK_PLUS[name])]);
      await withArrays({ "X.npy": X, ...Object.fromEntries(vectors) }, async (folder) => {
        assert.equal(await authorsDataset(folder), "ck_plus");
        const dataset = await readAuthorsFolder(folder);
        assert.equal(dataset.name, "ck_plus");
        assert.equal(dataset.classNames.length, 8);
        assert.deepEqual(dataset.images, images);
        assert.deepEqual([...dataset.labels], Array.from({ length: count }, (_, image) => image % 8));
        assert.deepEqual([...dataset.subjects], Array.from({ length: count }, (_, image) => person(image)));
        assert.deepEqual([...dataset.folds], [...dataset.subjects]);
        assert.equal(dataset.foldColumns, 1);
        assert.equal(dataset.foldKind, undefined, "folds, as many as there are");
        assert.equal(dataset.fingerprint, await fingerprint(dataset));
      });
    }
  },
});

Deno.test({
  name: "authors: TFD's folder has a column for each split; one split alone is an official one",
  ignore,
  async fn() {
    await withArrays(TFD, async (folder) => {
      assert.equal(await authorsDataset(folder), "tfd");
      const dataset = await readAuthorsFolder(folder);
      assert.deepEqual([dataset.name, dataset.foldColumns, dataset.classNames.length], ["tfd", 5, 7]);
      assert.deepEqual(
        [...dataset.folds],
        Array.from({ length: 5 * count }, (_, at) => part(at % 5, Math.floor(at / 5))),
      );
      assert.ok(dataset.subjects.every((subject) => subject === -1), "nobody is known");

      const split = join(folder, "split_3");
      assert.equal(await authorsDataset(split), "tfd");
      const one = await readAuthorsFolder(split);
      assert.deepEqual([one.foldColumns, one.foldKind], [1, "splits"]);
      assert.deepEqual([...one.folds], Array.from({ length: count }, (_, image) => part(3, image)));
    });
  },
});

Deno.test({
  name: "authors: another folder is none, and files that do not fit each other are refused by name",
  ignore,
  async fn() {
    await withArrays({ "X.npy": X }, async (folder) => assert.equal(await authorsDataset(folder), undefined));
    await withArrays(CK_PLUS, async (folder) => {
      await Deno.writeTextFile(join(folder, "meta.json"), "{}");
      assert.equal(await authorsDataset(folder), undefined, "a prepared folder is not the authors'");
    });
    const short = (array: NpyArray): NpyArray => ({ shape: [count - 1], data: (array.data as Int32Array).slice(1) });
    const other = { ...X, data: images.map((value, i) => i === 700 ? value ^ 1 : value) };
    const cases: [string, Record<string, NpyArray>, RegExp][] = [
      [
        "flat images",
        { ...CK_PLUS, "X.npy": { shape: [count, SIZE ** 2], data: images } },
        /X\.npy: has shape \(40,64\)/,
      ],
      [
        "colour",
        { ...CK_PLUS, "X.npy": { shape: [10, 4, SIZE, SIZE], data: images } },
        /X\.npy: has shape \(10,4,8,8\)/,
      ],
      [
        "float images",
        { ...CK_PLUS, "X.npy": { ...X, data: Float32Array.from(images) } },
        /X\.npy: has shape .*expected uint8/,
      ],
      ["a label fewer", { ...CK_PLUS, "y.npy": short(CK_PLUS["y.npy"]) }, /y\.npy: has shape \(39\), expected \(40\)/],
      ["label 8", { ...CK_PLUS, "y.npy": vector(() => 8) }, /y\.npy: value 8 at 0, expected 0 to 7/],
      [
        "half a label",
        { ...CK_PLUS, "y.npy": { shape: [count], data: new Float64Array(count).fill(0.5) } },
        /y\.npy: value 0\.5, expected whole/,
      ],
      ["fold -2", { ...CK_PLUS, "folds.npy": vector(() => -2) }, /folds\.npy: value -2 at 0/],
      ["part 3", { ...TFD, "split_2/folds.npy": vector(() => 3) }, /folds\.npy: value 3 at 2, expected 0 train/],
      ["another image in split 4", { ...TFD, "split_4/X.npy": other }, /split_4.X\.npy: differs from that of split_0/],
      [
        "another label in split 1",
        { ...TFD, "split_1/y.npy": vector(() => 0) },
        /split_1.y\.npy: differs from that of/,
      ],
    ];
    for (const [what, files, message] of cases) {
      await withArrays(files, async (folder) => {
        await assert.rejects(readAuthorsFolder(folder), { name: "PreparedError", message }, what);
      });
    }
  },
});

Deno.test({
  name: "authors: train --data takes both folders as they are, and knows which set each is",
  ignore: needs("read", "write", "ffi", "run"),
  async fn() {
    const options = ["--variant", "cnn", "--batch", "2", "--steps", "1", "--split", "2"];
    for (const [files, tested] of [[CK_PLUS, /of 4 images/], [TFD, /of 14 images/]] as const) {
      await withArrays(files, async (folder) => {
        const run = join(folder, "..", "run");
        const { code, stdout, stderr } = await runTask("train", "--data", folder, "--run", run, ...options);
        assert.equal(code, 0, stderr);
        assert.match(stdout, tested);
        const { dataset } = JSON.parse(await Deno.readTextFile(join(run, "run.json")));
        assert.equal(dataset.name, files === CK_PLUS ? "ck_plus" : "tfd");
      });
    }
  },
});
