/** CK+ out of small trees written here: counts and folds of the real set's list, junk, odd codes, hostile files. */

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { CK_PLUS_SEQUENCES } from "../../datasets/ck_plus/sequences.ts";
import { SourceError } from "../../datasets/source_error.ts";
import { needs } from "../permissions.ts";

const ignore = needs("read", "write", "ffi", "env");
// Decoding needs a native library, so it is imported only where the permissions are granted.
const { planCkPlus, prepareCkPlus } = ignore ? {} as never : await import("../../datasets/ck_plus/mod.ts");
const { sharp } = ignore ? {} as never : await import("../../datasets/deps.ts");

/** A PNG of one grey level. */
const png = (grey: number, width = 16, height = 12): Promise<Uint8Array<ArrayBuffer>> =>
  sharp({ create: { width, height, channels: 3, background: { r: grey, g: grey, b: grey } } }).png().toBuffer()
    .then((bytes) => new Uint8Array(bytes));

type Tree = Record<string, string | Uint8Array>;

/** Runs `use` on a folder with these files in it, then removes the folder. */
async function withTree<T>(tree: Tree, use: (input: string) => Promise<T>): Promise<T> {
  const input = Deno.makeTempDirSync();
  try {
    for (const [name, content] of Object.entries(tree)) {
      const path = join(input, name);
      Deno.mkdirSync(dirname(path), { recursive: true });
      Deno.writeFileSync(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
    }
    return await use(input);
  } finally {
    Deno.removeSync(input, { recursive: true });
  }
}

/** A sequence with `frames` frames, frame n of grey level 10 n. */
async function sequence(name: string, emotion: number | undefined, frames: number, facs?: string): Promise<Tree> {
  const stem = (frame: number) => `${name}/${name.replace("/", "_")}_${String(frame).padStart(8, "0")}`;
  const tree: Tree = { [`Emotion/${name}/.DS_Store`]: "junk" };
  for (let frame = 1; frame <= frames; frame++) {
    tree[`cohn-kanade-images/${stem(frame)}.png`] = await png(10 * frame);
  }
  if (emotion !== undefined) tree[`Emotion/${stem(frames)}_emotion.txt`] = `   ${emotion.toExponential(7)}\n`;
  if (facs !== undefined) tree[`FACS/${stem(frames)}_facs.txt`] = facs;
  return tree;
}

const prepare = (input: string, crop: "none" | "landmarks" | "detector" = "none") =>
  prepareCkPlus({ input, imageSize: 8, crop });

Deno.test({ name: "the 327 sequences give the published counts, folds and six-class set", ignore }, async () => {
  const tree: Tree = {};
  const image = await png(50);
  for (const { subject, sequence, emotion } of CK_PLUS_SEQUENCES) {
    const stem = `${subject}/${sequence}/${subject}_${sequence}_0000000`;
    for (let frame = 1; frame <= 5; frame++) tree[`images/cohn-kanade-images/${stem}${frame}.png`] = image;
    tree[`Emotion_labels/Emotion/${stem}5_emotion.txt`] = `   ${emotion.toExponential(7)}\n`;
  }
  const { dataset, warnings, files } = await withTree(tree, (input) => prepare(input));
  assert.deepEqual(
    [warnings, files],
    [["no folder FACS or FACS_labels; no Action Units are known"], {}],
    "all is there",
  );
  assert.equal(dataset.labels.length, 1308);
  // Sequences come out in the order of their names, four images each.
  assert.deepEqual([...dataset.folds], CK_PLUS_SEQUENCES.flatMap(({ fold }) => [fold, fold, fold, fold]));
  assert.deepEqual([...dataset.labels], CK_PLUS_SEQUENCES.flatMap(({ emotion }) => [0, emotion, emotion, emotion]));
  assert.deepEqual([...dataset.sequences!], Array.from({ length: 1308 }, (_, n) => Math.floor(n / 4)));
  assert.equal(new Set(dataset.subjects).size, 118);
  const sizes = Array.from({ length: 10 }, (_, fold) => dataset.folds.filter((other) => other === fold).length);
  assert.deepEqual(sizes, [132, 156, 160, 140, 120, 148, 116, 116, 132, 88]);
  assert.equal(dataset.labels.filter((label) => label !== 0 && label !== 2).length, 927);
});

Deno.test({ name: "first and last three frames, junk passed over, codes only at the peak", ignore }, async () => {
  const tree = {
    ...await sequence("S010/002", 7, 6, "1.7e+01 2.0e+00\n2.5e+01 0.0e+00\n1.25e+01 1.0e+00\n"),
    ...await sequence("S011/001", undefined, 5),
    ...await sequence("S999/001", 1, 3),
    ...await sequence("S998/001", 1, 1, ""),
    "cohn-kanade-images/S010/002/.DS_Store": "junk",
    "cohn-kanade-images/S010/002/._S010_002_00000001.png": "junk",
    "cohn-kanade-images/Thumbs.db": "junk",
    "Emotion/S010/005/.DS_Store": "junk",
  };
  const { dataset, warnings, files } = await withTree(tree, (input) => prepare(input));
  const greys = Array.from({ length: dataset.labels.length }, (_, n) => dataset.images[n * 64]);
  assert.deepEqual(greys, [10, 40, 50, 60, 10, 20, 30]);
  assert.deepEqual([...dataset.labels], [0, 7, 7, 7, 0, 1, 1]);
  // S998 has a label, so that it counts in the folds although its only frame is left out.
  assert.deepEqual([...dataset.subjects], [0, 0, 0, 0, 2, 2, 2]);
  assert.deepEqual([...dataset.folds], [0, 0, 0, 0, 2, 2, 2]);
  assert.deepEqual([...dataset.sequences!], [0, 0, 0, 0, 1, 1, 1]);
  assert.deepEqual(dataset.actionUnits, [17, 25]);
  assert.deepEqual([...dataset.units!], [0, 0, 2, 6, 2, 6, 2, 6, ...new Array(6).fill(255)]);
  assert.match(warnings.join("\n"), /S010_002_00000006_facs\.txt: line 3: .*left out/);
  assert.match(warnings.join("\n"), /S998.001: 1 frame: left out/);
  assert.match(warnings.join("\n"), /S999.001: 3 frames: 2 of the expression/);
  assert.match(warnings.join("\n"), /^2 of the 327 labelled sequences of the published set, and 2 of its 118 people/m);
  assert.match(warnings.join("\n"), /^no FACS codes for 1 of 3 sequences; they count as unknown: S999\/001$/m);
  assert.deepEqual(Object.keys(files), ["incomplete.txt"]);
});

Deno.test({ name: "frames that labels speak of and that are missing are told and listed", ignore }, async () => {
  const frame = (name: string, number: number) =>
    `cohn-kanade-images/${name}/${name.replace("/", "_")}_${String(number).padStart(8, "0")}.png`;
  const facs = "1.7e+01 2.0e+00\n";
  const tree: Tree = {};
  const add = async (name: string, emotion: number, frames: number, missing: number[], own: Tree = {}) => {
    Object.assign(tree, await sequence(name, emotion, frames, facs), own);
    for (const number of missing) delete tree[frame(name, number)];
  };
  await add("S005/001", 3, 8, [7, 8]); // copied until the copy stopped
  await add("S010/002", 7, 8, [1]); // another face is neutral
  await add("S010/004", 1, 9, [4, 6, 7]);
  await add("S010/006", 5, 5, []); // whole
  await add("S011/001", 1, 6, [], { [frame("S011/001", 7)]: await png(70) }); // one more than the label speaks of
  await add("S011/002", 6, 6, [], { "cohn-kanade-images/S011/002/S011_002_06.png": await png(60) });
  await add("S011/003", 4, 6, [], { "Landmarks/S011/003/S011_003_00000009_landmarks.txt": "" });
  await add("S011/004", 2, 6, [2]);
  tree["FACS/S011/004/S011_004_00000004_facs.txt"] = tree["FACS/S011/004/S011_004_00000006_facs.txt"];
  delete tree["FACS/S011/004/S011_004_00000006_facs.txt"];
  const { warnings, files, details } = await withTree(tree, (input) => prepare(input));
  const lines = files["incomplete.txt"].split("\n").filter((line) => line.includes("frame"));
  const ends = (last: number, what: string, labelled: number) =>
    `ends with frame ${last}, but the ${what} is of frame ${labelled}`;
  assert.deepEqual(lines, [
    `S005/001\t${ends(6, "emotion label", 8)}; ${ends(6, "FACS file", 8)}`,
    "S010/002\tframe 1 is missing",
    "S010/004\tframes 4, 6 to 7 are missing",
    `S011/001\t${ends(7, "emotion label", 6)}; ${ends(7, "FACS file", 6)}`,
    "S011/002\tframe 6 is there twice",
    "S011/003\tends with frame 6, but the last landmarks file is of frame 9",
    "S011/004\tframe 2 is missing; ends with frame 6, but the FACS file is of frame 4",
  ]);
  assert.match(
    warnings[0],
    /^7 of 8 labelled sequences lack frames.*incomplete\.txt lists them\): S005\/001: ends with/,
  );
  assert.match(warnings[0], /; and more$/);
  assert.deepEqual(details.gaps, files["incomplete.txt"].split("\n").length - 1);
});

