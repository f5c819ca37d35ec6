/** `deno task correspond` as a user types it, on a few small drawn faces; and what it is made of. */

import assert from "node:assert/strict";
import { layerResponses } from "../../analysis/responses.ts";
import { benjaminiHochberg } from "../../analysis/statistics/benjamini_hochberg.ts";
import { actionUnitCorrespondence } from "../../analysis/statistics/correspondence.ts";
import { readPrepared, writePrepared } from "../../datasets/prepared.ts";
import { splitIndices } from "../../datasets/split.ts";
import { openGpu } from "../../gpu/device.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { filterOrder } from "../../tasks/charts/heat_map.ts";
import { correspondLines } from "../../tasks/correspond/lines.ts";
import { carriers, observe, sequencesOf } from "../../tasks/correspond/observations.ts";
import type { ReadOut } from "../../tasks/correspond/read_out.ts";
import { unitEntries, type UnitEntry } from "../../tasks/correspond/tables.ts";
import { judge, lookInside } from "../../tasks/correspond/truth.ts";
import { readCheckpoint, restore } from "../../training/checkpoint.ts";
import { needs } from "../permissions.ts";
import { runTask } from "../support/task.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const ignore = needs("read", "write", "ffi", "run");
const details = { source: "drawn faces", subjects: 20, imagesPerSubject: 8, seed: 3 };

