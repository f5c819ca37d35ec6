/** What counts as excited, quieter and answered. */
import assert from "node:assert/strict";
import { tooFewPermutations, unitFindings } from "../../../analysis/action_units/findings.ts";
import { actionUnitCorrespondence } from "../../../analysis/statistics/correspondence.ts";
import { madeFindings } from "../../support/made_findings.ts";

Deno.test("a filter is excited where its area is above what permutations give, not above 0.5", () => {
  // As in CK+: filters 0 and 2 answer every face that moves. Filter 0 is quieter with the unit, filter 1 excited by it.
  const [entry] = madeFindings({
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
  const [entry] = madeFindings({
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
  const entries = madeFindings({
    kl: [[3, 1], [3, 1]],
    auc: [[0.2, 0.7], [0.8, 0.7]],
    nullAuc: [[0.5, 0.5], [0.5, 0.5]],
    familywise: [[0.001, 0.041], [0.002, 0.6]],
  });
  assert.deepEqual(entries.map(({ answered, excitedFilters }) => [answered, excitedFilters]), [[false, 1], [true, 1]]);
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
  const [quiet, loud] = unitFindings({ observed: layer, result }, observations, carried);
  assert(quiet.adjusted < 0.01 && !(quiet.excitedAdjusted < 0.01) && !quiet.answered, JSON.stringify(quiet));
  assert.deepEqual([quiet.excitedFilters, quiet.quieterFilters], [0, 1]);
  assert(loud.answered && loud.mostExcited[0].filter === 1 && loud.mostExcited[0].familywise < 0.01);
});

Deno.test("tooFewPermutations: 99 permutations give an adjusted p of 0.01 at best, whatever the filter answers", () => {
  assert.deepEqual([tooFewPermutations(99, 1) === undefined, tooFewPermutations(100, 1)], [false, undefined]);
});
