/** Every reader of datasets with small good files for it, and what a refusal has to be like. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { readAuthorsFolder } from "../../datasets/authors_folder.ts";
import { prepareFer2013 } from "../../datasets/fer2013.ts";
import { MatError } from "../../datasets/mat/mod.ts";
import { PreparedError, readPrepared } from "../../datasets/prepared.ts";
import { SourceError } from "../../datasets/source_error.ts";
import { prepareTfd } from "../../datasets/tfd.ts";
import { needs } from "../permissions.ts";
import { writeMat } from "./mat_writer.ts";
import { AUTHORS_FILES, preparedFiles } from "./prepared_files.ts";

/** Whether the permissions are missing that the readers need. */
export const ignore = needs("read", "write", "ffi", "env");
// Decoding needs a native library, so it is imported only where the permissions are granted.
const { prepareCkPlus } = ignore ? {} as never : await import("../../datasets/ck_plus/mod.ts");
const { prepareImageFolder } = ignore ? {} as never : await import("../../datasets/image_folder.ts");
const { sharp } = ignore ? {} as never : await import("../../datasets/deps.ts");

/** Files by their path in a folder. */
export type Tree = Record<string, Uint8Array>;

/** A reader, good files for it, and those without which it can do nothing. */
export interface Reader {
  files: Tree;
  read(folder: string): Promise<unknown>;
  needed: string[];
}

/** A text as bytes. */
export const bytes = (text: string) => new TextEncoder().encode(text);
const picture = async (format: "png" | "jpeg" | "webp" | "gif" | "tiff") => {
  const pixels = Uint8Array.from({ length: 20 * 18 * 3 }, (_, i) => i * 13);
  return new Uint8Array(
    await sharp(pixels, { raw: { width: 20, height: 18, channels: 3 } }).toFormat(format).toBuffer(),
  );
};

/** Every reader of what is distributed, prepared, or made by the authors. */
export async function readers(): Promise<Record<string, Reader>> {
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
      files: AUTHORS_FILES.ck_plus,
      read: readAuthorsFolder,
      needed: ["X.npy", "y.npy", "subjs.npy", "folds.npy"],
    },
    "authors' TFD": {
      files: AUTHORS_FILES.tfd,
      read: readAuthorsFolder,
      needed: [0, 1].flatMap((split) => ["X.npy", "y.npy", "folds.npy"].map((name) => `split_${split}/${name}`)),
    },
  };
}

/** Runs `use` on a folder with these files, then removes it. */
export async function withTree<T>(tree: Tree, use: (folder: string) => Promise<T>): Promise<T> {
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
export async function refusal(reader: Reader, folder: string, what: string): Promise<Error | undefined> {
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
