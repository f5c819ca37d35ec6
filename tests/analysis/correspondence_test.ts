/** The correspondence of filters and Action Units: values by their definitions, and how often nothing is called something. */

import assert from "node:assert/strict";
import { benjaminiHochberg } from "../../analysis/statistics/benjamini_hochberg.ts";
import { actionUnitCorrespondence, type CorrespondenceOptions } from "../../analysis/statistics/correspondence.ts";
import { Exchange } from "../../analysis/statistics/exchange.ts";
import { binEdges, binIndices } from "../../analysis/statistics/histogram.ts";
import { klDivergence, smoothTogether } from "../../analysis/statistics/kl_divergence.ts";
import { rocAuc } from "../../analysis/statistics/roc_auc.ts";
import { Random } from "../support/random.ts";

/** 30 people, 3 sequences each of a neutral frame and three of the peak. */
const PEOPLE = 30, SEQUENCES = 3, FRAMES = 4;
const IMAGES = PEOPLE * SEQUENCES * FRAMES;
const groups = Array.from({ length: IMAGES }, (_, n) => Math.floor(n / FRAMES));
const blocks = groups.map((group) => Math.floor(group / SEQUENCES));
const roles = groups.map((_, n) => Number(n % FRAMES > 0));

/** Units at the peaks of some sequences, responses that hold the person, the sequence, the frame and that a face moves at all. */
function sequences(
  random: Random,
  { filters, units: count, effect = 0, movement = 1.5 }: {
    filters: number;
    units: number;
    effect?: number;
    movement?: number;
  },
) {
  const shown = random.integers(PEOPLE * SEQUENCES * count, 3);
  const units = Float32Array.from({ length: IMAGES * count }, (_, at) => {
    const n = Math.floor(at / count);
    return roles[n] * Number(shown[groups[n] * count + at % count] === 0);
  });
  const person = random.normal(PEOPLE * filters), sequence = random.normal(PEOPLE * SEQUENCES * filters);
  const frame = random.normal(IMAGES * filters);
  const responses = Float32Array.from({ length: IMAGES * filters }, (_, at) => {
    const n = Math.floor(at / filters), f = at % filters;
    return person[blocks[n] * filters + f] + sequence[groups[n] * filters + f] + 0.3 * frame[at] + movement * roles[n] +
      (f === 0 ? effect * units[n * count] : 0);
  });
  return { responses, units };
}

Deno.test("correspondence: divergence and area are those of the definitions, unknown images left out", () => {
  const random = new Random(1);
  const [images, filters, count] = [83, 3, 4];
  const responses = random.normal(images * filters).map((value) => Math.round(4 * Math.max(0, value)) / 4); // ties
  const draws = random.integers(images * count, 10);
  // Unit 2 has the rarer label 0, unit 3 unknown images of its own.
  const units = Float32Array.from(
    draws,
    (draw, at) => at % count === 3 && draw > 7 ? NaN : Number(draw < [3, 5, 8, 4][at % count]),
  );
  const options = { bins: 6, smoothing: 0.7, permutations: 30, minimumSupport: 1 } as const;
  const grouping = { groups: Array.from({ length: images }, (_, n) => n) };
  for (const range of ["full", "quantiles", [0, 1.5]] as const) {
    const result = actionUnitCorrespondence({ responses, units, ...grouping }, { ...options, range });
    for (let unit = 0; unit < count; unit++) {
      const rows = grouping.groups.filter((n) => !Number.isNaN(units[n * count + unit]));
      const labels = rows.map((n) => units[n * count + unit]);
      assert.equal(result.support[unit].unknown, images - rows.length);
      assert.equal(result.support[unit].present, labels.filter((label) => label === 1).length);
      for (let filter = 0; filter < filters; filter++) {
        const values = rows.map((n) => responses[n * filters + filter]);
        const bins = binIndices(values, binEdges(values, 6, range));
        const histogram = (label: number) =>
          Array.from({ length: 6 }, (_, bin) => labels.filter((other, i) => other === label && bins[i] === bin).length);
        const expected = klDivergence(...smoothTogether(histogram(1), histogram(0), 0.7));
        const at = unit * filters + filter;
        assert(Math.abs(result.kl[at] - expected) < 1e-12, `${range} ${unit} ${filter}: ${result.kl[at]} ${expected}`);
        assert(Math.abs(result.auc[at] - rocAuc(values, labels)) < 1e-12);
      }
    }
    assert.deepEqual(result.adjusted, benjaminiHochberg(result.p));
  }
});

