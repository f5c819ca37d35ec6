/** Face detection on drawn portraits and on a picture without a face, choice among several, crops that hold still. */

import assert from "node:assert/strict";
import type { Image } from "../datasets/faces/mod.ts";
import { agrees, chooseFace } from "../datasets/faces/choose.ts";
import { faceSquare } from "../datasets/faces/landmarks.ts";
import { drawIdentity } from "../datasets/synthetic/identity.ts";
import { createCamera, PLAIN_SCENE } from "../datasets/synthetic/scene.ts";
import { needs } from "./permissions.ts";

const ignore = needs("read", "write", "ffi", "env");
// Decoding needs a native library, so it is imported only where the permissions are granted.
const { cropFace, detectFaces, findFace } = ignore ? {} as never : await import("../datasets/faces/mod.ts");
const { photograph } = ignore ? {} as never : await import("../datasets/synthetic/photograph.ts");
const [width, height] = [640, 490];

async function portrait(subject: number, expression = {}, scene = PLAIN_SCENE): Promise<Image> {
  const face = { identity: drawIdentity(1, subject), expression, scene };
  return { pixels: await photograph(face, width, height, "portrait"), width, height, channels: 1 };
}

Deno.test({ name: "both detectors find drawn faces and agree on the crop", ignore }, async () => {
  for (const subject of [0, 1, 2]) {
    const image = await portrait(subject);
    const [fast, strong] = [
      await findFace(image, { detectors: ["tiny"] }),
      await findFace(image, { detectors: ["ssd"] }),
    ];
    assert.equal(fast?.detector, "tiny");
    assert.equal(strong?.detector, "ssd");
    const [one, other] = [faceSquare(fast.landmarks)!, faceSquare(strong.landmarks)!];
    for (const key of ["left", "top", "size"] as const) {
      assert.ok(Math.abs(one[key] - other[key]) < 0.05 * one.size, `${key}: ${one[key]}, ${other[key]}`);
    }
    const [x, y] = createCamera(PLAIN_SCENE, width, height, "portrait").toPixel(0, 0);
    assert.ok(Math.abs(one.left + one.size / 2 - x) < 0.1 * one.size);
    assert.ok(Math.abs(one.top + one.size / 2 - y) < 0.2 * one.size);
    assert.equal((await cropFace(image, fast, { size: 48 })).length, 48 * 48);
  }
});

Deno.test({ name: "a dropped jaw changes the crop less than the chin moves", ignore }, async () => {
  const still = faceSquare((await findFace(await portrait(3)))!.landmarks)!;
  const open = faceSquare((await findFace(await portrait(3, { 26: [0.6, 0.6], 25: [1, 1] })))!.landmarks)!;
  assert.ok(Math.abs(open.size / still.size - 1) < 0.12, `${still.size}, ${open.size}`);
  assert.ok(Math.abs(open.left + open.size / 2 - still.left - still.size / 2) < 0.03 * still.size);
});

Deno.test({ name: "no face, no boxes; colour is read too", ignore }, async () => {
  const grey = await portrait(4);
  const empty: Image = { ...grey, pixels: new Uint8Array(width * height).fill(120) };
  assert.deepEqual(await detectFaces(empty), []);
  assert.equal(await findFace(empty), undefined);
  const colour = Uint8Array.from({ length: 3 * width * height }, (_, i) => grey.pixels[Math.floor(i / 3)]);
  const [one, other] = [await detectFaces(grey), await detectFaces({ ...grey, pixels: colour, channels: 3 })];
  assert.deepEqual(one, other);
  await assert.rejects(detectFaces({ ...grey, pixels: new Uint8Array(5) }), /has 5 bytes/);
});

Deno.test("of several faces the largest near the middle", () => {
  const box = (left: number, top: number, size: number) => ({ left, top, width: size, height: size, score: 1 });
  const image = { width: 640, height: 490 };
  const middle = box(270, 195, 100);
  assert.equal(chooseFace([box(0, 0, 110), middle, box(300, 225, 40)], image), middle);
  const large = box(20, 20, 300);
  assert.equal(chooseFace([middle, large], image), large);
  assert.equal(chooseFace([], image), undefined);
});

Deno.test("a box and landmarks that are apart, or of other sizes, are no face", () => {
  const box = { left: 100, top: 100, width: 100, height: 80, score: 0.9 }; // its middle is at 150, 140
  const square = (right: number, down: number, size: number) => ({
    left: 150 + right - size / 2,
    top: 140 + down - size / 2,
    size,
  });
  assert.ok(agrees(box, square(0, 0, 100)) && agrees(box, square(24, 0, 61)) && agrees(box, square(0, -24, 159)));
  assert.ok(!agrees(box, square(26, 0, 100)) && !agrees(box, square(0, 26, 100)) && !agrees(box, square(-26, 0, 100)));
  assert.ok(!agrees(box, square(0, 0, 59)) && !agrees(box, square(0, 0, 161)));
});
