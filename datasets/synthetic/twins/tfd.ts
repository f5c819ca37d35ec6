/**
 * The TFD twin: `TFD_48x48.mat` and `TFD_96x96.mat` with the fields of the real files, of drawn faces: labelled and
 * unlabelled ones mixed, five official splits by subject. What reads the real files reads these.
 */

import { join } from "node:path";
import { matHeader, matVariable } from "../../mat/write.ts";
import { writeFile } from "../../prepared/files.ts";
import { TFD_CLASSES } from "../../tfd.ts";
import type { Face } from "../drawing/drawing.ts";
import { forEachNumber } from "../each.ts";
import { drawExpression, type Emotion, EMOTIONS } from "../expression.ts";
import { drawIdentity } from "../identity.ts";
import { photograph } from "../photograph.ts";
import { Random } from "../random.ts";
import { drawScene } from "../scene.ts";
import { type TwinTarget, writeTwin } from "./folder.ts";

/** What to write and where. */
export interface TfdTwinOptions extends TwinTarget {
  /** Folder for the files: new, empty, or with `overwrite` another twin. */
  output: string;
  /** Labelled people, 5..10,000: fewer make no five splits. */
  subjects: number;
  /** Labelled images of each, 1..1,000; the seven classes come up equally often, as far as the number allows. As many more have no label. */
  imagesPerSubject: number;
  /** 48 or 96: writes only that file. Both hold the same images. */
  imageSize?: 48 | 96;
  /** Any integer 0..2^32-1: same seed and numbers, same bytes. */
  seed: number;
  /** Called after every image with the number done and the total. */
  onProgress?: (done: number, total: number) => void;
}

/** How many images were written. */
export interface TfdTwinCounts {
  labelled: number;
  unlabelled: number;
  /** Images of each class, in the order of TFD's numbers. */
  classes: number[];
}

/** One image: whose, which class (1..7, -1 none), and the stream numbers behind it. */
interface Planned {
  /** Number of the person, from 0; people without a label come after those with one. */
  person: number;
  /** Number of the image within the person. */
  image: number;
  label: number;
}

/** TFD's classes by the names of ours, in TFD's order. */
const CLASSES: readonly Emotion[] = ["anger", "disgust", "fear", "happy", "sadness", "surprise", "neutral"];
const SIDE = 96;
const SPLITS = 5;
/** The twin's people are no others' in any of the drawn sets. */
const FIRST_PERSON = 2_000_000;
const LIMITS = { subjects: [5, 10_000], imagesPerSubject: [1, 1_000], seed: [0, 2 ** 32 - 1] } as const;
/** Images that are held at once: as many as the real set has, a little under 1 GiB of pixels. */
const MOST_IMAGES = 110_000;

/**
 * Draws the TFD twin: uncompressed version 5 files, and a `twin.json` that says how they were made. In each split a
 * fifth of the people tests, a tenth validates, the others train. The 48 x 48 images are the 96 x 96 ones, each pixel
 * the mean of four.
 *
 * @param options see {@link TfdTwinOptions}.
 * @returns how many images there are.
 * @throws RangeError when an option is out of range.
 * @throws {SourceError} When `output` holds what must not be replaced.
 * @throws The signal's reason when it is aborted; nothing is left behind.
 *
 * @example
 * ```ts
 * import { prepareTfd } from "../../tfd.ts";
 * import { writeTfdTwin } from "./tfd.ts";
 *
 * const parent = await Deno.makeTempDir();
 * await writeTfdTwin({ output: `${parent}/twin`, subjects: 5, imagesPerSubject: 2, imageSize: 48, seed: 1 });
 * const dataset = await prepareTfd({ input: `${parent}/twin`, imageSize: 48 });
 * if (dataset.labels.length !== 10) throw new Error("expected 10 labelled images");
 * await Deno.remove(parent, { recursive: true });
 * ```
 */
