/** The trainer: runs steps, reports means, hands out checkpoints, stops when asked or when the numbers go wrong. */
import type { Dataset } from "../datasets/dataset.ts";
import { splitIndices } from "../datasets/split.ts";
import type { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
import { writeCheckpoint } from "./checkpoint.ts";
import { trainingSettings, type TrainOptions } from "./options.ts";
import { TrainingProgram } from "./program.ts";
import { ResidentImages } from "./resident.ts";

/** What training reports every so many steps. */
export interface TrainRecord {
  /** Updates done. */
  step: number;
  /** Mean loss of the training batches since the last record. */
  loss: number;
  /** Share of hits in them, 0..1. */
  trainAccuracy: number;
  /** Share of hits in one random validation batch; null where none was evaluated since the last record. */
  validationAccuracy: number | null;
  /** Training images a second since the last record. */
  imagesPerSecond: number;
}

/**
 * The loss or a weight is no longer a finite number.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { TrainingDivergedError } from "./train.ts";
 * assert.match(new TrainingDivergedError(40, NaN).message, /step 40/);
 * ```
 */
export class TrainingDivergedError extends Error {
  override name = "TrainingDivergedError";
  /** Updates done when it was seen. */
  readonly step: number;
  /** @param step updates done when it was seen @param loss the mean loss then */
  constructor(step: number, loss: number) {
    super(
      `training diverged by step ${step}: the loss is ${loss}${
        Number.isFinite(loss) ? ", a weight is infinite or not a number" : ""
      }. ` +
        "Remedy: continue from an earlier checkpoint with a lower --learning-rate, or start with a smaller --init-scale.",
    );
    this.step = step;
  }
}

/** Steps that may be queued ahead: enough to keep a GPU busy, few enough to stop soon. */
const STEPS_AHEAD = 2;

/**
 * Trains a network on one split of a dataset and yields a record every `logEvery` steps. Leaving the loop stops the training; the network
 * keeps what it has learned. A network whose `step` is not 0 (a checkpoint was read into it) goes on from there, drawing what the
 * uninterrupted run would have drawn.
 *
 * @throws {RangeError} for options out of range, a dataset of another image size or class count than the network's, no such split.
 * @throws {TrainingDivergedError} when the loss or a weight is no longer finite.
 * @throws {GpuError} when the GPU reports any failure.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../gpu/device.ts";
 * import { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
 * import { train } from "./train.ts";
 * using gpu = await openGpu();
 * using net = await ZeroBiasCnn.create(gpu, { imageSize: 8, classes: 2, seed: 1, initialScale: 1 });
 * const dataset = {
 *   name: "example", imageSize: 8, classNames: ["dark", "light"], fingerprint: "", foldColumns: 1,
 *   images: new Uint8Array(6 * 64).map((_, i) => i), labels: Int32Array.of(0, 1, 0, 1, 0, 1),
 *   subjects: Int32Array.of(0, 0, 1, 1, 2, 2), folds: Int32Array.of(0, 0, 1, 1, 2, 2),
 * };
 * for await (const record of train(net, dataset, { steps: 4, batch: 2, logEvery: 2 })) assert(record.loss > 0);
 * assert.equal(net.step, 4);
 * ```
 */
export async function* train(
  net: ZeroBiasCnn,
  dataset: Dataset,
  options: TrainOptions = {},
): AsyncGenerator<TrainRecord> {
  const { steps = 31_000, logEvery = 10, validateEvery = 50, checkpointEvery = 1000, onCheckpoint, signal } = options;
  const settings = trainingSettings(options, net.seed);
  if (dataset.imageSize !== net.imageSize) {
    throw new RangeError(
      `the dataset's images are ${dataset.imageSize} pixels wide, the network takes ${net.imageSize}`,
    );
  }
  if (dataset.classNames.length !== net.classes) {
    throw new RangeError(`the dataset has ${dataset.classNames.length} classes, the network has ${net.classes}`);
  }
  const parts = splitIndices(dataset, settings.split, settings);
  if (parts.train.length === 0) {
    throw new RangeError(`split ${settings.split} of ${dataset.name} has no training image`);
  }
  const chosen = Uint32Array.of(...parts.train, ...parts.validation);
  const { gpu } = net;
  const checkpoint = async () => {
    if (!onCheckpoint) return;
    await read(net, program, Math.max(0, net.step - 1)); // a network that diverged since the last record is not worth saving
    await onCheckpoint({ step: net.step, bytes: await writeCheckpoint(net, dataset, settings) });
  };
  using resident = new ResidentImages(gpu, dataset, chosen);
  const data = {
    resident,
    train: Uint32Array.from(parts.train, (_, n) => n),
    validation: Uint32Array.from(parts.validation, (_, n) => parts.train.length + n),
  };
  const program = new TrainingProgram(net, data, settings, Math.min(logEvery, steps));
  try {
    gpu.write(net.status, new Uint32Array([0]));
    if (net.step === 0) await checkpoint();
    let since = { step: net.step, time: performance.now() };
    let saved = net.step;
    let validated = false;
    const report = async (): Promise<TrainRecord> => {
      const mean = await read(net, program, since.step);
      const seconds = (performance.now() - since.time) / 1000;
      const record = {
        step: net.step,
        ...mean,
        validationAccuracy: validated ? (await gpu.read(program.validationRing, Float32Array))[1] : null,
        imagesPerSecond: (net.step - since.step) * settings.batch / seconds,
      };
      since = { step: net.step, time: performance.now() };
      validated = false;
      return record;
    };
    const ahead: Promise<unknown>[] = [];
    while (net.step < steps && !signal?.aborted) {
      program.step();
      if (net.step % validateEvery === 0 && program.validates) {
        program.validate();
        validated = true;
      }
      ahead.push(gpu.device.queue.onSubmittedWorkDone());
      if (ahead.length > STEPS_AHEAD) await ahead.shift();
      if (net.step % logEvery === 0) yield await report();
      if (net.step % checkpointEvery === 0) {
        saved = net.step;
        await checkpoint();
      }
    }
    if (since.step < net.step) yield await report();
    if (saved < net.step) await checkpoint();
  } finally {
    program.dispose();
  }
}

/** Means over the steps after `since`, at most as many as the ring holds. */
async function read(
  net: ZeroBiasCnn,
  program: TrainingProgram,
  since: number,
): Promise<{ loss: number; trainAccuracy: number }> {
  const ring = await net.gpu.read(program.ring, Float32Array);
  const [status] = await net.gpu.read(net.status, Uint32Array);
  const count = Math.min(net.step - since, program.slots);
  let loss = 0, trainAccuracy = 0;
  for (let step = net.step - count; step < net.step; step++) {
    loss += ring[2 * (step % program.slots)] / count;
    trainAccuracy += ring[2 * (step % program.slots) + 1] / count;
  }
  if (status !== 0 || !Number.isFinite(loss)) throw new TrainingDivergedError(net.step, loss);
  return { loss, trainAccuracy };
}
