/** Every reader of datasets against files that are missing, cut, oversized, elsewhere, of another kind, or mutated at random. */

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { readAuthorsFolder } from "../../datasets/authors_folder.ts";
import { prepareFer2013 } from "../../datasets/fer2013.ts";
import { fingerprint } from "../../datasets/fingerprint.ts";
import { MatError } from "../../datasets/mat/mod.ts";
import { writeNpy } from "../../datasets/npy.ts";
import { PreparedError, readPrepared, writePrepared } from "../../datasets/prepared.ts";
import { SourceError } from "../../datasets/source_error.ts";
import { prepareTfd } from "../../datasets/tfd.ts";
import { needs } from "../permissions.ts";
import { joinBytes, matHeader, matVariable, writeMat } from "../support/mat_writer.ts";
import { Random } from "../support/random.ts";

const ignore = needs("read", "write", "ffi", "env");
// Decoding needs a native library, so it is imported only where the permissions are granted.
const { prepareCkPlus } = ignore ? {} as never : await import("../../datasets/ck_plus/mod.ts");
const { prepareImageFolder } = ignore ? {} as never : await import("../../datasets/image_folder.ts");
const { sharp } = ignore ? {} as never : await import("../../datasets/deps.ts");

type Tree = Record<string, Uint8Array>;

/** A reader, good files for it, and those without which it can do nothing. */
interface Reader {
  files: Tree;
  read(folder: string): Promise<unknown>;
  needed: string[];
}

const bytes = (text: string) => new TextEncoder().encode(text);
const picture = async (format: "png" | "jpeg" | "webp" | "gif" | "tiff") => {
  const pixels = Uint8Array.from({ length: 20 * 18 * 3 }, (_, i) => i * 13);
  return new Uint8Array(
    await sharp(pixels, { raw: { width: 20, height: 18, channels: 3 } }).toFormat(format).toBuffer(),
  );
};
const integers = (...values: number[]) => writeNpy({ shape: [values.length], data: Int32Array.from(values) });
const images = writeNpy({ shape: [4, 1, 8, 8], data: Uint8Array.from({ length: 256 }, (_, i) => i) });

async function readers(): Promise<Record<string, Reader>> {
  const people = 20;
  const mat = (options: { compressed?: boolean; bigEndian?: boolean }) =>
    writeMat([
      { name: "images", class: "uint8", dimensions: [people, 48, 48], values: new Uint8Array(people * 48 * 48) },
      { name: "folds", dimensions: [people, 5], values: new Uint8Array(5 * people).fill(1), storage: "uint8" },
      { name: "labs_ex", dimensions: [people, 1], values: new Uint8Array(people).fill(3) },
      { name: "labs_id", dimensions: [people, 1], values: new Uint8Array(people), storage: "int16" },
    ], options);
  const tfd = async (options: { compressed?: boolean; bigEndian?: boolean }): Promise<Reader> => ({
    files: { "TFD_48x48.mat": await mat(options) },
    read: (input) => prepareTfd({ input, imageSize: 48 }),
    needed: ["TFD_48x48.mat"],
  });
  const pixels = Array.from({ length: 48 * 48 }, (_, i) => i % 256).join(" ");
  const ckPlus: Tree = {};
  const frame = await picture("png");
  for (const subject of ["S005", "S010"]) {
    const stem = `${subject}/001/${subject}_001_0000000`;
    const point = (n: number) => n >= 36 && n < 42 ? "6 4\n" : n >= 42 && n < 48 ? "14 4\n" : "10 14\n";
    for (const number of [1, 2, 3, 4]) {
      ckPlus[`cohn-kanade-images/${stem}${number}.png`] = frame;
      ckPlus[`Landmarks/${stem}${number}_landmarks.txt`] = bytes(
        Array.from({ length: 68 }, (_, n) => point(n)).join(""),
      );
    }
    ckPlus[`Emotion/${stem}4_emotion.txt`] = bytes("   3.0000000e+00\n");
    ckPlus[`FACS/${stem}4_facs.txt`] = bytes("   1.7000000e+01   2.0000000e+00\n");
  }
  const pictures: Tree = {};
  for (const [n, format] of (["png", "jpeg", "webp", "gif", "tiff"] as const).entries()) {
    pictures[`${n % 2 ? "sad" : "glad"}/${n}.${format}`] = await picture(format);
  }
  return {
    "TFD": await tfd({}),
    "TFD, compressed": await tfd({ compressed: true }),
    "TFD, big-endian": await tfd({ bigEndian: true }),
    "FER2013": {
      files: { "fer2013.csv": bytes(`emotion,pixels,Usage\n3,${pixels},Training\n4,${pixels},PublicTest\n`) },
      read: (input) => prepareFer2013({ input }),
      needed: ["fer2013.csv"],
    },
    "CK+": {
      files: ckPlus,
      read: (input) => prepareCkPlus({ input, imageSize: 8, crop: "landmarks" }),
      needed: Object.keys(ckPlus),
    },
    "image folder": {
      files: pictures,
      read: (input) => prepareImageFolder({ input, imageSize: 8 }),
      needed: Object.keys(pictures),
    },
    "prepared folder": {
      files: await preparedFiles(),
      read: readPrepared,
      needed: ["X.npy", "y.npy", "subjs.npy", "folds.npy", "aus.npy", "meta.json"],
    },
    "authors' CK+": {
      files: {
        "X.npy": images,
        "y.npy": integers(0, 1, 2, 3),
        "subjs.npy": integers(0, 1, 2, 3),
        "folds.npy": integers(0, 1, 2, 3),
      },
      read: readAuthorsFolder,
      needed: ["X.npy", "y.npy", "subjs.npy", "folds.npy"],
    },
    "authors' TFD": {
      files: Object.fromEntries([0, 1].flatMap((split) => [
        [`split_${split}/X.npy`, images],
        [`split_${split}/y.npy`, integers(0, 1, 2, 3)],
        [`split_${split}/folds.npy`, integers(0, 1, 2, 0)],
      ])),
      read: readAuthorsFolder,
      needed: [0, 1].flatMap((split) => ["X.npy", "y.npy", "folds.npy"].map((name) => `split_${split}/${name}`)),
    },
  };
}

