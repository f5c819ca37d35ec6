/** The twin of CK+: the real set's names, labels and formats, the same bytes from the same seed, all or nothing. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { readLandmarks } from "../../datasets/ck_plus/labels.ts";
import { planCkPlus } from "../../datasets/ck_plus/plan.ts";
import { CK_PLUS_SEQUENCES } from "../../datasets/ck_plus/sequences.ts";
import { faceSquare } from "../../datasets/faces/landmarks.ts";
import { ACTION_UNITS, unitCodes } from "../../datasets/synthetic/expression.ts";
import { drawIdentity } from "../../datasets/synthetic/identity.ts";
import { faceLandmarks } from "../../datasets/synthetic/landmarks.ts";
import { createCamera, drawScene } from "../../datasets/synthetic/scene.ts";
import { faceShape } from "../../datasets/synthetic/shape.ts";
import { ckPlusTwinFace, planCkPlusTwin } from "../../datasets/synthetic/twins/ck_plus_plan.ts";
import { needs } from "../permissions.ts";
import { inTemporary, names } from "../support/files.ts";

const ignore = needs("read", "write", "env", "ffi");
// Rasterising needs a native library, so these modules are imported only where the permissions are granted.
const { writeCkPlusTwin } = ignore ? {} as never : await import("../../datasets/synthetic/twins/ck_plus.ts");
const { sharp } = ignore ? {} as never : await import("../../datasets/deps.ts");

const SMALL = { subjects: 3, imageSize: 49, frames: 5, seed: 2 };

/** Every file below a folder, and its bytes as text that can be compared. */
async function contents(folder: string, below = ""): Promise<Map<string, string>> {
  const all = new Map<string, string>();
  for await (const { name, isDirectory } of Deno.readDir(join(folder, below))) {
    const path = join(below, name);
    if (isDirectory) { for (const [file, bytes] of await contents(folder, path)) all.set(file, bytes); }
    else all.set(path, new TextDecoder("latin1").decode(await Deno.readFile(join(folder, path))));
  }
  return new Map([...all].sort());
}

Deno.test("ck_plus twin: the real list's sequences and labels, and some without one; growing it changes none", () => {
  const whole = planCkPlusTwin({ seed: 1 });
  const labelled = whole.filter(({ emotion }) => emotion !== undefined);
  const listed = CK_PLUS_SEQUENCES.map(({ subject, sequence, emotion }) => ({ subject, sequence, emotion }));
  assert.deepEqual(labelled.map(({ subject, sequence, emotion }) => ({ subject, sequence, emotion })), listed);
  assert.ok(whole.length > 327 + 10);
  assert.ok(whole.some(({ subject }) => listed.every((one) => one.subject !== subject)), "a subject without any label");
  // What defines each emotion is in the sequences of its label.
  const defining = { 1: [4], 2: [14], 4: [1], 5: [12], 7: [1, 2] } as const;
  for (const { emotion, apex } of labelled) {
    for (const unit of defining[emotion as keyof typeof defining] ?? []) {
      assert.ok(apex[unit], `${emotion}: AU ${unit}`);
    }
  }
  const name = ({ subject, sequence }: { subject: string; sequence: string }) => `${subject}/${sequence}`;
  assert.equal(new Set(whole.map(name)).size, whole.length);
  const few = planCkPlusTwin({ seed: 1, subjects: 9, frames: 71 });
  for (const sequence of few) assert.deepEqual(sequence, whole.find((one) => name(one) === name(sequence)));
  // Lengths as in the real set: 18 frames on the average, 4 to 71.
  const lengths = whole.map(({ frames }) => frames);
  const mean = lengths.reduce((sum, length) => sum + length) / lengths.length;
  assert.ok(mean > 15 && mean < 21, `${mean} frames on the average`);
  assert.ok(new Set(lengths).size > 15 && Math.min(...lengths) >= 4 && Math.max(...lengths) <= 71);
  for (
    const [options, message] of [
      [{ seed: 1, subjects: 119 }, /subjects is 119; expected a whole number from 1 to 118/],
      [{ seed: 1, frames: 3 }, /frames is 3; expected/],
      [{ seed: 1, imageSize: NaN }, /imageSize is NaN; expected/],
      [{ seed: -1 }, /seed is -1; expected/],
    ] as const
  ) assert.throws(() => planCkPlusTwin(options), message);
});

