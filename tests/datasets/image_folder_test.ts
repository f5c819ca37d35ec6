/** Folders of images: what is read and how, who stands in which fold, and what is refused. */

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { deflateSync } from "node:zlib";
import { subjectOverlaps } from "../../datasets/subject_overlap.ts";
import { needs } from "../permissions.ts";

const ignore = needs("read", "write", "env", "ffi", "sys");

// Decoding needs a native library, so it is imported only where the permissions are granted.
const { prepareImageFolder } = ignore ? {} as never : await import("../../datasets/image_folder.ts");
const { sharp } = ignore ? {} as never : await import("../../datasets/deps.ts");

/** Runs `use` on a new folder with these files, then removes it. */
async function inFolder(files: Record<string, Uint8Array | string>, use: (folder: string) => Promise<void>) {
  const folder = Deno.makeTempDirSync();
  try {
    for (const [name, content] of Object.entries(files)) put(folder, name, content);
    await use(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function put(folder: string, name: string, content: Uint8Array | string) {
  const path = join(folder, name);
  Deno.mkdirSync(dirname(path), { recursive: true });
  Deno.writeFileSync(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
}

/** A picture from a function of column and row: its grey level, or its channels. */
async function picture(
  width: number,
  height: number,
  color: (x: number, y: number) => number[],
  format: "png" | "jpeg" | "webp" | "tiff" | "gif" | "avif" = "png",
  orientation?: number,
): Promise<Uint8Array> {
  const channels = color(0, 0).length as 1 | 2 | 3 | 4;
  const values = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) values.set(color(x, y), (y * width + x) * channels);
  }
  const image = sharp(values, { raw: { width, height, channels } });
  const lossless = format === "webp" || format === "avif" ? { lossless: true } : {};
  const turned = orientation ? image.withMetadata({ orientation }) : image;
  return new Uint8Array(await turned.toFormat(format, lossless).toBuffer());
}

const plain = (grey: number, format?: Parameters<typeof picture>[3]) => picture(16, 16, () => [grey], format);
const near = (actual: number, expected: number, what: string, by = 3) =>
  assert(Math.abs(actual - expected) <= by, `${what}: ${actual}, expected ${expected}`);

/** Header, length and checksum as PNG wants them, around anything. */
function pngChunk(type: string, content: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(content.length + 12);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, content.length);
  chunk.set(new TextEncoder().encode(type), 4);
  chunk.set(content, 8);
  let crc = -1;
  for (const byte of chunk.subarray(4, -4)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  view.setUint32(content.length + 8, ~crc);
  return chunk;
}

/** A PNG file of a few kilobytes that claims this many pixels. */
function bomb(side: number): Uint8Array {
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, side);
  new DataView(header.buffer).setUint32(4, side);
  header.set([1, 0, 0, 0, 0], 8);
  const data = deflateSync(new Uint8Array(1_000_000));
  const chunks = [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10),
    pngChunk("IHDR", header),
    pngChunk("IDAT", data),
    pngChunk("IEND", new Uint8Array()),
  ];
  return new Uint8Array(chunks.flatMap((chunk) => [...chunk]));
}

