// The picture of a training run: it is a PNG of a sensible size, shows its data, and refuses to be empty.

import assert from "node:assert/strict";
import { curvesPng, curvesSvg } from "../../pictures/charts/curves.ts";
import type { CurveRecord } from "../../pictures/charts/lines.ts";
import { differentData } from "../../tasks/curves.ts";
import { needs } from "../permissions.ts";

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
