/** Which images of a set a network has seen before: found by their pixels, one by one, whatever the sets are called. */
import type { Dataset } from "../../datasets/dataset.ts";

/** Images that are of no use as a test. */
export interface SeenImages {
  /** Image numbers, ascending: those that were seen, and all others of the people on them. */
  rows: Uint32Array;
  /** Image numbers of those that are pixel for pixel among the images that were seen, ascending. */
  same: Uint32Array;
}

/**
 * Finds the images of a set that are pixel for pixel among those that a network has learned, and the other images of
 * the same people: more photographs of somebody whom the network knows are no test on unseen faces. An image whose
 * subject nobody knows stands for itself. A photograph that was cut out or scaled otherwise is another image here.
 *
 * @param seen The images that trained the network or chose its checkpoint: `rows` are their numbers in `dataset`.
 * @param tested The other set; it may be the same one.
 * @throws {RangeError} for images of different sizes.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { findSeenImages } from "./seen_images.ts";
 * const dataset = { imageSize: 1, images: Uint8Array.of(10, 20, 30) };
 * const tested = { imageSize: 1, images: Uint8Array.of(5, 20, 6, 30), subjects: Int32Array.of(0, 1, 1, -1) };
 * const { rows, same } = findSeenImages({ dataset, rows: Uint32Array.of(1, 2) }, tested);
 * assert.deepEqual([[...same], [...rows]], [[1, 3], [1, 2, 3]]);
 * ```
 */
export function findSeenImages(
  seen: { dataset: Pick<Dataset, "imageSize" | "images">; rows: Uint32Array },
  tested: Pick<Dataset, "imageSize" | "images" | "subjects">,
): SeenImages {
  if (seen.dataset.imageSize !== tested.imageSize) {
    throw new RangeError(
      `the tested images are ${tested.imageSize} pixels wide, those that were seen ${seen.dataset.imageSize}`,
    );
  }
  const pixels = tested.imageSize ** 2;
  const imageOf = ({ images }: { images: Uint8Array }, row: number) =>
    images.subarray(row * pixels, (row + 1) * pixels);
  const known = new Map<number, Uint8Array[]>();
  for (const row of seen.rows) {
    const image = imageOf(seen.dataset, row), hash = hashOf(image);
    const alike = known.get(hash);
    if (!alike) known.set(hash, [image]);
    else if (!alike.some((other) => areSame(image, other))) alike.push(image);
  }
  const { subjects } = tested;
  const same = Uint32Array.from(subjects.keys()).filter((row) => {
    const image = imageOf(tested, row);
    return known.get(hashOf(image))?.some((other) => areSame(image, other)) ?? false;
  });
  const people = new Set(Array.from(same, (row) => subjects[row]).filter((subject) => subject >= 0));
  const chosen = new Set(same);
  const rows = Uint32Array.from(subjects.keys()).filter((row) => chosen.has(row) || people.has(subjects[row]));
  return { rows, same };
}

/** FNV-1a, 32 bits: only images with equal hashes are compared. */
function hashOf(image: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < image.length; i++) hash = Math.imul(hash ^ image[i], 0x01000193);
  return hash;
}

function areSame(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
