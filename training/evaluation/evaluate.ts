/** How good a run is, by a rule that is said: every checkpoint's accuracy, the chosen one, and its metrics on the test images. */
import { checkDataset } from "../../datasets/check.ts";
import type { Dataset } from "../../datasets/dataset.ts";
import { type Split, splitIndices } from "../../datasets/split.ts";
import type { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { type Checkpoint, CheckpointError, readCheckpoint, restore } from "../checkpoint.ts";
import {
  balancedAccuracy,
  type ClassScore,
  confusionMatrix,
  expectedCalibrationError,
  type Interval,
  logLoss,
  macroF1,
  perClass,
  shareInterval,
} from "../metrics/mod.ts";
import type { TrainingSettings } from "../options.ts";
import { evaluateRows, type Prediction } from "./rows.ts";
import { findSeenImages } from "./seen_images.ts";
import { type CheckpointScore, protocolFor, RULES, selectCheckpoint, type Selection } from "./select.ts";

/** A checkpoint that can be read, wherever it is kept. */
export interface SavedCheckpoint {
  /** Updates done. */
  step: number;
  /** What an error calls it where it cannot be used: its file. */
  name?: string;
  /** Its bytes. */
  read(): Promise<Uint8Array> | Uint8Array;
}

/** What may be said about an evaluation. */
export interface EvaluateOptions {
  /** The rule that chooses the checkpoint. Default `"validation"`, or `"original"` for a run trained so. */
  selection?: Selection;
  /** Called with the number of checkpoints looked at so far and of all. */
  onProgress?: (done: number, total: number) => void;
  /** Stops between two parts of at most 64 images. */
  signal?: AbortSignal;
}

/** Hits of one person, or of one image whose person is unknown. */
export interface GroupHits {
  /** Number of the person; null where nobody knows. */
  subject: number | null;
  /** Number of the image; null for a person. */
  image: number | null;
  images: number;
  hits: number;
}

/** Predictions against labels, by every measure. */
export interface TestMetrics {
  images: number;
  /** People among the test images. */
  subjects: number;
  /**
   * Images whose person is unknown: intervals take each for a person of its own, and do not cover what other people
   * would change.
   */
  unknown: number;
  /** Share of hits, 0..1. */
  accuracy: number;
  /** Where the accuracy would lie with other people: `shareInterval` over them. */
  accuracyInterval: Interval;
  balancedAccuracy: number;
  macroF1: number;
  /** Mean negative log likelihood in nats. */
  logLoss: number;
  /** 15 bins. */
  expectedCalibrationError: number;
  /**
   * In the order of the class numbers, each with the interval of its recall: null where no test image is of the
   * class.
   */
  perClass: (ClassScore & { name: string; recallInterval: Interval | null })[];
  /** confusion[label][prediction], counts. */
  confusion: number[][];
  /**
   * Hits by group: enough to pool the intervals of several runs. People first, ascending; then each image whose
   * person is unknown.
   */
  byGroup: GroupHits[];
}

/** What an evaluation says: equal runs give equal evaluations, but for the predictions' last bits on another adapter. */
export interface Evaluation {
  selection: Selection;
  /** The rule in a sentence. */
  rule: string;
  /** The test images chose the checkpoint: the accuracy is higher than that on new people. */
  optimistic: boolean;
  dataset: string;
  fingerprint: string;
  classNames: string[];
  /** How many images learned, chose and tested. */
  images: Record<keyof Split, number>;
  /** What the run was trained with. */
  settings: TrainingSettings;
  initialScale: number;
  /** Every checkpoint, ascending by step. */
  checkpoints: CheckpointScore[];
  /** The one that was tested. */
  chosen: CheckpointScore;
  test: TestMetrics;
  /**
   * Test images that are pixel for pixel among those that trained the network or chose the checkpoint: where there are
   * any, the accuracy is too high.
   */
  seenTestImages: number;
}

/** An evaluation, and the predictions that it is made of. */
export interface EvaluationResult {
  evaluation: Evaluation;
  /** Image numbers of the test images, ascending. */
  rows: Uint32Array;
  /** What the chosen checkpoint says of each. */
  prediction: Prediction;
}

/**
 * Looks at every checkpoint of a run, chooses one by the rule, and tests it. Leaves the chosen checkpoint in the network.
 *
 * Under `"validation"` and `"last"` the test images are read once, after the choice. A run that was trained for one rule is refused for
 * another that it does not allow: one that has learned the validation images has none to choose by.
 *
 * @param net A network of the checkpoints' sizes; its weights are replaced.
 * @param dataset The data that the run was trained on.
 * @param checkpoints All checkpoints of one run.
 * @param options Rule, progress.
 * @throws {DatasetError} for a dataset whose parts do not fit together.
 * @throws {RangeError} for no checkpoint, and for a split without test or validation images.
 * @throws {CheckpointError} for checkpoints of other data or of different runs, and for a rule that the run was not trained for.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
 * import { train } from "../train.ts";
 * import { evaluate, type SavedCheckpoint } from "./evaluate.ts";
 * using gpu = await openGpu();
 * using net = await ZeroBiasCnn.create(gpu, { imageSize: 8, classes: 2, seed: 1, initialScale: 1 });
 * const dataset = {
 *   name: "example", imageSize: 8, classNames: ["dark", "light"], fingerprint: "", foldColumns: 1,
 *   images: new Uint8Array(6 * 64).map((_, i) => i), labels: Int32Array.of(0, 1, 0, 1, 0, 1),
 *   subjects: Int32Array.of(0, 0, 1, 1, 2, 2), folds: Int32Array.of(0, 0, 1, 1, 2, 2),
 * };
 * const checkpoints: SavedCheckpoint[] = [];
 * const onCheckpoint = ({ step, bytes }: { step: number; bytes: Uint8Array }) =>
 *   void checkpoints.push({ step, read: () => bytes });
 * for await (const _ of train(net, dataset, { steps: 4, batch: 2, checkpointEvery: 2, onCheckpoint }));
 * const { evaluation } = await evaluate(net, dataset, checkpoints);
 * assert.equal(evaluation.checkpoints.length, 3);
 * assert.equal(evaluation.test.images, 2);
 * ```
 */
export async function evaluate(
  net: ZeroBiasCnn,
  dataset: Dataset,
  checkpoints: readonly SavedCheckpoint[],
  options: EvaluateOptions = {},
): Promise<EvaluationResult> {
  const { scores, chosen, last, parts, selection } = await chooseCheckpoint(net, dataset, checkpoints, options);
  const { settings, initialScale } = last;
  const { test } = parts;
  if (test.length === 0) throw new RangeError(`split ${settings.split} of ${dataset.name} has no test image`);
  const prediction = await evaluateRows(net, dataset, test, settings.normalization, options);
  const evaluation = {
    selection,
    rule: RULES[selection],
    optimistic: selection === "original",
    dataset: dataset.name,
    fingerprint: dataset.fingerprint,
    classNames: dataset.classNames,
    images: { train: parts.train.length, validation: parts.validation.length, test: test.length },
    settings,
    initialScale,
    checkpoints: scores,
    chosen,
    test: testMetrics(dataset, test, prediction),
    seenTestImages: countSeen(dataset, parts),
  };
  return { evaluation, rows: test, prediction };
}

/**
 * The first half of `evaluate`: looks at every checkpoint, and leaves the chosen one in the network. Reads no test image, but under
 * `"original"`.
 *
 * @throws as `evaluate` does.
 */
export async function chooseCheckpoint(
  net: ZeroBiasCnn,
  dataset: Dataset,
  checkpoints: readonly SavedCheckpoint[],
  options: EvaluateOptions = {},
): Promise<{
  scores: CheckpointScore[];
  chosen: CheckpointScore;
  /** What the checkpoints say of their run. */
  last: Checkpoint["info"];
  parts: Split;
  selection: Selection;
}> {
  checkDataset(dataset);
  const ascending = checkpoints.toSorted((a, b) => a.step - b.step);
  if (ascending.length === 0) throw new RangeError("checkpoints is empty, expected those of a run");
  const run = (await open(ascending.at(-1)!, dataset)).info;
  const { settings } = run;
  const selection = options.selection ?? settings.protocol;
  if (selection !== "last" && protocolFor(selection) !== settings.protocol) {
    throw new CheckpointError(
      `the run was trained under the protocol "${settings.protocol}", which selection "${selection}" is not for. ` +
        `Remedy: select by "${settings.protocol}" or "last", or train a run with selection "${selection}".`,
    );
  }
  const parts = splitIndices(dataset, settings.split, settings);
  const choosing = { validation: parts.validation, original: parts.test, last: undefined }[selection];
  if (choosing?.length === 0) {
    throw new RangeError(
      `split ${settings.split} of ${dataset.name} has no image to choose a checkpoint by. Remedy: selection "last".`,
    );
  }
  const scores: CheckpointScore[] = [];
  for (const saved of ascending) {
    options.signal?.throwIfAborted();
    let accuracy: number | null = null;
    if (choosing) {
      await restore(net, sameRun(await open(saved, dataset), run, saved.step));
      accuracy = (await evaluateRows(net, dataset, choosing, settings.normalization, options)).accuracy;
    }
    scores.push({ step: saved.step, accuracy });
    options.onProgress?.(scores.length, ascending.length);
  }
  const chosen = selectCheckpoint(scores, selection);
  await restore(net, await open(ascending.find(({ step }) => step === chosen.step)!, dataset));
  return { scores, chosen, last: run, parts, selection };
}

/** Reads a checkpoint that has to be of this data. */
async function open(saved: SavedCheckpoint, dataset: Dataset): Promise<Checkpoint> {
  const checkpoint = await parse(saved);
  const { info } = checkpoint;
  if (info.step !== saved.step) {
    throw new CheckpointError(`the checkpoint of step ${saved.step} says that it is of step ${info.step}`);
  }
  if (info.fingerprint !== dataset.fingerprint || info.classNames.join("\n") !== dataset.classNames.join("\n")) {
    throw new CheckpointError(
      `the checkpoint of step ${saved.step} was trained on other data (${info.dataset} ${
        info.fingerprint.slice(0, 12)
      }) than ` +
        `${dataset.name} ${dataset.fingerprint.slice(0, 12)}: test images may be among those it has learned`,
    );
  }
  return checkpoint;
}

async function parse({ step, name = `the checkpoint of step ${step}`, read }: SavedCheckpoint): Promise<Checkpoint> {
  const bytes = await read();
  try {
    return readCheckpoint(bytes);
  } catch (error) {
    throw new CheckpointError(`${name}: ${(error as Error).message}`, { cause: error });
  }
}

function sameRun(checkpoint: Checkpoint, run: Checkpoint["info"], step: number): Checkpoint {
  const identity = ({ settings, networkSeed, initialScale }: Checkpoint["info"]) =>
    JSON.stringify([settings, networkSeed, initialScale]);
  if (identity(checkpoint.info) === identity(run)) return checkpoint;
  throw new CheckpointError(`the checkpoints of steps ${step} and ${run.step} are of different runs`);
}

/** How many test images are pixel for pixel among the images of the other parts. */
function countSeen(dataset: Dataset, { train, validation, test }: Split): number {
  const seen = new Set(findSeenImages({ dataset, rows: Uint32Array.from([...train, ...validation]) }, dataset).same);
  return test.filter((row) => seen.has(row)).length;
}

/** All measures of some predictions. */
export function testMetrics(
  dataset: Dataset,
  rows: Uint32Array,
  { predictions, probabilities }: Prediction,
): TestMetrics {
  const classes = dataset.classNames.length;
  const labels = Int32Array.from(rows, (row) => dataset.labels[row]);
  const subjects = Int32Array.from(rows, (row) => dataset.subjects[row]);
  const hits = Float64Array.from(labels, (label, n) => label === predictions[n] ? 1 : 0);
  const groups = byGroup(rows, subjects, hits);
  const recallInterval = (label: number) => {
    const places = [...labels.keys()].filter((n) => labels[n] === label);
    if (places.length === 0) return null;
    const [own, people, right] = [rows, subjects, hits].map((list) => places.map((n) => list[n]));
    return shareInterval(byGroup(own, people, right));
  };
  return {
    images: rows.length,
    subjects: new Set(subjects.filter((subject) => subject >= 0)).size,
    unknown: subjects.filter((subject) => subject < 0).length,
    accuracy: hits.reduce((sum, hit) => sum + hit, 0) / rows.length,
    accuracyInterval: shareInterval(groups),
    balancedAccuracy: balancedAccuracy(labels, predictions, classes),
    macroF1: macroF1(labels, predictions, classes),
    logLoss: logLoss(labels, probabilities, classes),
    expectedCalibrationError: expectedCalibrationError(labels, probabilities, classes),
    perClass: perClass(labels, predictions, classes).map((score, label) => (
      { name: dataset.classNames[label], ...score, recallInterval: recallInterval(label) }
    )),
    confusion: confusionMatrix(labels, predictions, classes),
    byGroup: groups,
  };
}

function byGroup(rows: ArrayLike<number>, subjects: ArrayLike<number>, hits: ArrayLike<number>): GroupHits[] {
  const people = new Map<number, GroupHits>();
  const unknown: GroupHits[] = [];
  for (let n = 0; n < rows.length; n++) {
    const subject = subjects[n];
    if (subject < 0) {
      unknown.push({ subject: null, image: rows[n], images: 1, hits: hits[n] });
      continue;
    }
    const count = people.get(subject) ?? { subject, image: null, images: 0, hits: 0 };
    people.set(subject, { ...count, images: count.images + 1, hits: count.hits + hits[n] });
  }
  return [...[...people.values()].sort((a, b) => a.subject! - b.subject!), ...unknown];
}
