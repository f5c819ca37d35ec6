/** How a network does on data of another set: classes matched by name, everything labelled tested. */
import { checkDataset } from "../../datasets/check.ts";
import type { Dataset } from "../../datasets/dataset.ts";
import type { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import type { Normalization } from "../../kernels/normalization/mod.ts";
import { type TestMetrics, testMetrics } from "./evaluate.ts";
import { evaluateRows, type Prediction } from "./rows.ts";
import { findSeenImages } from "./seen_images.ts";

/** Words for one expression in different sets. */
const SYNONYMS: readonly (readonly string[])[] = [
  ["anger", "angry"],
  ["contempt", "contemptuous"],
  ["disgust", "disgusted"],
  ["fear", "fearful", "afraid"],
  ["happy", "happiness", "joy"],
  ["neutral"],
  ["sad", "sadness"],
  ["surprise", "surprised"],
];

/** What a test on other data says. */
export interface TransferResult {
  /** Metrics over the network's classes, of the images whose class it has. */
  test: TestMetrics;
  /** Classes of the data that the network does not have, and how many images were left out for it. */
  leftOut: { name: string; images: number }[];
  /**
   * Images that were left out because the network has learned them: those that are pixel for pixel the `same`, and
   * others `ofSamePeople`. Undefined where it was not said what the network has learned.
   */
  seen?: { same: number; ofSamePeople: number };
  /** Image numbers of the tested images, ascending. */
  rows: Uint32Array;
  prediction: Prediction;
}

/**
 * Tests a network on every labelled image of a dataset that it was not trained on, whatever its folds. Classes are matched by name, with the
 * words that the sets use for the same expression (`sad` and `sadness`); images of a class that the network does not have are left out and
 * counted. A prediction of a class that the data does not have is a miss. Images that the network has learned, and
 * others of their people, are left out and counted where `seen` says which it has learned.
 *
 * @param net The network.
 * @param classNames Names of its classes, in order.
 * @param dataset The other data, of the network's image size.
 * @param options Normalization, and `seen`: the images that trained the network or chose its checkpoint.
 * @throws {DatasetError} for a dataset whose parts do not fit together.
 * @throws {RangeError} for data of another image size, where no class matches, and where all images have been learned.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
 * import { evaluateTransfer } from "./transfer.ts";
 * using gpu = await openGpu();
 * using net = await ZeroBiasCnn.create(gpu, { imageSize: 8, classes: 2, seed: 1 });
 * const other = {
 *   name: "other", imageSize: 8, classNames: ["sadness", "boredom"], fingerprint: "", foldColumns: 1,
 *   images: new Uint8Array(3 * 64), labels: Int32Array.of(0, 1, 0), subjects: Int32Array.of(0, 0, 1), folds: Int32Array.of(0, 0, 1),
 * };
 * const { test, leftOut } = await evaluateTransfer(net, ["happy", "sad"], other, { normalization: "local-mean" });
 * assert.equal(test.images, 2);
 * assert.deepEqual(leftOut, [{ name: "boredom", images: 1 }]);
 * ```
 */
export async function evaluateTransfer(
  net: ZeroBiasCnn,
  classNames: readonly string[],
  dataset: Dataset,
  options: { normalization: Normalization; seen?: Parameters<typeof findSeenImages>[0]; signal?: AbortSignal },
): Promise<TransferResult> {
  checkDataset(dataset);
  const target = matchClasses(net.imageSize, classNames, dataset);
  const labels = dataset.labels.map((label) => label < 0 ? -1 : target[label]);
  const labelled = Uint32Array.from([...labels.keys()].filter((row) => labels[row] >= 0));
  const found = options.seen && findSeenImages(options.seen, dataset);
  const [known, same] = [new Set(found?.rows), new Set(found?.same)];
  const rows = labelled.filter((row) => !known.has(row));
  if (labelled.length > 0 && rows.length === 0) {
    throw new RangeError(
      `all ${labelled.length} labelled images of ${dataset.name} are images that the network has learned, or of ` +
        "people on them: there is nothing left to test. Remedy: test on data of other people.",
    );
  }
  const sameCount = labelled.filter((row) => same.has(row)).length;
  const seen = found && { same: sameCount, ofSamePeople: labelled.length - rows.length - sameCount };
  const matched = { ...dataset, classNames: [...classNames], labels };
  const prediction = await evaluateRows(net, matched, rows, options.normalization, options);
  const leftOut = dataset.classNames.flatMap((name, label) =>
    target[label] >= 0 ? [] : [{ name, images: dataset.labels.filter((other) => other === label).length }]
  );
  return { test: testMetrics(matched, rows, prediction), leftOut, seen, rows, prediction };
}

/**
 * The network's class for each class of other data, -1 where it has none: what `evaluateTransfer` checks first.
 *
 * @throws {RangeError} as `evaluateTransfer` does.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { matchClasses } from "./transfer.ts";
 * const other = { name: "other", imageSize: 48, classNames: ["Sadness", "boredom"] };
 * assert.deepEqual(matchClasses(48, ["happy", "sad"], other), [1, -1]);
 * ```
 */
export function matchClasses(
  imageSize: number,
  classNames: readonly string[],
  dataset: Pick<Dataset, "name" | "imageSize" | "classNames">,
): number[] {
  if (dataset.imageSize !== imageSize) {
    throw new RangeError(
      `the images of ${dataset.name} are ${dataset.imageSize} pixels wide, the network takes ${imageSize}. ` +
        "Remedy: prepare them in that size.",
    );
  }
  const ours = classNames.map(expression);
  const target = dataset.classNames.map((name) => ours.indexOf(expression(name)));
  if (target.every((label) => label < 0)) {
    throw new RangeError(
      `no class of ${dataset.name} (${dataset.classNames.join(", ")}) is one of the network's (${
        classNames.join(", ")
      })`,
    );
  }
  return target;
}

/**
 * Whether one dataset holds images of the other: it is the same data, or the Toronto Face Database, which was put together from several sets,
 * and the Extended Cohn-Kanade set, which is among them.
 *
 * @param trained Name and fingerprint of the one.
 * @param tested Of the other.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { shareImages } from "./transfer.ts";
 * const set = (name: string) => ({ name, fingerprint: name });
 * assert(shareImages(set("tfd"), set("ck_plus_six_class")) && !shareImages(set("tfd"), set("synthetic")));
 * ```
 */
export function shareImages(
  trained: Pick<Dataset, "name" | "fingerprint">,
  tested: Pick<Dataset, "name" | "fingerprint">,
): boolean {
  if (trained.fingerprint === tested.fingerprint) return true;
  const families = [trained, tested].map(({ name }) => name.startsWith("ck_plus") ? "ck_plus" : name).sort();
  return ["ck_plus,ck_plus", "ck_plus,tfd", "tfd,tfd"].includes(families.join());
}

/** The name that all words for an expression share. */
function expression(name: string): string {
  const word = name.normalize("NFC").trim().toLowerCase();
  return SYNONYMS.find((words) => words.includes(word))?.[0] ?? word;
}
