/** What `predict` says of a model, how it cuts faces out for it, what it calls its copies of pictures, and where it may write. */
import assert from "node:assert/strict";
import type { ModelInfo } from "../../training/model.ts";
import { placeTags } from "../../tasks/predict/annotate/tags.ts";
import { cropFor, modelNotes } from "../../tasks/predict/notes.ts";
import { checkOutput, CopyNames, placeOf } from "../../tasks/predict/outputs.ts";
import { needs } from "../permissions.ts";
import { inTemporary } from "../support/files.ts";

const model = (change: Partial<Pick<ModelInfo, "crop" | "images" | "dataset">>) => (
  { crop: "drawn", images: "drawn", dataset: "synthetic", ...change } as const
);

Deno.test("a model's own crop, and what is said of it", () => {
  const crops = (["eyes-and-chin", "drawn", "whole-image", "as-distributed", "unknown"] as const)
    .map((crop) => cropFor({ crop, images: "photographs" }));
  assert.deepEqual(crops, ["eyes-and-chin", "drawn", "whole-image", "eyes-and-chin", "eyes-and-chin"]);
  assert.equal(cropFor({ crop: "as-distributed", images: "twin" }), "drawn");
  assert.deepEqual(modelNotes(model({ crop: "eyes-and-chin", images: "photographs" })), []);
  assert.match(String(modelNotes(model({ images: "twin", dataset: "tfd" }))), /twin of tfd, which is drawn faces/);
  const distributed = model({ crop: "as-distributed", images: "photographs", dataset: "tfd" });
  assert.match(String(modelNotes(distributed)), /makers of tfd cut them out; .* may differ/);
  assert.deepEqual(modelNotes(distributed, "whole-image"), []);
  assert.equal(modelNotes(model({ crop: "unknown", images: "unknown" })).length, 2);
});

Deno.test("copies of pictures have names of their own", () => {
  const copies = new CopyNames(["/photos/a", "/photos/b"]);
  const paths = [
    "/photos/a/x.jpg",
    "/photos/b/x.jpg",
    "/photos/a/X.png",
    "/photos/a-x.jpg",
    "/photos/a/../../etc/\u0007.jpg",
  ];
  assert.deepEqual(paths.map((path) => copies.next(path)), [
    "a-x.jpg",
    "b-x.jpg",
    "a-X-2.jpg",
    "a-x-3.jpg",
    "etc-_.jpg",
  ]);
  assert.equal(new CopyNames(["/photos/a/x.jpg"]).next("/photos/a/x.jpg"), "x.jpg");
});

Deno.test("no tag of a face hides another's: below its face, or the number alone, where there is no other room", () => {
  const photo = { x: 100, y: 0, width: 412, height: 300 };
  const squares = [[229, 92, 48], [269, 29, 35], [328, 43, 47]].map(([x, y, side]) => ({
    x,
    y,
    width: side,
    height: side,
  }));
  const tags = placeTags(squares.map((square) => ({ square, words: "contempt 27.4%" })), photo);
  for (const [n, { text }] of tags.entries()) assert([`${n + 1}`, `${n + 1} · contempt 27.4%`].includes(text), text);
  for (const [n, a] of tags.entries()) {
    assert(a.x >= photo.x && a.x + a.width <= photo.x + photo.width && a.y >= 0 && a.y + a.height <= photo.height);
    for (const b of tags.slice(n + 1)) {
      const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
      assert(apart, `${a.text} and ${b.text}`);
    }
  }
});

Deno.test({
  name: "predict: an output may not lie in an input folder, nor where a glob would find it; elsewhere it may",
  ignore: needs("read", "write"),
  fn: () =>
    inTemporary(async (folder) => {
      for (const path of ["shots", "shots [2024]", "more/x"]) {
        await Deno.mkdir(`${folder}/${path}`, { recursive: true });
      }
      const at = (path: string) => `${folder}/${path}`;
      assert.equal(await placeOf(at("shots [2024]")), at("shots [2024]"), "what is there is no glob");
      assert.equal(await placeOf(at("sho*/x.jpg")), folder);
      const cases: [input: string, output: string, isFolder: boolean, isRefused: boolean][] = [
        ["shots", "shots/p.csv", false, true],
        ["shots", "p.csv", false, false],
        ["shots [2024]", "shots [2024]/p.csv", false, true],
        ["shots [2024]", "p.csv", false, false],
        ["shots/*.jpg", "shots/p.csv", false, false],
        ["shots/*.jpg", "shots/seen", true, false],
        ["shots/**/*.jpg", "shots/seen", true, true],
        ["shots/**/*.png", "shots/seen", true, false], // copies are JPEG files
        ["*.jpg", "p.csv", false, false],
        ["mor*/x/*.jpg", "seen", true, false],
        ["mor*", "more/x/p.csv", false, true], // a folder that a glob finds is looked through
        ["mor*", "more-seen", true, true],
        ["nowhere/*.jpg", "nowhere/p.csv", false, false],
      ];
      for (const [input, output, isFolder, isRefused] of cases) {
        const checked = checkOutput("--x", at(output), [at(input)], isFolder);
        if (isRefused) await assert.rejects(checked, /--x .*: lies in .*which is read from/, `${output} in ${input}`);
        else await assert.doesNotReject(checked, `${output} beside ${input}`);
      }
    }),
});
