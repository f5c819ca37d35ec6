/** What is known of images: sequences, what is exchanged and whom intervals are over, which units carry a label. */
import assert from "node:assert/strict";
import { labelCarryingUnits, observe, sequencesOf } from "../../../analysis/action_units/observations.ts";
import { DatasetError } from "../../../datasets/check.ts";
import { tinyDataset } from "../../support/tiny_dataset.ts";

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
  // What is known goes before what is guessed: the last image of one sequence and the first of the next look alike
  // here.
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
  assert.deepEqual(labelCarryingUnits(dataset, observed), [
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

Deno.test("observe: intervals say whom they are over", async () => {
  const dataset = await tinyDataset();
  const known = { ...dataset, actionUnits: [12], units: new Uint8Array(dataset.labels.length) };
  const rows = Uint32Array.of(0, 1, 2, 3);
  const over = (subjects: number[]) => {
    const all = dataset.subjects.map((_, n) => subjects[n % subjects.length]);
    return observe({ ...known, subjects: all }, rows).intervals;
  };
  assert.equal(over([0, 0, 1, 2]), "95%, over 3 people");
  assert.equal(over([-1, -1, -1, -1]), "95%, over 4 images whose person is unknown");
});

Deno.test("observe: a dataset without Action Units and a row that it does not have are refused", async () => {
  const dataset = await tinyDataset();
  assert.throws(() => observe(dataset, Uint32Array.of(0)), (error) => {
    return error instanceof DatasetError && error.field === "actionUnits";
  });
  const known = { ...dataset, actionUnits: [12], units: new Uint8Array(dataset.labels.length) };
  const { length } = dataset.labels;
  assert.throws(() => observe(known, Uint32Array.of(0, length)), new RegExp(`no image ${length}`));
});
