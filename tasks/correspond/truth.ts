/** The truth test: on drawn faces every Action Unit has a known region, and a filter that stands for it has to look there. */
import { insideShare, shiftedShare } from "../../analysis/statistics/inside_share.ts";
import type { UnitSights } from "./project.ts";

/** Where a unit's best filters look. */
export interface Inside {
  /** Mean share of the projections' absolute value inside the unit's region, 0..1. */
  inside: number;
  /** The same for regions of that size and shape elsewhere in the image. */
  chance: number;
  /** `inside` over `chance`. */
  ratio: number;
  /** Projections that the means are of. */
  projections: number;
}

/**
 * Compares projections with a unit's region in each image. Projections that are 0 everywhere say nothing and are left out.
 *
 * @returns Nothing where no projection is left.
 */
export function lookInside(
  { filters }: UnitSights,
  region: (row: number) => Uint8Array,
): Inside | undefined {
  const shares = filters.flatMap(({ sights }) =>
    sights.map(({ row, projection }) => {
      const mask = region(row);
      return [insideShare(projection, mask), shiftedShare(projection, mask)];
    })
  ).filter(([inside]) => !Number.isNaN(inside));
  if (shares.length === 0) return undefined;
  const mean = (column: number) => shares.reduce((sum, share) => sum + share[column], 0) / shares.length;
  const [inside, chance] = [mean(0), mean(1)];
  return { inside, chance, ratio: inside / chance, projections: shares.length };
}

/** How much more than chance a unit's best filters have to look at its region to have found it. */
export const LEAST_RATIO = 2;

/** The verdict on a unit. */
export interface UnitTruth extends Inside {
  /** The same of a network of random weights, its best filters chosen in the same way. */
  randomised: Inside | null;
  /** The unit excites a filter, and the best ones look at least twice as much at its region as at one elsewhere. */
  found: boolean;
}

/** Judges one unit; `answered` says whether it excites a filter by more than chance. */
export function judge(inside: Inside, randomised: Inside | undefined, answered: boolean): UnitTruth {
  return { ...inside, randomised: randomised ?? null, found: answered && inside.ratio >= LEAST_RATIO };
}
