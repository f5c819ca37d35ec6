/** Whether a unit excites a filter is tested for itself: a unit that only spreads the responses has no direction. */

import assert from "node:assert/strict";
import { actionUnitCorrespondence } from "../../analysis/statistics/correspondence.ts";
import { Exchange } from "../../analysis/statistics/exchange.ts";
import { midRanks } from "../../analysis/statistics/roc_auc.ts";
import { Random } from "../support/random.ts";

const IMAGES = 100, FILTERS = 24;
const alone = Array.from({ length: IMAGES }, (_, n) => n);

/** Simulated units on independent images: how many excite a filter, and how many change the responses of one. */
function count(
  units: number,
  share: number,
  change: (noise: number, filter: number) => number,
  statistic: "kl" | "auc",
) {
  let excite = 0, differ = 0;
  for (let unit = 0; unit < units; unit++) {
    const noise = new Random(100 + unit).normal(IMAGES * FILTERS);
    const shows = Float32Array.from(alone, (n) => Number(n < share * IMAGES));
    const responses = noise.map((value, at) => {
      return 40 + (shows[Math.floor(at / FILTERS)] ? change(value, at % FILTERS) : value);
    });
    const { support: [{ p, excitedP }] } = actionUnitCorrespondence({ responses, units: shows, groups: alone }, {
      permutations: 199,
      statistic,
    });
    if (p < 0.01) differ++;
    if (excitedP < 0.01) excite++;
  }
  return { excite, differ };
}

Deno.test("correspondence: a unit that only spreads the responses changes them, and excites no filter", () => {
  for (const [share, spread] of [[0.25, 3], [0.1, 10], [0.5, 3]]) {
    const found = count(20, share, (noise) => spread * noise, "kl");
    assert.ok(found.differ >= 19 && found.excite <= 1, `share ${share}, spread ${spread}: ${JSON.stringify(found)}`);
  }
  const area = count(20, 0.1, (noise) => 10 * noise, "auc");
  assert.ok(area.excite <= 1, `by the area: ${JSON.stringify(area)}`);
});

Deno.test("correspondence: a unit that excites a filter is found to, whatever p-values are about", () => {
  for (const statistic of ["kl", "auc"] as const) {
    const found = count(10, 0.25, (noise, filter) => 2 * noise + (filter === 3 ? 6 : 0), statistic);
    assert.equal(found.excite, 10, statistic);
    const quiet = count(10, 0.25, (noise, filter) => noise - (filter === 3 ? 4 : 0), statistic);
    assert.deepEqual(quiet, { excite: 0, differ: 10 }, statistic);
  }
});

Deno.test("correspondence: the direction's p-values are those of its definition, in sequences of people too", () => {
  // 12 people, 3 or 4 sequences of a frame at rest and two of the peak.
  const groups: number[] = [], blocks: number[] = [], roles: number[] = [];
  for (let person = 0, group = 0; person < 12; person++) {
    for (let sequence = 0; sequence < 3 + person % 2; sequence++, group++) {
      for (let frame = 0; frame < 3; frame++) {
        groups.push(group);
        blocks.push(person);
        roles.push(Number(frame > 0));
      }
    }
  }
  const images = groups.length, filters = 5, permutations = 40, seed = 3;
  const random = new Random(4);
  const shown = random.integers(42, 6);
  // More often there than not, so that the images without it are the rarer ones.
  for (const isCommon of [false, true]) {
    const units = Float32Array.from(groups, (group, n) => roles[n] * Number(shown[group] < (isCommon ? 5 : 2)));
    assert.equal(units.reduce((sum, unit) => sum + unit, 0) > images / 2, isCommon);
    const responses = random.normal(images * filters).map((value) => Math.round(4 * Math.max(0, value)) / 4); // ties
    const result = actionUnitCorrespondence({ responses, units, groups, blocks, roles }, {
      permutations,
      seed,
      minimumSupport: 1,
    });
    const rows = Uint32Array.from(groups.keys());
    const exchange = new Exchange(rows, { groups, blocks, roles });
    const moves = [rows, ...Array.from({ length: permutations }, (_, n) => exchange.destinations(seed, n + 1))];
    const statistics = Array.from({ length: filters }, (_, filter) => {
      const ranks = midRanks(groups.map((_, n) => responses[n * filters + filter]));
      return moves.map((to) => {
        const labels = new Array<number>(images);
        to.forEach((target, from) => labels[target] = units[from]);
        let distance = 0, variance = 0;
        for (const cell of exchange.cells) {
          const mean = (of: (place: number) => number) => cell.reduce((sum, place) => sum + of(place), 0) / cell.length;
          const [present, middle] = [mean((place) => labels[place]), mean((place) => ranks[place])];
          const [m, k, n] = [cell.length * present, cell.length * (1 - present), cell.length];
          if (m < 0.5 || k < 0.5) continue;
          for (const place of cell) distance += (labels[place] - present) * ranks[place];
          const squares = (label: number) =>
            cell.filter((place) => labels[place] === label)
              .reduce((sum, place) => sum + (ranks[place] - middle) ** 2, 0);
          // Unbiased: the estimates s and t of both variances solve what their squares have as expectations.
          const [a, b, c, d] = [
            m * (1 - 2 / n + m / n ** 2),
            m * k / n ** 2,
            m * k / n ** 2,
            k * (1 - 2 / n + k / n ** 2),
          ];
          const [x, y] = [squares(1), squares(0)];
          if (n === 2) variance += (x + y) / 2;
          else {
            const s = (d * x - b * y) / (a * d - b * c), t = (a * y - c * x) / (a * d - b * c);
            variance += (k / n) ** 2 * m * s + (m / n) ** 2 * k * t;
          }
        }
        return Math.abs(distance) / Math.sqrt(variance);
      });
    });
    for (let filter = 0; filter < filters; filter++) {
      const reached = moves.keys().drop(1).filter((n) =>
        Math.max(...statistics.map((list) => list[n])) >= statistics[filter][0] - 1e-9
      );
      assert.equal(result.direction[filter], (1 + [...reached].length) / (1 + permutations), `filter ${filter}`);
    }
  }
});

Deno.test("correspondence: a filter that is always the same has no direction", () => {
  const input = { responses: new Float32Array(IMAGES).fill(3), units: alone.map((n) => n % 2), groups: alone };
  const { direction, support } = actionUnitCorrespondence(input, { permutations: 19, statistic: "kl" });
  assert.deepEqual([direction[0], support[0].excitedP], [1, 1]);
});
