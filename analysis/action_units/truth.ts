/**
 * The truth test: where every Action Unit's region is known, as on drawn faces, a filter that stands for a unit has to
 * look there.
 */
import { insideShare, shiftedShare } from "../statistics/inside_share.ts";
import { ratioInterval } from "../statistics/ratio_interval.ts";
import type { UnitProjections } from "./projections.ts";

/** Where a unit's best filters look. */
export interface RegionShare {
  /** Mean share of the projections' absolute value inside the unit's region, 0..1. */
  inside: number;
  /** The same for regions of that size and shape elsewhere in the image. */
  chance: number;
  /** `inside` over `chance`. */
  ratio: number;
  /** Lower end of the ratio's 95% interval over people (`ratioInterval`); 0 where all projections are of one person. */
  ratioLow: number;
  /** Projections that the means are of. */
  projections: number;
}

/** How much more than chance a unit's best filters have to look at its region to have found it. */
export const LEAST_RATIO = 2;

/** The verdict on a unit. */
export interface UnitTruth extends RegionShare {
  /**
   * The same of one network of random weights, its best filters chosen in the same way: one draw, which another would
   * not repeat.
   */
  randomised: RegionShare | null;
  /**
   * The unit excites a filter, and the best ones look at least twice as much at its region as at one elsewhere, and
   * more than those of the one network of random weights: the interval of their ratio lies above the ratio of these.
   * The interval is over people; how much the ratio differs from one draw of weights to another is not in it, since
   * each draw costs as much as the network itself.
   */
  found: boolean;
}

/**
 * Compares projections with a unit's region in each image. Projections that are 0 everywhere say nothing and are left
 * out.
 *
 * @param unit The unit's best filters and their projections, as `projectBestFilters` returns them.
 * @param region The unit's region in an image of the dataset: S x S, 1 inside and 0 outside.
 * @param people The person of each observed image (`Observations.blocks`), by the projections' `place`; an image whose
 * person is unknown, a negative number, counts as a person of its own, as does every image where this is left out.
 * @returns Nothing where no projection is left.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { regionShare } from "./truth.ts";
 *
 * // One projection of 3 x 3 pixels; three quarters of it lie on the one pixel of the region.
 * const projection = Float32Array.of(0, 3, 0, 0, 1, 0, 0, 0, 0);
 * const filters = [{ filter: 7, projections: [{ row: 0, place: 0, projection }] }];
 * const region = Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0, 0);
 * const { inside, ratio } = regionShare({ filters }, () => region)!;
 * assert(inside === 0.75 && Math.abs(ratio - 0.75 * 9) < 1e-9);
 * ```
 */
export function regionShare(
  { filters }: Pick<UnitProjections, "filters">,
  region: (row: number) => Uint8Array,
  people?: ArrayLike<number>,
): RegionShare | undefined {
  const shares = filters.flatMap(({ projections }) =>
    projections.map(({ row, place, projection }) => {
      const mask = region(row), known = people?.[place] ?? -1;
      return {
        person: known >= 0 ? known : -1 - row,
        inside: insideShare(projection, mask),
        chance: shiftedShare(projection, mask),
      };
    })
  ).filter(({ inside }) => !Number.isNaN(inside));
  if (shares.length === 0) return undefined;
  const mean = (name: "inside" | "chance") => shares.reduce((sum, share) => sum + share[name], 0) / shares.length;
  const [inside, chance] = [mean("inside"), mean("chance")];
  const { low } = ratioInterval(shares.map(({ inside, chance, person }) => ({ above: inside, below: chance, person })));
  return { inside, chance, ratio: inside / chance, ratioLow: low, projections: shares.length };
}

/**
 * The verdict on one unit.
 *
 * @param share Where the network's best filters look.
 * @param randomised The same of a network of random weights; undefined where none of its projections shows anything.
 * @param answered Whether the unit excites a filter by more than chance (`UnitFinding.answered`).
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { truthVerdict } from "./truth.ts";
 * const share = { inside: 0.3, chance: 0.1, ratio: 3, ratioLow: 2.2, projections: 18 };
 * assert.equal(truthVerdict(share, { ...share, ratio: 1.1 }, true).found, true);
 * assert.equal(truthVerdict(share, { ...share, ratio: 2.5 }, true).found, false);
 * ```
 */
export function truthVerdict(
  share: RegionShare,
  randomised: RegionShare | undefined,
  answered: boolean,
): UnitTruth {
  const more = share.ratio >= LEAST_RATIO && share.ratioLow > (randomised?.ratio ?? 0);
  return { ...share, randomised: randomised ?? null, found: answered && more };
}
