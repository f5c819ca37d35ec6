/**
 * Datasets: reading what is distributed, writing and reading prepared folders, drawing the built-in faces. The second entry of aulens,
 * with npm packages in its graph (`npm:sharp`); the first, `mod.ts`, has none.
 *
 * @module
 */
export type { Dataset } from "./dataset.ts";
export { contactSheet, type ContactSheetOptions } from "./contact_sheet.ts";
export { fingerprint } from "./fingerprint.ts";
export { MatError } from "./mat/mod.ts";
export { type NpyArray, NpyError, readNpy, writeNpy } from "./npy.ts";
export {
  PreparedError,
  type PreparedMeta,
  readPrepared,
  readPreparedMeta,
  writePrepared,
  type WritePreparedOptions,
} from "./prepared.ts";
export { type Split, splitIndices } from "./split.ts";
export { ACTION_UNITS, EMOTIONS } from "./synthetic/expression.ts";
export { generateSynthetic, type SyntheticOptions } from "./synthetic/generate.ts";
export { prepareTfd, TFD_CLASSES, type TfdOptions } from "./tfd.ts";
export {
  CK_PLUS_CLASSES,
  type CkPlusCrop,
  type CkPlusOptions,
  prepareCkPlus,
  type PreparedCkPlus,
} from "./ck_plus/mod.ts";
export { chooseFace, cropFace, detectFaces, type DetectOptions, type Face, findFace, type Image } from "./faces/mod.ts";