Deno.test("correspondence: p-values count the permutations that reach the statistic, those of the unit's best filter too", () => {
  const random = new Random(2);
  const filters = 4, permutations = 60, seed = 11;
  const { responses, units } = sequences(random, { filters, units: 2, effect: 1 });
  const grouping = { groups, blocks, roles };
  const rows = Uint32Array.from(groups.keys());
  for (const statistic of ["auc", "kl"] as const) {
    const options = { permutations, seed, statistic, bins: 5 };
    const result = actionUnitCorrespondence({ responses, units, ...grouping }, options);
    for (const unit of [0, 1]) {
      // z[permutation][filter], plainly
      const labels = rows.reduce((list, n) => [...list, units[n * 2 + unit]], [] as number[]);
      const exchange = new Exchange(rows, grouping);
      const z = Array.from({ length: filters }, (_, filter) => {
        const values = [...rows].map((n) => responses[n * filters + filter]);
        const bins = binIndices(values, binEdges(values, 5, "full"));
        const statistics = Array.from({ length: permutations + 1 }, (_, permutation) => {
          const moved = labels.slice();
          if (permutation > 0) exchange.destinations(seed, permutation).forEach((to, from) => moved[to] = labels[from]);
          if (statistic === "auc") return rocAuc(values, moved);
          const histogram = (label: number) =>
            [0, 1, 2, 3, 4].map((bin) => moved.filter((other, i) => other === label && bins[i] === bin).length);
          return klDivergence(...smoothTogether(histogram(1), histogram(0), 1));
        });
        const mean = statistics.reduce((a, b) => a + b) / statistics.length;
        const deviation = Math.sqrt(statistics.reduce((sum, x) => sum + (x - mean) ** 2, 0) / statistics.length);
        return statistics.map((x) => (statistic === "auc" ? Math.abs(x - mean) : x - mean) / deviation);
      });
      for (let filter = 0; filter < filters; filter++) {
        const observed = z[filter][0] - 1e-9;
        const alone = z[filter].filter((x) => x >= observed).length;
        const largest = z[0].map((_, permutation) => Math.max(...z.map((list) => list[permutation]))).slice(1);
        const best = 1 + largest.filter((x) => x >= observed).length;
        const at = unit * filters + filter;
        assert.equal(result.p[at], alone / (permutations + 1), `${statistic} ${unit} ${filter}`);
        assert.equal(result.familywise[at], best / (permutations + 1), `${statistic} ${unit} ${filter}`);
      }
      assert.equal(
        result.support[unit].p,
        Math.min(...result.familywise.subarray(unit * filters, (unit + 1) * filters)),
      );
    }
    assert.deepEqual(
      actionUnitCorrespondence({ responses, units, ...grouping }, options),
      result,
      "same seed, same result",
    );
    assert.equal(result.p[0], 1 / (permutations + 1));
  }
});

/** Shares of p-values below 0.05 over many sets of null data: of single pairs, and of the smallest familywise one of a unit. */
function falsePositives(
  trials: number,
  options: CorrespondenceOptions,
  grouping: Parameters<typeof actionUnitCorrespondence>[0] | object,
) {
  let pairs = 0, units = 0;
  for (let trial = 0; trial < trials; trial++) {
    const data = sequences(new Random(100 + trial), { filters: 6, units: 2 });
    const result = actionUnitCorrespondence({ ...data, groups, ...grouping }, {
      permutations: 199,
      minimumSupport: 5,
      seed: trial,
      ...options,
    });
    pairs += result.p.filter((p) => p <= 0.05).length / result.p.length / trials;
    units += result.support.filter(({ p }) => p <= 0.05).length / result.support.length / trials;
  }
  return { pairs, units };
}

