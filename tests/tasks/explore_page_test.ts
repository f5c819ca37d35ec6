/** What the explorer's page computes without a browser: the square that a visitor draws, and networks whose weights did not come the first time. */
import assert from "node:assert/strict";
import { makeNetworks } from "../../datasets/faces/face_api.ts";
import { cropGrey } from "../../tasks/explore/page/reading/crop.ts";
import { dragged, kept, moved } from "../../tasks/explore/page/view/drawn_square.ts";

const SIZES = [[640, 490], [30, 4000], [16, 16], [1, 1], [3, 2]] as const;

Deno.test("a drawn square can always be read, however long a key is held and wherever a pointer goes", () => {
  for (const [width, height] of SIZES) {
    const grey = { data: new Uint8Array(4 * width * height), width, height };
    for (const mirrored of [false, true]) {
      const shown = { width, height, mirrored };
      const check = (square: ReturnType<typeof kept>, what: string) => {
        const { left, top, size } = square, words = `${what} in ${width} x ${height}: ${JSON.stringify(square)}`;
        assert.ok(size >= 2 && size <= Math.max(width, height, 2), words);
        const [x, y] = [left + size / 2, top + size / 2];
        assert.ok(x >= -1e-9 && x <= width + 1e-9 && y >= -1e-9 && y <= height + 1e-9, words);
        return square;
      };
      let square = check(kept({ left: 0, top: 0, size: Math.min(width, height) }, shown), "the middle");
      for (const key of ["+", "ArrowRight", "ArrowDown", "-", "ArrowLeft", "ArrowUp"]) {
        for (let n = 0; n < 500; n++) square = moved(square, key, shown)!;
        check(square, key);
        assert.equal(cropGrey(grey, square, 16).length, 256);
      }
      for (const [from, to] of [[[0, 0], [width, height]], [[width, 0], [width, height]], [[1, 1], [1, 1]]] as const) {
        check(dragged(from, to, shown), `from ${from} to ${to}`);
      }
    }
  }
});

Deno.test("keys move the square as the visitor sees it, also in a mirror, and plus grows it around its middle", () => {
  const square = { left: 100, top: 100, size: 50 }, picture = { width: 400, height: 300 };
  const after = (key: string, mirrored: boolean) => moved(square, key, { ...picture, mirrored });
  assert.deepEqual(after("ArrowRight", false), { left: 103, top: 100, size: 50 });
  assert.deepEqual(after("ArrowRight", true), { left: 97, top: 100, size: 50 });
  assert.deepEqual(after("ArrowLeft", true), { left: 103, top: 100, size: 50 });
  for (const mirrored of [false, true]) {
    assert.deepEqual(after("ArrowDown", mirrored), { left: 100, top: 103, size: 50 });
    assert.deepEqual(after("+", mirrored), { left: 97, top: 97, size: 56 });
    assert.deepEqual(after("-", mirrored), { left: 103, top: 103, size: 44 });
    assert.equal(after("constructor", mirrored), undefined);
  }
});

Deno.test("a square of more than any picture is refused, not computed for minutes", () => {
  const grey = { data: new Uint8Array(4), width: 1, height: 1 };
  for (const size of [1, 1e6, NaN, Infinity]) {
    assert.throws(() => cropGrey(grey, { left: 0, top: 0, size }, 16), /pixels is no face/, `${size}`);
  }
});

Deno.test("weights that could not be loaded are asked for again, those that could are not", async () => {
  class Network {
    locateFaces = () => [{ box: { x: 1, y: 2, width: 3, height: 4 }, score: 0.9 }];
  }
  const faceApi = { tf: {}, TinyFaceDetector: Network, SsdMobilenetv1: Network, FaceLandmark68Net: Network };
  let asked = 0;
  const { detect } = makeNetworks(faceApi, () => {
    return ++asked === 1 ? Promise.reject(new Error("the server is gone")) : Promise.resolve();
  });
  const view = { tensor: { shape: [8, 8, 3] as [number, number, number], dispose() {} }, scale: 1 };
  const look = { detector: "tiny", inputSize: 224, leastSide: 0 } as const;
  await assert.rejects(detect(view, look), /the server is gone/);
  for (let n = 0; n < 3; n++) assert.equal((await detect(view, look)).length, 1);
  assert.equal(asked, 2);
});