Deno.test({
  name: "correspond leaves tables, pictures, a read-out and the truth test, with the library's numbers",
  ignore,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "aulens correspond " });
    try {
      const data = `${folder}/faces`, run = `${folder}/run`;
      const drawn = await runTask(
        ...["prepare", "synthetic", "--image-size", "16", "--subjects", "20", "--images-per-subject", "8"] as const,
        ...["--seed", "3", "--output", data],
      );
      assert.equal(drawn.code, 0, drawn.stderr);
      const train = ["--data", data, "--run", run, "--steps", "2", "--batch", "4", "--variant", "cnn", "--seed", "5"];
      const trained = await runTask("train", ...train);
      assert.equal(trained.code, 0, trained.stderr);

      const options = ["--permutations", "99", "--minimum-support", "3", "--on", "all", "--select", "last"];
      const otherwise = ["--bins", "5", "--range", "quantiles", "--smoothing", "0.5", "--statistic", "kl"];
      // What an earlier comparison left goes with it.
      await Deno.mkdir(`${run}/correspondence/conv2`, { recursive: true });
      await Deno.writeTextFile(`${run}/correspondence/conv2/heat_map.png`, "of other images");
      const [all, hidden, unsupported] = await Promise.all([
        runTask("correspond", run, ...options),
        runTask("correspond", run, ...options, "--layer", "fc4", ...otherwise),
        runTask("correspond", run, "--layer", "conv2", "--permutations", "9", "--minimum-support", "1000"),
      ]);
      assert.equal(all.code, 0, all.stderr);
      assert.match(all.stdout, /^12 lip corner puller +\d+ +\d+ +\d\.\d\d +\d\.\d\d \[/m);
      assert.match(all.stdout, /^Truth test: \d+% of the best filters' projections lie inside/m);
      assert.match(all.stdout, /^Read-out: mean AUC \d\.\d\d \(random weights/m);
      const names = async (layer: string) =>
        (await Array.fromAsync(Deno.readDir(`${run}/correspondence/${layer}`), ({ name }) => name)).sort();
      const tables = ["correspondence.csv", "correspondence.json", "probe.json"];
      const pictures = ["divergences.png", "heat_map.png"];
      assert.deepEqual(await names("conv3"), ["action_units.png", ...tables, ...pictures].sort());
      assert.equal(hidden.code, 0, hidden.stderr);
      assert.deepEqual(await names("fc4"), [...tables, ...pictures].sort());
      assert.match(hidden.stdout, /no truth test/);
      assert.equal(unsupported.code, 0, unsupported.stderr);
      assert.deepEqual(await names("conv2"), tables);
      assert.match(unsupported.stdout, /No Action Unit has enough support among 16 images/);
      assert.match(unsupported.stdout, /Not tested: 12 lip corner puller: \d+ groups show it, fewer than 1000/);

      const dataset = await readPrepared(data);
      const parts = splitIndices(dataset, 0);
      const rows = Uint32Array.from([...parts.train, ...parts.validation, ...parts.test]).sort();
      using gpu = await openGpu();
      using net = await ZeroBiasCnn.create(gpu, { imageSize: 16, classes: 8, seed: 5, initialScale: 1.4 });
      await restore(net, readCheckpoint(await Deno.readFile(`${run}/checkpoints/step-000002.safetensors`)));
      const { responses } = await layerResponses(net, { dataset, rows, normalization: "local-mean" }, {
        layer: "conv3",
      });
      const seen = observe(dataset, rows);
      const expected = actionUnitCorrespondence({ responses, ...seen }, { permutations: 99, minimumSupport: 3 });
      const text = await Deno.readTextFile(`${run}/correspondence/conv3/correspondence.csv`);
      const [header, ...lines] = text.trimEnd().split("\n").map((line) => line.split(","));
      assert.deepEqual(header.slice(0, 8), ["unit", "name", "filter", "kl", "auc", "p", "adjusted", "familywise"]);
      assert.equal(lines.length, 256 * expected.support.filter(({ untested }) => untested === undefined).length);
      for (const [unit, , filter, kl, auc, p, adjusted, familywise] of lines.map((line) => line.map(Number))) {
        const at = seen.actionUnits.indexOf(unit) * 256 + filter;
        const { kl: divergence, auc: area } = expected;
        assert(Math.abs(kl - divergence[at]) < 1e-12 && Math.abs(auc - area[at]) < 1e-12, `${unit} ${filter}`);
        assert.deepEqual([p, adjusted, familywise], [expected.p[at], expected.adjusted[at], expected.familywise[at]]);
      }
      const found = JSON.parse(await Deno.readTextFile(`${run}/correspondence/conv3/correspondence.json`));
      assert.deepEqual([found.layer, found.images, found.checkpoint, found.selection], ["conv3", 160, 2, "last"]);
      const { bins, range, smoothing, statistic } = found.options;
      assert.deepEqual([bins, range, smoothing, statistic], [10, "full", 1, "auc"]);
      const { responses: units } = await layerResponses(net, { dataset, rows, normalization: "local-mean" }, {
        layer: "fc4",
      });
      const other = actionUnitCorrespondence({ responses: units, ...seen }, {
        ...{ permutations: 99, minimumSupport: 3, bins: 5, range: "quantiles", smoothing: 0.5, statistic: "kl" },
      });
      const { units: [{ mostDivergent }], options: { statistic: of } } = JSON.parse(
        await Deno.readTextFile(`${run}/correspondence/fc4/correspondence.json`),
      );
      assert.deepEqual([of, mostDivergent.length], ["kl", 10]);
      for (const { filter, kl, familywise, nullAuc } of mostDivergent) {
        assert.deepEqual(
          [kl, familywise, nullAuc],
          [other.kl, other.familywise, other.nullAuc].map((row) => row[filter]),
        );
      }
      const smile = found.units.find(({ unit }: { unit: number }) => unit === 12);
      assert.deepEqual([smile.name, smile.className, smile.carries], ["lip corner puller", "happy", true]);
      assert.equal(smile.mostDivergent.length, 10);
      const { inside, chance, ratio, randomised } = smile.truth;
      assert(inside > 0 && inside < 1 && chance > 0 && Math.abs(ratio - inside / chance) < 1e-12);
      assert(randomised.projections > 0 && randomised.inside !== inside);
      const probe = JSON.parse(await Deno.readTextFile(`${run}/correspondence/conv3/probe.json`));
      assert.equal(probe.units.length, 18);
      assert.match(probe.rule, /every fold in turn/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "correspond refuses a run without Action Units, and what is no run, with the remedy",
  ignore,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const data = `${folder}/data`, run = `${folder}/run`;
      await writePrepared(data, await tinyDataset({ classes: 4 }), { source: "a test" });
      const trained = await runTask("train", "--data", data, "--run", run, "--steps", "1", "--batch", "2");
      assert.equal(trained.code, 0, trained.stderr);
      const [blind, none, layer] = await Promise.all([
        runTask("correspond", run),
        runTask("correspond", data),
        runTask("correspond", run, "--layer", "conv7"),
      ]);
      // What is out of range is refused before anything is looked at.
      const bounds = [
        ["--bins", "70000", "from 2 to 65536"],
        ["--permutations", "200000", "from 1 to 100000"],
        ["--range", "2,1", "full, quantiles, or two numbers"],
        ["--smoothing", "0", "above 0"],
        ["--statistic", "t", "auc, kl"],
        ["--seed", "4294967296", "from 0 to 4294967295"],
        ["--minimum-support", "1000001", "from 1 to 1000000"],
      ];
      await Promise.all(bounds.map(async ([option, value, range]) => {
        const { code, stderr } = await runTask("correspond", data, option, value);
        assert.notEqual(code, 0);
        assert.match(stderr, new RegExp(`${option}.*${value}.*${range}`));
      }));
      assert.match(blind.stderr, /tiny: no Action Units are known.*Remedy/);
      assert.match(none.stderr, /this is not a run folder/);
      assert.match(layer.stderr, /--layer.*conv7.*conv3/);
      for (const { code, stdout, stderr } of [blind, none, layer]) {
        assert.notEqual(code, 0);
        assert.equal(stdout, "");
        assert.doesNotMatch(stderr, /\n\s+at .*\.ts:\d+/, "a stack trace");
      }
      const left = await Array.fromAsync(Deno.readDir(run), ({ name }) => name);
      assert(!left.includes("correspondence"), `${left}`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("sequences of CK+: from a neutral frame to the next, by label where its face was missed", () => {
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
    return observe({ ...dataset, name, subjects: Int32Array.from(subjects) }, rows).exchanged;
  };
  assert.equal(exchanged("ck_plus", [0, 0, 1, 1]), "whole sequences, among those of a person");
  assert.equal(exchanged("ck_plus_of_mine", [0, 0, 1, 1]), "images, among those of a person");
  assert.equal(exchanged("mine", [-1, -1, -1, -1]), "images, among all, since no person is known");
  const some = "images, among those of a person, and among those whose person is unknown";
  assert.equal(exchanged("mine", [-1, 0, -1, 1]), some);
});

/** What a comparison of made-up numbers says: a row a unit, a column a filter, all on four images. */
function made(numbers: Record<"kl" | "auc" | "nullAuc" | "familywise", number[][]>): UnitEntry[] {
  const count = numbers.kl.length, filters = numbers.kl[0].length;
  const flat = (matrix: number[][]) => Float64Array.from(matrix.flat());
  const result = {
    filters,
    kl: flat(numbers.kl),
    auc: flat(numbers.auc),
    nullAuc: flat(numbers.nullAuc),
    familywise: flat(numbers.familywise),
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
    return { present: 2, absent: 2, unknown: 0, ...groups, p, adjusted: adjusted[unit], ...excited };
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
  };
  const carrier = { className: "happy", inClass: 1, elsewhere: 0, carries: true };
  const comparison = { all: seen, observed: seen, result: { ...result, support } };
  return unitEntries(comparison, observations, new Array(count).fill(carrier), 1);
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

Deno.test("a unit is answered by the filters that it excites, not by one that is quieter with it", () => {
  const entries = made({
    kl: [[3, 1], [3, 1]],
    auc: [[0.2, 0.7], [0.8, 0.7]],
    nullAuc: [[0.5, 0.5], [0.5, 0.5]],
    familywise: [[0.001, 0.041], [0.002, 0.6]],
  });
  assert.deepEqual(entries.map(({ answered, excitedFilters }) => [answered, excitedFilters]), [[false, 1], [true, 1]]);
  const probe = { auc: 0, aucOfRandomWeights: 0, f1Micro: 0, f1MicroOfRandomWeights: 0, f1MicroOfAlways: 0 };
  const lines = correspondLines(entries, { ...probe, units: [] } as unknown as ReadOut, 4);
  assert.match(lines[1], /^12 lip corner puller .* 0\.04 +0\.04$/);
  assert.match(lines[2], /^1 inner brow raiser .* 0\.0020 +0\.0040$/);
  assert(
    lines.includes(
      "1 of 2 Action Units excite a filter (adjusted p < 0.01). Not shown for: 12 lip corner puller.",
    ),
  );
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
  const [quiet, loud] = unitEntries({ all: layer, observed: layer, result }, observations, carried, 1);
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
