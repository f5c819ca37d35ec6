/** What a training run may be told, its defaults, and its checks. */
import { checkSeed } from "../network/checks.ts";
import { excerpt } from "../datasets/printable.ts";
import type { Normalization } from "../kernels/normalization/mod.ts";
import type { TrainRecord } from "./record.ts";

/** The paper's four variants: plain, with augmentation, with dropout, with both. */
export type Variant = "cnn" | "cnn_a" | "cnn_d" | "cnn_ad";
/** All variants, in the paper's order. */
export const VARIANTS: readonly Variant[] = ["cnn", "cnn_a", "cnn_d", "cnn_ad"];

/** Which images a run learns from: `"original"` trains on the validation images too, and leaves only the test images to choose by. */
export type Protocol = "validation" | "original";
/** All protocols, the honest one first. */
export const PROTOCOLS: readonly Protocol[] = ["validation", "original"];

/** Settings that change the numbers of a run. Defaults are the paper's. */
export interface TrainingSettings {
  /** `_a` augments, `_d` drops half of fc4's inputs. Default `"cnn_ad"`. */
  variant: Variant;
  /** Which fold tests, or which official split is used. Default 0. */
  split: number;
  /** Whether the validation images are kept apart. Default `"validation"`. */
  protocol: Protocol;
  /** Images a step, drawn with replacement: it may be more than the training images, whose number `splitIndices` tells. Default 64. */
  batch: number;
  /** Default 0.01. */
  learningRate: number;
  /** Default 0.9. */
  momentum: number;
  /** Default 1e-5. */
  weightDecay: number;
  /** Default `"local-mean"`, what the authors' code does. */
  normalization: Normalization;
  /** Draws batches, augmentation and dropout. Default: the network's seed. */
  seed: number;
}

/** What `train` may be told: any of the settings, and how long to run and what to report. */
export interface TrainOptions extends Partial<TrainingSettings> {
  /** Number of updates at the end, those of a resumed checkpoint included. Default 31,000. */
  steps?: number;
  /** A record every so many steps, and before every checkpoint, with means over the steps since the last one. Default 10. */
  logEvery?: number;
  /** One random validation batch every so many steps. Default 50. */
  validateEvery?: number;
  /** `onCheckpoint` every so many steps. Default 1,000; it is always called at the start (unless resumed), at the end and when stopped. */
  checkpointEvery?: number;
  /** Called when a checkpoint is due; training waits for it. */
  onCheckpoint?: (checkpoint: { step: number; bytes: Uint8Array }) => void | Promise<void>;
  /** The last record of a run that goes on: a validation of its step that a stop dropped is made up for. */
  last?: TrainRecord;
  /** Stops within seconds, with a last record and the checkpoint of the last whole step. */
  signal?: AbortSignal;
}

/** The paper's settings. */
export const PAPER_SETTINGS: Omit<TrainingSettings, "seed"> = {
  variant: "cnn_ad",
  split: 0,
  protocol: "validation",
  batch: 64,
  learningRate: 0.01,
  momentum: 0.9,
  weightDecay: 1e-5,
  normalization: "local-mean",
};

/**
 * Whether a variant augments its training images.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { augments } from "./options.ts";
 * assert(augments("cnn_ad") && !augments("cnn_d"));
 * ```
 */
export function augments(variant: Variant): boolean {
  return variant === "cnn_a" || variant === "cnn_ad";
}

/**
 * The share of fc4's inputs that a variant drops: 0.5 or 0.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { dropoutRate } from "./options.ts";
 * assert(dropoutRate("cnn_d") === 0.5 && dropoutRate("cnn_a") === 0);
 * ```
 */
export function dropoutRate(variant: Variant): number {
  return variant === "cnn_d" || variant === "cnn_ad" ? 0.5 : 0;
}

/**
 * The settings with defaults filled in.
 *
 * @throws {RangeError} naming the option that is out of range, its value and what was expected.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { trainingSettings } from "./options.ts";
 * assert.equal(trainingSettings({}, 7).batch, 64);
 * assert.throws(() => trainingSettings({ batch: 0 }, 7), /batch is 0/);
 * ```
 */
export function trainingSettings(options: TrainOptions, seed: number): TrainingSettings {
  const settings = { ...PAPER_SETTINGS, seed };
  for (const key of Object.keys(settings) as (keyof TrainingSettings)[]) {
    if (options[key] !== undefined) Object.assign(settings, { [key]: options[key] });
  }
  const whole = { batch: settings.batch, ...defined(options, "steps", "logEvery", "validateEvery", "checkpointEvery") };
  for (const [name, value] of Object.entries(whole)) {
    if (!(Number.isInteger(value) && value >= 1)) {
      throw new RangeError(`${name} is ${excerpt(value)}, expected an integer of 1 or more`);
    }
  }
  if (!(Number.isSafeInteger(settings.split) && settings.split >= 0)) {
    throw new RangeError(`split is ${excerpt(settings.split)}, expected an integer of 0 or more`);
  }
  for (const name of ["learningRate", "momentum", "weightDecay"] as const) {
    const value = settings[name];
    if (!(Number.isFinite(value) && value >= 0)) {
      throw new RangeError(`${name} is ${excerpt(value)}, expected a number of 0 or more`);
    }
  }
  if (!VARIANTS.includes(settings.variant)) {
    throw new RangeError(`variant is ${excerpt(settings.variant)}, expected one of ${VARIANTS.join(", ")}`);
  }
  if (!PROTOCOLS.includes(settings.protocol)) {
    throw new RangeError(`protocol is ${excerpt(settings.protocol)}, expected one of ${PROTOCOLS.join(", ")}`);
  }
  if (!["local-mean", "local-contrast"].includes(settings.normalization)) {
    throw new RangeError(
      `normalization is ${excerpt(settings.normalization)}, expected "local-mean" or "local-contrast"`,
    );
  }
  checkSeed(settings.seed);
  return settings;
}

function defined(options: TrainOptions, ...names: (keyof TrainOptions)[]): Record<string, number> {
  return Object.fromEntries(
    names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
  ) as Record<string, number>;
}
