/** How much a filter prefers one class. */

/** What each filter prefers. */
export interface Selectivity {
  /** 0 (answers all classes alike) to 1 (answers one alone); 0 for a filter that never answers. */
  selectivity: Float64Array;
  /** The class that it answers most, the lower of equals; -1 for a filter that never answers. */
  preferred: Int32Array;
}

/**
 * The class selectivity index of each filter: (m - o) / (m + o), with m the mean response to the class that it answers most and o the mean of its
 * mean responses to the other classes. Responses are 0 or more; images without a label (-1) do not count.
 *
 * Source: Morcos, Barrett, Rabinowitz, Botvinick, "On the Importance of Single Directions for Generalization" (2018).
 *
 * @param found n x F responses @param labels class number of each image
 * @throws {RangeError} for labels of another number, or of fewer than two classes.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { classSelectivity } from "./selectivity.ts";
 * const found = { images: 2, filters: 2, responses: Float32Array.of(3, 1, 1, 1) };
 * const { selectivity, preferred } = classSelectivity(found, [0, 1]);
 * assert.deepEqual([...selectivity, ...preferred], [0.5, 0, 0, 0]);
 * ```
 */
export function classSelectivity(
  { images, filters, responses }: { images: number; filters: number; responses: ArrayLike<number> },
  labels: ArrayLike<number>,
): Selectivity {
  if (responses.length !== images * filters) {
    throw new RangeError(
      `responses has ${responses.length} entries, expected one for each of ${images} images x ${filters} filters`,
    );
  }
  if (labels.length !== images) {
    throw new RangeError(`labels has ${labels.length} entries, expected one for each of ${images} images`);
  }
  const classes = [...new Set(Array.from(labels).filter((label) => label >= 0))].sort((a, b) => a - b);
  if (classes.length < 2) throw new RangeError(`labels are of ${classes.length} classes, expected 2 or more`);
  const counts = classes.map((label) => Array.from(labels).filter((other) => other === label).length);
  const places = Array.from(labels, (label) => classes.indexOf(label));
  const selectivity = new Float64Array(filters), preferred = new Int32Array(filters).fill(-1);
  for (let filter = 0; filter < filters; filter++) {
    const means = new Float64Array(classes.length);
    for (let image = 0; image < images; image++) {
      const place = places[image];
      if (place >= 0) means[place] += responses[image * filters + filter] / counts[place];
    }
    const most = means.reduce((best, mean, place) => mean > means[best] ? place : best, 0);
    const others = means.reduce((sum, mean, place) => place === most ? sum : sum + mean, 0) / (classes.length - 1);
    if (!(means[most] > 0)) continue;
    selectivity[filter] = (means[most] - others) / (means[most] + others);
    preferred[filter] = classes[most];
  }
  return { selectivity, preferred };
}
