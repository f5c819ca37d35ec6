/** The metrics against plain references, by hand-made cases, and in the corners where there is nothing to divide by. */

import assert from "node:assert/strict";
import {
  balancedAccuracy,
  bootstrapInterval,
  confusionMatrix,
  expectedCalibrationError,
  logLoss,
  macroF1,
  perClass,
  shareInterval,
} from "../../training/metrics/mod.ts";
import { pcg4d, Purpose } from "../../kernels/random/mod.ts";
import { Random } from "../support/random.ts";

const close = (a: number, b: number, tolerance = 1e-12) =>
  assert(Math.abs(a - b) <= tolerance, `${a} is not ${b} within ${tolerance}`);

/** Random labels, and predictions that are right more often than not. */
function draw(seed: number, samples: number, classes: number) {
  const random = new Random(seed);
  const labels = random.integers(samples, classes);
  const guesses = random.integers(samples, classes), right = random.integers(samples, 3);
  return { labels, predictions: labels.map((label, n) => right[n] > 0 ? label : guesses[n]) };
}

Deno.test("confusion, precision, recall and F1 by the counts of their definitions", () => {
  for (const [seed, samples, classes] of [[1, 200, 7], [2, 31, 2], [3, 5, 8], [4, 1, 3]]) {
    const { labels, predictions } = draw(seed, samples, classes);
    const matrix = confusionMatrix(labels, predictions, classes);
    const count = (label: number | undefined, prediction: number | undefined) =>
      labels.filter((l, n) => (label ?? l) === l && (prediction ?? predictions[n]) === predictions[n]).length;
    const scores = perClass(labels, predictions, classes);
    const recalls: number[] = [], f1s: number[] = [];
    for (let c = 0; c < classes; c++) {
      for (let d = 0; d < classes; d++) assert.equal(matrix[c][d], count(c, d));
      const [hits, support, predicted] = [count(c, c), count(c, undefined), count(undefined, c)];
      const { precision, recall, f1 } = scores[c];
      assert.equal(precision, predicted && support ? hits / predicted : null);
      assert.equal(recall, support ? hits / support : null);
      if (support) close(f1!, hits ? 2 * precision! * recall! / (precision! + recall!) : 0);
      else assert.equal(f1, null, "a class without samples");
      assert.deepEqual([scores[c].support, scores[c].predicted], [support, predicted]);
      if (support) recalls.push(recall!);
      if (support || predicted) f1s.push(f1 ?? 0);
    }
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    close(balancedAccuracy(labels, predictions, classes), mean(recalls));
    close(macroF1(labels, predictions, classes), mean(f1s));
  }
});

Deno.test("log loss makes rows add up to 1 and keeps a probability of zero finite", () => {
  close(logLoss([1, 0], [0.25, 0.75, 0.5, 0.5], 2), -(Math.log(0.75) + Math.log(0.5)) / 2);
  close(
    logLoss([0], Float32Array.of(0.30001, 0.70002), 2),
    -Math.log(Math.fround(0.30001) / (Math.fround(0.30001) + Math.fround(0.70002))),
  );
  close(logLoss([0], [0, 1], 2), 52 * Math.LN2);
  close(logLoss([0], [1, 0], 2), Number.EPSILON, 1e-17);
});

Deno.test("calibration error: bins closed above, ties to the first class, perfect and worst", () => {
  assert.equal(expectedCalibrationError([0, 1, 1], [1, 0, 0, 1, 0, 1], 2), 0);
  assert.equal(expectedCalibrationError([1, 0], [1, 0, 0, 1], 2), 1);
  // 0.5 is in the bin (0.4, 0.5] of ten, 0.6 in (0.5, 0.6]: two bins, each wrong by its own amount.
  close(expectedCalibrationError([0, 1], [0.5, 0.5, 0.6, 0.4], 2, { bins: 10 }), (0.5 + 0.6) / 2);
  // In one bin they would offset one another in part: |1/2 - 0.55|.
  close(expectedCalibrationError([0, 1], [0.5, 0.5, 0.6, 0.4], 2, { bins: 1 }), 0.05);
});

