/** The annotated copy of a picture with more faces than a JPEG is high, and of one that cannot be drawn. */
import assert from "node:assert/strict";
import { predictionsJson } from "../../tasks/predict/tables.ts";
import { needs } from "../permissions.ts";
import { tinyModel } from "../support/tiny_model.ts";

const ignore = needs("read", "ffi", "env");
// Drawing needs a native library, so it is imported only where the permissions are granted.
const { drawn, pageLayout } = ignore ? {} as never : await import("../../tasks/predict/annotate/page.ts");

const image = { pixels: new Uint8Array(60 * 80).fill(90), width: 60, height: 80, channels: 1 as const };
const face = {
  box: { left: 4, top: 2, width: 6, height: 6, score: 1 },
  detector: "tiny" as const,
  square: { left: 4, top: 2, size: 6 },
  crop: new Uint8Array(256).fill(9),
  probabilities: [0.4, 0.6],
  label: 1,
};
const words = {
  classNames: tinyModel.info.classNames,
  imageSize: 16,
  method: "gradient" as const,
  model: "a model",
  notes: [],
};

Deno.test(
  { name: "annotate: no page is higher than a JPEG, and one without room for all faces says so", ignore },
  () => {
    for (const photo of [{ width: 360, height: 480 }, { width: 1600, height: 1200 }, { width: 1, height: 1200 }]) {
      for (const faces of [0, 1, 250, 263, 264, 1000, 100_000]) {
        const { height, shown, lines } = pageLayout(photo, faces, words);
        assert(height <= 65_000, `${faces} faces: ${height} pixels`);
        const told = lines.some(({ text }) => text.startsWith(`${shown} of ${faces} faces have a card`));
        assert.equal(told, shown < faces);
        if (faces <= 250) assert.equal(shown, faces);
      }
    }
  },
);

Deno.test(
  { name: "annotate: a picture that cannot be drawn is told of by name, and its numbers are kept", ignore },
  async () => {
    const undrawn = await drawn("a.png", image, [{ ...face, crop: new Uint8Array(3) }], words);
    assert(undrawn instanceof Error);
    assert.match(undrawn.message, /^a\.png: its annotated copy cannot be drawn \(.+\)$/);
    const pictures = [{ path: "a.png", width: 60, height: 80, faces: [face], undrawn }];
    const loaded = { model: tinyModel, path: "m", rule: "r" };
    const told = JSON.parse(predictionsJson({ loaded, crop: "drawn", notes: [], pictures }));
    assert.equal(told.pictures[0].faces.length, 1);
    assert.deepEqual(told.errors, [{ file: "a.png", error: undrawn.message }]);
    assert((await drawn("a.png", image, [face], words)) instanceof Uint8Array);
  },
);
