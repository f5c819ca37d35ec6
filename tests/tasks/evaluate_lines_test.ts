/**
 * What `evaluate` prints: whom the interval is over, dashes where a class has no test image, and what takes no
 * network.
 */

import assert from "node:assert/strict";
import { testLines } from "../../tasks/evaluate/lines.ts";
import { testMetrics } from "../../training/evaluation/evaluate.ts";

/** Metrics of six images of classes 0 and 1, five right; class 2 has none, and class 1 is never predicted. */
function lines(subjects: number[]): string {
  const labels = [0, 0, 0, 0, 0, 1], predictions = Int32Array.of(0, 0, 0, 0, 0, 0);
  const dataset = {
    name: "example",
    imageSize: 8,
    classNames: ["neutral", "happy", "fear"],
    fingerprint: "",
    foldColumns: 1,
    images: new Uint8Array(6 * 64),
    labels: Int32Array.from(labels),
    subjects: Int32Array.from(subjects),
    folds: new Int32Array(6),
  };
  const probabilities = Float32Array.from(labels.flatMap(() => [0.8, 0.1, 0.1]));
  const metrics = testMetrics(dataset, Uint32Array.from(labels.keys()), {
    predictions,
    probabilities,
    accuracy: 5 / 6,
    loss: 0,
  });
  assert.equal(metrics.perClass[2].recallInterval, null);
  return testLines(metrics, "checkpoint 7").join("\n");
}

Deno.test("lines: an interval over people is one, and one over images says what it does not cover", () => {
  assert.match(lines([0, 0, 1, 1, 2, 2]), /interval +\d+\.\d% to \d+\.\d% \(95\.0%, over 3 people\)\n {2}by chance/);
  const unknown = lines([-1, -1, -1, -1, -1, -1]);
  assert.match(unknown, /\(95\.0%, over 6 images whose person is unknown\)\n +It takes each image .* does not cover/);
  assert.match(lines([3, 3, 4, 4, 5, -1]), /over 3 people and 1 image whose person is unknown\)/);
});

Deno.test("lines: a class without test images has dashes, and so has a precision of nothing; chance is named", () => {
  const text = lines([0, 0, 1, 1, 2, 2]);
  assert.match(text, /^neutral +5 +83\.3% +100\.0% +90\.9% +\d+\.\d% to 100\.0%$/m);
  assert.match(text, /^happy +1 +– +0\.0% +0\.0% +0\.0% to 100\.0%$/m);
  assert.match(text, /^fear +0( +–){4}$/m);
  assert.match(text, /by chance +83\.3% by always saying neutral, 33\.3% by guessing among 3 classes/);
});
