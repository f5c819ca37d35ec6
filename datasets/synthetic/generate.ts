/** The built-in data set: drawn faces of invented people, with the Action Units of each known exactly. */

import type { Dataset } from "../dataset.ts";
import { fingerprint } from "../fingerprint.ts";
import type { Face } from "./drawing/drawing.ts";
import { forEachNumber } from "./each.ts";
import { ACTION_UNITS, drawExpression, EMOTIONS, unitCodes } from "./expression.ts";
import { drawIdentity } from "./identity.ts";
import { photograph } from "./photograph.ts";
import { Random } from "./random.ts";
import { drawScene } from "./scene.ts";

/** How many faces to draw, how large, and from which seed. */
export interface SyntheticOptions {
  /** Number of people, 1..100,000. Person i stands in fold i mod 10. */
  subjects: number;
  /** Photographs of each person, 1..1,000; the eight emotions come up equally often, as far as the number allows. */
  imagesPerSubject: number;
  /** Side of an image in pixels, 8..512. */
  imageSize: number;
  /** Any integer 0..2^32-1: same seed and sizes, same bytes. */
  seed: number;
  /** Called after every image with the number done and the total. */
  onProgress?: (done: number, total: number) => void;
  /** Stops the work: the promise rejects with the signal's reason. */
  signal?: AbortSignal;
}

const LIMITS = {
  subjects: [1, 100_000],
  imagesPerSubject: [1, 1_000],
  imageSize: [8, 512],
  seed: [0, 2 ** 32 - 1],
} as const;

/** No more pixels than fit comfortably in memory: 2 GiB. */
const MAXIMUM_BYTES = 2 ** 31;

/**
 * Draws a data set of faces with known Action Units: ten folds by subject, eight classes in the order of CK+.
 *
 * @param options see {@link SyntheticOptions}.
 * @returns the data set in memory; images are ordered by subject.
 * @throws RangeError when an option is not a whole number in its range, or the images would not fit in 2 GiB.
 *
 * @example
 * ```ts
 * import { generateSynthetic } from "./generate.ts";
 * const faces = await generateSynthetic({ subjects: 2, imagesPerSubject: 8, imageSize: 32, seed: 1 });
 * if (faces.images.length !== 16 * 32 * 32) throw new Error("16 images of 32 x 32");
 * ```
 */
export async function generateSynthetic(options: SyntheticOptions): Promise<Dataset> {
  checkOptions(options);
  const { subjects, imagesPerSubject, imageSize, onProgress, signal } = options;
  const total = subjects * imagesPerSubject;
  const pixels = imageSize * imageSize;
  const images = new Uint8Array(total * pixels);
  const labels = new Int32Array(total);
  const units = new Uint8Array(total * ACTION_UNITS.length);
  await forEachNumber(total, async (index) => {
    const { face, label } = syntheticFace(options, index);
    images.set(await photograph(face, imageSize, imageSize), index * pixels);
    labels[index] = label;
    units.set(unitCodes(face.expression), index * ACTION_UNITS.length);
  }, { onProgress, signal });
  const bySubject = Int32Array.from({ length: total }, (_, index) => Math.floor(index / imagesPerSubject));
  const dataset: Omit<Dataset, "fingerprint"> = {
    name: "synthetic",
    imageSize,
    classNames: [...EMOTIONS],
    images,
    labels,
    subjects: bySubject,
    folds: bySubject.map((subject) => subject % 10),
    foldColumns: 1,
    actionUnits: [...ACTION_UNITS],
    units,
  };
  return { ...dataset, fingerprint: await fingerprint(dataset) };
}

/**
 * The face behind one image of the data set: for masks of its Action Units, or to draw it again at another size.
 *
 * @param options the options that the data set was made with; only seed and imagesPerSubject matter.
 * @param index number of the image, from 0.
 * @returns the face and its class number.
 *
 * @example
 * ```ts
 * import { syntheticFace } from "./generate.ts";
 * const { label } = syntheticFace({ seed: 1, imagesPerSubject: 8 }, 3);
 * if (label < 0 || label > 7) throw new Error("eight classes");
 * ```
 */
export function syntheticFace(
  options: Pick<SyntheticOptions, "seed" | "imagesPerSubject">,
  index: number,
): { face: Face; label: number } {
  const { seed, imagesPerSubject } = options;
  const subject = Math.floor(index / imagesPerSubject);
  const image = index % imagesPerSubject;
  // Every eight images of a person are all eight emotions, in an order of their own.
  const order = new Random(seed, 5, subject, Math.floor(image / EMOTIONS.length)).permutation(EMOTIONS.length);
  const label = order[image % EMOTIONS.length];
  const face: Face = {
    identity: drawIdentity(seed, subject),
    expression: drawExpression(EMOTIONS[label], new Random(seed, 4, subject, image)),
    scene: drawScene(seed, subject, image),
  };
  return { face, label };
}

function checkOptions(options: SyntheticOptions): void {
  for (const name of ["subjects", "imagesPerSubject", "imageSize", "seed"] as const) {
    const [low, high] = LIMITS[name];
    const value = options[name];
    if (!Number.isInteger(value) || value < low || value > high) {
      throw new RangeError(`generateSynthetic: ${name} is ${value}; expected a whole number from ${low} to ${high}.`);
    }
  }
  const bytes = options.subjects * options.imagesPerSubject * options.imageSize ** 2;
  if (bytes > MAXIMUM_BYTES) {
    throw new RangeError(
      `generateSynthetic: subjects x imagesPerSubject x imageSize^2 is ${bytes} bytes; expected at most ${MAXIMUM_BYTES}. ` +
        "Ask for fewer or smaller images.",
    );
  }
}
