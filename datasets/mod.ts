/**
 * Datasets: reading what is distributed, writing and reading prepared folders, drawing the built-in faces. The second entry of aulens,
 * with npm packages in its graph (`npm:sharp`); the first, `mod.ts`, has none.
 *
 * @module
 */
export { checkDataset, DatasetError } from "./check.ts";
export type { Dataset, FoldKind } from "./dataset.ts";
export { actionUnitName } from "./action_units.ts";
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
export { readAuthorsFolder } from "./authors_folder.ts";
export { type Fer2013Options, prepareFer2013 } from "./fer2013.ts";
export { type ImageFolderOptions, prepareImageFolder } from "./image_folder.ts";
export { SourceError, SourceErrors } from "./source_error.ts";
export { foldKind, type Split, splitIndices } from "./split.ts";
export { subjectOverlaps } from "./subject_overlap.ts";
export { ACTION_UNITS, EMOTIONS } from "./synthetic/expression.ts";
export { generateSynthetic, type SyntheticOptions } from "./synthetic/generate.ts";
export { type CkPlusTwinOptions, writeCkPlusTwin } from "./synthetic/twins/ck_plus.ts";
export { type TfdTwinCounts, type TfdTwinOptions, writeTfdTwin } from "./synthetic/twins/tfd.ts";
export { syntheticRegions } from "./synthetic/truth.ts";
export { prepareTfd, TFD_CLASSES, type TfdOptions } from "./tfd.ts";
export {
  CK_PLUS_CLASSES,
  type CkPlusCrop,
  type CkPlusOptions,
  prepareCkPlus,
  type PreparedCkPlus,
} from "./ck_plus/mod.ts";
export { chooseFace, cropFace, detectFaces, type DetectOptions, type Face, findFace, type Image } from "./faces/mod.ts";
export { type Detector, type FaceBackend, FaceDetectionError } from "./faces/mod.ts";
export {
  cutSquare,
  type FaceBox,
  type FaceCrop,
  type FaceFrame,
  faceSquare,
  findFaces,
  findPictures,
  type FoundPictures,
  type PictureFaces,
  type Point,
  type ReadFace,
  readFaces,
  type ReadFacesOptions,
  readImage,
  type ReadImageOptions,
  type Square,
} from "./faces/mod.ts";
