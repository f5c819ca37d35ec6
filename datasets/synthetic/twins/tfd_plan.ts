/** What the TFD twin consists of: which images, the face behind each, and who plays which part in the five splits. */

import type { Face } from "../drawing/drawing.ts";
import { drawExpression, type Emotion, EMOTIONS } from "../expression.ts";
import { drawIdentity } from "../identity.ts";
import { Random } from "../random.ts";
import { drawScene } from "../scene.ts";

/** How much of the twin, and from which seed. */
export interface TfdTwinPlanOptions {
  /** Labelled people, 5..10,000: fewer make no five splits. */
  subjects: number;
  /** Labelled images of each, 1..1,000; the seven classes come up equally often, as far as the number allows. As many more have no label. */
  imagesPerSubject: number;
  /** Any integer 0..2^32-1: same seed and numbers, same bytes. */
  seed: number;
}

/** One image of the twin. */
export interface TwinImage {
  /** Number of the person, from 0; people without a label come after those with one. */
  person: number;
  /** Number of the image within the person. */
  image: number;
  /** Class number, 1..7; -1 where it has no label. */
  label: number;
}

/** TFD's classes by the names of ours, in TFD's order. */
const CLASSES: readonly Emotion[] = ["anger", "disgust", "fear", "happy", "sadness", "surprise", "neutral"];
/** Number of official splits. */
export const SPLITS = 5;
/** The twin's people are no others' in any of the drawn sets. */
const FIRST_PERSON = 2_000_000;
const LIMITS = { subjects: [5, 10_000], imagesPerSubject: [1, 1_000], seed: [0, 2 ** 32 - 1] } as const;
/** Images that are held at once: as many as the real set has, a little under 1 GiB of pixels. */
const MOST_IMAGES = 110_000;

/**
 * Plans the twin: all images in the order of the files, those with and without a label in one shuffle.
 *
 * @param options see {@link TfdTwinPlanOptions}.
 * @returns one entry an image; half of them have a label.
 * @throws RangeError when an option is not a whole number in its range, or there are more images than are held at once.
 *
 * @example
 * ```ts
 * import { planTfdTwin } from "./tfd_plan.ts";
 * const plan = planTfdTwin({ subjects: 5, imagesPerSubject: 7, seed: 1 });
 * if (plan.filter(({ label }) => label === 3).length !== 5) throw new Error("each person is afraid once");
 * ```
 */
export function planTfdTwin({ subjects, imagesPerSubject, seed }: TfdTwinPlanOptions): TwinImage[] {
  for (const [name, value] of Object.entries({ subjects, imagesPerSubject, seed })) {
    const [low, high] = LIMITS[name as keyof typeof LIMITS];
    if (!Number.isInteger(value) || value < low || value > high) {
      throw new RangeError(`planTfdTwin: ${name} is ${value}; expected a whole number from ${low} to ${high}.`);
    }
  }
  const half = subjects * imagesPerSubject;
  if (2 * half > MOST_IMAGES) {
    throw new RangeError(
      `planTfdTwin: twice subjects x imagesPerSubject is ${2 * half} images; expected at most ${MOST_IMAGES}.`,
    );
  }
  return new Random(seed, 9).permutation(2 * half).map((number) => {
    const person = Math.floor(number / imagesPerSubject);
    const image = number % imagesPerSubject;
    if (person >= subjects) return { person, image, label: -1 };
    // Every seven images of a person are all seven classes, in an order of their own.
    const order = new Random(seed, 10, person, Math.floor(image / CLASSES.length)).permutation(CLASSES.length);
    return { person, image, label: order[image % CLASSES.length] + 1 };
  });
}

/**
 * The face behind an image: for masks of its Action Units, or to draw it at another size. Those without a label show any
 * of the eight emotions.
 *
 * @param seed the twin's seed.
 * @param planned one of the plan.
 * @returns the face; its picture is `photograph(face, 96, 96)`.
 *
 * @example
 * ```ts
 * import { planTfdTwin, tfdTwinFace } from "./tfd_plan.ts";
 * const happy = planTfdTwin({ subjects: 5, imagesPerSubject: 7, seed: 1 }).find(({ label }) => label === 4)!;
 * if (!tfdTwinFace(1, happy).expression[12]) throw new Error("every happy face has Action Unit 12");
 * ```
 */
export function tfdTwinFace(seed: number, { person, image, label }: TwinImage): Face {
  const number = FIRST_PERSON + person;
  const random = new Random(seed, 11, person, image);
  const emotion = label > 0 ? CLASSES[label - 1] : random.pick(EMOTIONS);
  return {
    identity: drawIdentity(seed, number),
    expression: drawExpression(emotion, random),
    scene: drawScene(seed, number, image),
  };
}

/**
 * The part that each person plays in each split: the people in a circle, one fifth of it tested after the other, the
 * tenth behind it validates.
 *
 * @param subjects number of people, 5 or more.
 * @param seed the twin's seed.
 * @returns for each person five numbers as TFD has them: 1 train, 2 validation, 3 test.
 *
 * @example
 * ```ts
 * import { splitParts } from "./tfd_plan.ts";
 * for (const parts of splitParts(10, 1)) {
 *   if (parts.filter((part) => part === 3).length !== 1) throw new Error("everybody is tested in one split");
 * }
 * ```
 */
export function splitParts(subjects: number, seed: number): number[][] {
  const tested = subjects / SPLITS;
  const validated = Math.max(1, subjects / 10);
  const parts: number[][] = [];
  for (const [place, person] of new Random(seed, 12).permutation(subjects).entries()) {
    parts[person] = Array.from({ length: SPLITS }, (_, split) => {
      const after = (place - Math.ceil(split * tested) + subjects) % subjects;
      const end = Math.ceil((split + 1) * tested) - Math.ceil(split * tested);
      return after < end ? 3 : after < end + validated ? 2 : 1;
    });
  }
  return parts;
}