async function preparedFiles(): Promise<Tree> {
  const dataset = {
    name: "tiny",
    imageSize: 8,
    classNames: ["sad", "glad"],
    images: new Uint8Array(256),
    labels: Int32Array.of(0, 1, 0, 1),
    subjects: Int32Array.of(0, 1, 2, 3),
    folds: Int32Array.of(0, 1, 2, 0),
    foldColumns: 1,
    actionUnits: [1, 2],
    units: new Uint8Array(8),
  };
  const parent = Deno.makeTempDirSync();
  try {
    const folder = join(parent, "tiny");
    await writePrepared(folder, { ...dataset, fingerprint: await fingerprint(dataset) });
    return Object.fromEntries([...Deno.readDirSync(folder)].map(({ name }) => {
      return [name, Deno.readFileSync(join(folder, name))];
    }));
  } finally {
    Deno.removeSync(parent, { recursive: true });
  }
}

/** What may befall a file. */
const DAMAGES: Record<string, (path: string) => void> = {
  "is missing": (path) => Deno.removeSync(path),
  "is empty": (path) => Deno.truncateSync(path, 0),
  "is cut in half": (path) => Deno.truncateSync(path, Math.floor(Deno.statSync(path).size / 2)),
  "claims 2^40 bytes": (path) => Deno.truncateSync(path, 2 ** 40),
  "is full of NUL bytes": (path) => Deno.writeFileSync(path, new Uint8Array(3000)),
  "is a folder": (path) => {
    Deno.removeSync(path);
    Deno.mkdirSync(path);
  },
  "is a link out of the folder": (path) => relink(path, "/etc/passwd"),
  "is a device without an end": (path) => relink(path, "/dev/zero"),
  "is a link to itself": (path) => relink(path, path),
};

function relink(path: string, target: string): void {
  Deno.removeSync(path);
  Deno.symlinkSync(target, path);
}

/** Damages that leave something to read, or that the format provides for. */
function isHarmless(reader: string, file: string, damage: string): boolean {
  if (reader === "CK+") {
    // No label, no sequence; no FACS file, nothing is known; no landmarks, a missed face; a frame fewer, a warning.
    if (damage === "is missing") return true;
    // The half that says 3.
    if (file.startsWith("Emotion")) return damage === "is cut in half";
    // A line that is no code is left out with a warning.
    if (file.startsWith("FACS")) return ["is empty", "is cut in half", "is full of NUL bytes"].includes(damage);
  }
  // Some decoders take a picture for whole that lacks its end; a class with another picture in it goes on without this one.
  if (reader === "image folder") return damage === "is missing" || damage === "is cut in half";
  // Without people it is TFD's, whose folds these are not: refused, but not by this file's name.
  return reader === "authors' CK+" && file === "subjs.npy" && damage === "is missing";
}

