/** The pictures, documents and checkpoints of a stranger's run folder: what is not what a task leaves is refused, and nothing from elsewhere is read. */
import assert from "node:assert/strict";
import { basename, dirname } from "node:path";
import { crc32 } from "node:zlib";
import { UsageError } from "../../tasks/command.ts";
import { readRunFiles } from "../../tasks/report/read/run_files.ts";
import { RunError } from "../../run/errors.ts";
import { RunFolder } from "../../run/folder.ts";
import { loadModel } from "../../run/model.ts";
import { writeModel } from "../../training/model.ts";
import { needs } from "../permissions.ts";
import { inTemporary } from "../support/files.ts";
import { run } from "../support/process.ts";
import { tinyModel } from "../support/tiny_model.ts";

const ignore = needs("read", "write", "ffi", "run") || Deno.build.os === "windows";
// Decoding needs a native library, so it is imported only where the permissions are granted.
const { filterSheets } = ignore ? {} as never : await import("../../tasks/explore/site/filters.ts");
const { gather } = ignore ? {} as never : await import("../../tasks/report/facts.ts");
const { projectionPictures } = ignore ? {} as never : await import("../../tasks/report/pictures/action_units.ts");
const { filterPicture, weightPictures } = ignore ? {} as never : await import("../../tasks/report/pictures/filters.ts");
const { writeReportRun } = ignore ? {} as never : await import("../support/report_run.ts");
const { sharp } = ignore ? {} as never : await import("../../datasets/deps.ts");

/** Every picture that a report takes out of a run folder. */
const SHEETS = [
  "visualization/conv3/filter-000.png",
  "visualization/conv1/weights.png",
  "correspondence/conv3/action_units.png",
];

/** A picture of another size. */
const blank = async (width: number, height: number) =>
  new Uint8Array(await sharp({ create: { width, height, channels: 3, background: "red" } }).png().toBuffer());

/** A picture that claims 30,000 x 30,000 pixels and has one. */
async function claiming(): Promise<Uint8Array> {
  const bytes = await blank(1, 1), view = new DataView(bytes.buffer);
  view.setUint32(16, 30_000);
  view.setUint32(20, 30_000);
  view.setUint32(29, crc32(bytes.subarray(12, 29)));
  return bytes;
}

/** Replaces a file that was good; what is returned is disposed of after the attempt. */
type Spoil = (path: string, elsewhere: string, good: Uint8Array) => Promise<Disposable | void>;

const SPOILS: Record<string, [spoil: Spoil, problem: RegExp]> = {
  "a named pipe": [async (path) => {
    await run("mkfifo", { args: [path] });
    // A reader that waits for it is let go when this is closed.
    return await Deno.open(path, { read: true, write: true });
  }, /is no ordinary file/],
  "an SVG": [
    (path) => Deno.writeTextFile(path, `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="900"/>`),
    /is svg, expected png/,
  ],
  "a JPEG": [
    async (path) => Deno.writeFile(path, await sharp(await blank(900, 900)).jpeg().toBuffer()),
    /is jpeg, expected png/,
  ],
  "a link out of the folder": [async (path, elsewhere) => {
    await Deno.writeFile(`${elsewhere}/private.png`, await blank(900, 900));
    await Deno.symlink(`${elsewhere}/private.png`, path);
  }, /is a link out of/],
  "a sparse file of 2 GB": [async (path) => {
    await Deno.writeFile(path, await blank(900, 900));
    await Deno.truncate(path, 2 ** 31);
  }, /has 2147483648 bytes, more than/],
  "a picture of 900 million pixels": [
    async (path) => Deno.writeFile(path, await claiming()),
    /is 30000 x 30000 pixels, more than/,
  ],
  "half a picture": [
    (path, _, good) => Deno.writeFile(path, good.subarray(0, good.length / 2)),
    /cannot be decoded/,
  ],
  "words": [(path) => Deno.writeTextFile(path, "words"), /does not begin as a file of png/],
};

/** Fails where something does not end within five seconds. */
async function soon(work: Promise<unknown>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("it waits")), 5_000);
  await Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