Deno.test(
  { name: "people without an emotion folder, and what the published set has more, are told", ignore },
  async () => {
    const tree: Tree = {};
    for (const { subject, sequence, emotion } of CK_PLUS_SEQUENCES.slice(0, 20)) {
      const stem = `${subject}/${sequence}/${subject}_${sequence}_0000000`;
      for (let frame = 1; frame <= 4; frame++) tree[`cohn-kanade-images/${stem}${frame}.png`] = "";
      // The copy of the labels stopped and went on.
      if (subject === "S010" || stem.startsWith("S011/001")) continue;
      const label = stem.startsWith("S005") ? 5 : emotion;
      tree[`Emotion/${stem}4_emotion.txt`] = `   ${label.toExponential(7)}\n`;
    }
    tree["FACS/S010/002/S010_002_00000004_facs.txt"] = "";
    tree["Emotion/S888/001/.DS_Store"] = tree["cohn-kanade-images/S888/001/S888_001_00000001.png"] = "";
    const plan = await withTree(tree, (input) => planCkPlus(input));
    const held = CK_PLUS_SEQUENCES.slice(0, 20).filter(({ subject }) => subject !== "S010");
    const people = new Set(held.map(({ subject }) => subject)).size;
    const told = plan.warnings.join("\n");
    assert.match(
      told,
      /^no emotion folder for these people \(1\), .*: S010: in images and FACS, but has no emotion folder$/m,
    );
    const counts = `${
      held.length - 1
    } of the 327 labelled sequences of the published set, and ${people} of its 118 people`;
    assert.match(told, new RegExp(`^${counts}: `, "m"));
    for (
      const line of ["S011/001\thas no emotion label here", "S005/001\tis happy here, and disgust in the published set"]
    ) {
      assert.ok(plan.gaps.includes(line), line);
    }
    assert.ok(plan.gaps.every((line) => !line.includes("S888")), "a person whom nobody labelled");
  },
);

