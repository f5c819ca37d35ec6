/** The trainer: runs steps, reports means, hands out checkpoints, stops when asked or when the numbers go wrong. */
import { checkDataset } from "../datasets/check.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { splitIndices } from "../datasets/split.ts";
import { checkImageSize } from "../network/checks.ts";
import type { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
import { writeCheckpoint } from "./checkpoint.ts";
import { trainingSettings, type TrainOptions } from "./options.ts";
import { Pace } from "./pace.ts";
import { prepareTraining } from "./prepare.ts";
import type { TrainRecord } from "./record.ts";
import { STEPS_AHEAD, Watch } from "./watch.ts";

export type { TrainRecord } from "./record.ts";

/**
 * Trains a network on one split of a dataset and yields a record every `logEvery` steps, and before every checkpoint. Leaving the loop stops
 * the training; the network keeps what it has learned. Until then the network is this run's alone: others may predict with it, and read its
 * parameters, but not change it. A network whose `step` is not 0 (a checkpoint was read into it) goes on from there,
 * drawing what the uninterrupted run would have drawn, and yielding its records: only where it was stopped or ended at a step that is due
 * for neither, there is one more, of that step, and the next one holds what came after it. Where a stop dropped a validation, and the run's
 * last record is given as `last`, that record comes first once more, now with its validation.
 *
 * A step that is expected to take less than a second is one submit. A slower one, of a huge batch, is cut into parts of about a second, in the
 * same order and so with the same bits; where `signal` comes in the middle of it, or of a validation, that is dropped.
 *
 * @throws {DatasetError} for a dataset whose parts do not fit together.
 * @throws {RangeError} for options out of range, a dataset of another image size or class count than the network's, no such split.
 * @throws {Error} where the network is another run's at the time, or was disposed of.
 * @throws {TrainingDivergedError} within a few steps of the first one whose loss or weights are not finite.
 * @throws {GpuOutOfMemoryError} where the batch does not fit, naming one that would.
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
  const { steps = 31_000, logEvery = 10, validateEvery = 50, checkpointEvery = 1000, onCheckpoint, last, signal } =
    options;
  const settings = trainingSettings(options, net.seed);
  checkDataset(dataset);
  checkImageSize(net, dataset);
  if (dataset.classNames.length !== net.classes) {
    throw new RangeError(`the dataset has ${dataset.classNames.length} classes, the network has ${net.classes}`);
  }
  const parts = splitIndices(dataset, settings.split, settings);
  if (parts.train.length === 0) {
    throw new RangeError(`split ${settings.split} of ${dataset.name} has no training image`);
  }
  const { gpu } = net;
  using _ = net.own("train");
  const queue = gpu.operation();
  queue(() => gpu.write(net.status, new Uint32Array([0])));
  const slots = Math.max(Math.min(logEvery, steps), STEPS_AHEAD + 2); // a step that is found bad is still there to be read
  using prepared = await prepareTraining(net, { dataset, parts, settings, slots }, queue);
  const { program } = prepared;
  await using watch = new Watch(net, program, Pace.cautious(settings.batch * net.imageSize ** 2, program.size), queue);
  const checkpoint = async () => {
    if (!onCheckpoint) return;
    await watch.settled(); // a network that diverged is not worth saving
    await onCheckpoint({ step: net.step, bytes: await writeCheckpoint(net, dataset, settings) });
  };
  if (net.step === 0) await checkpoint();
  let since = { step: net.step, time: performance.now() };
  let saved = net.step;
  let validated = false;
  const validates = () => net.step % validateEvery === 0 && program.validates;
  const report = async (): Promise<TrainRecord> => {
    await watch.settled();
    const losses = await queue(() => gpu.read(program.ring, Float32Array));
    const validation = validated ? await queue(() => gpu.read(program.validationRing, Float32Array)) : undefined;
    const seconds = (performance.now() - since.time) / 1000;
    const record = {
      step: net.step,
      ...means(losses, program.slots, since.step, net.step),
      validationAccuracy: validation?.[1] ?? null,
      imagesPerSecond: (net.step - since.step) * settings.batch / seconds,
    };
    since = { step: net.step, time: performance.now() };
    validated = false;
    return record;
  };
  if (last?.step === net.step && last.validationAccuracy === null && validates() && await watch.validate(signal)) {
    await watch.settled();
    yield { ...last, validationAccuracy: (await queue(() => gpu.read(program.validationRing, Float32Array)))[1] };
  }
  while (net.step < steps && !signal?.aborted) {
    if (!await watch.step(signal)) break;
    if (validates()) validated = await watch.validate(signal) || validated;
    // A record comes before every checkpoint: a run that is killed and goes on from one has every step before it in a record.
    const due = onCheckpoint !== undefined && net.step % checkpointEvery === 0;
    if (due || net.step % logEvery === 0 || net.step === steps) yield await report();
    if (due) {
      saved = net.step;
      await checkpoint();
    }
  }
  if (since.step < net.step) yield await report();
  if (saved < net.step) await checkpoint();
}

/** Means over the steps after `since` up to `step`, at most as many as the ring holds. */
function means(
  ring: Float32Array,
  slots: number,
  since: number,
  step: number,
): { loss: number; trainAccuracy: number } {
  const count = Math.min(step - since, slots);
  let loss = 0, trainAccuracy = 0;
  for (let n = step - count; n < step; n++) {
    loss += ring[2 * (n % slots)] / count;
    trainAccuracy += ring[2 * (n % slots) + 1] / count;
  }
  return { loss, trainAccuracy };
}
