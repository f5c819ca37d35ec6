/** TFD out of `.mat` files made here: layout, labels, splits, field order, wrong files. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { MatError } from "../../datasets/mat/mod.ts";
import { prepareTfd, TFD_CLASSES } from "../../datasets/tfd.ts";
import { type MatFixture, type MatWriterOptions, writeMat } from "../support/mat_writer.ts";
import { needs } from "../permissions.ts";

const ignore = needs("read", "write");
const count = 521; // more than a megabyte of pixels, so that a file is read in several pieces
const size = 48;

/** Grey level of image n at row h, column w. */
const grey = (n: number, h: number, w: number) => (n * 31 + h * 7 + w * 3 + (h * w) % 11) % 256;
const expression = Int32Array.from({ length: count }, (_, n) => n % 3 === 0 ? n / 3 % 7 + 1 : -1);
const identity = Int32Array.from({ length: count }, (_, n) => n % 5 === 0 ? -1 : n * 2);
const part = (n: number, split: number) => expression[n] < 0 ? 0 : (n + split) % 4;

/** The four fields as TFD has them; the first index runs fastest. */
function fields(): Record<"images" | "folds" | "labs_ex" | "labs_id", MatFixture> {
  const images = new Uint8Array(count * size * size);
  for (let w = 0, i = 0; w < size; w++) {
    for (let h = 0; h < size; h++) {
      for (let n = 0; n < count; n++) images[i++] = grey(n, h, w);
    }
  }
  const folds = Array.from({ length: count * 5 }, (_, i) => part(i % count, Math.floor(i / count)));
  return {
    images: { name: "images", class: "uint8", dimensions: [count, size, size], values: images },
    folds: { name: "folds", dimensions: [count, 5], values: folds, storage: "uint8" },
    labs_ex: { name: "labs_ex", dimensions: [count, 1], values: expression },
    labs_id: { name: "labs_id", dimensions: [count, 1], values: identity, storage: "int16" },
  };
}

/** Runs `use` on a folder with one file in it, then removes the folder. */
async function withFile<T>(bytes: Uint8Array, use: (input: string) => Promise<T>, name = "TFD_48x48.mat"): Promise<T> {
  const input = Deno.makeTempDirSync();
  try {
    Deno.writeFileSync(join(input, name), bytes);
    return await use(input);
  } finally {
    Deno.removeSync(input, { recursive: true });
  }
}

function check(dataset: Awaited<ReturnType<typeof prepareTfd>>, kept: number[]) {
  assert.equal(dataset.name, "tfd");
  assert.equal(dataset.imageSize, size);
  assert.deepEqual(dataset.classNames, TFD_CLASSES);
  assert.equal(dataset.foldColumns, 5);
  assert.match(dataset.fingerprint, /^[0-9a-f]{64}$/);
  assert.deepEqual([...dataset.labels], kept.map((n) => expression[n] < 0 ? -1 : expression[n] - 1));
  assert.deepEqual([...dataset.subjects], kept.map((n) => identity[n]));
  assert.deepEqual([...dataset.folds], kept.flatMap((n) => [0, 1, 2, 3, 4].map((split) => part(n, split) - 1)));
  const expected = new Uint8Array(kept.length * size * size);
  kept.forEach((n, i) => {
    for (let h = 0; h < size; h++) {
      for (let w = 0; w < size; w++) expected[(i * size + h) * size + w] = grey(n, h, w);
    }
  });
  assert.deepEqual(dataset.images, expected);
}

const everyone = Array.from({ length: count }, (_, n) => n);
const labelled = everyone.filter((n) => expression[n] > 0);

for (const bigEndian of [false, true]) {
  for (const compressed of [false, true]) {
    const packing: MatWriterOptions = { bigEndian, compressed };
    Deno.test({
      name: `tfd: labelled and all images, rows as rows, ${JSON.stringify(packing)}`,
      ignore,
      async fn() {
        const { images, folds, labs_ex, labs_id } = fields();
        for (const order of [[images, folds, labs_ex, labs_id], [labs_id, labs_ex, folds, images]]) {
          await withFile(await writeMat(order, packing), async (input) => {
            check(await prepareTfd({ input, imageSize: 48 }), labelled);
            check(await prepareTfd({ input, imageSize: 48, includeUnlabelled: true }), everyone);
          });
        }
      },
    });
  }
}

Deno.test({
  name: "tfd: any numeric type of the images, and labels in a row",
  ignore,
  async fn() {
    for (const storage of ["int16", "uint16", "int32", "single", "double", "int64", "uint64"] as const) {
      const { images, folds, labs_ex, labs_id } = fields();
      const row = { ...labs_ex, dimensions: [1, count], storage: "int8" as const };
      await withFile(await writeMat([{ ...images, class: "double", storage }, folds, row, labs_id]), async (input) => {
        check(await prepareTfd({ input, imageSize: 48 }), labelled);
      });
    }
  },
});

