/** What `deno task correspond` is made of: sequences, carriers, what counts as excited, answered and found. */

import assert from "node:assert/strict";
import { benjaminiHochberg } from "../../analysis/statistics/benjamini_hochberg.ts";
import { actionUnitCorrespondence } from "../../analysis/statistics/correspondence.ts";
import { filterOrder } from "../../pictures/charts/heat_map.ts";
import { correspondLines } from "../../tasks/correspond/lines.ts";
import { carriers, observe, sequencesOf } from "../../tasks/correspond/observations.ts";
import type { ReadOut } from "../../tasks/correspond/read_out.ts";
import { tooFewPermutations, unitEntries, type UnitEntry } from "../../tasks/correspond/tables.ts";
import { judge, lookInside } from "../../tasks/correspond/truth.ts";
import { notCovered } from "../../run/words.ts";
import { needs } from "../permissions.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const ignore = needs("read", "write", "ffi", "run");
const details = { source: "drawn faces", subjects: 20, imagesPerSubject: 8, seed: 3 };

Deno.test("sequences of a CK+ without seqs.npy: from a neutral frame to the next, by label where its face was missed", () => {
  const labels = Int32Array.of(0, 5, 5, 5, 0, 5, 5, /* no face at rest */ 3, 3, 3, 0, 7, /* another person */ 7, 7);
  const subjects = Int32Array.from(labels, (_, n) => n < 12 ? 0 : 1);
  const { groups, roles } = sequencesOf({ name: "ck_plus", labels, subjects });
  assert.deepEqual([...groups], [0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 4]);
  assert.deepEqual([...roles], [0, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1]);
  const six = sequencesOf({
    name: "ck_plus_six_class",
    labels: labels.map((label) => label === 0 ? -1 : label),
    subjects,
  });
  assert.deepEqual([...six.groups], [...groups]);
  // What is known goes before what is guessed: the last image of one sequence and the first of the next look alike here.
  const known = Int32Array.of(0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 4, 5, -1);
  const told = sequencesOf({ name: "ck_plus", labels, subjects, sequences: known });
  assert.deepEqual([...told.groups], [...known.slice(0, 13), 6]);
  assert.deepEqual([...told.roles], [...roles]);
  const videos = sequencesOf({ name: "mine", labels, subjects, sequences: known });
  assert.deepEqual([[...videos.groups], [...videos.roles]], [[...told.groups], [...new Int32Array(14)]]);
  const alone = sequencesOf({ name: "synthetic", labels, subjects });
  assert.deepEqual([...alone.groups], [...labels.keys()]);
});

Deno.test("a unit carries the label of the class that shows it", async () => {
  const dataset = await tinyDataset({ classes: 2, folds: 4, perFold: 4 });
  // Unit 1 in class 1 only, unit 2 everywhere, unit 4 unknown in class 0 and rare in class 1.
  const units = Uint8Array.from({ length: 48 }, (_, at) => {
    const n = Math.floor(at / 3), label = dataset.labels[n];
    return [label * 3, 6, label === 0 ? 255 : Number(n === 1)][at % 3];
  });
  const observed = observe(
    { ...dataset, actionUnits: [1, 2, 4], units },
    Uint32Array.from({ length: 16 }, (_, n) => n),
  );
  assert.deepEqual([...observed.units.slice(0, 6)], [0, 1, NaN, 1, 1, 1]);
  assert.equal(observed.exchanged, "images, among those of a person");
  assert.deepEqual(carriers(dataset, observed), [
    { className: "class 1", inClass: 1, elsewhere: 0, carries: true },
    { className: "class 0", inClass: 1, elsewhere: 1, carries: false },
    { className: "class 1", inClass: 0.125, elsewhere: 0, carries: false },
  ]);
});

