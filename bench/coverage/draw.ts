/**
 * Made-up results on CK+'s images: hits, scores and projections whose true share, area and ratio are known, over the
 * real people, sequences and folds.
 */
import type { RatioPair } from "../../analysis/statistics/ratio_interval.ts";
import { CK_PLUS_SEQUENCES } from "../../datasets/ck_plus/sequences.ts";
import type { Random } from "../../tests/support/random.ts";
import type { HitCount } from "../../training/metrics/mod.ts";

/** One of the four images that are kept of a labelled sequence: its neutral frame, or one of three at the peak. */
export interface FoldImage {
  person: string;
  /** Frames of a sequence that show the same face. */
  face: string;
  /** Class number, 0 for the neutral frame. */
  label: number;
}

/** How alike the images of a person, and of a face, are: parts of a variance of 1. The rest is each image's own. */
export interface Effect {
  name: string;
  person: number;
  face: number;
  /** How much more one person moves than another: deviation of what an Action Unit adds to a score. */
  movement: number;
}

/** From images that have nothing in common to people who are right or wrong throughout. */
export const EFFECTS: readonly Effect[] = [
  { name: "none", person: 0, face: 0, movement: 0 },
  { name: "sequences", person: 0, face: 0.7, movement: 0 },
  { name: "people", person: 0.3, face: 0.5, movement: 0 },
  { name: "people, strong", person: 0.5, face: 0.4, movement: 0.7 },
];

/**
 * Shares and areas, with the standard normal quantile of each: what a threshold, or a distance over the square root
 * of 2, has to be.
 */
export const QUANTILES: ReadonlyMap<number, number> = new Map([
  [0.5, 0],
  [0.7, 0.5244005127080407],
  [0.8, 0.8416212335729143],
  [0.9, 1.2815515655446004],
  [0.95, 1.6448536269514722],
  [0.97, 1.8807936081512509],
  [0.98, 2.0537489106318225],
]);

/** The images of CK+'s folds, as many and of the same people as the published ones. */
export function foldImages(folds: readonly number[]): FoldImage[] {
  return CK_PLUS_SEQUENCES.filter(({ fold }) => folds.includes(fold)).flatMap(({ subject, sequence, emotion }) => {
    const peak = { person: subject, face: `${subject} ${sequence} peak`, label: emotion };
    return [{ person: subject, face: `${subject} ${sequence} neutral`, label: 0 }, peak, peak, peak];
  });
}

/** Hits of each person where the true share is one of `QUANTILES`. */
export function drawHits(random: Random, images: readonly FoldImage[], share: number, effect: Effect): HitCount[] {
  const noise = drawNoise(random, images, effect);
  const people = new Map<string, HitCount>();
  images.forEach(({ person }, n) => {
    const { images, hits } = people.get(person) ?? { images: 0, hits: 0 };
    people.set(person, { images: images + 1, hits: hits + Number(noise[n] < QUANTILES.get(share)!) });
  });
  return [...people.values()];
}

/** Scores, labels and people where the true area, over images of different people, is one of `QUANTILES`. */
export function drawScores(
  random: Random,
  images: readonly FoldImage[],
  { area, shown }: { area: number; shown: readonly number[] },
  effect: Effect,
): { scores: number[]; labels: number[]; people: number[] } {
  const noise = drawNoise(random, images, effect);
  const distance = QUANTILES.get(area)! * Math.sqrt(2 + effect.movement ** 2);
  const numbers = [...new Set(images.map(({ person }) => person))];
  const moves = random.normal(numbers.length, effect.movement);
  const people = images.map(({ person }) => numbers.indexOf(person));
  const labels = images.map(({ label }) => Number(shown.includes(label)));
  return { scores: labels.map((label, n) => noise[n] + label * (distance + moves[people[n]])), labels, people };
}

/** A unit's best filters, and the images of each that are projected: as the truth test takes them. */
const FILTERS = 3, IMAGES = 6;
/**
 * Deviation of the logarithms of a projection's share inside a region, and of what chance gives there, which is the
 * region's size.
 */
const SPREAD = 0.6, SIZE_SPREAD = 0.3;
/** Mean share of the image that a region covers. */
const SIZE = 0.1;

/**
 * Shares of projections inside a unit's region and what chance gives there: for each of three filters six images of
 * different people, drawn from those that show the unit. What a person's face adds it adds for every filter, as does an
 * image.
 *
 * @param ratio The true ratio of the means.
 */
export function drawShares(random: Random, images: readonly FoldImage[], ratio: number, effect: Effect): RatioPair[] {
  const numbers = new Map<string, number>();
  const numberOf = (person: string) => numbers.get(person) ?? numbers.set(person, numbers.size).get(person)!;
  const [noise, sizes] = [drawNoise(random, images, effect), drawNoise(random, images, effect)];
  const logNormal = (mean: number, spread: number, normal: number) =>
    mean * Math.exp(spread * normal - spread ** 2 / 2);
  const own = 0.5; // part of the variance that a filter has in an image for itself
  return Array.from({ length: FILTERS }, () => {
    const people = new Set<string>();
    const order = [...images.keys()].map((n) => ({ n, key: random.word() })).sort((a, b) => a.key - b.key);
    const best = order.filter(({ n }) => !people.has(images[n].person) && people.add(images[n].person)).slice(
      0,
      IMAGES,
    );
    return best.map(({ n }) => ({
      above: logNormal(
        ratio * SIZE,
        SPREAD,
        Math.sqrt(1 - own) * noise[n] + Math.sqrt(own) * random.normal(1)[0],
      ),
      below: logNormal(SIZE, SIZE_SPREAD, sizes[n]),
      person: numberOf(images[n].person),
    }));
  }).flat();
}

/** Standard normal numbers that images of a person, and of a face, share in part. */
function drawNoise(random: Random, images: readonly FoldImage[], { person, face }: Effect): number[] {
  const parts = new Map<string, number>();
  const part = (key: string) => parts.get(key) ?? parts.set(key, random.normal(1)[0]).get(key)!;
  const own = Math.sqrt(1 - person - face);
  return images.map((image) =>
    Math.sqrt(person) * part(image.person) + Math.sqrt(face) * part(image.face) + own * random.normal(1)[0]
  );
}
