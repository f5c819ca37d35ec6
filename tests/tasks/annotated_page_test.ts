/** The annotated copy of a picture with more faces than a JPEG is high, and of one that cannot be drawn. */
import assert from "node:assert/strict";
import { predictionsJson } from "../../tasks/predict/tables.ts";
import { needs } from "../permissions.ts";
import { tinyModel } from "../support/tiny_model.ts";

const ignore = needs("read", "ffi", "env");
// Drawing needs a native library, so it is imported only where the permissions are granted.
const { annotatedJpeg, drawn } = ignore ? {} as never : await import("../../tasks/predict/annotate/page.ts");
const { sharp } = ignore ? {} as never : await import("../../datasets/deps.ts");

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
  { name: "annotate: a picture with more faces than a page has room for is a page of its first faces", ignore },
  async () => {
    const bytes = await annotatedJpeg(image, new Array(300).fill(face), words);
    const { format, height } = await sharp(bytes, { limitInputPixels: false }).metadata();
    assert.equal(format, "jpeg");
    assert(height > 60_000 && height <= 65_000, `${height}`);
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
