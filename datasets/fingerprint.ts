/** Which data this is: a SHA-256 over everything in a dataset that training or analysis can see. */

import { checkArray } from "./arrays.ts";
import type { Dataset } from "./dataset.ts";
import { foldKind } from "./split.ts";

/**
 * Hexadecimal SHA-256 of a dataset: its name, sizes, class names, Action Unit numbers and arrays.
 *
 * Two datasets have the same fingerprint exactly when all of these are equal. Numbers are hashed as little-endian
 * integers, so the answer does not depend on the machine. The dataset's own `fingerprint`, if it has one, is ignored.
 *
 * @param dataset the dataset, with or without a fingerprint.
 * @returns 64 hexadecimal digits.
 * @throws {TypeError} For an array of another type: its numbers would be hashed as others.
 *
 * @example
 * ```ts
 * import { fingerprint } from "./fingerprint.ts";
 * const print = await fingerprint({
 *   name: "tiny",
 *   imageSize: 1,
 *   classNames: ["dark", "bright"],
 *   images: Uint8Array.of(0, 255),
 *   labels: Int32Array.of(0, 1),
 *   subjects: Int32Array.of(0, 1),
 *   folds: Int32Array.of(0, 1),
 *   foldColumns: 1,
 * });
 * if (!/^[0-9a-f]{64}$/.test(print)) throw new Error(print);
 * ```
 */
export async function fingerprint(dataset: Omit<Dataset, "fingerprint">): Promise<string> {
  const { name, imageSize, classNames, images, labels, subjects, folds, foldColumns, actionUnits, units, sequences } =
    dataset;
  // Each array is hashed on its own first, so that moving a byte from one array to the next changes the answer.
  const bytes = { images, units: units ?? new Uint8Array(0) }, integers = { labels, subjects, folds, sequences };
  for (const [name, array] of Object.entries(bytes)) checkArray(`dataset.${name}`, array, Uint8Array);
  for (const [name, array] of Object.entries(integers)) {
    if (name !== "sequences" || sequences) checkArray(`dataset.${name}`, array, Int32Array);
  }
  const parts = await Promise.all([images, labels, subjects, folds, bytes.units].map(hashArray));
  const header = {
    name,
    imageSize,
    classNames,
    foldColumns,
    // Said only where the number of columns does not say it already.
    ...(foldColumns === 1 && foldKind(dataset) === "splits" && { foldKind: "splits" }),
    actionUnits: actionUnits ?? null,
    ...(sequences && { sequences: await hashArray(sequences) }),
    parts,
  };
  return await sha256(new TextEncoder().encode(JSON.stringify(header)));
}

async function hashArray(array: Uint8Array | Int32Array): Promise<string> {
  if (array instanceof Uint8Array) return await sha256(array);
  const bytes = new Uint8Array(array.length * 4);
  const view = new DataView(bytes.buffer);
  array.forEach((value, index) => view.setInt32(index * 4, value, true));
  return await sha256(bytes);
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes as BufferSource);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