Deno.test("correspondence: on correlated frames where a face at rest never shows a unit, 5% of nothing is called something", () => {
  for (const statistic of ["auc", "kl"] as const) {
    for (const grouping of [{ roles }, { roles, blocks }]) {
      const { pairs, units } = falsePositives(80, { statistic }, grouping);
      // 160 units, each a chance of 0.05: two deviations are 0.035.
      assert(pairs > 0.025 && pairs < 0.08, `${statistic}, blocks ${"blocks" in grouping}: ${pairs} of pairs`);
      assert(units > 0.01 && units < 0.095, `${statistic}, blocks ${"blocks" in grouping}: ${units} of units`);
    }
  }
  // What the exchange of whole groups is for: frames taken for independent make a third of nothing something.
  const naive = falsePositives(20, {}, { groups: groups.map((_, n) => n) });
  assert(naive.pairs > 0.3 && naive.units > 0.5, `${naive.pairs}, ${naive.units}`);
});

Deno.test("correspondence: what is there is found, with any number of filters down to 1 / (permutations + 1)", () => {
  const { responses, units } = sequences(new Random(7), { filters: 300, units: 3, effect: 4 });
  const result = actionUnitCorrespondence({ responses, units, groups, blocks, roles }, { permutations: 499 });
  assert.equal(result.familywise[0], 1 / 500);
  assert(result.auc[0] > 0.9 && result.kl[0] > 1);
  assert.equal(result.support[0].adjusted, 3 / 500);
  assert(result.support[1].p > 0.01 && result.support[2].p > 0.01);
});

Deno.test("correspondence: where faces at rest are among the images, the side of what permutations give says what a unit does", () => {
  // Filter 0 is quieter with unit 0, and still answers a face that shows it more than one at rest.
  const { responses, units } = sequences(new Random(8), { filters: 4, units: 2, effect: -1.3, movement: 6 });
  const permutations = 999;
  const { auc, nullAuc, familywise, support } = actionUnitCorrespondence(
    { responses, units, groups, blocks, roles },
    { permutations },
  );
  assert(auc[0] > 0.51 && familywise[0] < 0.05, `area ${auc[0]}, p ${familywise[0]}`);
  assert(support[0].p === familywise[0] && support[0].excitedP > 0.1, `${support[0].p}, ${support[0].excitedP}`);
  assert.deepEqual(
    support.map(({ excitedAdjusted }) => excitedAdjusted),
    [...benjaminiHochberg(support.map(({ excitedP }) => excitedP))],
  );
  assert(nullAuc[0] > auc[0] + 0.05, `${nullAuc[0]} by chance`);
  const excited = sequences(new Random(8), { filters: 4, units: 2, effect: 2, movement: 6 });
  const up = actionUnitCorrespondence({ ...excited, groups, blocks, roles }, { permutations, statistic: "kl" });
  assert(up.auc[0] > up.nullAuc[0] + 0.05, `${up.auc[0]}, ${up.nullAuc[0]} by chance`);
  // Without parts to play labels go to any frame, and a filter to which the unit is nothing has an area of 0.5.
  const free = actionUnitCorrespondence({ responses, units, groups: groups.map((_, n) => n) }, { permutations: 9 });
  assert(free.nullAuc.every((area) => Math.abs(area - 0.5) < 1e-12), `${free.nullAuc}`);
});

