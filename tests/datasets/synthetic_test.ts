// The drawn faces: the same seed draws the same faces, labels follow the Action Units, masks cover what units move.

import assert from "node:assert/strict";
import type { Dataset } from "../../datasets/dataset.ts";
import {
  ACTION_UNITS,
  appearance,
  drawExpression,
  EMOTIONS,
  type Expression,
  unitCodes,
} from "../../datasets/synthetic/expression.ts";
import { drawFace } from "../../datasets/synthetic/drawing/face.ts";
import { drawIdentity } from "../../datasets/synthetic/identity.ts";
import { mix, Random } from "../../datasets/synthetic/random.ts";
import { actionUnitRegion } from "../../datasets/synthetic/region.ts";
import { drawScene, PLAIN_SCENE } from "../../datasets/synthetic/scene.ts";
import { faceShape } from "../../datasets/synthetic/shape.ts";
import { needs } from "../permissions.ts";

// Rasterising needs a native library, so these modules are imported only where the permissions are granted.
const ignore = needs("read", "env", "ffi");
const importGenerate = () => import("../../datasets/synthetic/generate.ts");
const importPhotograph = () => import("../../datasets/synthetic/photograph.ts");

const small = { subjects: 12, imagesPerSubject: 8, imageSize: 24, seed: 7 };

