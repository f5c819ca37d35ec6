/**
 * A dataset in memory, as training and analysis see it: images as bytes, labels, subjects, folds, Action Units.
 * Pure data: reads no file and knows no network, so that it runs in a browser too.
 */

/** What the columns of `folds` hold: a fold number, or the part an image plays in an official split. */
export type FoldKind = "folds" | "splits";

/** Labelled face images and what is known about each. `n` images, square, one grey channel. */
export interface Dataset {
  /** Short name, for example `"synthetic"` or `"tfd"`. */
  name: string;
  /** Side of an image in pixels, S. */
  imageSize: number;
  /** Class names in the order of the label numbers. */
  classNames: string[];
  /** Grey levels 0..255, n x 1 x S x S, row-major. */
  images: Uint8Array;
  /** Class number of each image, 0..C-1; -1 where the image has no label. */
  labels: Int32Array;
  /** Subject number of each image; -1 where nobody knows. */
  subjects: Int32Array;
  /**
   * Either one fold number an image (length n: cross-validation by fold), or n x `foldColumns` official splits
   * (row-major; 0 train, 1 validation, 2 test; -1 not used in that split).
   */
  folds: Int32Array;
  /** Number of columns in `folds`: 1 for cross-validation by fold, as many as there are official splits. */
  foldColumns: number;
  /** What a single column means: left out, or `"folds"`, for fold numbers; `"splits"` for one official split. */
  foldKind?: FoldKind;
  /** Number of the video sequence that each image is a frame of, -1 where it is of none; absent where no image is a frame. */
  sequences?: Int32Array;
  /** Action Unit numbers, the columns of `units`; absent where none are known. */
  actionUnits?: number[];
  /** n x K Action Unit codes: 0 absent, 1..5 intensity (A..E), 6 present but not graded, 255 unknown. */
  units?: Uint8Array;
  /** Hexadecimal SHA-256 over the arrays above: which data this is. */
  fingerprint: string;
}
