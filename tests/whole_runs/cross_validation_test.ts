/** The table of a cross-validation: by hand on made-up runs, against the definitions on random ones, and from an engine that fails. */

import assert from "node:assert/strict";
import { type ComparedVariant, compareVariants } from "../../training/cross_validation/compare.ts";
import { crossValidate, type Engine, inProcess } from "../../training/cross_validation/engine.ts";
import { type PlannedRun, planRuns } from "../../training/cross_validation/plan.ts";
import { studentP, studentQuantile } from "../../training/metrics/student.ts";
import { type EvaluatedRun, summarizeCrossValidation } from "../../training/cross_validation/summary.ts";
import { shareInterval } from "../../training/metrics/mod.ts";
import { trainingSettings } from "../../training/options.ts";
import { withGpu } from "../support/gpu.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const close = (a: number, b: number, tolerance = 1e-12) => assert(Math.abs(a - b) <= tolerance, `${a} is not ${b}`);

/** A run of two classes: `hits` of ten test images are right, of one person, or of nobody known. */
function evaluated(run: PlannedRun, hits: number, known = true): EvaluatedRun {
  const accuracy = hits / 10;
  return {
    run,
    evaluation: {
      selection: "validation",
      rule: "a rule",
      optimistic: false,
      dataset: "example",
      fingerprint: "f",
      classNames: ["a", "b"],
      images: { train: 80, validation: 10, test: 10 },
      settings: trainingSettings(run, run.seed),
      initialScale: 1,
      chosen: { step: 100, accuracy: 0.5 },
      test: {
        images: 10,
        accuracy,
        balancedAccuracy: accuracy / 2,
        macroF1: accuracy / 4,
        confusion: [[hits, 10 - hits], [0, 0]],
        byGroup: known
          ? [{ subject: run.split, image: null, images: 10, hits }]
          : Array.from({ length: 10 }, (_, n) => ({ subject: null, image: n, images: 1, hits: n < hits ? 1 : 0 })),
      },
    },
  };
}

const runs = (...hits: [variant: "cnn" | "cnn_ad", split: number, seed: number, hits: number][]) =>
  hits.map(([variant, split, seed, right]) =>
    evaluated({ name: `${variant}-split${split}-seed${seed}`, variant, split, seed }, right)
  );

Deno.test("means over splits, seeds averaged first; deviations over splits; everything pooled", () => {
  const result = summarizeCrossValidation(
    runs(["cnn", 1, 1, 9], ["cnn", 0, 1, 5], ["cnn", 0, 2, 7], ["cnn", 1, 2, 7], ["cnn_ad", 0, 1, 8], [
      "cnn_ad",
      1,
      1,
      8,
    ], [
      "cnn_ad",
      0,
      2,
      8,
    ], ["cnn_ad", 1, 2, 10]),
  );
  const [plain, both] = result.variants;
  assert.deepEqual(plain.splits, [{ split: 0, accuracy: 0.6 }, { split: 1, accuracy: 0.8 }]);
  close(plain.accuracy.mean, 0.7);
  close(plain.accuracy.deviation!, Math.sqrt(0.02));
  close(plain.balancedAccuracy.mean, 0.35);
  close(plain.macroF1.deviation!, Math.sqrt(0.02) / 4);
  assert.deepEqual(plain.pooled.confusion, [[28, 12], [0, 0]]);
  assert.deepEqual([plain.pooled.images, plain.pooled.predictions, plain.pooled.accuracy], [20, 40, 0.7]);
  // Two people, of 12 and 16 hits in 20: a seed more makes no image more.
  assert.deepEqual(plain.pooled.accuracyInterval, shareInterval([{ images: 10, hits: 6 }, { images: 10, hits: 8 }]));
  const [pair] = result.comparisons;
  assert.deepEqual(pair.variants, ["cnn", "cnn_ad"]);
  close(pair.meanDifference, both.accuracy.mean - 0.7);
  assert.deepEqual([pair.better, pair.equal, pair.worse], [2, 0, 0]);
  assert.deepEqual(result.runs.map(({ name }) => name).slice(0, 2), ["cnn-split0-seed1", "cnn-split0-seed2"]);
});

Deno.test("an image whose person is unknown is one group, however many seeds and splits tested it", () => {
  const one = { name: "cnn-split0-seed1", variant: "cnn", split: 0, seed: 1 } as const;
  const many = Array.from({ length: 5 }, (_, n) => ({ ...one, name: `cnn-split0-seed${n + 1}`, seed: n + 1 }));
  const [alone] = summarizeCrossValidation([evaluated(one, 7, false)]).variants;
  const [copies] = summarizeCrossValidation(many.map((run) => evaluated(run, 7, false))).variants;
  assert.deepEqual([copies.pooled.subjects, copies.pooled.unknown, copies.pooled.images], [0, 10, 10]);
  assert.deepEqual(copies.pooled.accuracyInterval, alone.pooled.accuracyInterval, "copies are no more people");
});

