/** `deno task predict`: what it prints and writes, and that a drawn portrait is read as the crop that it was trained on. */
import assert from "node:assert/strict";
import type { Face } from "../../datasets/synthetic/drawing/drawing.ts";
import { EMOTIONS } from "../../datasets/synthetic/expression.ts";
import { openGpu } from "../../gpu/device.ts";
import { initialParameters } from "../../network/parameters.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { normalize } from "../../training/draws.ts";
import { classifyFaces, type Model, type ModelInfo, openModel, writeModel } from "../../training/model.ts";
import { cropFor } from "../../tasks/predict/notes.ts";
import { needs } from "../permissions.ts";
import { names } from "../support/files.ts";
import { interruptTask, runTask } from "../support/task.ts";
import { runTaskHere } from "../support/task_here.ts";

const ignore = needs("read", "write", "ffi", "env", "run");
// Decoding needs a native library, so it is imported only where the permissions are granted.
const { readFaces } = ignore ? {} as never : await import("../../datasets/faces/mod.ts");
const { sharp } = ignore ? {} as never : await import("../../datasets/deps.ts");
const { syntheticFace } = ignore ? {} as never : await import("../../datasets/synthetic/generate.ts");
const { photograph } = ignore ? {} as never : await import("../../datasets/synthetic/photograph.ts");
const { predictPictures } = ignore ? {} as never : await import("../../tasks/predict/predict.ts");
const { annotatedJpeg } = ignore ? {} as never : await import("../../tasks/predict/annotate/page.ts");

const [width, height] = [320, 245];

async function writePortrait(path: string, face: Face): Promise<void> {
  const pixels = await photograph(face, width, height, "portrait");
  await sharp(pixels, { raw: { width, height, channels: 1 } }).png().toFile(path);
}

const drawn = (index: number) => syntheticFace({ seed: 77, imagesPerSubject: 8 }, index);

function info(change: Partial<ModelInfo> = {}): ModelInfo {
  return {
    imageSize: 16,
    classNames: ["=calm", "glad & <b>well</b>", "cross"],
    normalization: "local-mean",
    crop: "drawn",
    dataset: "synthetic",
    images: "drawn",
    variant: "cnn",
    step: 1200,
    ...change,
  };
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "aulens predict " });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "predict prints a line a face, writes JSON, CSV and pictures that agree, tells what is broken and drawn",
  ignore,
  fn: () =>
    inFolder(async (folder) => {
      const input = `${folder}/in`, model: Model = { info: info(), parameters: initialParameters(3, 1, 5) };
      await Deno.writeFile(`${folder}/model.safetensors`, writeModel(model));
      await Deno.mkdir(`${input}/=a`, { recursive: true });
      await Deno.mkdir(`${input}/b`);
      await writePortrait(`${input}/=a/x.png`, drawn(0).face);
      await writePortrait(`${input}/b/x.png`, drawn(9).face);
      await writePortrait(`${input}/b/\u001b[31mred,".png`, drawn(17).face);
      await Deno.writeTextFile(`${input}/b/\u001b[2Jbroken.jpg`, "no picture");
      await sharp({ create: { width: 64, height: 64, channels: 3, background: "grey" } }).png().toFile(
        `${input}/grey.png`,
      );
      const before = await names(input);

      const paths = [
        "--json",
        `${folder}/out/p.json`,
        "--csv",
        `${folder}/out/p.csv`,
        "--annotate",
        `${folder}/out/seen`,
      ];
      const args = ["--model", `${folder}/model.safetensors`, input, "--detector", "tiny"];
      const { code, stdout, stderr } = await runTask("predict", ...args, ...paths);
      assert.equal(code, 1, "a file is broken");
      // deno-lint-ignore no-control-regex
      assert.doesNotMatch(stdout + stderr, /[\x00-\x09\x0b-\x1f\x7f-\x9f]/, "a terminal obeys nothing in a name");
      const lines = stdout.split("\n");
      assert.match(lines[0], /^file +box +class +probability$/);
      const boxes = lines.slice(1, 4).map((line) => line.indexOf(" at "));
      assert.deepEqual([boxes[1], boxes[2]], [boxes[0], boxes[0]], "boxes stand below each other");
      assert.match(lines[1], /=a\/x\.png +\d+ x \d+ at \d+, \d+ +(=calm|glad|cross).* \d+\.\d%$/);
      assert.match(stdout, /^faces +3 faces in 4 pictures; 1 without a face; 1 not read$/m);
      assert.match(
        stdout,
        /^This model learnt from drawn faces: it knows drawn faces, and .* a photograph means nothing\.$/m,
      );
      assert.match(stdout, /expression is not an emotion.*NOTICE\.md/);
      assert.match(stderr, /^no face +.*grey\.png$/m);
      assert.match(stderr, /^not read +.*\\u001b\[2Jbroken\.jpg: cannot be decoded/m);

      // The same faces and numbers as the library's.
      const found = JSON.parse(await Deno.readTextFile(`${folder}/out/p.json`));
      assert.deepEqual([found.format, found.crop, found.model.step], ["aulens predictions 1", "drawn", 1200]);
      assert.deepEqual(found.errors.map(({ file }: { file: string }) => file), [`${input}/b/\u001b[2Jbroken.jpg`]);
      const read = (await Array.fromAsync(readFaces([input], { size: 16, crop: "drawn", detectors: ["tiny"] })))
        .filter(({ error }) => !error);
      assert.deepEqual(found.pictures.map(({ file }: { file: string }) => file), read.map(({ path }) => path));
      using gpu = await openGpu();
      using net = await openModel(gpu, model);
      for (const [n, { faces }] of read.entries()) {
        const { pictures: { [n]: { faces: told } } } = found;
        assert.equal(told.length, faces.length);
        for (const [f, { crop, square, box }] of faces.entries()) {
          assert.deepEqual([told[f].square, told[f].box], [square, box]);
          const expected = await classifyFaces(net, model, crop);
          expected.forEach((value, i) => assert(Math.abs(told[f].probabilities[i] - value) <= 1e-6));
          assert.equal(told[f].class, model.info.classNames[expected.indexOf(Math.max(...expected))]);
        }
      }

      const csv = (await Deno.readTextFile(`${folder}/out/p.csv`)).split("\n");
      assert.match(csv[0], /^file,face,left,.*,class,probability,p\(=calm\),p\(glad & <b>well<\/b>\),p\(cross\)$/);
      assert.equal(csv.length, 5, "a header, three faces, the last line's end");
      assert(csv.some((line) => line.includes(`\\u001b[31mred,"".png",1,`)), "names with commas are quoted");
      const named = csv.slice(1, 4).map((line) => line.split(",").at(-5));
      assert(named.every((name) => name !== "=calm"), "no cell is a formula");

      assert.deepEqual(await names(`${folder}/out/seen`), ["_a-x.jpg", "b-_31mred_.jpg", "b-x.jpg"].sort());
      for (const name of await names(`${folder}/out/seen`)) {
        const { format, width: wide, height: high, exif } = await sharp(`${folder}/out/seen/${name}`).metadata();
        assert.deepEqual([format, exif], ["jpeg", undefined]);
        assert(wide >= 640 && high > 2 * height + 200, `${name} is ${wide} x ${high}`);
      }
      assert.deepEqual(await names(input), before);

      const only = await runTaskHere("predict", ...args.slice(0, 2), `${input}/=a/x.png`, "--json", "-");
      assert.equal(only.code, 0, only.stderr);
      assert.equal(JSON.parse(only.stdout).pictures[0].faces.length, 1);
      const none = await runTaskHere("predict", ...args.slice(0, 2), `${input}/grey.png`, "--csv", "-");
      assert.equal(none.code, 0, "a picture without a face is no error");
      assert.equal(none.stdout.split("\n").length, 2, "a header alone");
    }),
});

