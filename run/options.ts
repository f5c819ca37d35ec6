/** What a training run can be told, and what it does where nothing is said. */
import type { AdapterDescription } from "../gpu/adapter.ts";
import type { ConvolutionMethod } from "../kernels/convolution/mod.ts";
import type { Normalization } from "../kernels/normalization/mod.ts";
import type { Selection } from "../training/evaluation/select.ts";
import { PAPER_SETTINGS, type Variant } from "../training/options.ts";
import type { DatasetName } from "./dataset_names.ts";

/** What a run can be told. What is left out is as `defaultsFor` says, or as it was when the run is resumed. */
export interface TrainRunOptions {
  /** What to train on; left out where only `data` says it. Default: what `data` holds, or else the drawn faces. */
  dataset?: DatasetName;
  /** The prepared folder. Default: `data/<dataset>`. */
  data?: string;
  /** `_a` augments, `_d` drops out. */
  variant?: Variant;
  /** Which fold tests, or which official split. Default 0. */
  split?: number;
  /** How a checkpoint will be chosen. Default `"validation"`; of a run that is resumed, what it was. */
  select?: Selection;
  /** Updates in all. */
  steps?: number;
  /** Images a step. */
  batch?: number;
  /** Side of the images, a multiple of 8. */
  imageSize?: number;
  /** Draws weights, batches, augmentation, dropout: 0..2^32-1. Default 1. */
  seed?: number;
  normalization?: Normalization;
  learningRate?: number;
  momentum?: number;
  weightDecay?: number;
  /** Steps between checkpoints. */
  checkpointEvery?: number;
  /** The run folder. Default: `runs/<dataset>-<variant>-split<n>-seed<n>`. */
  run?: string;
  /** Goes on from the run's last checkpoint. Default false. */
  resume?: boolean;
  /** Scale of the initial weights. */
  initScale?: number;
  convolution?: ConvolutionMethod;
}

/** What is trained where nothing is said. */
export interface Defaults {
  imageSize: number;
  variant: Variant;
  batch: number;
  steps: number;
  checkpointEvery: number;
  initScale: number | undefined;
}

/**
 * Defaults of a dataset: the paper's for the real sets. For the drawn faces, what reaches its accuracy soon: small and plain on a software
 * adapter, the paper's size and best variant on a GPU. The initial scale k decides how long the loss stays at ln 8: at 48 pixels k = 1.4
 * had left it after 100 steps of 32 images, k = 1 had not after 200 steps of 24.
 */
export function defaultsFor(dataset: string, adapter: Pick<AdapterDescription, "software">): Defaults {
  if (dataset !== "synthetic") {
    return {
      imageSize: 96,
      variant: "cnn_ad",
      batch: PAPER_SETTINGS.batch,
      steps: 31_000,
      checkpointEvery: 1000,
      initScale: undefined,
    };
  }
  return adapter.software
    ? { imageSize: 48, variant: "cnn", batch: 32, steps: 300, checkpointEvery: 100, initScale: 1.4 }
    : { imageSize: 96, variant: "cnn_ad", batch: 64, steps: 6_000, checkpointEvery: 1000, initScale: 1.4 };
}