Deno.test("random: mix is a bijection where it is looked at, and streams are independent of one another", () => {
  assert.equal(new Set(Array.from({ length: 5000 }, (_, value) => mix(value))).size, 5000);
  const values = Array.from({ length: 4000 }, (_, stream) => new Random(1, stream).uniform(0, 1));
  const mean = values.reduce((sum, value) => sum + value) / values.length;
  assert.ok(Math.abs(mean - 0.5) < 0.02, `mean of first draws over streams: ${mean}`);
  assert.ok(values.every((value) => value >= 0 && value < 1));
  const bell = Array.from({ length: 4000 }, (_, stream) => new Random(2, stream).around(3, 2));
  const centre = bell.reduce((sum, value) => sum + value) / bell.length;
  const deviation = Math.sqrt(bell.reduce((sum, value) => sum + (value - centre) ** 2, 0) / bell.length);
  assert.ok(Math.abs(centre - 3) < 0.1 && Math.abs(deviation - 2) < 0.1, `${centre} +- ${deviation}`);
  assert.deepEqual(new Random(3).permutation(8).sort(), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.notEqual(new Random(1, 2, 3).bits(), new Random(1, 3, 2).bits());
});

Deno.test("expression: each emotion has its defining Action Units, neutral next to none", () => {
  const has = (expression: Expression, unit: typeof ACTION_UNITS[number]) => Math.max(...expression[unit] ?? [0]) > 0;
  const defining: Record<string, (expression: Expression) => boolean> = {
    neutral: (e) => Object.keys(e).length <= 1,
    anger: (e) => has(e, 4) && (has(e, 23) || has(e, 24)),
    contempt: (e) => has(e, 14) && Math.abs(e[14]![0] - e[14]![1]) > 0.1,
    disgust: (e) => has(e, 9) || has(e, 10),
    fear: (e) => has(e, 1) && (has(e, 4) || has(e, 5)),
    happy: (e) => has(e, 12),
    sadness: (e) => has(e, 15) || (has(e, 1) && has(e, 4)),
    surprise: (e) => has(e, 1) && has(e, 2),
  };
  for (const emotion of EMOTIONS) {
    const draws = Array.from({ length: 200 }, (_, draw) => drawExpression(emotion, new Random(5, draw)));
    const share = draws.filter(defining[emotion]).length / draws.length;
    assert.ok(share >= 0.9, `${emotion}: defining units in ${share} of the draws`);
    for (const expression of draws) {
      for (const sides of Object.values(expression)) {
        assert.ok(sides.every((side) => side >= 0 && side <= 1), `${emotion}: intensity ${sides}`);
        assert.ok(Math.max(...sides) > 0, `${emotion}: a unit that is listed is active`);
      }
      if (expression[26] || expression[27]) assert.ok(expression[25], `${emotion}: a dropped jaw parts the lips`);
    }
    if (emotion !== "neutral") {
      const patterns = new Set(draws.map((expression) => Object.keys(expression).join()));
      assert.ok(patterns.size >= 5, `${emotion}: only ${patterns.size} combinations of units`);
    }
  }
});

Deno.test("expression: codes are 0 absent, 1..5 by fifths of the stronger side", () => {
  const codes = unitCodes({ 1: [0.2, 0.1], 2: [0.21, 0], 12: [1, 1], 27: [0, 0.05] });
  const expected: Record<number, number> = { 1: 1, 2: 2, 12: 5, 27: 1 };
  assert.deepEqual([...codes], ACTION_UNITS.map((unit) => expected[unit] ?? 0));
});

Deno.test("expression: a unit moves the face further with every grade, from not at all to all the way", () => {
  const moved = Array.from({ length: 101 }, (_, step) => appearance({ 4: [step / 100, 0] })[4]!);
  assert.ok(moved.every(([, other]) => other === 0), "the other side stays at rest");
  const grades = moved.map(([side]) => side);
  assert.ok(grades[0] === 0 && Math.abs(grades[100] - 1) < 1e-9);
  for (let step = 1; step <= 100; step++) assert.ok(grades[step] > grades[step - 1], `at ${step / 100}`);
  assert.ok(grades[15] < 0.15 && grades[60] > 0.6, "a trace is fainter, a marked action clearer than in proportion");
});

Deno.test("shape: brows, lids and lips go where FACS says that their units take them", () => {
  for (let subject = 0; subject < 30; subject++) {
    const person = drawIdentity(9, subject);
    const shape = (...units: typeof ACTION_UNITS[number][]) =>
      faceShape(person, Object.fromEntries(units.map((unit) => [unit, [1, 1]])));
    const still = shape();
    // The right half of the face; y runs down. From the nose outwards a brow has its inner end, middle and outer end.
    const brow = (...units: typeof ACTION_UNITS[number][]) => shape(...units).brows[1].line;
    const rest = still.brows[1].line;
    const raised = (at: number, ...units: typeof ACTION_UNITS[number][]) => rest[at][1] - brow(...units)[at][1];
    const [lowered] = brow(4);
    assert.ok(raised(0, 4) < -10 && raised(2, 4) < -3 && lowered[0] < rest[0][0] - 4, "4 lowers and draws together");
    assert.ok(raised(0, 1, 4) > 8 && raised(3, 1, 4) < 0, "1 and 4: the inner end up, the outer end not");
    assert.ok(raised(0, 1, 2) > 10 && raised(3, 1, 2) > 10, "1 and 2 raise the whole brow");
    assert.ok(raised(0, 1, 2, 4) > 8 && raised(2, 1, 2, 4) > 1, "1, 2 and 4: raised");
    const arch = ([[, inner], , [, middle], [, outer]]: typeof rest) => (inner + outer) / 2 - middle;
    assert.ok(arch(brow(1, 2, 4)) < arch(brow(1, 2)) - 1, "and straighter than without 4");
    const [eye, tight, wide] = [still, shape(7), shape(5)].map(({ eyes }) => eyes[1]);
    assert.ok(tight.lower < 0.4 * eye.lower && tight.upper < eye.upper, "7 raises the lower lid");
    assert.ok(wide.upper > wide.irisRadius + 3, "5 shows the white above the iris");
    const red = ({ mouth }: typeof still) =>
      mouth.upperInner[3][1] - mouth.upperOuter[3][1] + mouth.lowerOuter[3][1] - mouth.lowerInner[3][1];
    for (const unit of [23, 24] as const) {
      const lips = shape(unit);
      assert.ok(red(lips) < 0.5 * red(still), `${unit}: half of the red is gone`);
      assert.ok(lips.mouth.right[0] < still.mouth.right[0], `${unit} narrows the lips`);
    }
    assert.ok(shape(15).mouth.right[1] > still.mouth.right[1] + 10, "15 pulls the corners down");
  }
});

Deno.test("drawing: every identity gives finite, grey SVG at the size that is asked for", () => {
  for (let subject = 0; subject < 40; subject++) {
    const face = {
      identity: drawIdentity(1, subject),
      expression: Object.fromEntries(ACTION_UNITS.map((unit) => [unit, [1, 0.5]])) as Expression,
      scene: drawScene(1, subject, 0),
    };
    const svg = drawFace(face, 64, 48, "portrait");
    assert.ok(svg.startsWith("<svg") && svg.includes('width="64" height="48"'));
    assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
    for (const [, red, green, blue] of svg.matchAll(/rgb\((\d+),(\d+),(\d+)\)/g)) {
      assert.ok(red === green && green === blue);
    }
  }
});

Deno.test({
  name: "synthetic: same options, same bytes; another seed, other bytes; shapes and folds as promised",
  ignore,
  fn: async () => {
    const { generateSynthetic } = await importGenerate();
    const progress: number[] = [];
    const first = await generateSynthetic({ ...small, onProgress: (done, total) => progress.push(done / total) });
    const again = await generateSynthetic(small);
    const other = await generateSynthetic({ ...small, seed: 8 });
    assert.equal(first.fingerprint, again.fingerprint);
    assert.deepEqual(first.images, again.images);
    assert.notEqual(first.fingerprint, other.fingerprint);
    assert.equal(progress.length, 96);
    assert.equal(progress.at(-1), 1);
    assert.equal(first.images.length, 96 * 24 * 24);
    assert.equal(first.units!.length, 96 * ACTION_UNITS.length);
    assert.ok(first.units!.every((code) => code <= 5));
    assert.deepEqual(first.classNames, [...EMOTIONS]);
    assert.deepEqual([...first.labels].sort(), [...Array(96).keys()].map((index) => Math.floor(index / 12)));
    checkFolds(first);
  },
});

function checkFolds(dataset: Dataset) {
  for (const [index, subject] of dataset.subjects.entries()) {
    assert.equal(subject, Math.floor(index / 8));
    assert.equal(dataset.folds[index], subject % 10, `fold of subject ${subject}`);
  }
}

Deno.test({
  name: "synthetic: a subject's faces do not depend on how many subjects there are",
  ignore,
  fn: async () => {
    const { generateSynthetic } = await importGenerate();
    const few = await generateSynthetic({ ...small, subjects: 2 });
    const more = await generateSynthetic({ ...small, subjects: 3 });
    assert.deepEqual(few.images, more.images.subarray(0, few.images.length));
  },
});

Deno.test({
  name: "synthetic: no two images are alike, people differ, and no picture is flat",
  ignore,
  fn: async () => {
    const { generateSynthetic } = await importGenerate();
    const { images, labels, subjects } = await generateSynthetic(small);
    const image = (index: number) => images.subarray(index * 576, (index + 1) * 576);
    const all = new Set(Array.from(labels.keys(), (index) => image(index).join()));
    assert.equal(all.size, 96);
    for (let index = 0; index < 96; index++) {
      const pixels = image(index);
      assert.ok(Math.max(...pixels) - Math.min(...pixels) > 60, `image ${index} has next to no contrast`);
    }
    const neutral = [...labels.keys()].filter((index) => labels[index] === 0);
    for (const index of neutral.slice(1)) {
      assert.notEqual(subjects[index], subjects[neutral[0]]);
      const difference = image(index).reduce((sum, value, at) => sum + Math.abs(value - image(neutral[0])[at]), 0) /
        576;
      assert.ok(difference > 5, `subjects ${subjects[index]} and ${subjects[neutral[0]]} differ by ${difference}`);
    }
  },
});

Deno.test({
  name: "synthetic: options out of range name the argument, its value and what was expected",
  ignore,
  fn: async () => {
    const { generateSynthetic } = await importGenerate();
    for (
      const [name, value] of [["subjects", 0], ["imagesPerSubject", 1.5], ["imageSize", 4], ["seed", -1], [
        "subjects",
        NaN,
      ], ["imageSize", 1e9]] as const
    ) {
      await assert.rejects(
        generateSynthetic({ ...small, [name]: value }),
        (error: Error) =>
          error instanceof RangeError && error.message.includes(name) && error.message.includes(String(value)) &&
          error.message.includes("expected"),
      );
    }
    await assert.rejects(
      generateSynthetic({ ...small, subjects: 99_999, imagesPerSubject: 1000 }),
      /at most 2147483648/,
    );
  },
});

Deno.test({
  name: "synthetic: an abort signal stops the work",
  ignore,
  fn: async () => {
    const { generateSynthetic } = await importGenerate();
    const stop = new AbortController();
    let last = 0;
    const onProgress = (done: number) => {
      last = done;
      if (done === 3) stop.abort(new Error("enough"));
    };
    await assert.rejects(generateSynthetic({ ...small, signal: stop.signal, onProgress }), /enough/);
    assert.ok(last < 96);
  },
});

// The share of a picture that a region may have: a head fills less of a portrait.
for (
  const { framing, width, height, area: [least, most] } of [
    { framing: "face", width: 48, height: 48, area: [0.01, 0.35] },
    { framing: "portrait", width: 128, height: 98, area: [0.002, 0.08] },
  ] as const
) {
  Deno.test({
    name: `synthetic: each Action Unit changes pixels, and mostly inside its region, framing ${framing}`,
    ignore,
    fn: async () => {
      const { photograph } = await importPhotograph();
      for (const unit of ACTION_UNITS) {
        let [inside, total, area] = [0, 0, 0];
        for (let subject = 0; subject < 4; subject++) {
          const scene = { ...drawScene(3, subject, 0), noise: 0 };
          const still = { identity: drawIdentity(3, subject), expression: {}, scene };
          const mask = actionUnitRegion(still, unit, width, height, framing);
          assert.equal(mask.length, width * height);
          const before = await photograph(still, width, height, framing);
          const after = await photograph({ ...still, expression: { [unit]: [0.8, 0.8] } }, width, height, framing);
          for (const [index, masked] of mask.entries()) {
            const difference = Math.abs(before[index] - after[index]);
            total += difference;
            if (masked) inside += difference;
          }
          area += mask.reduce((sum, masked) => sum + masked) / mask.length / 4;
        }
        assert.ok(total / 4 > 300, `AU ${unit} changes only ${total / 4} grey levels a picture`);
        assert.ok(area > least && area < most, `AU ${unit}: its region is ${area} of the picture`);
        assert.ok(inside / total > 0.75, `AU ${unit}: ${inside / total} of the change lies in its region`);
      }
    },
  });
}

Deno.test("region: unknown units and bad sizes are refused", () => {
  const face = { identity: drawIdentity(1, 0), expression: {}, scene: PLAIN_SCENE };
  assert.throws(() => actionUnitRegion(face, 3 as 1, 48), /unit is 3; expected one of 1, 2, 4/);
  assert.throws(() => actionUnitRegion(face, 1, 0), /width is 0; expected/);
  assert.throws(() => actionUnitRegion(face, 1, 64, 4096, "portrait"), /height is 4096; expected/);
});

Deno.test({
  name: "contact sheet: a PNG with a row for each class and a column for each subject asked for",
  ignore,
  fn: async () => {
    const { generateSynthetic } = await importGenerate();
    const { contactSheet } = await import("../../datasets/contact_sheet.ts");
    const dataset = await generateSynthetic(small);
    const png = await contactSheet(dataset, { columns: 5, rows: 3 });
    assert.deepEqual([...png.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const view = new DataView(png.buffer, png.byteOffset);
    const [wide, high] = [view.getUint32(16), view.getUint32(20)];
    const larger = await contactSheet(dataset, { columns: 6, rows: 4 });
    const largerView = new DataView(larger.buffer, larger.byteOffset);
    assert.equal(largerView.getUint32(16) - wide, largerView.getUint32(20) - high);
    await assert.rejects(contactSheet(dataset, { columns: 0 }), /columns is 0; expected/);
  },
});