Deno.test("correspondence: the best filter by chance is chosen anew in each permutation, as the best filter is", () => {
  const random = new Random(9), images = 24, filters = 7, permutations = 60;
  const units = Float32Array.from({ length: images }, (_, n) => Number(n % 3 === 0));
  const responses = random.normal(images * filters);
  const alone = units.map((_, n) => n);
  const options = { permutations, seed: 4, bins: 4, minimumSupport: 2 };
  const { support: [{ bestByChance }] } = actionUnitCorrespondence({ responses, units, groups: alone }, options);
  const exchange = new Exchange(Uint32Array.from(alone), { groups: alone });
  const areas: number[] = [];
  for (let permutation = 1; permutation <= permutations; permutation++) {
    const to = exchange.destinations(4, permutation), labels = new Float32Array(images);
    units.forEach((label, n) => labels[to[n]] = label);
    const best = { kl: -Infinity, auc: NaN };
    for (let filter = 0; filter < filters; filter++) {
      const own = Float32Array.from(alone, (n) => responses[n * filters + filter]);
      const { kl: [kl], auc: [auc], nullAuc: [nullAuc] } = actionUnitCorrespondence(
        { responses: own, units: labels, groups: alone },
        { ...options, permutations: 1 },
      );
      if (auc > nullAuc && kl > best.kl) Object.assign(best, { kl, auc });
    }
    if (!Number.isNaN(best.auc)) areas.push(best.auc);
  }
  const mean = areas.reduce((sum, area) => sum + area, 0) / areas.length;
  assert(Math.abs(bestByChance.auc - mean) < 1e-9, `${bestByChance.auc}, expected ${mean}`);
  assert.equal(bestByChance.permutations, areas.length);
  assert(bestByChance.low < mean && mean < bestByChance.high && mean > 0.6, JSON.stringify(bestByChance));
  assert(bestByChance.low >= Math.min(...areas) && bestByChance.high <= Math.max(...areas));
});

Deno.test("exchange: the mean over all permutations is that of every one of them", () => {
  // One person's three sequences of a neutral and two peak frames, another's three of one frame, a group alone.
  const lengths = [3, 3, 3, 1, 1, 1, 2];
  const members = lengths.flatMap((length, group) => new Array<number>(length).fill(group));
  const first = members.map((group, n) => n === 0 || members[n - 1] !== group);
  const grouping = {
    groups: members,
    blocks: members.map((group) => Number(group > 2) + Number(group > 5)),
    roles: members.map((group, n) => Number(group < 3 && !first[n])),
  };
  const images = members.length;
  const random = new Random(9);
  const labels = [0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0], values = random.normal(images);
  const starts = lengths.map((_, group) => members.indexOf(group));
  const orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
  let sum = 0;
  for (const one of orders) {
    for (const other of orders) {
      const target = [...one, ...other.map((group) => group + 3), 6];
      for (let n = 0; n < images; n++) sum += labels[n] * values[starts[target[members[n]]] + n - starts[members[n]]];
    }
  }
  const exchange = new Exchange(Uint32Array.from({ length: images }, (_, n) => n), grouping);
  assert(
    Math.abs(exchange.meanSum(labels, values) - sum / 36) < 1e-6,
    `${exchange.meanSum(labels, values)} ${sum / 36}`,
  );
});

Deno.test("exchange: groups move whole, inside their block, frame by frame to an equal role", () => {
  const random = new Random(3);
  // Groups of one to four frames in no order, the roles mixed.
  const shuffled = Array.from({ length: 200 }, (_, n) => n);
  const order = random.uniform(200, 0, 1);
  shuffled.sort((a, b) => order[a] - order[b]);
  const grouping = { groups: new Array(200), blocks: new Array(200), roles: new Array(200) };
  for (let group = 0, next = 0; next < 200; group++) {
    for (let frame = 0; frame <= group % 4 && next < 200; frame++, next++) {
      grouping.groups[shuffled[next]] = group + 1000;
      grouping.blocks[shuffled[next]] = group % 3;
      grouping.roles[shuffled[next]] = (frame + group) % 2;
    }
  }
  const rows = Uint32Array.from({ length: 190 }, (_, n) => n + 10);
  const exchange = new Exchange(rows, grouping);
  let moved = 0;
  for (let permutation = 1; permutation < 40; permutation++) {
    const to = exchange.destinations(9, permutation);
    assert.deepEqual([...to].sort((a, b) => a - b), [...rows.keys()], "a permutation");
    const partner = new Map<number, number>();
    to.forEach((target, from) => {
      const [source, goal] = [rows[from], rows[target]];
      assert.equal(grouping.blocks[source], grouping.blocks[goal]);
      assert.equal(grouping.roles[source], grouping.roles[goal]);
      const seen = partner.get(grouping.groups[source]) ?? grouping.groups[goal];
      assert.equal(seen, grouping.groups[goal], "a group goes to one group");
      partner.set(grouping.groups[source], seen);
      if (seen !== grouping.groups[source]) moved++;
    });
  }
  assert(moved > 1000, `${moved}`);
  assert.notDeepEqual(exchange.destinations(9, 1), exchange.destinations(9, 2));
  assert.notDeepEqual(exchange.destinations(9, 1), exchange.destinations(8, 1));
  assert.throws(
    () => new Exchange(Uint32Array.of(0, 1), { groups: [5, 5], blocks: [1, 2] }),
    /group 5 lies in the blocks 1 and 2/,
  );
});

