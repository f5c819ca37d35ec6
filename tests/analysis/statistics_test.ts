/** The statistics beneath the correspondence against values from scipy and scikit-learn, and against plain definitions. */

import assert from "node:assert/strict";
import { aucInterval } from "../../analysis/statistics/auc_interval.ts";
import { benjaminiHochberg } from "../../analysis/statistics/benjamini_hochberg.ts";
import { binEdges, binIndices } from "../../analysis/statistics/histogram.ts";
import { insideShare, shiftedShare } from "../../analysis/statistics/inside_share.ts";
import { klDivergence, smoothTogether } from "../../analysis/statistics/kl_divergence.ts";
import { LogisticRegression, NotConvergedError } from "../../analysis/statistics/logistic_regression.ts";
import { actionUnitProbe } from "../../analysis/statistics/probe.ts";
import { midRanks, rocAuc } from "../../analysis/statistics/roc_auc.ts";
import { assertClose, largest } from "../support/compare.ts";
import { reach } from "../../training/metrics/interval.ts";
import { Random } from "../support/random.ts";

Deno.test("roc: the area is the share of pairs in order, ties at half, over scores with many ties", () => {
  const random = new Random(1);
  for (const [count, values] of [[2, 2], [31, 4], [90, 1000]]) {
    const scores = [...random.integers(count, values)];
    const labels = [0, 1, ...random.integers(count - 2, 2)];
    let pairs = 0, ordered = 0;
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) {
        if (labels[i] !== 1 || labels[j] !== 0) continue;
        pairs++;
        ordered += scores[i] > scores[j] ? 1 : scores[i] === scores[j] ? 0.5 : 0;
      }
    }
    assert(Math.abs(rocAuc(scores, labels) - ordered / pairs) < 1e-15);
    const unknown = rocAuc([...scores, 0.5, -3], [...labels, NaN, NaN]);
    assert.equal(unknown, rocAuc(scores, labels), "an unknown label changes nothing");
  }
  // scipy.stats.rankdata, sklearn.metrics.roc_auc_score
  assert.deepEqual([...midRanks([0, 2, 3, 2])], [1, 2.5, 4, 2.5]);
  assert.equal(rocAuc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]), 0.75);
  assert(Number.isNaN(rocAuc([1, 2], [1, 1])));
  assert.throws(() => rocAuc([1, NaN], [0, 1]), /value 1 is NaN/);
  assert.throws(() => rocAuc([1, 2], [0, 2]), /label 1 is 2/);
  assert.throws(() => rocAuc([1, 2], [0]), /2 scores and 1 labels/);
});

Deno.test("histogram: bins of equal width or of equal number, every value in one of them", () => {
  const values = new Random(2).normal(1000);
  for (const range of ["full", "quantiles", [-1, 2]] as const) {
    const edges = binEdges(values, 7, range);
    const bins = binIndices(values, edges);
    for (let i = 0; i < values.length; i++) {
      assert(bins[i] === 0 || values[i] > edges[bins[i] - 1]);
      assert(bins[i] === 6 || values[i] <= edges[bins[i]]);
    }
    if (range !== "quantiles") continue;
    const counts = [0, 1, 2, 3, 4, 5, 6].map((bin) => bins.filter((other) => other === bin).length);
    for (const count of counts) assert(count === 142 || count === 143, `${counts}`);
  }
  assert.deepEqual([...binIndices([3, 3], binEdges([3, 3], 4, "full"))], [0, 0], "a constant has one bin");
  assert.throws(() => binEdges([1, Infinity], 4, "full"), /value 1 is Infinity/);
  assert.throws(() => binEdges([1], 0, "full"), /bins is 0/);
  assert.throws(() => binEdges([1], 4, [2, 2]), /range is 2,2/);
});

