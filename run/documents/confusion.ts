/** Whether the confusion matrix that a document holds is one of its classes and images. */

/**
 * Checks it.
 *
 * @param classes Names of the classes.
 * @param images Images that were tested.
 * @param confusion Counts, true class by predicted class.
 * @throws {TypeError} where it has not a row and a column a class, or its counts do not add up to the images.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkConfusion } from "./confusion.ts";
 * checkConfusion(["sad", "glad"], 3, [[1, 0], [1, 1]]);
 * assert.throws(() => checkConfusion(["sad", "glad"], 4, [[1, 0], [1, 1]]), /adds up to 3, not to the 4 images/);
 * ```
 */
export function checkConfusion(classes: readonly string[], images: number, confusion: readonly number[][]): void {
  const { length: count } = classes;
  if (confusion.length !== count || confusion.some(({ length }) => length !== count)) {
    throw new TypeError(`test.confusion has not ${count} rows of ${count} counts, one a class`);
  }
  const sum = confusion.flat().reduce((total, count) => total + count, 0);
  if (sum !== images) throw new TypeError(`test.confusion adds up to ${sum}, not to the ${images} images`);
}