Deno.test(
  { name: "landmarks place the crop; a frame without them is missed, never passed on whole", ignore },
  async () => {
    const point = (x: number, y: number) => `${x.toExponential(7)} ${y.toExponential(7)}\n`;
    const text = Array.from(
      { length: 68 },
      (_, n) => n >= 36 && n < 42 ? point(6, 4) : n >= 42 && n < 48 ? point(10, 4) : point(8, 9),
    ).join("");
    const tree = await sequence("S005/001", 3, 4);
    for (const frame of [1, 3, 4]) {
      tree[`Landmarks/S005/001/S005_001_0000000${frame}_landmarks.txt`] = text;
    }
    const { dataset, files, warnings } = await withTree(tree, (input) => prepare(input, "landmarks"));
    assert.deepEqual([...dataset.labels], [0, 3, 3]);
    assert.match(files["missed_faces.txt"], /S005_001_00000002\.png\tno landmarks file\n/);
    assert.match(warnings.join("\n"), /1 of 4 frames/);
    tree["Landmarks/S005/001/S005_001_00000003_landmarks.txt"] = point(1, 1).repeat(67);
    await withTree(
      tree,
      (input) => assert.rejects(prepare(input, "landmarks"), /00000003_landmarks\.txt: has 67 lines/),
    );
  },
);

