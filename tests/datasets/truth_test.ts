/** Where the Action Units lie on drawn faces, made again from what a prepared folder remembers. */
import assert from "node:assert/strict";
import { needs } from "../permissions.ts";

const ignore = needs("read", "write", "ffi", "run");
const details = { source: "drawn faces", subjects: 20, imagesPerSubject: 8, seed: 3 };

Deno.test({
  name: "the truth of drawn faces is made again from what the folder remembers, and refused where it cannot be",
  ignore,
  async fn() {
    // What draws faces loads sharp, which needs permissions.
    const { syntheticRegions } = await import("../../datasets/synthetic/truth.ts");
    const regions = syntheticRegions({ details, imageSize: 32, count: 160 })!;
    assert.notDeepEqual(regions(0, 12), regions(1, 12));
    assert.notDeepEqual(regions(0, 12), regions(0, 1));
    assert.throws(() => regions(160, 12), /image is 160/);
    assert.throws(() => regions(0, 3), /unit is 3/);
    const labels = new Int32Array(160);
    assert.throws(() => syntheticRegions({ details, imageSize: 32, count: 160 }, labels), /image \d has class 0/);
    assert.throws(() => syntheticRegions({ details, imageSize: 32, count: 161 }), /161 images, but 20 subjects of 8/);
  },
});
