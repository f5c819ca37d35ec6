/** Tests a run's network on data of another set, and leaves in its folder what was found. */
import type { Dataset } from "../datasets/dataset.ts";
import type { Gpu } from "../gpu/device.ts";
import { chooseCheckpoint, type EvaluateOptions, type TestMetrics } from "../training/evaluation/evaluate.ts";
import { RULES, type Selection } from "../training/evaluation/select.ts";
import { evaluateTransfer, matchClasses, shareImages, type TransferResult } from "../training/evaluation/transfer.ts";
import { confusionPng } from "../pictures/charts/confusion.ts";
import { fileName } from "../tasks/command.ts";
import { inForce, type OptionValues } from "../tasks/option_list.ts";
import { createProgress } from "../tasks/progress.ts";
import { savedCheckpoints, stepsOf } from "./checkpoints.ts";
import { createNetwork, type Run } from "./open.ts";
import { jsonText } from "../formats/json.ts";
import { percent, whom } from "./words.ts";
import { EVALUATE_OPTIONS } from "../tasks/evaluate/options.ts";
import { predictionsCsv } from "./predictions.ts";

/** What a test on other data says: evaluation_on_<name>-<fingerprint>.json. */
export interface TransferRecord {
  trainedOn: string;
  testedOn: string;
  fingerprint: string;
  selection: Selection;
  rule: string;
  /** The checkpoint, chosen on the run's own data. */
  step: number;
  /** By their names the two sets hold the same photographs; cut out or scaled otherwise, pixels do not find them. */
  shareImages: boolean;
  /** Images that were left out because the network has learned them, or others of their people. */
  seen: NonNullable<TransferResult["seen"]>;
  leftOut: TransferResult["leftOut"];
  test: TestMetrics;
  /** Steps of all checkpoints that it was chosen from. */
  compared: number[];
  /** The options in force, but for the place of the other data. */
  options: OptionValues;
}

/** Chooses a checkpoint by the run's own data, and tests it on all labelled images of other data that are new to it. */
export async function measureTransfer(
  gpu: Gpu,
  run: Run,
  dataset: Dataset,
  options: EvaluateOptions,
): Promise<{ record: TransferRecord; result: TransferResult }> {
  const { settings: { normalization, protocol }, parts, dataset: own } = run;
  // Before minutes are spent on the choice.
  matchClasses(own.imageSize, own.classNames, dataset);
  const checkpoints = await savedCheckpoints(run);
  using net = await createNetwork(gpu, run);
  using progress = createProgress({ total: checkpoints.length, unit: "checkpoint" });
  const { scores, chosen, selection } = await chooseCheckpoint(net, own, checkpoints, {
    ...options,
    onProgress: (done) => progress.update(done),
  });
  progress.stop();
  const learned = [...parts.train, ...parts.validation, ...(protocol === "original" ? parts.test : [])];
  const result = await evaluateTransfer(net, own.classNames, dataset, {
    normalization,
    signal: options.signal,
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
    options: inForce(EVALUATE_OPTIONS, { select: selection }),
  };
  return { record, result };
}

/** Does so, and writes what it found into the run's folder. */
export async function transferRun(
  gpu: Gpu,
  run: Run,
  dataset: Dataset,
  options: EvaluateOptions,
): Promise<{ record: TransferRecord; files: { json: string; predictions: string; picture: string } }> {
  const { record, result } = await measureTransfer(gpu, run, dataset, options);
  const { trainedOn, test, step } = record;
  const { folder, settings: { variant }, dataset: { classNames } } = run;
  // Two sets may have one name.
  const name = `${fileName(dataset.name)}-${dataset.fingerprint.slice(0, 8)}`;
  const picture = await confusionPng(test.confusion, classNames, {
    title: `${trainedOn}, ${variant}, tested on ${dataset.name}`,
    subtitle: [
      `${percent(test.accuracy)} of ${test.images} images, ${whom(test)}, checkpoint ${step}`,
    ],
  });
  const files = {
    predictions: await folder.write(`predictions_on_${name}.csv`, predictionsCsv(dataset, classNames, result)),
    picture: await folder.write(`confusion_on_${name}.png`, picture),
    json: await folder.write(`evaluation_on_${name}.json`, jsonText(record)),
  };
  return { record, files };
}