Deno.test({
  name: "tfd: progress rises to 1 and a signal stops the reading",
  ignore,
  async fn() {
    await withFile(await writeMat(Object.values(fields())), async (input) => {
      const seen: number[] = [];
      await prepareTfd({ input, imageSize: 48, onProgress: (fraction) => seen.push(fraction) });
      assert.equal(seen.at(-1), 1);
      assert.deepEqual(seen, seen.toSorted((a, b) => a - b));
      const signal = AbortSignal.abort(new Error("enough"));
      await assert.rejects(prepareTfd({ input, imageSize: 48, signal }), /enough/);
    });
  },
});

Deno.test({
  name: "tfd: a file that is missing, damaged or not TFD is refused, naming file and field",
  ignore,
  async fn() {
    const good = fields();
    const list = Object.values(good);
    const without = (name: string) => list.filter((field) => field.name !== name);
    const instead = (name: keyof typeof good, change: Partial<MatFixture>) =>
      list.map((field) => field.name === name ? { ...field, ...change } : field);
    const value = (name: keyof typeof good, index: number, number: number) =>
      instead(name, {
        values: Array.from(good[name].values, (old, i) => i === index ? number : old),
        storage: "double",
      });
    const whole = await writeMat(list);
    const packed = await writeMat(list, { compressed: true });
    const flipped = packed.slice();
    flipped[packed.length - 100] ^= 0x55;
    const hostile: [string, Uint8Array, RegExp][] = [
      ["no field", await writeMat(without("labs_ex")), /no field labs_ex; it has: images, folds, labs_id/],
      ["no fields", await writeMat([]), /no field images; it has: none/],
      ["a field twice", await writeMat([...list, good.folds]), /field "folds" is there twice/],
      [
        "images turned",
        await writeMat(instead("images", { dimensions: [size, size, count] })),
        /images is 48 x 48 x 521/,
      ],
      ["flat images", await writeMat(instead("images", { dimensions: [count, size * size] })), /expected N x 48 x 48/],
      [
        "other folds",
        await writeMat(instead("folds", { dimensions: [5, count] })),
        /folds is 5 x 521, expected 521 x 5/,
      ],
      [
        "fewer labels",
        await writeMat(instead("labs_ex", { dimensions: [count - 1, 1], values: expression.slice(1) })),
        /labs_ex is 520 x 1, expected 521 x 1/,
      ],
      ["label 8", await writeMat(value("labs_ex", 3, 8)), /labs_ex: value 8 at 3, expected one of -1, 1/],
      ["label 0", await writeMat(value("labs_ex", 3, 0)), /labs_ex: value 0 at 3/],
      ["label NaN", await writeMat(value("labs_ex", 3, NaN)), /labs_ex: value NaN at 3/],
      ["subject -2", await writeMat(value("labs_id", 9, -2)), /labs_id: value -2 at 9, expected a whole number/],
      ["part 4", await writeMat(value("folds", 41, 4)), /folds: value 4 at 41, expected one of 0, 1, 2, 3/],
      ["grey 256", await writeMat(value("images", 500, 256)), /images: value 256, expected whole grey levels/],
      ["grey 0.5", await writeMat(value("images", 500, 0.5)), /images: value 0.5/],
      [
        "a cell",
        await writeMat(instead("labs_ex", { class: "char", storage: "uint16" })),
        /"labs_ex" is of class char/,
      ],
      [
        "no labels",
        await writeMat(instead("labs_ex", { values: new Int32Array(count).fill(-1) })),
        /no image has a label/,
      ],
      ["cut", whole.slice(0, whole.length / 2), /cut short/],
      ["cut, compressed", packed.slice(0, packed.length / 2), /cut short/],
      ["damaged", flipped, /damaged|class|type|claims|holds|value/],
      ["HDF5", new TextEncoder().encode("\x89HDF\r\n\x1a\n").slice(1), /7\.3|header/],
    ];
    for (const [what, bytes, message] of hostile) {
      await withFile(bytes, async (input) => {
        const error = await prepareTfd({ input, imageSize: 48 }).catch((error) => error);
        assert(error instanceof MatError, `${what}: ${error?.stack}`);
        assert.match(error.message, message, what);
        assert(error.message.startsWith(join(input, "TFD_48x48.mat")), error.message);
        assert.deepEqual([...Deno.readDirSync(input)].map((entry) => entry.name), ["TFD_48x48.mat"]);
      });
    }
    await withFile(whole, async (input) => {
      await assert.rejects(prepareTfd({ input, imageSize: 96 }), /TFD_96x96\.mat: is missing/);
    });
    await withFile(whole, async (input) => {
      await assert.rejects(prepareTfd({ input, imageSize: 96 }), /images is 521 x 48 x 48, expected N x 96 x 96/);
    }, "TFD_96x96.mat");
  },
});