Deno.test("what permutations exchange is told as it is done", async () => {
  const dataset = {
    ...await tinyDataset({ classes: 2, folds: 4, perFold: 4 }),
    actionUnits: [1],
    units: new Uint8Array(16),
  };
  const rows = Uint32Array.of(0, 1, 2, 3);
  const exchanged = (name: string, subjects: number[]) => {
    const all = dataset.subjects.map((_, n) => subjects[n % subjects.length]);
    return observe({ ...dataset, name, subjects: all }, rows).exchanged;
  };
  assert.equal(exchanged("ck_plus", [0, 0, 1, 1]), "whole sequences, among those of a person");
  assert.equal(exchanged("ck_plus_of_mine", [0, 0, 1, 1]), "images, among those of a person");
  assert.equal(exchanged("mine", [-1, -1, -1, -1]), "images, among all, since no person is known");
  const some = "images, among those of a person, and among those whose person is unknown";
  assert.equal(exchanged("mine", [-1, 0, -1, 1]), some);
});

/** What a comparison of made-up numbers says: a row a unit, a column a filter, all on four images. */
function made(
  numbers: Record<"kl" | "auc" | "nullAuc" | "familywise", number[][]> & { direction?: number[][] },
): UnitEntry[] {
  const count = numbers.kl.length, filters = numbers.kl[0].length;
  const flat = (matrix: number[][]) => Float64Array.from(matrix.flat());
  const result = {
    filters,
    kl: flat(numbers.kl),
    auc: flat(numbers.auc),
    nullAuc: flat(numbers.nullAuc),
    familywise: flat(numbers.familywise),
    direction: flat(numbers.direction ?? numbers.familywise),
    p: flat(numbers.familywise),
    adjusted: flat(numbers.familywise),
  };
  const p = numbers.familywise.map((row) => Math.min(...row));
  const adjusted = benjaminiHochberg(p);
  const excitedP = numbers.familywise.map((row, unit) => {
    return Math.min(1, ...row.filter((_, filter) => numbers.auc[unit][filter] > numbers.nullAuc[unit][filter]));
  });
  const excitedAdjusted = benjaminiHochberg(excitedP);
  const support = p.map((p, unit) => {
    const groups = { groupsPresent: 2, groupsAbsent: 2, movable: 4 };
    const excited = { excitedP: excitedP[unit], excitedAdjusted: excitedAdjusted[unit] };
    const bestByChance = { auc: 0.72, low: 0.64, high: 0.81, permutations: 1000 };
    return { present: 2, absent: 2, unknown: 0, bestByChance, ...groups, p, adjusted: adjusted[unit], ...excited };
  });
  const responses = Float32Array.from({ length: 4 * filters }, (_, i) => i % 7);
  const four = Uint32Array.of(0, 1, 2, 3);
  const seen = {
    layer: "conv3",
    images: 4,
    filters,
    responses,
    positions: new Uint32Array(4 * filters),
    side: 1,
  } as const;
  const observations = {
    rows: four,
    units: Float32Array.from({ length: 4 * count }, (_, at) => Math.floor(at / count) % 2),
    actionUnits: [12, 1, 4].slice(0, count),
    groups: four,
    roles: new Uint32Array(4),
    blocks: four,
    exchanged: "images",
    intervals: "95%, over 4 people",
  };
  const carrier = { className: "happy", inClass: 1, elsewhere: 0, carries: true };
  const comparison = { all: seen, observed: seen, result: { ...result, support } };
  return unitEntries(comparison, observations, new Array(count).fill(carrier));
}

Deno.test("a filter is excited where its area is above what permutations give, not above 0.5", () => {
  // As in CK+: filters 0 and 2 answer every face that moves. Filter 0 is quieter with the unit, filter 1 excited by it.
  const [entry] = made({
    kl: [[3, 1, 2]],
    auc: [[0.57, 0.45, 0.7]],
    nullAuc: [[0.7, 0.3, 0.7]],
    familywise: [[0.001, 0.001, 1]],
  });
  assert.deepEqual([entry.excitedFilters, entry.quieterFilters], [1, 1]);
  assert.deepEqual(entry.mostExcited.map(({ filter, nullAuc }) => [filter, nullAuc]), [[1, 0.3]]);
  assert.deepEqual(entry.mostDivergent.map(({ filter }) => filter), [0, 2, 1]);
});