Deno.test("exchange: every arrangement of a stratum comes up equally often", () => {
  const exchange = new Exchange(Uint32Array.of(0, 1, 2), { groups: [0, 1, 2] });
  const seen = new Map<string, number>();
  for (let permutation = 1; permutation <= 6000; permutation++) {
    const key = exchange.destinations(4, permutation).join();
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  assert.equal(seen.size, 6);
  for (const [key, count] of seen) assert(Math.abs(count - 1000) < 150, `${key} came ${count} times`); // 5 deviations
});

Deno.test("correspondence: what cannot be tested is said, not tested; what is wrong is refused", () => {
  const { responses, units } = sequences(new Random(5), { filters: 2, units: 3 });
  for (let n = 0; n < IMAGES; n++) {
    units[n * 3] = Number(groups[n] < 4) * roles[n]; // four sequences
    units[n * 3 + 1] = Number(blocks[n] % 2 === 0) * roles[n]; // all sequences of a person, or none
  }
  const input = { responses, units, groups, blocks, roles };
  const result = actionUnitCorrespondence(input, { permutations: 50 });
  assert.equal(result.support[0].untested, "4 groups show it, fewer than 10");
  assert.equal(result.support[1].untested, "no group has another to change places with");
  assert.equal(result.support[1].groupsPresent, 45);
  assert(result.kl.subarray(0, 4).every(Number.isNaN) && result.adjusted.subarray(0, 4).every(Number.isNaN));
  assert(result.p.subarray(4).every((p) => p > 0) && Number.isNaN(result.support[0].adjusted));
  const constant = actionUnitCorrespondence({ ...input, responses: responses.map(() => 3) }, { permutations: 50 });
  assert.deepEqual([constant.kl[4], constant.auc[4], constant.p[4], constant.familywise[4]], [0, 0.5, 1, 1]);
  assert.equal(constant.nullAuc[4], 0.5, "a filter that is always the same is on neither side");

  const refused = (change: object, options: CorrespondenceOptions, message: RegExp) =>
    assert.throws(() => actionUnitCorrespondence({ ...input, ...change }, options), message);
  refused({ responses: responses.with(3, NaN) }, {}, /responses\[3\] is NaN/);
  refused({ units: units.map((value, at) => at === 4 ? 2 : value) }, {}, /units\[4\] is 2/);
  refused({ groups: groups.slice(1) }, {}, /responses has 720 numbers, expected a multiple of the 359 images/);
  refused({ blocks: [1] }, {}, /blocks has 1 numbers/);
  refused({ groups: [] }, {}, /groups is empty/);
  refused({}, { bins: 1 }, /bins is 1, expected an integer from 2/);
  refused({}, { permutations: 0 }, /permutations is 0/);
  refused({}, { permutations: 1e6 }, /permutations is 1000000/);
  refused({}, { smoothing: 0 }, /smoothing is 0/);
  refused({}, { seed: -1 }, /seed is -1/);
  refused({}, { range: [1, 0] }, /range is 1,0/);
  refused({}, { statistic: "t" as "kl" }, /statistic is "t"/);
});
