/** What several documents of a run folder have in common. */
import {
  later,
  listOf,
  NUMBER,
  oneOf,
  orNull,
  type Read,
  type Schema,
  table,
  TEXT,
  where,
  whole,
} from "../../formats/schema.ts";
import { PROTOCOLS, VARIANTS } from "../../training/options.ts";

/** More images than any set has. */
const MOST_IMAGES = 1_000_000;
/** A number of images, people or steps. */
export const COUNT: Schema<number> = whole(0, MOST_IMAGES);
/** A measure that some data does not allow: NaN, which JSON writes as null. */
export const MEASURE: Schema<number | null> = orNull(NUMBER);

/** What changes the numbers of a run; `trainingSettings` checks ranges, and fills in what an early file lacks. */
export const SETTINGS = table({
  variant: later(oneOf(VARIANTS)),
  split: later(whole(0)),
  protocol: later(oneOf(PROTOCOLS)),
  batch: later(whole(1)),
  learningRate: later(NUMBER),
  momentum: later(NUMBER),
  weightDecay: later(NUMBER),
  normalization: later(oneOf(["local-mean", "local-contrast"])),
  seed: whole(0, 2 ** 32 - 1),
});

/** An interval over people. Until the jackknife replaced it, it was of a bootstrap, and did not say its method. */
export const INTERVAL = table({
  low: NUMBER,
  high: NUMBER,
  level: NUMBER,
  groups: COUNT,
  method: later(oneOf(["wilson-jackknife", "score-jackknife"])),
});

/** What a checkpoint was judged by. */
export const SCORE = table({ step: whole(0), accuracy: orNull(NUMBER) });

/** Predictions against labels, by every measure. */
export const TEST = where(
  table({
    images: COUNT,
    subjects: COUNT,
    unknown: COUNT,
    accuracy: NUMBER,
    accuracyInterval: INTERVAL,
    balancedAccuracy: NUMBER,
    macroF1: NUMBER,
    logLoss: NUMBER,
    expectedCalibrationError: NUMBER,
    perClass: listOf(table({
      name: TEXT,
      support: COUNT,
      predicted: COUNT,
      precision: MEASURE,
      recall: MEASURE,
      f1: MEASURE,
      recallInterval: later(orNull(INTERVAL)),
    })),
    confusion: listOf(listOf(COUNT)),
    byGroup: listOf(table({ subject: orNull(NUMBER), image: orNull(NUMBER), images: COUNT, hits: COUNT })),
  }),
  ({ images, perClass, confusion, byGroup }) => {
    const sum = byGroup.reduce((total, group) => total + group.images, 0);
    return confusionFault(perClass.length, images, confusion, ["confusion"]) ?? (sum === images ? undefined : {
      path: ["byGroup"],
      value: sum,
      expected: `groups whose images add up to the ${images} that were tested`,
    });
  },
);

/** Such metrics as they are read. */
export type TestRead = Read<typeof TEST>;

/**
 * What is wrong with a confusion matrix: it needs a row and a column a class, and its counts add up to the images.
 *
 * @param path Where it is in its document.
 */
export function confusionFault(
  classes: number,
  images: number,
  confusion: readonly (readonly number[])[],
  path: readonly string[],
) {
  if (confusion.length !== classes || confusion.some((row) => row.length !== classes)) {
    return { path, value: confusion, expected: `${classes} rows of ${classes} counts, one a class` };
  }
  const sum = confusion.flat().reduce((total, count) => total + count, 0);
  if (sum !== images) return { path, value: sum, expected: `counts that add up to the ${images} images` };
}