Deno.test({ name: "a frame too small for the detectors is missed by name", ignore }, async () => {
  const tree = await sequence("S005/001", 3, 4);
  for (const name of Object.keys(tree)) if (name.endsWith(".png")) tree[name] = await png(9, 12, 40);
  await withTree(tree, (input) => assert.rejects(prepare(input, "detector"), /no face in any of the 4 frames/));
});

Deno.test({ name: "hostile and damaged trees end in an error that names the file", ignore }, async (test) => {
  const good = await sequence("S005/001", 3, 4);
  const frame = "cohn-kanade-images/S005/001/S005_001_00000003.png";
  const emotion = "Emotion/S005/001/S005_001_00000004_emotion.txt";
  const bomb = new Uint8Array(
    await sharp({ create: { width: 9000, height: 9000, channels: 3, background: "black" } })
      .png().toBuffer(),
  );
  const noise = new Uint8Array(
    await sharp(crypto.getRandomValues(new Uint8Array(4096)), {
      raw: { width: 64, height: 64, channels: 1 },
    }).png().toBuffer(),
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="12"/>`;
  const cases: Record<string, [Tree, RegExp]> = {
    "truncated PNG": [{ [frame]: noise.slice(0, 2000) }, /00000003\.png: cannot be decoded/],
    "PNG bomb": [{ [frame]: bomb }, /00000003\.png: is 9000 x 9000 pixels/],
    "SVG as PNG": [{ [frame]: svg }, /00000003\.png: is svg/],
    "single pixel": [{ [frame]: await png(9, 1, 1) }, /00000003\.png: is 1 x 1 pixels, expected 2 x 2 or more/],
    "two damaged frames": [
      { [frame]: "", [frame.replace("3.png", "2.png")]: "text" },
      /: 2 files cannot be used: .*00000002\.png: cannot be decoded.*; .*00000003\.png: is empty$/,
    ],
    "empty PNG": [{ [frame]: "" }, /00000003\.png: is empty/],
    "emotion is a word": [{ [emotion]: "happy" }, /emotion\.txt: emotion is "happy"/],
    "emotion 8": [{ [emotion]: "8.0e+00" }, /emotion\.txt: emotion is "8/],
    "emotion 1.5": [{ [emotion]: "1.5" }, /emotion\.txt: emotion is "1\.5"/],
    "emotion of another": [{ "Emotion/S005/001/S006_001_00000004_emotion.txt": "1" }, /expected one/],
    "label file too long": [{ [emotion]: " ".repeat(70_000) }, /70000 bytes/],
    "two parts": [{ "Emotion_labels/S005/001/x": "" }, /leave one of them there/],
  };
  for (const [name, [change, message]] of Object.entries(cases)) {
    await test.step(
      name,
      () =>
        withTree({ ...good, ...change }, (input) =>
          assert.rejects(prepare(input), (error: Error) => {
            assert.ok(error instanceof SourceError, String(error.stack));
            assert.match(error.message, message);
            return true;
          })),
    );
  }
  await test.step("symbolic link", () =>
    withTree(good, async (input) => {
      Deno.removeSync(join(input, frame));
      Deno.symlinkSync("/etc/passwd", join(input, frame));
      await assert.rejects(prepare(input), /00000003\.png: is a symbolic link/);
    }));
  await test.step("stopped", () =>
    withTree(
      good,
      (input) =>
        assert.rejects(prepareCkPlus({ input, crop: "none", signal: AbortSignal.abort(new Error("stop")) }), /stop/),
    ));
});
