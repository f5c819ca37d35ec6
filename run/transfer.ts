/** Tests a run's network on data of another set, and leaves in its folder what was found. */
import type { Dataset } from "../datasets/dataset.ts";
import type { Gpu } from "../gpu/device.ts";
import { confusionPng } from "../pictures/charts/confusion.ts";
import { chooseCheckpoint, type TestMetrics } from "../training/evaluation/evaluate.ts";
import { RULES } from "../training/evaluation/select.ts";
import { evaluateTransfer, matchClasses, shareImages, type TransferResult } from "../training/evaluation/transfer.ts";
import { savedCheckpoints, stepsOf } from "./checkpoints.ts";
import { TRANSFER, type TransferRecord } from "./documents/evaluation.ts";
import type { EvaluateRunOptions, EvaluationFiles } from "./evaluate.ts";
import { fileName } from "./file_name.ts";
import { warnOfLetters } from "./letters.ts";
import { createNetwork, type Run } from "./open.ts";
import { predictionsCsv } from "./predictions.ts";
import { describeSubjects, percent } from "./words.ts";

/** A test on other data, as it is written. */
export type Transfer = TransferRecord & { test: TestMetrics };

/** Chooses a checkpoint by the run's own data, and tests it on all labelled images of other data that are new to it. */
export async function measureTransfer(
  gpu: Gpu,
  run: Run,
  dataset: Dataset,
  { select = run.record.given.select, signal, onProgress }: EvaluateRunOptions = {},
): Promise<{ record: Transfer; result: TransferResult }> {
  const { settings: { normalization, protocol }, parts, dataset: own } = run;
  // Before minutes are spent on the choice.
  matchClasses(own.imageSize, own.classNames, dataset);
  const checkpoints = await savedCheckpoints(run);
  using net = await createNetwork(gpu, run);
  const total = checkpoints.length;
  onProgress?.({ unit: "checkpoint", done: 0, total });
  const { scores, chosen, selection } = await chooseCheckpoint(net, own, checkpoints, {
    selection: select,
    signal,
    onProgress: (done) => onProgress?.({ unit: "checkpoint", done, total }),
  });
  const learned = [...parts.train, ...parts.validation, ...(protocol === "original" ? parts.test : [])];
  const result = await evaluateTransfer(net, own.classNames, dataset, {
    normalization,
    signal,
    seen: { dataset: own, rows: Uint32Array.from(learned) },
  });
  const { test, leftOut, seen } = result;
  const record = {
    trainedOn: own.name,
    testedOn: dataset.name,
    fingerprint: dataset.fingerprint,
    selection,
    rule: RULES[selection],
    step: chosen.step,
    // Of the same data the pixels say all.
    shareImages: own.fingerprint !== dataset.fingerprint && shareImages(own, dataset),
    seen: seen!,
    leftOut,
    test,
    compared: stepsOf(scores),
    options: { select: selection },
  };
  return { record, result };
}

/**
 * Chooses a checkpoint by the run's own data, tests it on all labelled images of other data that are new to it, and writes what it found into
 * the run's folder. A warning says where both sets hold the same photographs.
 *
 * @param dataset The other data, of the run's image size.
 * @throws {RangeError} for data of another size, where no class matches, and where all images have been learned.
 * @throws As `evaluateRun` does.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { generateSynthetic, writePrepared } from "../datasets/mod.ts";
 * import { openGpu } from "../gpu/device.ts";
 * import { openRun } from "./open.ts";
 * import { trainRun } from "./train.ts";
 * import { transferRun } from "./transfer.ts";
 * const folder = await Deno.makeTempDir();
 * const data = `${folder}/data`, run = `${folder}/run`;
 * const faces = (seed: number) => generateSynthetic({ subjects: 10, imagesPerSubject: 8, imageSize: 8, seed });
 * await writePrepared(data, await faces(1), { source: "drawn faces" });
 * using gpu = await openGpu();
 * await trainRun(gpu, { data, run, variant: "cnn", batch: 4, steps: 1 });
 * const { record } = await transferRun(gpu, await openRun(run), await faces(2));
 * assert.equal(record.test.images, 80);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function transferRun(
  gpu: Gpu,
  run: Run,
  dataset: Dataset,
  options: EvaluateRunOptions = {},
): Promise<{ record: Transfer; files: EvaluationFiles }> {
  const { record, result } = await measureTransfer(gpu, run, dataset, options);
  const { trainedOn, test, step } = record;
  const { folder, settings: { variant }, dataset: { classNames } } = run;
  if (record.shareImages) {
    options.onWarning?.(
      `${dataset.name} and ${trainedOn} hold the same photographs, all or some (TFD contains CK+), and those that were cut out otherwise ` +
        "are not found: this is no test on unseen faces",
    );
  }
  await warnOfLetters(options);
  // Two sets may have one name.
  const name = `${fileName(dataset.name)}-${dataset.fingerprint.slice(0, 8)}`;
  const picture = await confusionPng(test.confusion, classNames, {
    title: `${trainedOn}, ${variant}, tested on ${dataset.name}`,
    subtitle: [
      `${percent(test.accuracy)} of ${test.images} images, ${describeSubjects(test)}, checkpoint ${step}`,
    ],
  });
  const files = {
    predictions: await folder.write(`predictions_on_${name}.csv`, predictionsCsv(dataset, classNames, result)),
    picture: await folder.write(`confusion_on_${name}.png`, picture),
    json: await folder.write(`evaluation_on_${name}.json`, TRANSFER.text(record)),
  };
  return { record, files };
}