Deno.test("a filter whose responses differ in no sure direction is neither excited nor quieter", () => {
  const [entry] = made({
    kl: [[3, 1, 2]],
    auc: [[0.57, 0.45, 0.7]],
    nullAuc: [[0.5, 0.5, 0.5]],
    familywise: [[0.001, 0.001, 0.001]],
    direction: [[0.6, 0.02, 0.01]],
  });
  assert.deepEqual([entry.excitedFilters, entry.quieterFilters], [1, 1]);
  assert.deepEqual(entry.mostExcited.map(({ filter, direction }) => [filter, direction]), [[2, 0.01], [0, 0.6]]);
});

Deno.test("a unit is answered by the filters that it excites, not by one that is quieter with it", () => {
  const entries = made({
    kl: [[3, 1], [3, 1]],
    auc: [[0.2, 0.7], [0.8, 0.7]],
    nullAuc: [[0.5, 0.5], [0.5, 0.5]],
    familywise: [[0.001, 0.041], [0.002, 0.6]],
  });
  assert.deepEqual(entries.map(({ answered, excitedFilters }) => [answered, excitedFilters]), [[false, 1], [true, 1]]);
  const probe = { auc: 0, aucOfRandomWeights: 0, f1Micro: 0, f1MicroOfRandomWeights: 0, f1MicroOfAlways: 0 };
  const lines = correspondLines(entries, { ...probe, units: [] } as unknown as ReadOut, {
    images: 4,
    permutations: 5000,
  });
  assert.match(lines[1], /^12 lip corner puller .* 0\.72 \[0\.64, 0\.81\] +0\.04 +0\.04$/);
  assert.match(lines[2], /^1 inner brow raiser .* 0\.0020 +0\.0040$/);
  assert(
    lines.includes(
      "1 of 2 Action Units excite a filter (adjusted p < 0.01). Not shown for: 12 lip corner puller.",
    ),
  );
});

Deno.test("too few permutations are told, and no p-value is 0", () => {
  const entries = made({ kl: [[3], [3]], auc: [[1], [1]], nullAuc: [[0.5], [0.5]], familywise: [[0.01], [0.00001]] });
  const probe = { auc: 0, aucOfRandomWeights: 0, f1Micro: 0, f1MicroOfRandomWeights: 0, f1MicroOfAlways: 0, units: [] };
  const lines = (permutations: number) =>
    correspondLines(entries, probe as unknown as ReadOut, { images: 4, permutations }).join("\n");
  assert.match(lines(99), /Too few permutations: with 99 no p-value is below 0\.0100.*--permutations 200 or more/);
  assert.match(lines(150), /Few permutations: with 150 .* only where 2 or more of the 2 do.*--permutations 200/);
  assert.doesNotMatch(lines(200), /ew permutations/);
  assert.match(lines(200), /^1 inner brow raiser .* < 0\.0001 +< 0\.0001$/m);
  assert.doesNotMatch(lines(200), /0\.0000/);
  // 99 permutations give an adjusted p of 0.01 at best, whatever the filter answers.
  assert.deepEqual([tooFewPermutations(99, 1) === undefined, tooFewPermutations(100, 1)], [false, undefined]);
});

Deno.test("intervals say whom they are over, and what they do not cover where nobody knows the people", async () => {
  const dataset = await tinyDataset();
  const known = { ...dataset, actionUnits: [12], units: new Uint8Array(dataset.labels.length) };
  const rows = Uint32Array.of(0, 1, 2, 3);
  const over = (subjects: number[]) => {
    const all = dataset.subjects.map((_, n) => subjects[n % subjects.length]);
    return observe({ ...known, subjects: all }, rows).intervals;
  };
  assert.equal(over([0, 0, 1, 2]), "95%, over 3 people");
  assert.equal(over([-1, -1, -1, -1]), "95%, over 4 images whose person is unknown");
  assert.equal(notCovered({ subjects: 3, unknown: 0 }), undefined);
  assert.match(notCovered({ subjects: 0, unknown: 4 })!, /does not cover/);
});

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