Deno.test("equal counts of hits are equal, whatever order their seeds were added in", () => {
  const on = (variant: "cnn" | "cnn_a", ...hits: number[]) =>
    hits.map((right, n) => evaluated({ name: `${variant}-split0-seed${n}`, variant, split: 0, seed: n }, right));
  const [pair] = summarizeCrossValidation([...on("cnn", 7, 8, 9), ...on("cnn_a", 9, 7, 8)]).comparisons;
  assert.deepEqual([pair.better, pair.equal, pair.worse, pair.meanDifference], [0, 1, 0, 0]);
});

Deno.test("runs that do not belong in one table are refused", () => {
  const good = runs(["cnn", 0, 1, 5], ["cnn", 1, 1, 5]);
  assert.throws(
    () => summarizeCrossValidation([...good, ...runs(["cnn_ad", 0, 1, 5])]),
    /0 runs of cnn_ad, split 1, seed 1/,
  );
  assert.throws(() => summarizeCrossValidation([...good, good[0]]), /2 runs of cnn, split 0/);
  const other = { ...good[1], evaluation: { ...good[1].evaluation, fingerprint: "g" } };
  assert.throws(() => summarizeCrossValidation([good[0], other]), /cnn-split1-seed1 has fingerprint g, others have f/);
  const rule = { ...good[1], evaluation: { ...good[1].evaluation, selection: "last" as const } };
  assert.throws(() => summarizeCrossValidation([good[0], rule]), /selection last/);
  const swapped = { run: good[1].run, evaluation: good[0].evaluation };
  assert.throws(
    () => summarizeCrossValidation([good[0], swapped]),
    /evaluation of run cnn-split1-seed1 is of cnn, split 0/,
  );
  const plans: [Parameters<typeof planRuns>[0], RegExp][] = [
    [{ variants: [], splits: [0], seeds: [1] }, /variants is empty/],
    [{ variants: ["cnn"], splits: [0, 0], seeds: [1] }, /splits has 0 twice/],
    [{ variants: ["cnn"], splits: [0], seeds: [-1] }, /seeds has -1/],
    [{ variants: ["cnn_x" as "cnn"], splits: [0], seeds: [1] }, /"cnn_x", expected some of/],
  ];
  for (const [plan, message] of plans) assert.throws(() => planRuns(plan), message);
});

// From scipy 1.10: 2 * scipy.stats.t.sf(t, v).
const STUDENT: [t: number, v: number, p: number][] = [
  [0.5, 1, 0.7048327646991336],
  [2.262, 9, 0.05001284550245455],
  [-2.262, 9, 0.05001284550245455],
  [1e-3, 4, 0.99925000015625],
  [5, 29, 2.5366315735423254e-5],
  [50, 2, 0.0003997601598880805],
  [1.5, 1000, 0.13393003882208623],
];

Deno.test("Student's t agrees with scipy's", () => {
  for (const [t, v, p] of STUDENT) close(studentP(t, v) / p, 1, 1e-11);
  assert.deepEqual([studentP(Infinity, 3), studentP(0, 9)], [0, 1]);
  assert.throws(() => studentP(NaN, 3), /t is NaN/);
  assert.throws(() => studentP(1, 0), /degreesOfFreedom is 0/);
  for (const [t, v, p] of STUDENT) close(studentQuantile(p, v) / Math.abs(t), 1, 1e-9);
  assert.deepEqual([studentQuantile(0.05, 0), studentQuantile(0.05, 1e-3)], [Infinity, Infinity]);
  assert.throws(() => studentQuantile(1, 3), /p is 1/);
  assert.throws(() => studentQuantile(0.05, NaN), /degreesOfFreedom is NaN/);
});

