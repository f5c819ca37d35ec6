/** The truth test: shares inside a region, the interval of their ratio, the verdict. */
import assert from "node:assert/strict";
import { regionShare, truthVerdict } from "../../../analysis/action_units/truth.ts";

Deno.test("the truth test compares a region with itself elsewhere, and leaves out what shows nothing", () => {
  const mask = Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0, 0);
  const projections = [[0, 3, 0, 0, 1, 0, 0, 0, 0], new Array(9).fill(0)].map((values, row) => {
    return { row, place: row, projection: Float32Array.from(values) };
  });
  const inside = regionShare({ filters: [{ filter: 0, projections }] }, () => mask)!;
  const rest = { chance: 0, ratio: 0, ratioLow: 0 };
  assert.deepEqual({ ...inside, ...rest }, { inside: 0.75, ...rest, projections: 1 });
  assert.equal(inside.ratioLow, inside.ratio);
  assert(Math.abs(inside.chance - 1 / 9) < 1e-12);
  assert.equal(
    regionShare({ filters: [{ filter: 0, projections: projections.slice(1) }] }, () => mask),
    undefined,
  );
  assert.equal(truthVerdict(inside, undefined, true).found, true);
  assert.equal(truthVerdict(inside, undefined, false).found, false);
  assert.equal(truthVerdict({ ...inside, ratio: 1.9 }, undefined, true).found, false);
  // Random weights that look there as much leave nothing to the training.
  assert.equal(truthVerdict(inside, inside, true).found, false);
  assert.equal(truthVerdict(inside, { ...inside, ratio: inside.ratio - 0.1 }, true).found, true);
  // Three images, one of them against the others: the interval is wide, and an image counts once for both filters.
  const one = [9, 9, 0].map((there, row) => ({
    row,
    place: row,
    projection: Float32Array.from([0, there, 1, 0, 0, 0, 9 - there, 0, 0]),
  }));
  const two = regionShare(
    { filters: [{ filter: 0, projections: one }, { filter: 1, projections: one }] },
    () => mask,
  )!;
  const single = regionShare({ filters: [{ filter: 0, projections: one }] }, () => mask)!;
  assert.deepEqual({ ...two, projections: 3 }, single);
  assert(two.ratioLow < two.ratio / 2, `${two.ratioLow} of ${two.ratio}`);
});