Deno.test("divergence: scipy's entropy; never negative; smoothing keeps it finite and adds nothing of its own", () => {
  // scipy.stats.entropy([1, 4, 0, 5], [2, 2, 3, 3])
  assert(Math.abs(klDivergence([1, 4, 0, 5], [2, 2, 3, 3]) - 0.4633569660509789) < 1e-15);
  assert.equal(klDivergence([1, 1], [1, 0]), Infinity);
  const random = new Random(3);
  for (let trial = 0; trial < 50; trial++) {
    const q = [...random.integers(6, 5), 1], r = [...random.integers(6, 3), 1];
    const [smoothQ, smoothR] = smoothTogether(q, r, 0.5);
    assert(Math.abs(smoothQ.reduce((a, b) => a + b) - 1) < 1e-12);
    const divergence = klDivergence(smoothQ, smoothR);
    assert(divergence > -1e-15 && divergence <= klDivergence(q, r) + 1e-12);
    const padded = smoothTogether([...q, ...new Array(7).fill(0)], [...r, ...new Array(7).fill(0)], 0.25);
    assert(Math.abs(klDivergence(...padded) - divergence) < 1e-12, "bins that are empty in both add nothing");
  }
  assert(klDivergence(...smoothTogether([2, 4], [30, 60], 1)) < 1e-15);
  assert.throws(() => klDivergence([0, 0], [1, 1]), /q has no count/);
  assert.throws(() => klDivergence([1, -1], [1, 1]), /q\[1\] is -1/);
  assert.throws(() => smoothTogether([1], [1], 0), /smoothing is 0/);
});

Deno.test("false discovery rate: statsmodels' values, ties and what was not tested", () => {
  const p = [0.001, 0.04, 0.039, 0.5, 0.0005, 0.04, 1];
  // statsmodels.stats.multitest.fdrcorrection(p)[1]
  const expected = [0.0035, 0.056, 0.056, 0.5833333333333334, 0.0035, 0.056, 1];
  assertClose(benjaminiHochberg(p), expected, 1e-15, "adjusted");
  assertClose(benjaminiHochberg([...p, NaN]).slice(0, -1), expected, 1e-15, "adjusted beside an untested one");
  assert.throws(() => benjaminiHochberg([0.5, 1.5]), /p-value 1 is 1.5/);
});

Deno.test("interval: about 95% of intervals over correlated images hold the true area", () => {
  const random = new Random(4);
  let held = 0, width = 0;
  const trials = 120;
  for (let trial = 0; trial < trials; trial++) {
    // 40 people, 6 images each; a person's score has a part of its own, and half of the people show the label throughout.
    const people = random.normal(40);
    const noise = random.normal(240);
    const person = Array.from({ length: 240 }, (_, n) => Math.floor(n / 6));
    const labels = person.map((who) => who % 2);
    const scores = noise.map((value, n) => people[person[n]] + 0.5 * value + labels[n]);
    const { low, high } = aucInterval(scores, labels, person);
    // Two normal distributions whose means lie 1 apart, of variance 1.25 each: Phi(1 / sqrt(2.5)).
    if (low <= 0.7364 && 0.7364 <= high) held++;
    width += (high - low) / trials;
  }
  assert(held / trials > 0.88 && held / trials < 0.99, `${held} of ${trials}`);
  assert(width > 0.2, `${width} wide`); // images alone would give 0.12
  assert(Number.isNaN(aucInterval([1, 2], [1, 1], [0, 1]).low), "one kind of image only");
  assert.throws(() => aucInterval([1], [1, 0], [1]), /1 scores, 2 labels and 1 clusters/);
  assert.throws(() => aucInterval([1], [1], [1], { level: 1 }), /level is 1/);
  assert.throws(() => aucInterval([1, 2], [1, 2], [1, 2]), /label 1 is 2, expected 0, 1 or NaN/);
  assert.throws(() => aucInterval([1, NaN], [1, 0], [1, 2]), /value 1 is NaN/);
});

Deno.test("interval of an area: the jackknife by leaving people out in earnest, with ties and unknown labels", () => {
  const random = new Random(8);
  const people = Array.from(random.integers(90, 9));
  const scores = Array.from(random.integers(90, 12), (value, n) => value + 4 * (n % 2));
  const labels = people.map((_, n) => n % 11 === 0 ? NaN : n % 2);
  const without = (person?: number) => {
    const rows = people.flatMap((other, n) => other === person ? [] : [n]);
    return rocAuc(rows.map((n) => scores[n]), rows.map((n) => labels[n]));
  };
  const area = without(), groups = [...new Set(people)];
  const variance = groups.reduce((sum, person) => sum + (without(person) - area) ** 2, 0) * 8 / 9;
  const count = (person: number | undefined, label: number) =>
    people.filter((other, n) => (person ?? other) === other && labels[n] === label).length;
  // Hanley and McNeil, with Newcombe's mean of the numbers less one.
  const byFormula = (a: number, present: number, absent: number) =>
    a * (1 - a) * (1 + ((present + absent) / 2 - 1) * ((1 - a) / (2 - a) + a / (1 + a))) / (present * absent);
  const [present, absent] = [count(undefined, 1), count(undefined, 0)];
  const effect = Math.max(1, variance / byFormula(area, present, absent));
  const sizes = groups.map((person) => count(person, 1) + count(person, 0));
  const t = reach(0.95, sizes);
  const { low, high, groups: found, method } = aucInterval(scores, labels, people);
  assert.deepEqual([found, method], [9, "score-jackknife"]);
  for (const end of [low, high]) {
    const reached = t * Math.sqrt(byFormula(end, present / effect, absent / effect));
    assert(Math.abs(Math.abs(end - area) - reached) < 1e-9, `${end}, ${reached} from ${area}`);
  }
  assert(low < area && area < high);
});

