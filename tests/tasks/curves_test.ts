// The picture of a training run: it is a PNG of a sensible size, shows its data, and refuses to be empty.

import assert from "node:assert/strict";
import { comparisonPng, comparisonSvg } from "../../pictures/charts/comparison.ts";
import { curvesPng, curvesSvg } from "../../pictures/charts/curves.ts";
import type { CurveRecord, Majority } from "../../pictures/charts/lines.ts";
import { differentData } from "../../tasks/curves.ts";
import { RunFolder } from "../../run/folder.ts";
import { majorityOf } from "../../run/results.ts";
import { needs } from "../permissions.ts";
import { inTemporary } from "../support/files.ts";

const ignore = needs("ffi", "read");

function records(count: number, level = 0.5): CurveRecord[] {
  return Array.from({ length: count }, (_, i) => ({
    step: 10 * (i + 1),
    loss: 2 / (i + 1),
    trainAccuracy: level,
    validationAccuracy: i % 5 === 4 ? level : null,
    imagesPerSecond: 100,
  }));
}

/** Width and height as a PNG's header has them. */
function pngSize(bytes: Uint8Array): [number, number] {
  assert.deepEqual([...bytes.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
}

Deno.test({
  name: "curves are a PNG of about 1750 x 1250 pixels, whatever the number of records",
  ignore,
  async fn() {
    for (const count of [1, 5, 3_100]) {
      const [width, height] = pngSize(await curvesPng(records(count), { title: "Training", classes: 8 }));
      assert.ok(Math.abs(width - 1750) < 150 && Math.abs(height - 1250) < 150, `${width} x ${height}`);
    }
  },
});

Deno.test({
  name: "curves of other data are another picture, of the same data the same",
  ignore,
  async fn() {
    const [one, same, other] = await Promise.all([
      curvesPng(records(60), { title: "Training" }),
      curvesPng(records(60), { title: "Training" }),
      curvesPng(records(60, 0.6), { title: "Training" }),
    ]);
    assert.deepEqual(one, same);
    assert.notDeepEqual(one, other);
  },
});

Deno.test({
  name: "curves name what they show: last values, chance level, how they were smoothed, the font",

  async fn() {
    const svg = await curvesSvg(records(60), { title: "Training", subtitle: "seed 1", classes: 8 });
    const words = ["Training", "seed 1", "training 50%", "validation 50%", "chance, 1/8", "chance, ln 8", "30 steps"];
    for (const word of [...words, "DejaVu Sans"]) assert.ok(svg.includes(word), word);
    const bare = await curvesSvg(records(1), { title: "One" });
    assert.ok(!bare.includes("chance") && !bare.includes("Bold") && !bare.includes("validation"));
  },
});

Deno.test({
  name: "curves of runs whose names a terminal would obey are drawn",
  ignore,
  async fn() {
    const name = "a\u0000\u001b[2J\u009b\ud800\uffff<&>";
    const runs = [{ name, group: name, records: records(3) }];
    const svg = await comparisonSvg(runs, { title: name });
    assert.ok(svg.includes("a??[2J?\ufffd?&lt;&amp;&gt;"), svg);
    assert.equal(pngSize(await comparisonPng(runs, { title: name }))[0] > 1000, true);
  },
});

Deno.test({
  name: "curves show what always saying the most frequent class would reach beside guessing, both by name",
  ignore,
  async fn() {
    const words = { title: "Training", classes: 8 };
    const dotted = (svg: string) => svg.match(/stroke-dasharray="2,3"/g)?.length ?? 0;
    for (
      const draw of [
        (most?: Majority) => curvesSvg(records(60), { ...words, most }),
        (most?: Majority) => comparisonSvg([{ name: "a", group: "a", records: records(60) }], { ...words, most }),
      ]
    ) {
      const both = await draw({ name: "neutral", share: 0.254 });
      for (const word of ["chance, always neutral, 25%", "chance, guessing, 1/8"]) assert.ok(both.includes(word), word);
      assert.equal(dotted(both), 3, "with the loss's");
      // Where all classes are as frequent, both are the same line.
      const one = await draw({ name: "neutral", share: 1 / 8 });
      assert.ok(one.includes("chance, 1/8") && !one.includes("always"));
      assert.equal(dotted(one), 2);
      assert.ok((await draw()).includes("chance, 1/8"), "where nobody knows");
      const long = await draw({ name: "x".repeat(200), share: 0.5 });
      assert.ok(long.includes(`always ${"x".repeat(23)}…, 50%`));
    }
  },
});

Deno.test({
  name: "curves take the most frequent class from what the runs were validated on, or trained where none were",
  ignore: needs("read", "write"),
  fn: () =>
    inTemporary(async (path) => {
      const part = (...rows: number[]) => {
        const confusion = rows.map((count) => [count, ...rows.slice(1).map(() => 0)]);
        return { images: rows.reduce((sum, count) => sum + count), accuracy: 0.5, loss: 1, confusion };
      };
      const run = async (name: string, change: Record<string, unknown> = {}) => {
        const folder = new RunFolder(`${path}/${name}`);
        const metrics = { checkpoint: 4, selection: "last", classNames: ["sad", "glad"], test: part(9, 1) };
        await folder.write(
          "metrics.json",
          JSON.stringify({ ...metrics, train: part(6, 4), validation: null, ...change }),
        );
        return folder;
      };
      const [one, other] = [
        await run("one", { validation: part(1, 3) }),
        await run("other", { validation: part(2, 2) }),
      ];
      const trained = await run("trained"), third = await run("third", { classNames: ["sad", "happy"] });
      assert.deepEqual(await majorityOf([one]), { name: "glad", share: 0.75 });
      assert.deepEqual(await majorityOf([one, other]), { name: "glad", share: 5 / 8 });
      assert.deepEqual(await majorityOf([trained]), { name: "sad", share: 0.6 });
      assert.equal(await majorityOf([one, third]), undefined, "of other classes");
      assert.equal(await majorityOf([one, new RunFolder(`${path}/none`)]), undefined, "of a run that has not ended");
      const damaged = await run("damaged", { validation: { ...part(1, 3), images: 5 } });
      await assert.rejects(majorityOf([damaged]), /damaged\/metrics\.json: is not what train writes: .*Remedy: /);
    }),
});

Deno.test({
  name: "values that are not finite are left out of the curves; without any there is an error",

  async fn() {
    const wild = { step: 610, loss: NaN, trainAccuracy: 0.5, validationAccuracy: null };
    const svg = await curvesSvg([...records(60), wild], { title: "Training" });
    assert.ok(!svg.includes("NaN"));
    const lost = { step: 10, loss: NaN, trainAccuracy: NaN, validationAccuracy: null };
    await assert.rejects(curvesSvg([], { title: "Nothing" }), { name: "RangeError", message: /0 of 0 records/ });
    await assert.rejects(curvesSvg([lost], { title: "Nothing" }), { name: "RangeError", message: /0 of 1 records/ });
  },
});

Deno.test("curves of runs that learned different data are said to be so, whatever the data is called", () => {
  const run = (name: string, fingerprint: string) => ({ dataset: { name, fingerprint } });
  assert.equal(differentData([run("tfd", "a"), run("tfd", "a")]), undefined);
  assert.match(
    differentData([run("tfd", "a"), run("ck_plus", "b")])!,
    /^the runs learned 2 sets of data \(tfd, ck_plus\)/,
  );
  assert.match(differentData([run("mine", "a"), run("mine", "b"), run("mine", "a")])!, /2 sets of data \(mine, mine\)/);
});
