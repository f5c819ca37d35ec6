/** Checks of what users pass in: an error names the argument, its value and what was expected. */
import { type ArrayType, checkArray } from "../datasets/arrays.ts";
import { excerpt } from "../datasets/printable.ts";

/**
 * The number of images in an array of n x S x S finite numbers, n at least 1.
 *
 * @param types The typed arrays that are taken; a Float32Array where none is named.
 * @throws {TypeError} for an array of another type, whose bytes would be read as other numbers.
 * @throws {RangeError} for an empty array, a length that is no multiple of S x S, or a value that is not finite.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkImages } from "./checks.ts";
 * assert.equal(checkImages(new Float32Array(128), 8), 2);
 * assert.throws(() => checkImages(new Float32Array(100), 8), /images has 100 values/);
 * ```
 */
export function checkImages(
  images: ArrayLike<number>,
  imageSize: number,
  types: ArrayType[] = [Float32Array],
): number {
  checkArray("images", images, ...types);
  const pixels = imageSize ** 2;
  if (!(images.length > 0 && images.length % pixels === 0)) {
    throw new RangeError(
      `images has ${images.length} values, expected a positive multiple of ${imageSize} x ${imageSize} = ${pixels}`,
    );
  }
  for (let i = 0; i < images.length; i++) {
    if (!Number.isFinite(images[i])) {
      throw new RangeError(`images[${i}] (image ${Math.floor(i / pixels)}) is ${images[i]}, expected a finite number`);
    }
  }
  return images.length / pixels;
}

/**
 * Labels as 32-bit words, one an image, each 0..classes-1.
 *
 * @throws {RangeError} for another count, or a label that is no such integer.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkLabels } from "./checks.ts";
 * assert.deepEqual([...checkLabels([0, 6], 2, 7)], [0, 6]);
 * assert.throws(() => checkLabels([7], 1, 7), /labels\[0\] is 7/);
 * ```
 */
export function checkLabels(labels: ArrayLike<number>, count: number, classes: number): Uint32Array {
  if (labels.length !== count) {
    throw new RangeError(`labels has ${labels.length} entries, expected one for each of ${count} images`);
  }
  for (let i = 0; i < count; i++) {
    if (!(Number.isInteger(labels[i]) && labels[i] >= 0 && labels[i] < classes)) {
      throw new RangeError(`labels[${i}] is ${labels[i]}, expected an integer in 0..${classes - 1}`);
    }
  }
  return Uint32Array.from(labels);
}

/**
 * Refuses a seed that is no 32-bit unsigned integer.
 *
 * @throws {RangeError} naming the seed.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkSeed } from "./checks.ts";
 * assert.throws(() => checkSeed(-1), /seed is -1/);
 * ```
 */
export function checkSeed(seed: number): void {
  if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)) {
    throw new RangeError(`seed is ${excerpt(seed)}, expected an integer in 0..4294967295`);
  }
}

/**
 * Refuses rows that are no image numbers of a dataset.
 *
 * @param rows Image numbers, in any order.
 * @param count Number of images in the dataset.
 * @throws {RangeError} for none, and for one that is no integer from 0 to count - 1.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkRows } from "./checks.ts";
 * checkRows(Uint32Array.of(2, 0), 3);
 * assert.throws(() => checkRows(Uint32Array.of(2, 3), 3), /rows\[1\] is 3, the dataset has 3 images/);
 * ```
 */
export function checkRows(rows: Uint32Array, count: number): void {
  if (rows.length === 0) throw new RangeError("rows is empty, expected at least one image number");
  const bad = rows.findIndex((row) => !(Number.isInteger(row) && row >= 0 && row < count));
  if (bad >= 0) throw new RangeError(`rows[${bad}] is ${rows[bad]}, the dataset has ${count} images`);
}

/**
 * Refuses a dataset of another image size than a network's.
 *
 * @throws {RangeError} naming both.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkImageSize } from "./checks.ts";
 * assert.throws(() => checkImageSize({ imageSize: 48 }, { imageSize: 96 }), /images are 96 pixels wide, the network takes 48/);
 * ```
 */
export function checkImageSize(net: { imageSize: number }, dataset: { imageSize: number }): void {
  if (dataset.imageSize === net.imageSize) return;
  throw new RangeError(`the dataset's images are ${dataset.imageSize} pixels wide, the network takes ${net.imageSize}`);
}