Deno.test({
  name: "image folder: every format, grey, color, alpha and 16 bits come out as the same grey levels",
  ignore,
  async fn() {
    const deep = new Uint8Array(
      await sharp(await plain(128)).toColourspace("grey16").png().toBuffer(),
    );
    await inFolder({
      "a/1.png": await plain(100),
      "a/2.JPG": await plain(100, "jpeg"),
      "a/3.webp": await plain(100, "webp"),
      "a/4.tiff": await plain(100, "tiff"),
      "a/5.gif": await plain(100, "gif"),
      "a/6.avif": await plain(100, "avif"),
      "a/7.png": await picture(16, 16, () => [100, 100, 100]),
      "a/8.png": await picture(16, 16, () => [100, 100, 100, 128]),
      "b/deep.png": deep,
      "b/further/down/1.png": await picture(16, 16, () => [255, 0, 0]),
    }, async (input) => {
      const { dataset, files, warnings } = await prepareImageFolder({ input, name: "mine", imageSize: 8 });
      assert.equal(dataset.name, "mine");
      assert.deepEqual(dataset.classNames, ["a", "b"]);
      assert.deepEqual([...dataset.labels], [0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
      const grey = (n: number) => dataset.images[n * 64 + 27];
      for (let n = 0; n < 7; n++) near(grey(n), 100, `a/${n + 1}`);
      near(grey(7), 177, "half of it white behind");
      near(grey(8), 128, "16 bits");
      near(grey(9), 76, "red weighs 0.299");
      assert.equal(files["sources.txt"].split("\n")[9], "b/further/down/1.png");
      assert.equal(dataset.subjects.every((subject) => subject === -1), true);
      assert.match(warnings.join(), /people are not known/);
    });
  },
});

Deno.test({
  name: "image folder: the middle square is kept, as the camera was held",
  ignore,
  async fn() {
    // Left third black, middle third grey, right third white; the top row of the middle is brighter than its bottom.
    const striped = (x: number, y: number) => [x < 16 ? 0 : x >= 32 ? 255 : y < 8 ? 150 : 80];
    await inFolder({
      "a/wide.png": await picture(48, 16, striped),
      "b/turned.jpg": await picture(48, 16, striped, "jpeg", 6), // to be turned by 90 degrees clockwise
    }, async (input) => {
      const { dataset: { images } } = await prepareImageFolder({ input, imageSize: 8 });
      near(images[1 * 8 + 4], 150, "top of the middle", 8);
      near(images[6 * 8 + 4], 80, "bottom of the middle", 8);
      near(images[64 + 4 * 8 + 6], 150, "turned: the top is at the right", 12);
      near(images[64 + 4 * 8 + 1], 80, "turned: the bottom is at the left", 12);
    });
  },
});

Deno.test({
  name: "image folder: nobody stands in two folds, strangers are dealt out by class and seed, litter is passed over",
  ignore,
  async fn() {
    const image = await plain(7);
    const files: Record<string, Uint8Array | string> = {
      ".DS_Store": "x",
      "sad/.DS_Store": "x",
      "sad/Thumbs.db": "x",
      "__MACOSX/sad/1.png": "x",
      "notes.txt": "x",
      "sad/list.csv": "x",
    };
    for (const name of ["sad", "happy"]) {
      for (let n = 0; n < 24; n++) files[`${name}/S${String(n % 7).padStart(3, "0")}_${n}.png`] = image;
    }
    files["sad/nobody.png"] = image;
    await inFolder(files, async (input) => {
      const { dataset, warnings } = await prepareImageFolder({ input, imageSize: 8, subject: "S(\\d+)", folds: 3 });
      assert.deepEqual(dataset.classNames, ["happy", "sad"]);
      assert.equal(dataset.labels.length, 49);
      assert.deepEqual(subjectOverlaps(dataset), []);
      assert.deepEqual([...new Set(dataset.subjects)].sort(), [-1, 0, 1, 2, 3, 4, 5, 6]);
      dataset.subjects.forEach((subject, n) => subject >= 0 && assert.equal(dataset.folds[n], subject % 3));
      assert.match(warnings.join("\n"), /left out.*notes\.txt, sad\/list\.csv/);
      assert.match(warnings.join("\n"), /does not match 1 of 49 images/);

      const strangers = (seed: number) => prepareImageFolder({ input, imageSize: 8, folds: 4, seed });
      const one = (await strangers(1)).dataset;
      for (const label of [0, 1]) {
        const counts = [0, 0, 0, 0];
        one.folds.forEach((fold, n) => one.labels[n] === label && counts[fold]++);
        assert(Math.max(...counts) - Math.min(...counts) <= 1, String(counts));
      }
      assert.deepEqual((await strangers(1)).dataset, one);
      assert.notDeepEqual((await strangers(2)).dataset.folds, one.folds);
    });
  },
});

Deno.test({
  name: "image folder: what is broken, too large, elsewhere or no class is refused, naming it",
  ignore,
  async fn() {
    const pixel = await picture(1, 1, () => [9]);
    const good = await plain(9), jpeg = await picture(64, 64, (x, y) => [x * 4, y * 4, x ^ y], "jpeg");
    const hostile: [string, (folder: string) => void, RegExp][] = [
      ["text", (folder) => put(folder, "b/2.png", "hello"), /b\/2\.png: cannot be decoded/],
      ["empty", (folder) => put(folder, "b/2.png", ""), /b\/2\.png: is empty/],
      ["a cut PNG", (folder) => put(folder, "b/2.png", good.slice(0, 60)), /b\/2\.png: cannot be decoded/],
      [
        "a cut JPEG",
        (folder) => put(folder, "b/2.jpg", jpeg.slice(0, jpeg.length / 2)),
        /b\/2\.jpg: cannot be decoded/,
      ],
      [
        "a bomb",
        (folder) => put(folder, "b/2.png", bomb(60_000)),
        /b\/2\.png: (cannot be decoded \(.*pixel limit|is 60000 x 60000 pixels)/,
      ],
      ["a lie", (folder) => put(folder, "b/2.png", bomb(8_000)), /b\/2\.png: cannot be decoded/],
      [
        "SVG",
        (folder) => put(folder, "b/2.png", '<svg xmlns="http://www.w3.org/2000/svg"/>'),
        /b\/2\.png: is svg, expected jpeg/,
      ],
      [
        "a huge file",
        (folder) => {
          put(folder, "b/2.png", good);
          Deno.truncateSync(join(folder, "b/2.png"), 2 ** 40);
        },
        /b\/2\.png: has 1099511627776 bytes/,
      ],
      [
        "a single pixel",
        (folder) => Deno.writeFileSync(join(folder, "b/2.png"), pixel),
        /b\/2\.png: is 1 x 1 pixels, expected 2 x 2 or more/,
      ],
      [
        "a JPEG with a hole",
        (folder) => put(folder, "b/2.jpg", jpeg.slice().fill(0, jpeg.length >> 1, jpeg.length - 2)),
        /b\/2\.jpg: cannot be decoded \(.*\)\. Remedy: copy the file again/,
      ],
      ["an empty class", (folder) => Deno.mkdirSync(join(folder, "c")), /c: is a class without an image/],
      ["a class of text", (folder) => put(folder, "c/list.txt", "x"), /c: is a class without an image/],
      [
        "one class",
        (folder) => Deno.removeSync(join(folder, "b"), { recursive: true }),
        /has 1 sub-folders, expected two/,
      ],
      ["a link out", (folder) => Deno.symlinkSync("/etc/passwd", join(folder, "b/2.png")), /b\/2\.png: is a link out/],
      ["a class elsewhere", (folder) => Deno.symlinkSync("/etc", join(folder, "c")), /c: is a link out of the folder/],
      [
        "a circle",
        (folder) => Deno.symlinkSync(folder, join(folder, "b/again")),
        /b\/again: is a link to what is no file/,
      ],
      [
        "a dead link",
        (folder) => Deno.symlinkSync("nowhere", join(folder, "b/2.png")),
        /b\/2\.png: is a link that leads/,
      ],
      ["a deep one", (folder) => put(folder, `b/${"d/".repeat(14)}1.png`, good), /lies more than 12 folders deep/],
      ["a strange name", (folder) => put(folder, "c\x1b[2J/1.png", good), /the name "c\\u001b\[2J" has control/],
    ];
    for (const [what, spoil, message] of hostile) {
      await inFolder({ "a/1.png": good, "b/1.png": good }, async (input) => {
        spoil(input);
        const error = await prepareImageFolder({ input, imageSize: 8 }).then(() => undefined, (error) => error);
        assert.equal(error?.name, "SourceError", `${what}: ${error?.stack ?? "was read"}`);
        assert.match(error.message, message, what);
      });
    }
    const bad = Object.fromEntries(Array.from({ length: 7 }, (_, n) => [`b/bad${n}.png`, n % 2 ? "text" : pixel]));
    await inFolder({ "a/1.png": good, "b/1.png": good, ...bad }, async (input) => {
      await assert.rejects(prepareImageFolder({ input, imageSize: 8 }), (error: Error & { errors: Error[] }) => {
        assert.equal(error.name, "SourceErrors");
        assert.match(error.message, /: 7 files cannot be used: .*bad0\.png: is 1 x 1 .*bad1\.png: .*; and 2 more$/);
        assert.deepEqual(error.errors.map(({ message }) => /bad\d/.exec(message)![0].at(-1)), [..."0123456"]);
        return true;
      });
    });
    await inFolder({ "a/1.png": good, "b/1.png": good }, async (input) => {
      const options: [Partial<Parameters<typeof prepareImageFolder>[0]>, RegExp][] = [
        [{ subject: "S(\\d+" }, /subject pattern "S\(\\\\d\+" is wrong/],
        [{ subject: "S\\d+" }, /has no group/],
        [{ subject: "S(\\d+)" }, /matches no path, not a\/1\.png/],
        [{ imageSize: 4 }, /imageSize is 4, expected a whole number from 8 to 512/],
        [{ imageSize: 2 ** 20 }, /imageSize is 1048576/],
        [{ folds: 1 }, /folds is 1/],
      ];
      for (const [wrong, message] of options) {
        await assert.rejects(prepareImageFolder({ input, imageSize: 8, ...wrong }), { name: "RangeError", message });
      }
      const signal = AbortSignal.abort(new Error("enough"));
      await assert.rejects(prepareImageFolder({ input, imageSize: 8, signal }), /enough/);
      Deno.symlinkSync(join(input, "a/1.png"), join(input, "b/2.png"));
      assert.equal((await prepareImageFolder({ input, imageSize: 8 })).dataset.labels.length, 3);
    });
  },
});

Deno.test({
  name: "image folder: a subject pattern that reaches over the class folder is refused, and doubtful subjects are told",
  ignore,
  async fn() {
    const image = await plain(7);
    const files: Record<string, Uint8Array> = {};
    for (const name of ["happy", "sad"]) for (let n = 0; n < 6; n++) files[`${name}/S${n}_${name}.png`] = image;
    await inFolder(files, async (input) => {
      const prepare = (subject: string) => prepareImageFolder({ input, imageSize: 8, folds: 3, subject });
      for (const pattern of ["([^_]+)_", "(\\w+)/", "(.*)_"]) {
        await assert.rejects(prepare(pattern), {
          name: "RangeError",
          message:
            /finds "happy(\/S0)?" in "happy\/S0_happy\.png", which reaches over the class folder.*Remedy: .*\(\[\^\/_\]\+\)_/,
        });
      }
      const right = await prepare("/([^/_]+)_");
      assert.deepEqual([...right.dataset.subjects], [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]);
      assert.deepEqual(right.warnings, []);
      // The picture's own name: nobody is in two folds, and everybody is.
      const doubtful = await prepare("/(.+)\\.png");
      assert.match(doubtful.warnings.join(), /^each of the 12 subjects has images of a single class: .* share people$/);
      // A group that finds nothing names nobody.
      const named = (await prepare("/S([1-9]*)")).dataset.subjects;
      assert.deepEqual([...named], [-1, 0, 1, 2, 3, 4, -1, 0, 1, 2, 3, 4]);
    });
  },
});

Deno.test({
  name: "image folder: a name in either of its Unicode forms is one name",
  ignore: ignore || Deno.build.os === "darwin", // whose disks know one form only
  async fn() {
    const image = await plain(7);
    const [joined, apart] = ["NFC", "NFD"].map((form) => "J\u00e9r\u00f4me".normalize(form));
    const [glad, sad] = ["\u00e9gay\u00e9".normalize("NFD"), "triste"];
    await inFolder({
      [`${glad}/${joined}_1.png`]: image,
      [`${glad}/Zo_1.png`]: image,
      [`${sad}/${apart}_1.png`]: image,
      [`${sad}/Zo_2.png`]: image,
    }, async (input) => {
      for (const subject of ["/([^_]+)_", "/(J\u00e9r\u00f4me|Zo)_", "/(J\u00e9r\u00f4me|Zo)_".normalize("NFD")]) {
        const { dataset } = await prepareImageFolder({ input, imageSize: 8, folds: 2, subject, name: glad });
        assert.deepEqual(dataset.name, glad.normalize("NFC"));
        // By the composed form, so that a number means the same class whoever packed the archive.
        assert.deepEqual(dataset.classNames, [sad, glad.normalize("NFC")]);
        assert.deepEqual([...dataset.subjects], [0, 1, 0, 1], subject);
        assert.deepEqual([...dataset.folds], [0, 1, 0, 1]);
      }
      put(input, `${sad}/${joined}_1.png`, image);
      await assert.rejects(
        prepareImageFolder({ input, imageSize: 8 }),
        /triste\/J.*_1\.png: is there twice: .*two Unicode/,
      );
      Deno.removeSync(join(input, `${sad}/${joined}_1.png`));
      put(input, `${glad.normalize("NFC")}/1.png`, image);
      await assert.rejects(
        prepareImageFolder({ input, imageSize: 8 }),
        /gay.*: is there twice: .*Remedy: move one of them/,
      );
    });
  },
});