Deno.test("ck_plus twin: one person and one scene a sequence, from a neutral face to the apex", () => {
  for (const sequence of planCkPlusTwin({ seed: 3, subjects: 20 })) {
    const faces = Array.from({ length: sequence.frames }, (_, index) => ckPlusTwinFace(3, sequence, index + 1));
    const [first] = faces;
    assert.deepEqual(first.expression, {});
    let before = 0;
    for (const [index, { identity, scene, expression }] of faces.entries()) {
      assert.deepEqual(identity, first.identity);
      for (const name of ["background", "lightX", "lightY", "lightHardness", "gamma", "exposure", "zoom"] as const) {
        assert.deepEqual(scene[name], first.scene[name], name);
      }
      assert.ok(Math.abs(scene.yaw - first.scene.yaw) < 0.1 && Math.abs(scene.shiftX - first.scene.shiftX) < 8);
      const [unit] = ACTION_UNITS.filter((unit) => sequence.apex[unit]);
      const [now, most] = [Math.max(...expression[unit] ?? [0]), Math.max(...sequence.apex[unit]!)];
      assert.ok(now >= before, `AU ${unit} falls from ${before} to ${now}`);
      if (index >= sequence.frames - 3) {
        assert.ok(now >= 0.9 * most - 1e-9, `AU ${unit} is ${now} of ${most} at the end`);
      }
      before = now;
    }
    assert.deepEqual(faces.at(-1)!.expression, sequence.apex);
    assert.equal(new Set(faces.map(({ scene }) => scene.noiseSeed)).size, faces.length);
    const codes = unitCodes(sequence.apex);
    for (const [index, unit] of ACTION_UNITS.entries()) {
      const line = sequence.codes.find(([coded]) => coded === unit);
      if (codes[index] === 0) assert.equal(line, undefined);
      else assert.ok(line![1] === 0 || line![1] === codes[index]);
    }
  }
  const [sequence] = planCkPlusTwin({ seed: 3, subjects: 1 });
  assert.throws(() => ckPlusTwinFace(3, sequence, 0), /frame is 0; expected/);
});