Deno.test("the bootstrap draws whole groups: its means are those of the hash, sorted and cut", () => {
  const values = [1, 1, 1, 0, 0, 1, 0], groups = [9, 9, 9, 4, 4, -1, -1];
  const [seed, resamples, level] = [11, 400, 0.9];
  // Groups in the order they come: 9, 4, and each -1 alone.
  const members = [[1, 1, 1], [0, 0], [1], [0]];
  const means = Array.from({ length: resamples }, (_, r) => {
    const all = pcg4d(seed, r, 0, Purpose.bootstrap).flatMap((word) => members[Math.floor(word / 2 ** 32 * 4)]);
    return all.reduce((a, b) => a + b) / all.length;
  }).sort((a, b) => a - b);
  const at = (share: number) => {
    const place = share * (resamples - 1), below = Math.floor(place);
    return means[below] + (place - below) * (means[Math.min(below + 1, resamples - 1)] - means[below]);
  };
  const found = bootstrapInterval(values, groups, { seed, resamples, level });
  close(found.low, at(0.05));
  close(found.high, at(0.95));
  assert.deepEqual({ ...found, low: 0, high: 0 }, { low: 0, high: 0, level, resamples, groups: 4 });
  assert.deepEqual(bootstrapInterval(values, groups, { seed, resamples, level }), found);
  assert.notDeepEqual(bootstrapInterval(values, groups, { seed: 12, resamples, level }), found);
  const alone = bootstrapInterval([1, 0, 1, 1], [3, 3, 3, 3]);
  assert.deepEqual([alone.low, alone.high, alone.groups], [0.75, 0.75, 1]);
});

Deno.test("people who agree with themselves widen the interval: it is over subjects, not photographs", () => {
  const hits = Array.from({ length: 200 }, (_, n) => Math.floor(n / 20) % 2);
  const person = hits.map((_, n) => Math.floor(n / 20));
  const photo = hits.map((_, n) => n);
  const width = (groups: number[]) => {
    const { low, high } = bootstrapInterval(hits, groups, { resamples: 2000 });
    return high - low;
  };
  // Ten people against two hundred photographs: wider by sqrt(20).
  close(width(person) / width(photo), Math.sqrt(20), 0.4);
});

Deno.test("the interval of a share: Wilson's for independent images, wider over people, never without width", () => {
  // Wilson's interval of 81 in 100 with Student's t of 99 degrees, over the 99 images that the jackknife leaves of 100.
  const alone = Array.from({ length: 100 }, (_, n) => ({ images: 1, hits: n < 81 ? 1 : 0 }));
  const t = 1.9842169515, n = 99, p = 0.81;
  const half = t / (1 + t * t / n) * Math.sqrt(p * (1 - p) / n + t * t / (4 * n * n));
  const middle = (p + t * t / (2 * n)) / (1 + t * t / n);
  const found = shareInterval(alone);
  close(found.low, middle - half, 1e-9);
  close(found.high, middle + half, 1e-9);
  assert.deepEqual([found.groups, found.level, found.method], [100, 0.95, "wilson-jackknife"]);
  // Ten people of ten images who are all right or all wrong are ten images.
  const people = Array.from({ length: 10 }, (_, n) => ({ images: 10, hits: n < 8 ? 10 : 0 }));
  const width = ({ low, high }: { low: number; high: number }) => high - low;
  assert(width(shareInterval(people)) > 2.5 * width(shareInterval(alone)));
  const mixed = Array.from({ length: 10 }, () => ({ images: 10, hits: 8 }));
  assert(width(shareInterval(mixed)) > 0.15, "people who are all alike say as much as they are, no more");
  for (const hits of [0, 11]) {
    const { low, high } = shareInterval(Array.from({ length: 12 }, () => ({ images: 11, hits })));
    assert(high - low > 0.2 && high - low < 0.4 && (low === 0 || high === 1), `${low} to ${high}`);
  }
  // One person says nothing of others; a person with nearly all images is nearly alone.
  const ends = ({ low, high }: { low: number; high: number }) => [low, high];
  assert.deepEqual(ends(shareInterval([{ images: 40, hits: 39 }])), [0, 1]);
  assert(width(shareInterval([{ images: 400, hits: 380 }, { images: 1, hits: 1 }, { images: 1, hits: 0 }])) > 0.99);
  assert(width(shareInterval(people, { level: 0.5 })) < width(shareInterval(people)));
});