/** Runs `use` on a folder with these files, then removes it. */
async function withTree<T>(tree: Tree, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = Deno.realPathSync(Deno.makeTempDirSync());
  try {
    for (const [name, content] of Object.entries(tree)) {
      Deno.mkdirSync(dirname(join(folder, name)), { recursive: true });
      Deno.writeFileSync(join(folder, name), content);
    }
    return await use(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function paths(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    return [join(folder, name), ...(isDirectory ? paths(join(folder, name)) : [])];
  }).sort();
}

/** Reads; an error must be one of ours, name the folder, be fit for a terminal, and come soon. */
async function refusal(reader: Reader, folder: string, what: string): Promise<Error | undefined> {
  const before = paths(folder);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: still reading after 20 s`)), 20_000);
  });
  const error = await Promise.race([reader.read(folder), late]).then(() => undefined, (error) => error)
    .finally(() => clearTimeout(timer));
  assert.deepEqual(paths(folder), before, `${what}: nothing is written`);
  if (error === undefined) return undefined;
  const isOurs = [SourceError, MatError, PreparedError].some((kind) => error instanceof kind);
  assert.ok(isOurs, `${what}: ${error.stack}`);
  assert.ok(error.message.startsWith(folder), `${what}: ${error.message}`);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(error.message, /[\x00-\x1f]/, what);
  return error;
}

Deno.test({ name: "hostile: good files are read, and each damaged one is refused by name", ignore }, async (test) => {
  for (const [name, reader] of Object.entries(await readers())) {
    await test.step(name, async () => {
      assert.equal(await withTree(reader.files, (folder) => refusal(reader, folder, name)), undefined);
      for (const file of reader.needed) {
        for (const [damage, spoil] of Object.entries(DAMAGES)) {
          if (isHarmless(name, file, damage)) continue;
          await withTree(reader.files, async (folder) => {
            spoil(join(folder, file));
            const error = await refusal(reader, folder, `${name}: ${file} ${damage}`);
            assert.ok(error, `${name}: ${file} ${damage}: was read`);
            assert.ok(error.message.includes(join(folder, file)), `${file} ${damage}: ${error.message}`);
          });
        }
      }
    });
  }
});

Deno.test({ name: "hostile: no change of bytes does anything but read or refuse", ignore }, async (test) => {
  const random = new Random(1);
  const below = (count: number) => random.word() % count;
  for (const [name, reader] of Object.entries(await readers())) {
    await test.step(name, async () => {
      for (let round = 0; round < 40; round++) {
        const names = Object.keys(reader.files);
        const file = names[below(names.length)];
        const content = reader.files[file].slice();
        // Headers stand at the beginning, and most of the ways to lie with them.
        const place = () => below(round % 2 === 0 ? Math.min(300, content.length) : content.length);
        for (let changes = 1 + below(4); changes > 0; changes--) {
          content[place()] = [0, 1, 0x7f, 0xff, below(256)][below(5)];
        }
        if (round % 5 === 0) content.copyWithin(place(), place(), place());
        await withTree(
          { ...reader.files, [file]: content },
          (folder) => refusal(reader, folder, `${name}: ${file}, round ${round}`),
        );
      }
    });
  }
});

Deno.test({
  name: "hostile: lies that hold together are refused before they take memory, and reach no terminal",
  ignore,
}, async () => {
  const all = await readers();
  /** The beginning of an array's file that claims this shape; it is made as long as that by a hole. */
  const claiming = (path: string, shape: string, length: number) => {
    const text = bytes(`{'descr': '|u1', 'fortran_order': False, 'shape': (${shape}), }`.padEnd(117) + "\n");
    Deno.writeFileSync(path, joinBytes([Uint8Array.of(0x93, ...bytes("NUMPY"), 1, 0, 118, 0), text]));
    Deno.truncateSync(path, 128 + length);
  };
  const meta = (change: Record<string, unknown>) => (folder: string) => {
    const path = join(folder, "meta.json");
    Deno.writeTextFileSync(path, JSON.stringify({ ...JSON.parse(Deno.readTextFileSync(path)), ...change }));
  };
  const lies: [reader: string, spoil: (folder: string) => void, message: RegExp][] = [
    ["prepared folder", (folder) => {
      meta({ count: 2 ** 34 })(folder);
      claiming(join(folder, "X.npy"), `${2 ** 34}, 1, 8, 8`, 2 ** 40);
    }, /X\.npy: has 1099511627904 bytes, more than/],
    [
      "prepared folder",
      meta({ classNames: ["sad", "\x1b[2J"] }),
      /meta\.json: classNames is .*, expected a list of names/,
    ],
    ["prepared folder", meta({ name: "a\nb" }), /meta\.json: name is "a\\nb"/],
    ["prepared folder", meta({ count: 1e300 }), /meta\.json: count is/],
    [
      "prepared folder",
      (folder) => Deno.writeTextFileSync(join(folder, "meta.json"), "[".repeat(1e6)),
      /meta\.json: (is no JSON|format is undefined)/,
    ],
    [
      "authors' TFD",
      (folder) => claiming(join(folder, "split_1/folds.npy"), `${2 ** 29},`, 2 ** 29),
      /split_1.folds\.npy: has 536871040 bytes, expected at most/,
    ],
    [
      "authors' CK+",
      (folder) => claiming(join(folder, "X.npy"), `${2 ** 34}, 1, 8, 8`, 2 ** 40),
      /X\.npy: has 1099511627904 bytes/,
    ],
    ["TFD", (folder) => {
      const variables = Array.from(
        { length: 10_001 },
        (_, n) => matVariable({ name: `v${n}`, dimensions: [1, 1], values: [n] }),
      );
      Deno.writeFileSync(join(folder, "TFD_48x48.mat"), joinBytes([matHeader(), ...variables]));
    }, /more than 10000 variables \(at byte \d+\)/],
    ["TFD", (folder) => {
      const variable = matVariable({ name: "\x1b[2J", dimensions: [1, 1], values: [1] });
      Deno.writeFileSync(join(folder, "TFD_48x48.mat"), joinBytes([matHeader(), variable]));
    }, /no field images; it has: \\u001b\[2J/],
    ["image folder", (folder) => Deno.mkdirSync(join(folder, "sad/7.png")), /7\.png: is a folder, not an image/],
    ["image folder", (folder) => Deno.writeTextFileSync(join(folder, "sad/\x1b[2J.txt"), ""), /has control characters/],
    ["CK+", (folder) => Deno.writeTextFileSync(join(folder, "Emotion/S011"), ""), /S011: is no folder/],
    [
      "CK+",
      (folder) => Deno.writeTextFileSync(join(folder, "Emotion/S005/001/S005_001_00000004_emotion.txt"), "3\u009b2J"),
      /emotion is "3\\u009b2J", expected a whole number/,
    ],
    [
      "CK+",
      (folder) =>
        Deno.writeTextFileSync(
          join(folder, "Landmarks/S005/001/S005_001_00000001_landmarks.txt"),
          "10 14\n".repeat(67) + "1e999 4\n",
        ),
      /point 68 is "1e999 4", expected x and y/,
    ],
    [
      "prepared folder",
      (folder) => Deno.writeTextFileSync(join(folder, "meta.json"), '{"a":\x1b[2J'),
      /is no JSON: .*\\u001b/,
    ],
    ["prepared folder", meta({ fingerprint: ["0".repeat(64)] }), /meta\.json: fingerprint is \[/],
    ["prepared folder", meta({ details: [] }), /meta\.json: details is \[\]/],
    ["prepared folder", meta({ format: "\u009b2J" }), /meta\.json: format is "\\u009b2J"/],
  ];
  for (const [name, spoil, message] of lies) {
    await withTree(all[name].files, async (folder) => {
      spoil(folder);
      const before = Deno.memoryUsage().rss;
      const error = await refusal(all[name], folder, `${name} ${message}`);
      assert.match(error?.message ?? "was read", message);
      assert.ok(
        Deno.memoryUsage().rss - before < 2 ** 28,
        `${name} ${message}: took ${Deno.memoryUsage().rss - before} bytes`,
      );
    });
  }
});
