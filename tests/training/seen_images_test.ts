/** Images that a network has seen are found by their pixels, and their people with them. */

import assert from "node:assert/strict";
import { findSeenImages } from "../../training/evaluation/seen_images.ts";
import { evaluate, type SavedCheckpoint } from "../../training/evaluation/evaluate.ts";
import { evaluateTransfer } from "../../training/evaluation/transfer.ts";
import { network, run } from "../support/training_run.ts";
import { withGpu } from "../support/gpu.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const DATA = await tinyDataset({ classes: 2, folds: 5, perFold: 4 });
const pixels = DATA.imageSize ** 2;
const all = Uint32Array.from(DATA.labels.keys());

Deno.test("findSeenImages: images are compared pixel by pixel, wherever they lie and however often", () => {
  const order = [7, 0, 7, 12, 3];
  const images = new Uint8Array(order.length * pixels);
  order.forEach((row, n) => images.set(DATA.images.subarray(row * pixels, (row + 1) * pixels), n * pixels));
  images[3 * pixels + 11] ^= 1; // one grey level of one pixel is another image
  const tested = { imageSize: DATA.imageSize, images, subjects: new Int32Array(order.length).fill(-1) };
  const find = (rows: number[]) => findSeenImages({ dataset: DATA, rows: Uint32Array.from(rows) }, tested);
  assert.deepEqual([...find([0, 7, 12, 19]).same], [0, 1, 2]);
  assert.deepEqual([...find([0, 7, 12, 19]).rows], [0, 1, 2], "nobody known: each stands for itself");
  assert.deepEqual([...find([3]).same], [4]);
  assert.deepEqual([...find([]).same], []);
});

Deno.test("findSeenImages: who is on an image that was seen is left out with all others of that person", () => {
  const { rows, same } = findSeenImages({ dataset: DATA, rows: Uint32Array.of(5, 9) }, DATA);
  assert.deepEqual([...same], [5, 9]);
  assert.deepEqual([...rows], [4, 5, 6, 7, 8, 9, 10, 11], "subjects 1 and 2");
  const wider = { ...DATA, imageSize: 16 };
  assert.throws(() => findSeenImages({ dataset: DATA, rows: all }, wider), /16 pixels wide.*8/);
});

Deno.test(
  "evaluateTransfer: what the network has seen is left out and counted, and nothing is tested where nothing is left",
  withGpu(async (gpu) => {
    using net = await network(gpu, DATA);
    // The same images, dealt into other folds.
    const dealt = { ...DATA, folds: DATA.folds.map((fold) => 4 - fold), fingerprint: "other" };
    const options = { normalization: "local-mean", bootstrap: { resamples: 10 } } as const;
    const seen = { dataset: DATA, rows: Uint32Array.of(0, 1, 4) };
    const { test, rows, seen: found } = await evaluateTransfer(net, DATA.classNames, dealt, { ...options, seen });
    assert.deepEqual([test.images, ...rows], [12, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    assert.deepEqual(found, { same: 3, ofSamePeople: 5 });
    await assert.rejects(
      evaluateTransfer(net, DATA.classNames, dealt, { ...options, seen: { dataset: DATA, rows: all } }),
      /all 20 labelled images of tiny .*learned.*Remedy/,
    );
    const unasked = await evaluateTransfer(net, DATA.classNames, dealt, options);
    assert.deepEqual([unasked.test.images, unasked.seen], [20, undefined]);
  }),
);

Deno.test(
  "evaluate: test images that are pixel for pixel among those that were learned are counted",
  withGpu(async (gpu) => {
    const images = DATA.images.slice();
    images.copyWithin(0, 9 * pixels, 10 * pixels); // image 0, which tests, is image 9, which trains
    images.copyWithin(pixels, 6 * pixels, 7 * pixels); // and image 1 is image 6, which validates
    const doubled = { ...DATA, images };
    const measured = async (dataset: typeof DATA) => {
      using net = await network(gpu, dataset);
      const { checkpoints } = await run(net, dataset, { steps: 1 });
      const saved: SavedCheckpoint[] = [...checkpoints].map(([step, bytes]) => ({ step, read: () => bytes }));
      return (await evaluate(net, dataset, saved)).evaluation.seenTestImages;
    };
    assert.equal(await measured(DATA), 0);
    assert.equal(await measured(doubled), 2);
  }),
);