Deno.test({
  name: "ck_plus twin: the real set's names, numbers, sizes and dirt, which the reader takes as they are",
  ignore,
  fn: () =>
    inTemporary(async (directory) => {
      const output = join(directory, "twin");
      const plan = await writeCkPlusTwin({ ...SMALL, output });
      const files = await contents(output);
      assert.deepEqual(await names(output), ["Emotion", "FACS", "Landmarks", "cohn-kanade-images", "twin.json"]);
      assert.equal(files.get("Emotion/S005/001/S005_001_00000005_emotion.txt"), "   3.0000000e+00\n");
      const facs = files.get("FACS/S005/001/S005_001_00000005_facs.txt")!;
      assert.match(facs, /^(\d\.\d{7}e\+0[01] \d\.\d{7}e\+00\n)+$/);
      assert.match(facs, /1\.2500000e\+01/, "a coder's slip");
      assert.match(
        files.get("Landmarks/S005/001/S005_001_00000001_landmarks.txt")!,
        /^(\d\.\d{7}e\+0[0-2] \d\.\d{7}e\+0[0-2]\n){68}$/,
      );
      const junk = [...files.keys()].filter((file) => /\.DS_Store$|Thumbs\.db$/.test(file));
      for (
        const place of ["cohn-kanade-images/.DS_Store", "cohn-kanade-images/S005/001/.DS_Store", "Emotion/.DS_Store"]
      ) {
        assert.ok(junk.includes(place), place);
      }
      const described = Object.keys(JSON.parse(files.get("twin.json")!).files);
      assert.deepEqual([...described, "twin.json"].sort(), [...files.keys()].sort());

      const sizes = new Set<string>();
      for (const sequence of plan) {
        const { subject, sequence: number, frames } = sequence;
        const stem = `${subject}/${number}/${subject}_${number}_0000000${frames}`;
        const path = join(output, "cohn-kanade-images", `${stem}.png`);
        const { width, height, channels } = await sharp(path).metadata();
        sizes.add(`${width}x${height} ${channels}`);
        const written = await readLandmarks(join(output, "Landmarks", `${stem}_landmarks.txt`));
        const points = faceLandmarks(ckPlusTwinFace(SMALL.seed, sequence, frames), width, height, "portrait");
        for (const [index, [x, y]] of points.entries()) {
          assert.ok(Math.hypot(written[index][0] - x, written[index][1] - y) < 1e-4, `${stem}: point ${index}`);
        }
      }
      assert.deepEqual([...sizes].sort(), ["64x48 1", "64x49 1", "64x49 3", "64x48 3"].sort());

      const read = await planCkPlus(output);
      const labelled = plan.filter(({ emotion }) => emotion !== undefined);
      assert.deepEqual(read.sequences.map(({ name }) => name), labelled.map((one) => `${one.subject}/${one.sequence}`));
      for (const [index, { frames, codes }] of read.sequences.entries()) {
        const { emotion, codes: lines } = labelled[index];
        assert.deepEqual(frames.map(({ label }) => label), [0, emotion, emotion, emotion]);
        assert.match(frames[0].name, /_00000001\.png$/);
        assert.deepEqual([...codes!], lines.map(([unit, intensity]) => [unit, intensity || 6]));
        assert.ok(frames.every(({ landmarks }) => landmarks !== undefined));
      }
      assert.match(read.warnings.join("\n"), /^FACS.*left out.*\n\d+ of the 327 labelled sequences of [^\n]*$/);
    }),
});

Deno.test({
  name: "ck_plus twin: same seed, same bytes; replaced only with overwrite and never over files of others; or stopped",
  ignore,
  fn: () =>
    inTemporary(async (directory) => {
      const options = { ...SMALL, subjects: 1, frames: 4 };
      const output = join(directory, "twin");
      await writeCkPlusTwin({ ...options, output });
      const first = await contents(output);
      await assert.rejects(writeCkPlusTwin({ ...options, output }), /twin: is there already.*overwrite it$/);
      await writeCkPlusTwin({ ...options, output, overwrite: true });
      assert.deepEqual([...await contents(output)], [...first]);
      await writeCkPlusTwin({ ...options, seed: 3, output: join(directory, "other") });
      const other = await contents(join(directory, "other"));
      const picture = "cohn-kanade-images/S005/001/S005_001_00000001.png";
      assert.notEqual(other.get(picture), first.get(picture));

      await Deno.writeTextFile(join(output, "Emotion", "thesis.txt"), "words");
      await assert.rejects(
        writeCkPlusTwin({ ...options, output, overwrite: true }),
        /holds files that are not the twin's, move them first: Emotion.thesis\.txt$/,
      );
      await Deno.mkdir(join(directory, "mine"));
      await Deno.writeTextFile(join(directory, "mine", "thesis.txt"), "words");
      await assert.rejects(
        writeCkPlusTwin({ ...options, output: join(directory, "mine"), overwrite: true }),
        /is no twin, so it is not overwritten/,
      );
      for (const text of ["null", "[]", '{"format":"aulens twin"}']) {
        await Deno.writeTextFile(join(directory, "mine", "twin.json"), text);
        const attempt = writeCkPlusTwin({ ...options, output: join(directory, "mine"), overwrite: true });
        await assert.rejects(
          attempt,
          /is no twin, so it is not overwritten: .*twin\.json: is not that of an aulens twin/,
        );
      }
      const stop = new AbortController();
      const onProgress = (done: number) => done === 2 && stop.abort(new Error("enough"));
      const stopped = { ...options, output: join(directory, "stopped"), signal: stop.signal, onProgress };
      await assert.rejects(writeCkPlusTwin(stopped), /enough/);
      assert.deepEqual(await names(directory), ["mine", "other", "twin"], "no temporary folder is left");
    }),
});