Deno.test("interval of an area: never without width, and from 0 to 1 where one person holds all of a kind", () => {
  const person = Array.from({ length: 48 }, (_, n) => Math.floor(n / 4)),
    labels = person.map((_, n) => n % 4 < 2 ? 1 : 0);
  const perfect = aucInterval(labels, labels, person), useless = aucInterval(labels.map(() => 1), labels, person);
  assert(perfect.high === 1 && perfect.low > 0.5 && perfect.low < 0.95, JSON.stringify(perfect));
  assert(useless.low > 0.1 && useless.low < 0.4 && Math.abs(useless.low + useless.high - 1) < 1e-9);
  const ends = ({ low, high }: { low: number; high: number }) => [low, high];
  assert.deepEqual(ends(aucInterval([1, 1, 1, 2], [0, 1, 0, 1], [5, 5, 5, 5])), [0, 1]);
  assert.deepEqual(ends(aucInterval(labels, person.map((who) => who === 3 ? 1 : 0), person)), [0, 1]);
});

Deno.test("logistic regression: the gradient is 0 at the optimum, and scikit-learn finds the same one", () => {
  const random = new Random(5);
  const [images, width] = [90, 7];
  const mixed = random.normal(images * width);
  for (let n = 0; n < images; n++) mixed[n * width] = mixed[n * width + 1] + 0.05 * mixed[n * width]; // correlated
  const labels = Array.from({ length: images }, (_, n) => mixed[n * width] - mixed[n * width + 3] > 0.4 ? 1 : 0);
  const features = Float64Array.from(mixed);
  for (const penalty of [0.01, 1, 300]) {
    const { weights, intercept } = new LogisticRegression(features, images, { penalty }).fit(labels);
    const gradient = new Float64Array(width + 1);
    for (let f = 0; f < width; f++) gradient[f] = penalty * weights[f];
    for (let n = 0; n < images; n++) {
      let score = intercept;
      for (let f = 0; f < width; f++) score += weights[f] * features[n * width + f];
      const force = 1 / (1 + Math.exp(-score)) - labels[n];
      for (let f = 0; f < width; f++) gradient[f] += force * features[n * width + f];
      gradient[width] += force;
    }
    assert(largest(gradient) < 1e-5, `penalty ${penalty}: ${gradient}`);
  }
  // LogisticRegression(C=2, tol=1e-10).fit([[0], [1], [2], [3], [4], [5]], [0, 0, 1, 0, 1, 1])
  const { weights, intercept } = new LogisticRegression(Float64Array.of(0, 1, 2, 3, 4, 5), 6, { penalty: 0.5 })
    .fit([0, 0, 1, 0, 1, 1]);
  assertClose([weights[0], intercept], [0.9139741612576258, -2.284934824915121], 1e-6, "weight and intercept");
});

Deno.test("logistic regression: refuses what has no optimum to find, and says when it did not get there", () => {
  const x = Float64Array.of(-2, -1, 1, 2);
  assert.throws(() => new LogisticRegression(x, 4).fit([1, 1, 1, 1]), /labels are all 1/);
  assert.throws(() => new LogisticRegression(x, 4).fit([0, 1, 2, 1]), /labels\[2\] is 2/);
  assert.throws(() => new LogisticRegression(x, 3), /features has 4 numbers/);
  assert.throws(() => new LogisticRegression(Float64Array.of(NaN), 1), /features\[0\] is NaN/);
  assert.throws(() => new LogisticRegression(x, 4, { penalty: 0 }), /penalty is 0/);
  const hurried = new LogisticRegression(x, 4, { iterations: 1, penalty: 1e-4 });
  assert.throws(() => hurried.fit([0, 0, 1, 1]), (error: Error) => {
    return error instanceof NotConvergedError &&
      /after 1 steps .* Remedy: a larger penalty \(now 0.0001\)/.test(error.message);
  });
});

