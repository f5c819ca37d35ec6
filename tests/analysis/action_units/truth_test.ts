/** The truth test: shares inside a region, the interval of their ratio, the verdict. */
import assert from "node:assert/strict";
import { regionShare, truthVerdict } from "../../../analysis/action_units/truth.ts";

/** A region of one pixel among nine. */
const mask = Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0, 0);
const seen = (rows: number[][]) =>
  rows.map((values, row) => ({ row, place: row, projection: Float32Array.from(values) }));
/** Shares of a projection inside the region: 0.9, 0.7, 0.8 and so on. */
const several = seen([9, 7, 8, 9].map((there) => [0, there, 10 - there, 0, 0, 0, 0, 0, 0]));

Deno.test("regionShare: a region is compared with itself elsewhere, and what shows nothing is left out", () => {
  const projections = seen([[0, 3, 0, 0, 1, 0, 0, 0, 0], new Array(9).fill(0)]);
  const { inside, chance, ratio, projections: count } = regionShare({ filters: [{ filter: 0, projections }] }, () => {
    return mask;
  })!;
  assert.deepEqual([inside, count], [0.75, 1]);
  assert(Math.abs(chance - 1 / 9) < 1e-12 && Math.abs(ratio - inside / chance) < 1e-12);
  assert.equal(regionShare({ filters: [{ filter: 0, projections: projections.slice(1) }] }, () => mask), undefined);
});

Deno.test("regionShare: the interval is over people, and one person says nothing of others", () => {
  const share = (people?: number[]) =>
    regionShare({ filters: [{ filter: 0, projections: several }] }, () => mask, people)!;
  const [images, two, one, unknown] = [share(), share([0, 0, 1, 1]), share([0, 0, 0, 0]), share([-1, -1, -1, -1])];
  assert(images.ratioLow > 0.8 * images.ratio && images.ratioLow < images.ratio);
  assert(two.ratioLow < images.ratioLow, `${two.ratioLow} of two people, ${images.ratioLow} of four images`);
  assert.equal(one.ratioLow, 0);
  assert.equal(unknown.ratioLow, images.ratioLow);
  assert.equal(truthVerdict(one, undefined, true).found, false);
});

Deno.test("regionShare: an image that several filters answer to counts once", () => {
  const filters = [0, 1].map((filter) => ({ filter, projections: several }));
  const [twice, once] = [filters, filters.slice(1)].map((filters) => regionShare({ filters }, () => mask)!);
  assert.deepEqual([twice.projections, once.projections], [8, 4]);
  assert(Math.abs(twice.ratioLow - once.ratioLow) < 1e-9);
});

Deno.test("truthVerdict: found excites a filter, lies inside twice as much as chance, and more than random weights", () => {
  const share = regionShare({ filters: [{ filter: 0, projections: several }] }, () => mask)!;
  assert.equal(truthVerdict(share, undefined, true).found, true);
  assert.equal(truthVerdict(share, undefined, false).found, false);
  assert.equal(truthVerdict({ ...share, ratio: 1.9 }, undefined, true).found, false);
  // Random weights that look there as much leave nothing to the training.
  assert.equal(truthVerdict(share, share, true).found, false);
  assert.equal(truthVerdict(share, { ...share, ratio: share.ratioLow - 0.1 }, true).found, true);
});