Deno.test("landmarks lie where the camera sees the parts of the face, and place a crop that holds still", () => {
  for (let subject = 0; subject < 30; subject++) {
    const face = { identity: drawIdentity(5, subject), expression: {}, scene: drawScene(5, subject, 0) };
    const camera = createCamera(face.scene, 640, 490, "portrait");
    const shape = faceShape(face.identity, face.expression);
    const points = faceLandmarks(face, 640, 490, "portrait");
    const near = (index: number, [x, y]: readonly [number, number], lift: number, what: string) => {
      const [u, v] = camera.toPixel(x, y, lift);
      const off = Math.hypot(points[index][0] - u, points[index][1] - v);
      assert.ok(off < 0.5, `${what} is ${off} pixels away`);
    };
    near(8, shape.chin, 0, "chin");
    near(36, shape.eyes[0].outer, 0, "outer corner of the left eye");
    near(39, shape.eyes[0].inner, 0, "its inner corner");
    near(42, shape.eyes[1].inner, 0, "inner corner of the right eye");
    near(45, shape.eyes[1].outer, 0, "its outer corner");
    near(17, shape.brows[0].line[3], 4, "outer end of the left brow");
    near(21, shape.brows[0].line[0], 4, "its inner end");
    near(26, shape.brows[1].line[3], 4, "outer end of the right brow");
    near(57, shape.mouth.lowerOuter[3], 5, "middle of the lower lip");
    near(62, shape.mouth.upperInner[3], 5, "middle of the mouth");
    // The lips' edges run to the right above and back to the left below.
    for (const [first, last, way] of [[48, 54, 1], [54, 59, -1], [60, 64, 1], [64, 67, -1]]) {
      for (let index = first + 1; index <= last; index++) {
        assert.ok(way * (points[index][0] - points[index - 1][0]) > 0, `lip point ${index}`);
      }
    }
    assert.ok(points[27][1] < points[30][1] && points[30][1] < points[33][1]);
    // Down one side and up the other; at the ears a turned face's outline may lean inwards.
    for (let index = 1; index <= 16; index++) {
      const [[x, y], [beforeX, beforeY]] = [points[index], points[index - 1]];
      assert.ok(index <= 2 || index >= 15 || x > beforeX, `jaw point ${index} stands to the right of the one before`);
      if (index <= 7) assert.ok(y > beforeY, `jaw point ${index} lies lower`);
      if (index >= 10) assert.ok(y < beforeY, `jaw point ${index} lies higher`);
    }
    // The upper lid stands over the lower one, the upper lip over the lower one.
    for (const [above, below] of [[37, 41], [38, 40], [43, 47], [44, 46], [51, 57], [62, 66]]) {
      assert.ok(points[above][1] <= points[below][1] + 1e-9, `${above} over ${below}`);
    }
    const open = faceLandmarks({ ...face, expression: { 25: [1, 1], 27: [1, 1] } }, 640, 490, "portrait");
    assert.ok(open[66][1] - open[62][1] > 20 && open[8][1] - points[8][1] > 20, "a dropped jaw moves lip and chin");
    const square = faceSquare(points)!;
    assert.ok(square.size > 150 && square.size < 300 && square.left > 0 && square.top > 0, JSON.stringify(square));
  }
});