Deno.test("variants are compared by the corrected t-test, pairs adjusted by Holm's rule", () => {
  const on = (variant: ComparedVariant["variant"], accuracies: number[]) => ({
    variant,
    splits: accuracies.map((accuracy, split) => ({ split, accuracy, trained: 80, tested: 20 })),
  });
  const a = [0.7, 0.72, 0.71, 0.69, 0.73], b = [0.75, 0.74, 0.77, 0.74, 0.75], c = [0.7, 0.8, 0.65, 0.75, 0.71];
  const pairs = compareVariants([on("cnn", a), on("cnn_a", b), on("cnn_d", c)]);
  assert.deepEqual(pairs.map(({ variants }) => variants.join()), ["cnn,cnn_a", "cnn,cnn_d", "cnn_a,cnn_d"]);
  const expected = ([x, y]: number[][]) => {
    const d = x.map((value, n) => y[n] - value), mean = d.reduce((s, v) => s + v) / 5;
    const variance = d.reduce((s, v) => s + (v - mean) ** 2, 0) / 4;
    return studentP(mean / Math.sqrt((1 / 5 + 20 / 80) * variance), 4);
  };
  const ps = [[a, b], [a, c], [b, c]].map(expected);
  pairs.forEach(({ p }, n) => close(p!, ps[n]));
  const sorted = ps.toSorted((x, y) => x - y);
  let least = 0;
  sorted.forEach((p, rank) => {
    least = Math.max(least, Math.min(1, p * (3 - rank)));
    close(pairs[ps.indexOf(p)].adjustedP!, least);
  });
  const [single] = compareVariants([on("cnn", [0.5]), on("cnn_a", [0.6])]);
  assert.deepEqual([single.p, single.adjustedP, single.untested], [null, null, "one split"]);
  assert.throws(() => compareVariants([on("cnn", a), on("cnn_a", [0.5])]), /other splits/);
});

Deno.test("splits that all differ by the same are no evidence: there is no p-value, and nothing counts as a pair judged", () => {
  const on = (variant: ComparedVariant["variant"], ...accuracies: number[]) => ({
    variant,
    splits: accuracies.map((accuracy, split) => ({ split, accuracy, trained: 80, tested: 20 })),
  });
  // In binary 0.8 - 0.7 and 0.7 - 0.6 are not the same.
  const [pair] = compareVariants([on("cnn", 0.7, 0.6), on("cnn_a", 0.8, 0.7)]);
  close(pair.meanDifference, 0.1);
  assert.deepEqual([pair.p, pair.adjustedP, pair.untested, pair.better], [null, null, "no spread", 2]);
  const [equal] = compareVariants([on("cnn", 0.7, 0.6), on("cnn_a", 0.7, 0.6)]);
  assert.deepEqual([equal.p, equal.untested, equal.equal], [null, "no spread", 2]);
  const [, beside] = compareVariants([on("cnn", 0.7, 0.6), on("cnn_a", 0.8, 0.7), on("cnn_d", 0.75, 0.6)]);
  assert.equal(beside.untested, undefined);
  assert(beside.p !== null && beside.p < 1 && beside.adjustedP! <= 2 * beside.p, "two of the three are judged");
});

Deno.test("an engine that fails, stops or forgets gives an error that names the runs, never a table", async () => {
  const plan = { variants: ["cnn"], splits: [0, 1], seeds: [1] } as const;
  const failing: Engine = {
    async *run(runs) {
      yield await Promise.resolve({ run: runs[1], error: new Error("the disk is full") });
      yield evaluated(runs[0], 5);
    },
  };
  await assert.rejects(crossValidate(plan, failing), /1 of 2 runs failed[^]*cnn-split1-seed1: the disk is full/);
  const forgetful: Engine = {
    async *run(runs) {
      yield await Promise.resolve(evaluated(runs[0], 5));
    },
  };
  await assert.rejects(crossValidate(plan, forgetful), /cnn-split1-seed1: the engine never ended it/);
  const signal = AbortSignal.abort(new Error("enough"));
  await assert.rejects(crossValidate(plan, forgetful, { signal }), /enough/);
  // In any order of ending, the same table.
  const backwards: Engine = {
    async *run(runs) {
      for (const run of runs.toReversed()) yield await Promise.resolve(evaluated(run, 5 + run.split));
    },
  };
  const result = await crossValidate(plan, backwards);
  assert.deepEqual(result.runs.map(({ split }) => split), [0, 1]);
});

Deno.test(
  "the engine in this process trains and evaluates each run; one that cannot be trained does not end the others",
  withGpu(async (gpu) => {
    const dataset = await tinyDataset({ classes: 2, folds: 3, perFold: 4 });
    const engine = inProcess(gpu, dataset, { steps: 2, batch: 2, initialScale: 1 });
    const plan = { variants: ["cnn_ad"], splits: [0, 1, 2], seeds: [5] } as const;
    const result = await crossValidate(plan, engine);
    assert.equal(result.runs.length, 3);
    assert.equal(result.variants[0].pooled.images, 12);
    const again = await crossValidate(plan, engine);
    assert.deepEqual(again, result);
    const outcomes: string[] = [];
    await assert.rejects(
      crossValidate({ variants: ["cnn"], splits: [0, 7], seeds: [5] }, engine, {
        onOutcome: (outcome, done, total) => void outcomes.push(`${"error" in outcome} ${done}/${total}`),
      }),
      /1 of 2 runs failed[^]*split7-seed5: split 7: the dataset has 3 splits/,
    );
    assert.deepEqual(outcomes, ["false 1/2", "true 2/2"]);
  }),
);