export async function writeTfdTwin(options: TfdTwinOptions): Promise<TfdTwinCounts> {
  const { output, overwrite, signal, onProgress, subjects, imagesPerSubject, imageSize, seed } = options;
  if (imageSize !== undefined && imageSize !== 48 && imageSize !== 96) {
    throw new RangeError(`writeTfdTwin: imageSize is ${imageSize}; expected 48 or 96, or none for both.`);
  }
  const plan = planTfdTwin(options);
  const parts = splitParts(subjects, seed);
  const description = { layout: "tfd", source: "drawn faces", subjects, imagesPerSubject, imageSize, seed };
  await writeTwin(output, description, async (folder) => {
    const images = new Uint8Array(plan.length * SIDE * SIDE);
    await forEachNumber(plan.length, async (number) => {
      images.set(await photograph(tfdTwinFace(seed, plan[number]), SIDE, SIDE), number * SIDE * SIDE);
    }, { onProgress, signal });
    for (const size of imageSize ? [imageSize] : [48, 96] as const) {
      const file = matFile(plan, parts, size, images);
      await writeFile(join(folder, `TFD_${size}x${size}.mat`), file, signal);
    }
  }, { overwrite, signal });
  const classes = TFD_CLASSES.map((_, index) => plan.filter(({ label }) => label === index + 1).length);
  const labelled = plan.filter(({ label }) => label > 0).length;
  return { labelled, unlabelled: plan.length - labelled, classes };
}

/** All images in the order of the files: those with and without a label in one shuffle. */
function planTfdTwin({ subjects, imagesPerSubject, seed }: TfdTwinOptions): Planned[] {
  for (const [name, value] of Object.entries({ subjects, imagesPerSubject, seed })) {
    const [low, high] = LIMITS[name as keyof typeof LIMITS];
    if (!Number.isInteger(value) || value < low || value > high) {
      throw new RangeError(`writeTfdTwin: ${name} is ${value}; expected a whole number from ${low} to ${high}.`);
    }
  }
  const half = subjects * imagesPerSubject;
  if (2 * half > MOST_IMAGES) {
    throw new RangeError(
      `writeTfdTwin: twice subjects x imagesPerSubject is ${2 * half} images; expected at most ${MOST_IMAGES}.`,
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

/** The face behind an image. Those without a label show any of the eight emotions. */
function tfdTwinFace(seed: number, { person, image, label }: Planned): Face {
  const number = FIRST_PERSON + person;
  const random = new Random(seed, 11, person, image);
  const emotion = label > 0 ? CLASSES[label - 1] : random.pick(EMOTIONS);
  return {
    identity: drawIdentity(seed, number),
    expression: drawExpression(emotion, random),
    scene: drawScene(seed, number, image),
  };
}

/** Part of each person in each split, 1 train, 2 validation, 3 test: the people in a circle, a fifth of it tested after the other. */
function splitParts(subjects: number, seed: number): number[][] {
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

/** A whole file in pieces. The image number runs fastest, then the row, then the column. */
function* matFile(plan: Planned[], parts: number[][], size: 48 | 96, images: Uint8Array): Generator<Uint8Array> {
  const count = plan.length;
  const values = function* () {
    const piece = new Uint8Array(count);
    for (let column = 0; column < size; column++) {
      for (let row = 0; row < size; row++) {
        for (let image = 0; image < count; image++) piece[image] = greyLevel(images, image, row, column, SIDE / size);
        yield piece;
      }
    }
  };
  const folds = Float64Array.from({ length: SPLITS * count }, (_, at) => {
    const { person, label } = plan[at % count];
    return label > 0 ? parts[person][Math.floor(at / count)] : 0;
  });
  const labels = plan.map(({ label }) => label);
  const people = plan.map(({ person, label }) => label > 0 ? person + 1 : -1);
  yield matHeader();
  yield* matVariable({ name: "images", dimensions: [count, size, size], class: "uint8", values });
  yield* matVariable({ name: "folds", dimensions: [count, SPLITS], values: folds });
  yield* matVariable({ name: "labs_ex", dimensions: [count, 1], values: labels });
  yield* matVariable({ name: "labs_id", dimensions: [count, 1], values: people });
}

/** A pixel of an image drawn 96 pixels wide, or the mean of two by two of them. */
function greyLevel(images: Uint8Array, image: number, row: number, column: number, by: number): number {
  const at = (image * SIDE + row * by) * SIDE + column * by;
  if (by === 1) return images[at];
  return (images[at] + images[at + 1] + images[at + SIDE] + images[at + SIDE + 1] + 2) >> 2;
}
