/** Face detection on drawn portraits, photographs and a picture without a face, on both backends; crops that hold still. */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { Image, Square } from "../../datasets/faces/mod.ts";
import { agrees, chooseFace } from "../../datasets/faces/choose.ts";
import { faceSquare } from "../../datasets/faces/landmarks.ts";
import type { Expression } from "../../datasets/synthetic/expression.ts";
import { drawIdentity } from "../../datasets/synthetic/identity.ts";
import { createCamera, PLAIN_SCENE } from "../../datasets/synthetic/scene.ts";
import { needs } from "../permissions.ts";

const ignore = needs("read", "write", "ffi", "env");
// Decoding needs a native library, so it is imported only where the permissions are granted.
const { cropFace, detectFaces, FaceDetectionError, findFace, readImage } = ignore
  ? {} as never
  : await import("../../datasets/faces/mod.ts");
const { faceApiFolders } = ignore ? {} as never : await import("../../datasets/deps.ts");
const { loadFaceApi } = ignore ? {} as never : await import("../../datasets/faces/packages.ts");
const { syntheticFace } = ignore ? {} as never : await import("../../datasets/synthetic/generate.ts");
const { photograph } = ignore ? {} as never : await import("../../datasets/synthetic/photograph.ts");
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

/** Portrait number `index` of a set with every emotion, in scenes of its own; its expression at `part` of its strength. */
async function scene(index: number, part = 1, noiseSeed = 1): Promise<Image> {
  const { face } = syntheticFace({ seed: 11, imagesPerSubject: 8 }, index);
  const expression = Object.fromEntries(
    Object.entries(face.expression).map(([unit, sides]) => [unit, sides.map((side: number) => part * side)]),
  ) as Expression;
  const pixels = await photograph(
    { ...face, expression, scene: { ...face.scene, noiseSeed } },
    width,
    height,
    "portrait",
  );
  return { pixels, width, height, channels: 1 };
}

// bench/faces.ts counts over as many as one likes: 240 of 240 by either detector.
Deno.test({ name: "each detector alone finds drawn people in all eight emotions", ignore }, async () => {
  for (let index = 0; index < 24; index++) {
    const image = await scene(index);
    assert.equal((await findFace(image))?.detector, "tiny", `${index}: the fast one is enough, or time runs out`);
    assert.equal((await detectFaces(image, { detectors: ["tiny"] })).length, 1, `tiny, ${index}`);
    if (index % 3 === 0) assert.equal((await detectFaces(image, { detectors: ["ssd"] })).length, 1, `ssd, ${index}`);
  }
});

Deno.test(
  { name: "of photographs of groups, which come with face-api, the face near the middle is cut out", ignore },
  async () => {
    const { faceApi } = await faceApiFolders();
    // The middle between eyes and chin, and the side of the crop: looked at, not computed.
    const faces = [[928, 573, 234], [1541, 304, 227], [1155, 384, 281], [1042, 323, 209], [479, 1043, 280], [
      756,
      504,
      266,
    ]];
    for (const [index, [x, y, side]] of faces.entries()) {
      const image = await readImage(join(faceApi, "demo", `sample${index + 1}.jpg`));
      const { left, top, size } = faceSquare((await findFace(image))!.landmarks)!;
      const far = Math.hypot(left + size / 2 - x, top + size / 2 - y);
      assert.ok(far < side / 8 && Math.abs(size / side - 1) < 0.2, `${index + 1}: ${[left, top, size]}`);
    }
  },
);

Deno.test({ name: "from onset to apex the crop does not jump", ignore }, async () => {
  for (const index of [7, 17, 26, 3]) { // two surprised, one angry, one happy
    const squares: Square[] = [];
    for (let frame = 0; frame < 6; frame++) {
      squares.push(faceSquare((await findFace(await scene(index, frame / 5, frame + 1)))!.landmarks)!);
    }
    for (const [frame, square] of squares.entries()) {
      const before = squares[Math.max(0, frame - 1)];
      const [right, down] = [square.left - before.left, square.top - before.top]
        .map((move) => move + (square.size - before.size) / 2);
      const [moved, grown] = [Math.hypot(right, down) / square.size, Math.abs(square.size / before.size - 1)];
      // A pixel of an image of 96 is 1%.
      assert.ok(moved < 0.015 && grown < 0.025, `${index}, frame ${frame}: moved ${moved}, grown ${grown}`);
    }
  }
});

Deno.test({ name: "a dropped jaw changes the crop less than the chin moves", ignore }, async () => {
  const still = faceSquare((await findFace(await portrait(3)))!.landmarks)!;
  const open = faceSquare((await findFace(await portrait(3, { 26: [0.6, 0.6], 25: [1, 1] })))!.landmarks)!;
  assert.ok(Math.abs(open.size / still.size - 1) < 0.12, `${still.size}, ${open.size}`);
  assert.ok(Math.abs(open.left + open.size / 2 - still.left - still.size / 2) < 0.03 * still.size);
});

Deno.test({ name: "no face, no boxes; color is read too", ignore }, async () => {
  const grey = await portrait(4);
  const empty: Image = { ...grey, pixels: new Uint8Array(width * height).fill(120) };
  assert.deepEqual(await detectFaces(empty), []);
  assert.equal(await findFace(empty), undefined);
  const color = Uint8Array.from({ length: 3 * width * height }, (_, i) => grey.pixels[Math.floor(i / 3)]);
  const [one, other] = [await detectFaces(grey), await detectFaces({ ...grey, pixels: color, channels: 3 })];
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

// The last one: it breaks the backend for this process.
Deno.test({ name: "WebGPU finds what WASM finds, and says so when the GPU refuses work", ignore }, async () => {
  const image = await portrait(5);
  const [cpu, gpu] = [(await findFace(image))!, (await findFace(image, { backend: "webgpu" }))!];
  assert.equal(gpu.detector, cpu.detector);
  const far = [cpu, gpu].map((
    { left, top, width, height, landmarks },
  ) => [left, top, width, height, ...landmarks.flat()]);
  far[0].forEach((value, n) => assert.ok(Math.abs(value - far[1][n]) < 0.05, `${n}: ${value}, ${far[1][n]} pixels`));
  assert.deepEqual(await findFace(image), cpu, "back to WASM");
  await assert.rejects(findFace(image, { backend: "cuda" as never }), /backend is cuda; expected wasm or webgpu/);

  await findFace(image, { backend: "webgpu" });
  const { faceApi } = await loadFaceApi("webgpu");
  faceApi.tf.backend().device.createShaderModule({ code: "no shader" });
  await assert.rejects(findFace(image, { backend: "webgpu" }), (error: Error) => {
    assert.ok(error instanceof FaceDetectionError, String(error.stack));
    assert.match(error.message, /the GPU refused work: .*the backend wasm/);
    return true;
  });
});
