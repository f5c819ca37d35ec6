/**
 * The whole training protocol in float64: who trains, which images make a batch, how each is augmented and normalized, which units
 * drop out, loss, gradients, momentum with weight decay. Put together from the references of its parts; nothing of the trainer is in it.
 */
import type { Dataset } from "../../datasets/dataset.ts";
import { type Draw, draw, intensity, resample, rescale } from "./augmentation.ts";
import { initialWeights } from "./initial_weights.ts";
import { Trainer } from "./network.ts";
import { localMean } from "./normalization.ts";
import { drawRows, dropoutKept } from "./random.ts";

/** What a run is told. Its network's seed is the same. */
export interface ProtocolSettings {
  seed: number;
  /** The fold that tests; the one behind it validates. */
  split: number;
  batch: number;
  learningRate: number;
  momentum: number;
  weightDecay: number;
}

/** What one step of `cnn_ad` did. */
export interface ProtocolStep {
  /** The image of each sample, numbered as in the dataset. */
  images: number[];
  /** How each was augmented. */
  draws: Draw[];
  /** Mean negative log likelihood of the batch, before the update. */
  loss: number;
  /** Share of hits. */
  accuracy: number;
}

/** The steps of a run of `cnn_ad` with local-mean normalization, one after the other, without end. */
export function* protocolSteps(dataset: Dataset, settings: ProtocolSettings): Generator<ProtocolStep> {
  const { seed, split, batch, learningRate: rate, momentum, weightDecay: decay } = settings;
  const size = dataset.imageSize, area = size * size;
  const folds = Math.max(...dataset.folds) + 1;
  const rows = [...dataset.folds.keys()].filter((row) => {
    const fold = dataset.folds[row];
    return fold >= 0 && dataset.labels[row] >= 0 && fold !== split && fold !== (split + 1) % folds;
  });
  const trainer = new Trainer(initialWeights(seed, dataset.classNames.length));
  for (let step = 0;; step++) {
    const images = drawRows(seed, step, 1, batch, rows);
    const draws = images.map((_, sample) => draw(seed, step, sample, size));
    const augmented = images.map((row, sample) => {
      const pixels = Float64Array.from(dataset.images.subarray(row * area, (row + 1) * area), (byte) => byte / 255 * 2);
      const moved = resample(pixels, size, draws[sample]);
      return rescale(moved.map((value) => intensity(value, draws[sample])));
    });
    const shape = { samples: batch, height: size, width: size };
    const normalized = localMean(shape, augmented.flatMap((image) => [...image]));
    const labels = images.map((row) => dataset.labels[row]);
    const kept = (sample: number, unit: number) => dropoutKept(seed, step, sample, unit, 0.5);
    const done = trainer.step(normalized, labels, { rate, momentum, decay }, { rate: 0.5, kept });
    yield { images, draws, ...done };
  }
}
