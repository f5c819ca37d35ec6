/** What a network says of the images of a dataset: probabilities, accuracy and loss, computed where the images are, on the GPU. */
import { checkPictures } from "../../datasets/check.ts";
import type { Dataset } from "../../datasets/dataset.ts";
import { softmaxCrossEntropy } from "../../kernels/loss/mod.ts";
import type { Normalization } from "../../kernels/normalization/mod.ts";
import { checkImageSize, checkRows } from "../../network/checks.ts";
import { forwardCalls } from "../../network/layers.ts";
import type { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { Preprocessor } from "../preprocess.ts";
import { ResidentImages } from "../resident.ts";

/** Probabilities of some images and how they compare with the labels. */
export interface Prediction {
  /** rows x classes. */
  probabilities: Float32Array;
  /** The class with the largest probability of each row. */
  predictions: Int32Array;
  /** Share of rows whose prediction is the label, 0..1. */
  accuracy: number;
  /** Mean negative log likelihood of the labels, from the logits. */
  loss: number;
}

/**
 * Evaluates the images `rows` of a dataset: no augmentation, no dropout.
 *
 * @param options `signal` stops it between two parts of at most 64 images; it rejects with the signal's reason.
 * @throws {DatasetError} for images and labels that do not fit together, and for labels of other classes than the network's.
 * @throws {RangeError} for images of another size, no rows, and a row that is no image of the dataset.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
 * import { evaluateRows } from "./rows.ts";
 * using gpu = await openGpu();
 * using net = await ZeroBiasCnn.create(gpu, { imageSize: 8, classes: 2, seed: 1 });
 * const dataset = { imageSize: 8, images: new Uint8Array(3 * 64).map((_, i) => i), labels: Int32Array.of(0, 1, 1) };
 * const { probabilities } = await evaluateRows(net, dataset, Uint32Array.of(0, 2), "local-mean");
 * assert.equal(probabilities.length, 4);
 * ```
 */
export async function evaluateRows(
  net: ZeroBiasCnn,
  dataset: Pick<Dataset, "imageSize" | "images" | "labels">,
  rows: Uint32Array,
  normalization: Normalization,
  { signal }: { signal?: AbortSignal } = {},
): Promise<Prediction> {
  checkPictures(dataset, net.classes);
  checkImageSize(net, dataset);
  checkRows(rows, dataset.labels.length);
  const { gpu, sizes, weights, classes } = net;
  const count = rows.length;
  const queue = gpu.operation();
  const a = queue(() => net.activations(count));
  using resident = queue(() => new ResidentImages(gpu, dataset, rows));
  using index = queue(() => gpu.upload("index", Uint32Array.from(rows, (_, n) => n)));
  using labels = queue(() => gpu.upload("labels", Uint32Array.from(rows, (row) => Math.max(0, dataset.labels[row]))));
  using result = queue(() => gpu.createBuffer("result", 8 * count));
  const preprocessor = queue(() => new Preprocessor(gpu, net.imageSize, a.capacity));
  const probabilities = new Float32Array(count * classes);
  try {
    for (let first = 0; first < count; first += a.capacity) {
      signal?.throwIfAborted();
      const samples = Math.min(a.capacity, count - first);
      const calls = queue(() =>
        gpu.allOrNothing(() => [
          ...preprocessor.calls(resident, { index, samples, firstSample: first }, a.images, { normalization }),
          ...forwardCalls(gpu, sizes, weights, a, samples),
          ...softmaxCrossEntropy(
            gpu,
            { x: a.logits, labels, y: a.probabilities, dx: a.logitsGradient, result },
            { samples, classes, batch: count, firstSample: first },
          ),
        ])
      );
      try {
        const part = await queue(() => gpu.runAndRead(calls, a.probabilities, Float32Array, 4 * samples * classes));
        probabilities.set(part, first * classes);
      } finally {
        gpu.release(calls);
      }
    }
    const pairs = await queue(() => gpu.read(result, Float32Array));
    let loss = 0, hits = 0;
    for (let n = 0; n < count; n++) {
      loss += pairs[2 * n];
      hits += pairs[2 * n + 1];
    }
    return { probabilities, predictions: largest(probabilities, classes), accuracy: hits / count, loss: loss / count };
  } finally {
    preprocessor.dispose();
  }
}

/** The first largest of each row. */
function largest(probabilities: Float32Array, classes: number): Int32Array {
  return Int32Array.from({ length: probabilities.length / classes }, (_, n) => {
    let best = 0;
    for (let c = 1; c < classes; c++) {
      if (probabilities[n * classes + c] > probabilities[n * classes + best]) best = c;
    }
    return best;
  });
}