Deno.test({
  name: "report and explore refuse a stranger's picture that is no page of a task's, before anything of it is decoded",
  ignore,
  fn: () =>
    inTemporary((path) =>
      inTemporary(async (elsewhere) => {
        await writeReportRun(path, { filters: 2 });
        await gather(path);
        const sites = async () => {
          const { files } = (await filterSheets(new RunFolder(path), 100))!;
          for (const [, file] of files) await file.read();
        };
        await sites();
        const files = await readRunFiles(path);
        // What `gather` makes of each, and `explore`.
        const uses: Record<string, (() => Promise<unknown>)[]> = {
          [SHEETS[0]]: [() => filterPicture(files, files.visualization!.filters[0]), sites],
          [SHEETS[1]]: [() => weightPictures(files)],
          [SHEETS[2]]: [() => projectionPictures(files)],
        };
        for (const name of SHEETS) {
          const before = await Deno.readFile(`${path}/${name}`);
          for (const [what, [spoil, problem]] of Object.entries(SPOILS)) {
            await Deno.remove(`${path}/${name}`);
            using _made = await spoil(`${path}/${name}`, elsewhere, before) ?? { [Symbol.dispose]: () => {} };
            for (const use of uses[name]) {
              const error = await soon(use()).then(() => undefined, (error) => error);
              assert(error instanceof UsageError, `${name}, ${what}: ${error?.stack ?? "was taken"}`);
              assert.match(error.message, problem, `${name}, ${what}`);
              const task = name.startsWith("visualization") ? "visualize" : "correspond";
              assert(error.message.startsWith(`${path}/${name}: `), error.message);
              assert.match(error.message, new RegExp(`Remedy: run deno task ${task} again\\.$`));
            }
            await Deno.remove(`${path}/${name}`);
            await Deno.writeFile(`${path}/${name}`, before);
          }
        }
        for (const name of SHEETS.slice(0, 2)) {
          const before = await Deno.readFile(`${path}/${name}`);
          await Deno.writeFile(`${path}/${name}`, await blank(1, 1));
          await assert.rejects(uses[name][0](), (error: Error) => {
            assert(error instanceof UsageError, `${error}`);
            assert.match(error.message, /is 1 x 1 pixels, .*too few.* Remedy: run deno task visualize again\.$/);
            return true;
          });
          await Deno.writeFile(`${path}/${name}`, before);
        }
        // Nor by way of the folder that the picture is in.
        const folder = `${path}/visualization/conv3`;
        await Deno.rename(folder, `${elsewhere}/conv3`);
        await Deno.symlink(`${elsewhere}/conv3`, folder);
        await assert.rejects(gather(path), /filter-000\.png: is a link out of/);
      })
    ),
});

Deno.test({
  name: "a run folder's documents and its model are read from it alone: no link makes them those of another",
  ignore,
  fn: () =>
    inTemporary((path) =>
      inTemporary(async (elsewhere) => {
        await writeReportRun(path, { filters: 2 });
        const step = `${path}/checkpoints/step-000100.safetensors`;
        await Deno.mkdir(dirname(step));
        await Deno.writeFile(step, writeModel(tinyModel));
        await loadModel(path);
        const files = ["run.json", "log.jsonl", "evaluation.json", "correspondence/conv3/correspondence.csv"];
        for (const name of files) {
          await Deno.rename(`${path}/${name}`, `${elsewhere}/moved`);
          await Deno.symlink(`${elsewhere}/moved`, `${path}/${name}`);
          await assert.rejects(gather(path), (error: Error) => {
            assert(error instanceof UsageError || error instanceof RunError, `${error}`);
            assert(error.message.startsWith(`${path}/${name}: is a link out of`), error.message);
            return true;
          }, name);
          await Deno.remove(`${path}/${name}`);
          await Deno.rename(`${elsewhere}/moved`, `${path}/${name}`);
        }
        for (const name of [dirname(step), step]) {
          const target = `${elsewhere}/${basename(name)}`;
          await Deno.rename(name, target);
          await Deno.symlink(target, name);
          await assert.rejects(loadModel(path), /step-000100\.safetensors: is a link out of/);
          await Deno.remove(name);
          await Deno.rename(target, name);
        }
        // What the user names is followed.
        await Deno.symlink(step, `${elsewhere}/newest.safetensors`);
        assert.equal((await loadModel(`${elsewhere}/newest.safetensors`)).model.info.step, 7);
      })
    ),
});
