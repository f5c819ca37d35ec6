/** Where the bins of a histogram lie, and which bin a value falls into. */

/**
 * How bins are laid over values: `"full"`, of equal width from the lowest to the highest value; `"quantiles"`, so that each
 * holds about as many values; or two numbers, of equal width between them, with what lies outside counted in the outermost bins.
 */
export type BinRange = "full" | "quantiles" | readonly [low: number, high: number];

/**
 * The inner edges of a histogram's bins, ascending.
 *
 * @param values What is counted, in any order: finite numbers.
 * @param bins Number of bins, 1..65,536.
 * @param range How they are laid. See {@linkcode BinRange}.
 * @returns `bins` - 1 edges. Under `"quantiles"` some may be equal where values are, and the bins between them stay empty.
 * @throws {RangeError} For a number of bins, a range or a value that is none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { binEdges } from "./histogram.ts";
 *
 * assert.deepEqual([...binEdges([0, 1, 8], 4, "full")], [2, 4, 6]);
 * assert.deepEqual([...binEdges([0, 1, 8], 2, "quantiles")], [1]);
 * ```
 */
export function binEdges(values: ArrayLike<number>, bins: number, range: BinRange): Float64Array {
  if (!(Number.isInteger(bins) && bins >= 1 && bins <= 65536)) {
    throw new RangeError(`bins is ${bins}, expected an integer from 1 to 65536`);
  }
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) throw new RangeError(`value ${i} is ${values[i]}, expected a finite number`);
  }
  const edges = new Float64Array(bins - 1);
  if (range === "quantiles") {
    const sorted = Float64Array.from(values).sort();
    return edges.map((_, i) => sorted[Math.ceil((i + 1) * sorted.length / bins) - 1] ?? 0);
  }
  let [low, high] = [Infinity, -Infinity];
  if (range === "full") {
    for (let i = 0; i < values.length; i++) {
      low = Math.min(low, values[i]);
      high = Math.max(high, values[i]);
    }
    if (!(low < high)) return edges.fill(values.length > 0 ? low : 0);
  } else {
    [low, high] = range;
    if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) {
      throw new RangeError(`range is ${range}, expected "full", "quantiles" or two numbers, the lower one first`);
    }
  }
  return edges.map((_, i) => low + (high - low) * (i + 1) / bins);
}

/**
 * The bin of each value: the number of inner edges that lie below it.
 *
 * @param values What is counted.
 * @param edges Inner edges, ascending, as {@linkcode binEdges} gives them.
 * @returns Numbers 0..`edges.length`. A value on an edge belongs to the bin below.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { binIndices } from "./histogram.ts";
 *
 * assert.deepEqual([...binIndices([-5, 2, 2.5, 99], [2, 4, 6])], [0, 0, 1, 3]);
 * ```
 */
export function binIndices(values: ArrayLike<number>, edges: ArrayLike<number>): Uint16Array {
  return Uint16Array.from({ length: values.length }, (_, i) => {
    let [low, high] = [0, edges.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (edges[middle] < values[i]) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}