Deno.test("the interval holds the true mean about as often as it says", () => {
  let inside = 0;
  const trials = 300;
  for (let trial = 0; trial < trials; trial++) {
    const random = new Random(1000 + trial);
    // Sixty people of five photographs, each person with a rate of her own, 0.7 in the mean.
    const rates = Array.from(random.integers(60, 61), (n) => 0.4 + n / 100);
    const draws = random.integers(300, 1000);
    const hits = Array.from(draws, (draw, n) => draw / 1000 < rates[Math.floor(n / 5)] ? 1 : 0);
    const { low, high } = bootstrapInterval(hits, draws.map((_, n) => Math.floor(n / 5)), {
      seed: trial,
      resamples: 500,
    });
    if (low <= 0.7 && 0.7 <= high) inside++;
  }
  assert(inside / trials > 0.9 && inside / trials < 0.985, `${inside} of ${trials}`);
});

Deno.test("metrics refuse what they cannot count, by name and value", () => {
  const cases: [() => unknown, RegExp][] = [
    [() => confusionMatrix([0, 2], [0, 0], 2), /labels\[1\] is 2, expected a class number from 0 to 1/],
    [() => confusionMatrix([0, 1], [0, NaN], 2), /predictions\[1\] is NaN/],
    [() => confusionMatrix([0], [0, 1], 2), /1 labels and 2 predictions/],
    [() => perClass([0], [0], 0), /classes is 0/],
    [() => balancedAccuracy([], [], 2), /labels is empty/],
    [() => macroF1([], [], 2), /labels is empty/],
    [() => logLoss([], [], 2), /labels is empty/],
    [() => logLoss([0], [0.5], 2), /1 probabilities, expected 1 labels x 2 classes/],
    [() => logLoss([0], [0.5, 0.4], 2), /add up to 0\.9/],
    [() => logLoss([0], [NaN, 0.4], 2), /probabilities\[0\] is NaN/],
    [() => logLoss([-1], [0.5, 0.5], 2), /labels\[0\] is -1/],
    [() => expectedCalibrationError([0], [0.5, 0.5], 2, { bins: 0 }), /bins is 0/],
    [() => shareInterval([]), /groups is empty/],
    [() => shareInterval([{ images: 2, hits: 3 }]), /groups\[0\]\.hits is 3, expected 0 to its 2 images/],
    [() => shareInterval([{ images: 1, hits: 1 }, { images: 0, hits: 0 }]), /groups\[1\]\.images is 0/],
    [() => shareInterval([{ images: 1, hits: 1 }], { level: 0 }), /level is 0/],
    [() => bootstrapInterval([], []), /values is empty/],
    [() => bootstrapInterval([1], [0, 1]), /1 values and 2 groups/],
    [() => bootstrapInterval([Infinity], [0]), /values\[0\] is Infinity/],
    [() => bootstrapInterval([1], [0.5]), /groups\[0\] is 0\.5/],
    [() => bootstrapInterval([1], [0], { seed: -1 }), /seed is -1/],
    [() => bootstrapInterval([1], [0], { resamples: 0 }), /resamples is 0/],
    [() => bootstrapInterval([1], [0], { level: 1 }), /level is 1/],
  ];
  for (const [attempt, message] of cases) {
    assert.throws(attempt, (error) => error instanceof RangeError && message.test(error.message));
  }
});
