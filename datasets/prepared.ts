/**
 * The prepared folder, which everything that trains or analyses reads: `X.npy` (uint8, n x 1 x S x S), `y.npy`,
 * `subjs.npy` (int32, n), `folds.npy` (int32, n or n x splits), `aus.npy` (uint8, n x K, where Action Units are known),
 * `seqs.npy` (int32, n, where images are frames of sequences)
 * and `meta.json`.
 */

export { PreparedError } from "./prepared/files.ts";
export { checkNotInterrupted } from "./prepared/leftovers.ts";
export { type PreparedMeta, readPreparedMeta } from "./prepared/meta.ts";
export { readPrepared } from "./prepared/read.ts";
export { checkTarget, writePrepared, type WritePreparedOptions } from "./prepared/write.ts";
