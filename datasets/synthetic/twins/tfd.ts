/**
 * The TFD twin: `TFD_48x48.mat` and `TFD_96x96.mat` with the fields of the real files, of drawn faces: labelled and
 * unlabelled ones mixed, five official splits by subject. What reads the real files reads these.
 */

import { join } from "node:path";
import { matHeader, matVariable } from "../../mat/write.ts";
import { writeFile } from "../../prepared/files.ts";
import { TFD_CLASSES } from "../../tfd.ts";
import { forEachNumber } from "../each.ts";
import { photograph } from "../photograph.ts";
import { type TwinTarget, writeTwin } from "./folder.ts";
import { planTfdTwin, splitParts, SPLITS, tfdTwinFace, type TfdTwinPlanOptions, type TwinImage } from "./tfd_plan.ts";

/** What to write and where. */
export interface TfdTwinOptions extends TfdTwinPlanOptions, TwinTarget {
  /** Folder for the files: new, empty, or with `overwrite` another twin. */
  output: string;
  /** 48 or 96: writes only that file. Both hold the same images. */
  imageSize?: 48 | 96;
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

const SIDE = 96;

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

/** A whole file in pieces. The image number runs fastest, then the row, then the column. */
function* matFile(plan: TwinImage[], parts: number[][], size: 48 | 96, images: Uint8Array): Generator<Uint8Array> {
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
