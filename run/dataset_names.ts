/** The datasets that a command line may name: apart from what reads them, which loads a library for images. */

/** The datasets that `train` knows by name. */
export const DATASETS = ["synthetic", "tfd", "ck_plus", "ck_plus_six_class"] as const;
/** One of them. */
export type DatasetName = typeof DATASETS[number];