Deno.test("the truth test compares a region with itself elsewhere, and leaves out what shows nothing", () => {
  const mask = Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0, 0);
  const sights = [[0, 3, 0, 0, 1, 0, 0, 0, 0], new Array(9).fill(0)].map((values, row) => {
    return { row, place: row, projection: Float32Array.from(values) };
  });
  const inside = lookInside({ unit: 0, filters: [{ filter: 0, sights }] }, () => mask)!;
  const rest = { chance: 0, ratio: 0, ratioLow: 0 };
  assert.deepEqual({ ...inside, ...rest }, { inside: 0.75, ...rest, projections: 1 });
  assert.equal(inside.ratioLow, inside.ratio);
  assert(Math.abs(inside.chance - 1 / 9) < 1e-12);
  assert.equal(lookInside({ unit: 0, filters: [{ filter: 0, sights: sights.slice(1) }] }, () => mask), undefined);
  assert.equal(judge(inside, undefined, true).found, true);
  assert.equal(judge(inside, undefined, false).found, false);
  assert.equal(judge({ ...inside, ratio: 1.9 }, undefined, true).found, false);
  // Random weights that look there as much leave nothing to the training.
  assert.equal(judge(inside, inside, true).found, false);
  assert.equal(judge(inside, { ...inside, ratio: inside.ratio - 0.1 }, true).found, true);
  // Three images, one of them against the others: the interval is wide, and an image counts once for both filters.
  const one = [9, 9, 0].map((there, row) => ({
    row,
    place: row,
    projection: Float32Array.from([0, there, 1, 0, 0, 0, 9 - there, 0, 0]),
  }));
  const two = lookInside({ unit: 0, filters: [{ filter: 0, sights: one }, { filter: 1, sights: one }] }, () => mask)!;
  const single = lookInside({ unit: 0, filters: [{ filter: 0, sights: one }] }, () => mask)!;
  assert.deepEqual({ ...two, projections: 3 }, single);
  assert(two.ratioLow < two.ratio / 2, `${two.ratioLow} of ${two.ratio}`);
});

Deno.test("a unit that only quiets filters excites none, however sure that is", () => {
  const images = 60, filters = 3;
  const units = Float32Array.from({ length: 2 * images }, (_, at) => Number(Math.floor(at / 2) % [2, 3][at % 2] === 0));
  // Filter 0 is quieter with unit 0 and filter 1 is excited by unit 1; filter 2 answers to nothing.
  const responses = Float32Array.from({ length: filters * images }, (_, at) => {
    const n = Math.floor(at / filters), noise = (n * n * 7 + 3 * n) % 17 / 17;
    return [2 - 2 * units[2 * n], 2 * units[2 * n + 1], 0][at % filters] + noise;
  });
  const rows = Uint32Array.from({ length: images }, (_, n) => n), alone = Array.from(rows);
  const observations = {
    rows,
    units,
    actionUnits: [1, 12],
    groups: alone,
    roles: alone.map(() => 0),
    blocks: alone.map(() => 0),
    exchanged: "images",
    intervals: "95%, over 4 people",
  };
  const result = actionUnitCorrespondence({ responses, ...observations }, { permutations: 999 });
  const layer = {
    layer: "conv3" as const,
    images,
    filters,
    responses,
    positions: new Uint32Array(filters * images),
    side: 1,
  };
  const carried = [1, 12].map(() => ({ className: "", inClass: 0, elsewhere: 0, carries: false }));
  const [quiet, loud] = unitEntries({ all: layer, observed: layer, result }, observations, carried);
  assert(quiet.adjusted < 0.01 && !(quiet.excitedAdjusted < 0.01) && !quiet.answered, JSON.stringify(quiet));
  assert.deepEqual([quiet.excitedFilters, quiet.quieterFilters], [0, 1]);
  assert(loud.answered && loud.mostExcited[0].filter === 1 && loud.mostExcited[0].familywise < 0.01);
});

Deno.test("the heat map puts each filter under the unit that excites it most", () => {
  const row = (excess: number[], kl: number[], significant: boolean[]) => {
    return { name: "", note: "", excess, kl, significant };
  };
  const rows = [
    row([0.4, -0.3, 0.3, 0.4, 0], [1, 2, 3, 9, 0], [true, true, true, false, false]),
    row([0.4, -0.1, 0.2, 0.1, 0], [5, 1, 1, 1, 0], [true, true, true, true, false]),
  ];
  assert.deepEqual(filterOrder(rows), [
    { filter: 2, row: 0 },
    { filter: 0, row: 1 },
    { filter: 3, row: 1 },
    { filter: 1, row: -1 },
    { filter: 4, row: -1 },
  ]);
});
