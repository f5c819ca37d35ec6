/**
 * How often intervals hold the truth, by simulation: a row a situation, the percentile bootstrap over people beside
 * ours.
 */
import { aucInterval } from "../../analysis/statistics/auc_interval.ts";
import { ratioInterval, type RatioPair } from "../../analysis/statistics/ratio_interval.ts";
import { ascending } from "../../analysis/statistics/roc_auc.ts";
import { Random } from "../../tests/support/random.ts";
import { drawGroups, percentile } from "../../training/metrics/bootstrap.ts";
import { type HitCount, shareInterval } from "../../training/metrics/mod.ts";
import { drawHits, drawScores, drawShares, type Effect, EFFECTS, type FoldImage, foldImages } from "./draw.ts";

/** What a number is of, and its true value. */
export interface Situation {
  /** Such as `accuracy, one fold`. */
  name: string;
  kind: "share" | "area" | "ratio";
  truth: number;
  effect: Effect;
  /** The images of each fold, or of all folds together: simulation s takes entry s mod their number. */
  sets: readonly (readonly FoldImage[])[];
  /** For an area or a ratio: the classes whose peaks show the Action Unit. */
  shown: readonly number[];
}

/** Ends of an interval. */
export type Ends = Readonly<{ low: number; high: number }>;

/** How an interval did. */
export interface Covered {
  /** Share of the simulations whose interval holds the truth. */
  coverage: number;
  /** Mean width. */
  width: number;
  /** Share of the simulations whose interval has no width. */
  none: number;
}

/** The methods that are set beside each other. */
export const METHODS = ["bootstrap", "ours"] as const;

/** Resamples of the bootstrap. */
const RESAMPLES = 400;
const ALL = Array.from({ length: 10 }, (_, fold) => fold);
const HAPPY = 5, FEAR = 4, RAISED_BROWS = [4, 6, 7];

/** Every situation that the table shows. */
export function situations(): Situation[] {
  const folds = ALL.map((fold) => foldImages([fold])), pooled = [foldImages(ALL)];
  const of = (label: number, sets: FoldImage[][]) =>
    sets.map((images) => images.filter((image) => image.label === label)).filter((images) => images.length > 0);
  const shares = [
    { name: "accuracy, one fold", sets: folds },
    { name: "accuracy, ten folds", sets: pooled },
    { name: "recall of happy, one fold", sets: of(HAPPY, folds) },
    { name: "recall of fear, ten folds", sets: of(FEAR, pooled) },
  ];
  const areas = [
    { name: "AUC of a smile, one fold", sets: folds, shown: [HAPPY] },
    { name: "AUC of raised brows, one fold", sets: folds, shown: RAISED_BROWS },
    { name: "AUC of raised brows, ten folds", sets: pooled, shown: RAISED_BROWS },
  ];
  const peaks = (sets: FoldImage[][]) =>
    sets.map((images) => images.filter(({ label }) => RAISED_BROWS.includes(label))).filter(peopleOf(6));
  const ratios = [
    { name: "inside its region, one fold", sets: peaks(folds) },
    { name: "inside its region, ten folds", sets: peaks(pooled) },
  ];
  const every = <Part extends object>(parts: Part[], kind: Situation["kind"], truths: number[]) =>
    parts.flatMap((part) =>
      truths.flatMap((truth) => EFFECTS.map((effect) => ({ shown: [], ...part, kind, truth, effect })))
    );
  return [
    ...every(shares, "share", [0.8, 0.9, 0.95, 0.98]),
    ...every(areas, "area", [0.5, 0.7, 0.9, 0.97]),
    ...every(ratios, "ratio", [2]), // any other ratio is this one times a number
  ] as Situation[];
}

/** Whether images are of so many people: fewer give a filter fewer images than the truth test takes. */
const peopleOf = (least: number) => (images: FoldImage[]) => new Set(images.map(({ person }) => person)).size >= least;

/** Draws results of a situation so many times, and asks of each whether the interval holds the truth. */
export function measure(
  situation: Situation,
  method: typeof METHODS[number],
  { simulations, seed }: { simulations: number; seed: number },
): Covered {
  const { kind, truth, effect, sets, shown } = situation;
  let held = 0, width = 0, none = 0;
  for (let simulation = 0; simulation < simulations; simulation++) {
    // Both methods see the same results.
    const random = new Random(seed * 1_000_003 + simulation);
    const images = sets[simulation % sets.length];
    let ends: Ends;
    if (kind === "share") {
      const people = drawHits(random, images, truth, effect);
      ends = method === "ours" ? shareInterval(people) : bootstrap(people.length, simulation, shareOf(people));
    } else if (kind === "ratio") {
      const pairs = drawShares(random, images, truth, effect);
      const people = 1 + Math.max(...pairs.map(({ person }) => person));
      ends = method === "ours" ? ratioInterval(pairs) : bootstrap(people, simulation, ratioOf(pairs));
    } else {
      const { scores, labels, people } = drawScores(random, images, { area: truth, shown }, effect);
      ends = method === "ours"
        ? aucInterval(scores, labels, people)
        : bootstrap(Math.max(...people) + 1, simulation, areaOf(scores, labels, people));
    }
    held += Number(ends.low <= truth && truth <= ends.high);
    width += ends.high - ends.low;
    none += Number(ends.high - ends.low < 1e-12);
  }
  return { coverage: held / simulations, width: width / simulations, none: none / simulations };
}

/** A value where each person counts so many times. */
type Weighted = (weights: Uint32Array) => number;

/** The percentile bootstrap over people; samples that have no value are left out. */
function bootstrap(people: number, seed: number, value: Weighted): Ends {
  const values: number[] = [];
  const weights = new Uint32Array(people);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    weights.fill(0);
    drawGroups(seed, resample, people, (person) => weights[person]++);
    const one = value(weights);
    if (!Number.isNaN(one)) values.push(one);
  }
  const sorted = Float64Array.from(values).sort();
  return { low: percentile(sorted, 0.025), high: percentile(sorted, 0.975) };
}

function shareOf(people: readonly HitCount[]): Weighted {
  return (weights) => {
    let hits = 0, images = 0;
    people.forEach((person, n) => {
      hits += weights[n] * person.hits;
      images += weights[n] * person.images;
    });
    return hits / images;
  };
}

/** The ratio of means; of the people that the pairs are of. */
function ratioOf(pairs: readonly RatioPair[]): Weighted {
  return (weights) => {
    let above = 0, below = 0;
    for (const pair of pairs) {
      above += weights[pair.person] * pair.above;
      below += weights[pair.person] * pair.below;
    }
    return above / below;
  };
}

/** The area under the ROC curve of scores without ties. */
function areaOf(scores: readonly number[], labels: readonly number[], people: readonly number[]): Weighted {
  const order = ascending(scores);
  const person = Uint32Array.from(order, (n) => people[n]), label = Uint8Array.from(order, (n) => labels[n]);
  return (weights) => {
    let won = 0, present = 0, absent = 0;
    for (let place = 0; place < person.length; place++) {
      const weight = weights[person[place]];
      if (label[place] === 0) absent += weight;
      else {
        present += weight;
        won += weight * absent;
      }
    }
    return won / (present * absent);
  };
}
