/** What `predict` says of a model, how it cuts faces out for it, and what it calls its copies of pictures. */
import assert from "node:assert/strict";
import type { ModelInfo } from "../../training/model.ts";
import { cropFor, modelNotes } from "../../tasks/predict/notes.ts";
import { CopyNames } from "../../tasks/predict/outputs.ts";

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
  const copies = new CopyNames(["/photos/a", "/photos/b/*.jpg"]);
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
