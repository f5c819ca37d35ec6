/** Which images train, validate and test. */

import assert from "node:assert/strict";
import { splitIndices } from "../../datasets/split.ts";

const lists = (split: ReturnType<typeof splitIndices>) => [[...split.train], [...split.validation], [...split.test]];

Deno.test("split: by fold, the split's fold tests, the next validates, the others train", () => {
  const dataset = {
    labels: Int32Array.of(0, 1, 2, 0, 1, -1, 2, 0),
    folds: Int32Array.of(0, 1, 2, 3, 0, 0, -1, 2),
    foldColumns: 1,
  };
  assert.deepEqual(lists(splitIndices(dataset, 0)), [[2, 3, 7], [1], [0, 4]]);
  assert.deepEqual(lists(splitIndices(dataset, 3)), [[1, 2, 7], [0, 4], [3]]);
  assert.deepEqual(lists(splitIndices(dataset, 3, { protocol: "original" })), [[0, 1, 2, 4, 7], [], [3]]);
});

Deno.test("split: official splits are read from their column", () => {
  const dataset = {
    labels: Int32Array.of(0, 1, 2, -1, 0),
    folds: Int32Array.of(0, 2, 1, 1, 2, 0, 0, 0, -1, 2),
    foldColumns: 2,
  };
  assert.deepEqual(lists(splitIndices(dataset, 0)), [[0], [1], [2]]);
  assert.deepEqual(lists(splitIndices(dataset, 1)), [[2], [1], [0, 4]]);
  assert.deepEqual(lists(splitIndices(dataset, 1, { protocol: "original" })), [[1, 2], [], [0, 4]]);
});

Deno.test("split: every labelled image of ten folds stands in exactly one part of every split", () => {
  const labels = Int32Array.from({ length: 997 }, (_, i) => i % 9 - 1);
  const dataset = { labels, folds: Int32Array.from(labels, (_, i) => i * 7 % 10), foldColumns: 1 };
  const labelled = Array.from(labels.keys()).filter((i) => labels[i] >= 0);
  for (let split = 0; split < 10; split++) {
    const { train, validation, test } = splitIndices(dataset, split);
    assert.deepEqual([...train, ...validation, ...test].sort((a, b) => a - b), labelled);
    assert(test.every((i) => dataset.folds[i] === split));
    assert(validation.every((i) => dataset.folds[i] === (split + 1) % 10));
  }
});

Deno.test("split: one that is not there is refused with both numbers", () => {
  const dataset = { labels: new Int32Array(10), folds: Int32Array.from({ length: 10 }, (_, i) => i), foldColumns: 1 };
  for (const split of [-1, 10, 0.5, NaN]) {
    const message = new RegExp(`split ${split}: the dataset has 10 splits, numbered from 0 to 9`);
    assert.throws(() => splitIndices(dataset, split), { name: "RangeError", message });
  }
  const official = { labels: new Int32Array(2), folds: new Int32Array(10), foldColumns: 5 };
  assert.throws(() => splitIndices(official, 5), /split 5: the dataset has 5 splits/);
  const two = { labels: new Int32Array(2), folds: Int32Array.of(0, 1), foldColumns: 1 };
  assert.throws(() => splitIndices(two, 0), { name: "RangeError", message: /2 folds, the protocol needs at least 3/ });
  assert.deepEqual(lists(splitIndices(two, 0, { protocol: "original" })), [[1], [], [0]]);
});
