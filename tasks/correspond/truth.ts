/** The truth test: on drawn faces every Action Unit has a known region, and a filter that stands for it has to look there. */
import { insideShare, shiftedShare } from "../../analysis/statistics/inside_share.ts";
import { drawGroups, percentile } from "../../training/metrics/bootstrap.ts";
import type { UnitSights } from "./project.ts";

/** Where a unit's best filters look. */
export interface Inside {
  /** Mean share of the projections' absolute value inside the unit's region, 0..1. */
  inside: number;
  /** The same for regions of that size and shape elsewhere in the image. */
  chance: number;
  /** `inside` over `chance`. */
  ratio: number;
  /** Lower end of the ratio's 95% interval, images being drawn with replacement. */
  ratioLow: number;
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
      return { row, inside: insideShare(projection, mask), chance: shiftedShare(projection, mask) };
    })
  ).filter(({ inside }) => !Number.isNaN(inside));
  if (shares.length === 0) return undefined;
  const mean = (name: "inside" | "chance") => shares.reduce((sum, share) => sum + share[name], 0) / shares.length;
  const [inside, chance] = [mean("inside"), mean("chance")];
  return { inside, chance, ratio: inside / chance, ratioLow: lowerRatio(shares), projections: shares.length };
}

/** Images are drawn with replacement, all their projections with them: an image that several filters answer to is no second sample. */
function lowerRatio(shares: { row: number; inside: number; chance: number }[]): number {
  const images = new Map<number, { inside: number; chance: number }>();
  for (const { row, inside, chance } of shares) {
    const sum = images.get(row) ?? { inside: 0, chance: 0 };
    images.set(row, { inside: sum.inside + inside, chance: sum.chance + chance });
  }
  const sums = [...images.values()];
  const ratios = Float64Array.from({ length: RESAMPLES }, (_, resample) => {
    let inside = 0, chance = 0;
    drawGroups(0, resample, sums.length, (image) => {
      inside += sums[image].inside;
      chance += sums[image].chance;
    });
    return inside / chance;
  });
  return percentile(ratios.sort(), 0.025);
}

const RESAMPLES = 1000;

/** How much more than chance a unit's best filters have to look at its region to have found it. */
export const LEAST_RATIO = 2;

/** The verdict on a unit. */
export interface UnitTruth extends Inside {
  /** The same of one network of random weights, its best filters chosen in the same way: one draw, which another would not repeat. */
  randomised: Inside | null;
  /**
   * The unit excites a filter, and the best ones look at least twice as much at its region as at one elsewhere, and more than those of the
   * one network of random weights: the interval of their ratio lies above the ratio of these. The interval is over images; how much the
   * ratio differs from one draw of weights to another is not in it, since each draw costs as much as the network itself.
   */
  found: boolean;
}

/** Judges one unit; `answered` says whether it excites a filter by more than chance. */
export function judge(inside: Inside, randomised: Inside | undefined, answered: boolean): UnitTruth {
  const more = inside.ratio >= LEAST_RATIO && inside.ratioLow > (randomised?.ratio ?? 0);
  return { ...inside, randomised: randomised ?? null, found: answered && more };
}