Deno.test({
  name: "predict writes nothing into its input or over what is there unasked, and nothing at all when it is stopped",
  ignore,
  fn: () =>
    inFolder(async (folder) => {
      const input = `${folder}/in`, model = `${folder}/model.safetensors`;
      await Deno.writeFile(model, writeModel({ info: info(), parameters: initialParameters(3, 1, 5) }));
      await Deno.mkdir(input);
      await Deno.mkdir(`${folder}/full`);
      await Deno.writeTextFile(`${folder}/full/a`, "");
      await Deno.symlink(input, `${folder}/way-in`);
      for (let n = 0; n < 40; n++) await Deno.copyFile(model, `${input}/${n}.jpg`);
      await writePortrait(`${input}/00.png`, drawn(0).face);
      const refused: [string[], RegExp][] = [
        [["--json", `${input}/p.json`], /--json .*lies in .*in, which is read from/],
        [["--csv", `${folder}/way-in/new/p.csv`], /--csv .*lies in/],
        [["--annotate", input], /--annotate .*lies in/],
        [["--annotate", `${folder}/full`], /not empty\. Remedy/],
        [["--annotate", model], /is no folder/],
        [["--json", `${folder}/p.txt`], /ends in \.json/],
        [["--json", "-", "--csv", "-"], /would both print/],
        [["--method", "guess"], /guided-grad-cam/],
        [["--method", "gradient"], /heat maps of --annotate are: add --annotate/],
        [["--force"], /--force replaces a file of --json or --csv: name one/],
        [["--json", "-", "--force"], /--force replaces a file/],
        [["--json", `${folder}/run.json`], /--json .*run\.json: the file exists\. Remedy: .*--force/],
        [["--csv", `${folder}/a.csv`, "--force"], /--csv .*a\.csv: is no file/],
        [["--csv", `${model}/b.csv`], /--csv .*b\.csv: cannot be written/],
      ];
      await Deno.writeTextFile(`${folder}/run.json`, "a run");
      await Deno.mkdir(`${folder}/a.csv`);
      for (const [more, problem] of refused) {
        const { code, stdout, stderr } = await runTaskHere("predict", "--model", model, input, ...more);
        assert.equal(code, 1, more.join(" "));
        assert.equal(stdout, "");
        assert.match(stderr, problem);
      }
      assert.equal(await Deno.readTextFile(`${folder}/run.json`), "a run");
      const forced = ["--json", `${folder}/run.json`, "--force", "--detector", "tiny"];
      const replaced = await runTaskHere("predict", "--model", model, `${input}/00.png`, ...forced);
      assert.equal(replaced.code, 0, replaced.stderr);
      assert.equal(JSON.parse(await Deno.readTextFile(`${folder}/run.json`)).format, "aulens predictions 1");
      const absent = await runTaskHere("predict", "--model", `${folder}/nothing`, input);
      assert.match(absent.stderr, /error: .*nothing: cannot be read.*Remedy/);

      const out = `${folder}/out`;
      await Deno.mkdir(out);
      const args = ["--model", model, input, "--json", `${out}/p.json`, "--annotate", `${out}/seen`];
      const stopped = await interruptTask("predict", args, async () => (await names(out)).length > 0);
      assert.equal(stopped.code, 130, stopped.stderr);
      assert.match(stopped.stderr, /Stopped; nothing was written/);
      assert.deepEqual(await names(out), []);
    }),
});