Deno.test("probe: reads a unit of people it has not seen, and nothing of what is not there", () => {
  const random = new Random(6);
  const [images, width] = [400, 12];
  const subjects = Array.from({ length: images }, (_, n) => Math.floor(n / 8));
  const folds = subjects.map((subject) => subject % 5);
  const noise = random.normal(images * width);
  const coin = random.integers(images, 4);
  // Unit 0 stands in features 0 and 1 on a scale of its own; unit 1 in none; unit 2 is unknown for the first 200 images, and never shown.
  const units = Float32Array.from({ length: images * 3 }, (_, at) => {
    const n = Math.floor(at / 3);
    return at % 3 === 0
      ? Number(coin[n] === 0)
      : at % 3 === 1
      ? Number((coin[n] >> 1) === 0) * (n % 2)
      : n < 200
      ? NaN
      : 0;
  });
  const features = noise.map((value, at) =>
    at % width < 2 ? 1000 + 50 * (value + 1.5 * units[Math.floor(at / width) * 3]) : value
  );
  const { units: [found, absent, never], probabilities, f1Micro } = actionUnitProbe({
    features,
    units,
    folds,
    subjects,
  }, { penalty: 1 });
  assert(found!.auc > 0.85 && found!.f1 > found!.f1OfAlways, JSON.stringify(found));
  assert(absent!.auc < 0.75, JSON.stringify(absent));
  assert.equal(never, null);
  assert.equal(found!.images, images);
  assert(f1Micro > 0 && f1Micro < 1);
  assert(Number.isNaN(probabilities[2]));

  // What is held out does not change what is learned from the others: not their labels, nor the scale of their features.
  const first = actionUnitProbe({ features, units, folds }, { heldOut: [2] });
  const scores = (result: typeof first) => Array.from({ length: images }, (_, n) => result.probabilities[n * 3]);
  const witness = folds.indexOf(2);
  const changed = features.map((value, at) => {
    const n = Math.floor(at / width);
    return folds[n] === 2 && n !== witness ? 1e6 * value : value;
  });
  const other = actionUnitProbe({ features: changed, units, folds }, { heldOut: [2] });
  assert.equal(scores(other)[witness], scores(first)[witness], "held-out features are not learned from");
  const flipped = units.map((value, at) => at % 3 === 0 && folds[Math.floor(at / 3)] === 2 ? 1 - value : value);
  const turned = actionUnitProbe({ features, units: flipped, folds }, { heldOut: [2] });
  assert.deepEqual(scores(turned), scores(first), "held-out labels are not learned from");
  assert(Math.abs(turned.units[0]!.auc - (1 - first.units[0]!.auc)) < 1e-12);
  scores(first).forEach((p, n) => assert.equal(Number.isNaN(p), folds[n] !== 2));

  const shared = subjects.with(9, 0);
  assert.throws(
    () => actionUnitProbe({ features, units, folds, subjects: shared }),
    /subject 0 stands in the folds 0 and 1/,
  );
  assert.throws(() => actionUnitProbe({ features, units, folds: folds.map(() => 3) }), /all images are in fold 3/);
  assert.throws(() => actionUnitProbe({ features, units, folds }, { heldOut: [7] }), /fold 7 has no image/);
});

Deno.test("inside share: chance is the mean over every place where the region fits", () => {
  const side = 9;
  const projection = new Random(7).normal(side * side);
  const mask = new Uint8Array(side * side);
  for (const [y, x] of [[2, 3], [2, 4], [3, 4], [5, 4]]) mask[y * side + x] = 1;
  const shares: number[] = [];
  for (let down = -2; down < 4; down++) {
    for (let across = -3; across < 5; across++) {
      const moved = new Uint8Array(side * side);
      mask.forEach((inside, i) => {
        if (inside) moved[i + down * side + across] = 1;
      });
      shares.push(insideShare(projection, moved));
    }
  }
  const mean = shares.reduce((a, b) => a + b) / shares.length;
  assert(Math.abs(shiftedShare(projection, mask) - mean) < 1e-12);
  assert(Math.abs(shiftedShare(projection.fill(1), mask) - 4 / 81) < 1e-12, "of a flat projection it is the area");
  assert(Number.isNaN(insideShare(projection.fill(0), mask)));
  assert.throws(() => insideShare([1], [1, 0]), /1 pixels, the mask 2/);
  assert.throws(() => shiftedShare([1, 1, 1, 1], [0, 0, 0, 0]), /no pixel inside/);
});