Deno.test({
  name: "a model trained on drawn crops reads portraits about as well as the crops",
  ignore,
  fn: () =>
    inFolder(async (folder) => {
      const size = 16, pixels = size ** 2, shown = ["neutral", "anger", "happy", "surprise"];
      const wanted = (index: number) => shown.indexOf(EMOTIONS[drawn(index).label]);
      const crops = async (indices: number[]) => {
        const all = new Uint8Array(indices.length * pixels);
        for (const [n, index] of indices.entries()) {
          all.set(await photograph(drawn(index).face, size, size), n * pixels);
        }
        return all;
      };
      const people = (first: number, end: number) =>
        Array.from({ length: 8 * (end - first) }, (_, n) => 8 * first + n).filter((index) => wanted(index) >= 0);
      const [learnt, tested] = [people(9, 34), people(0, 9)];
      for (const index of tested) {
        await writePortrait(`${folder}/${String(index).padStart(3, "0")}.png`, drawn(index).face);
      }

      using gpu = await openGpu();
      using net = await ZeroBiasCnn.create(gpu, { imageSize: size, classes: shown.length, seed: 1, initialScale: 1.4 });
      const images = await normalize(gpu, await crops(learnt), { imageSize: size });
      const batch = 16;
      for (let step = 0; step < 80; step++) {
        const rows = Array.from({ length: batch }, (_, n) => (batch * step + n) * 37 % learnt.length);
        const some = new Float32Array(batch * pixels);
        rows.forEach((row, n) => some.set(images.subarray(row * pixels, (row + 1) * pixels), n * pixels));
        const labels = rows.map((row) => wanted(learnt[row]));
        await net.trainStep(some, labels, { learningRate: 0.01, momentum: 0.9 });
      }
      const model: Model = { info: info({ imageSize: size, classNames: shown }), parameters: await net.parameters() };
      const share = (labels: number[]) =>
        labels.filter((label, n) => label === wanted(tested[n])).length / tested.length;
      const told = await classifyFaces(net, model, await crops(tested));
      const byCrop = share(tested.map((_, n) => {
        const one = [...told.subarray(n * shown.length, (n + 1) * shown.length)];
        return one.indexOf(Math.max(...one));
      }));
      const reading = predictPictures(net, model, [folder], { crop: cropFor(model.info), detectors: ["tiny"] });
      const pictures = await Array.fromAsync(reading);
      assert.deepEqual(pictures.map(({ faces }) => faces.length), tested.map(() => 1));
      const byPortrait = share(pictures.map(({ faces: [{ label }] }) => label));
      assert.ok(byCrop > 0.7 && byPortrait > byCrop - 0.1, `crops ${byCrop}, portraits ${byPortrait}`);
    }),
});

Deno.test({ name: "a picture has every class's bar or the likeliest eight, and bears any name", ignore }, async () => {
  const image = {
    pixels: await photograph(drawn(1).face, 160, 120, "portrait"),
    width: 160,
    height: 120,
    channels: 1 as const,
  };
  const classNames = Array.from({ length: 40 }, (_, n) => n === 7 ? `<&"'> ${"long ".repeat(20)}` : `class ${n}`);
  const face = {
    box: { left: 40, top: 20, width: 60, height: 60, score: 1 },
    detector: "tiny" as const,
    square: { left: -20, top: -10, size: 80 },
    crop: new Uint8Array(256).fill(9),
    probabilities: classNames.map((_, n) => n === 7 ? 0.61 : 0.01),
    label: 7,
    map: new Float32Array(256),
  };
  const words = { classNames, imageSize: 16, method: "gradient" as const, model: "a model", notes: ["A note."] };
  const faces = Array.from({ length: 5 }, () => face);
  const { width: wide, height: high } = await sharp(await annotatedJpeg(image, faces, words)).metadata();
  assert(wide > 640 && high > 5 * 200, `${wide} x ${high}`);
  const empty = await sharp(await annotatedJpeg(image, [], words)).metadata();
  assert(empty.height! < high);
});
