/** A dataset small enough to train on in seconds: stripes whose spacing and direction depend on the class, with noise over them. */
import type { Dataset } from "../../datasets/dataset.ts";
import { fingerprint } from "../../datasets/fingerprint.ts";
import { Random } from "./random.ts";

/** What may differ. */
export interface TinyOptions {
  imageSize?: number;
  classes?: number;
  folds?: number;
  /** Images of each fold. */
  perFold?: number;
  seed?: number;
}

/** The dataset: each fold is a subject, labels go round. */
export async function tinyDataset(options: TinyOptions = {}): Promise<Dataset> {
  const { imageSize = 8, classes = 4, folds = 5, perFold = 4, seed = 1 } = options;
  const count = folds * perFold, pixels = imageSize ** 2;
  const random = new Random(seed);
  const labels = Int32Array.from({ length: count }, (_, n) => n % classes);
  const noise = random.integers(count * pixels, 90);
  const images = Uint8Array.from({ length: count * pixels }, (_, at) => {
    const n = Math.floor(at / pixels), i = Math.floor(at % pixels / imageSize), j = at % imageSize;
    const along = labels[n] % 2 === 0 ? i : j;
    return noise[at] + 80 + 80 * Math.sin(along * (1 + labels[n]) * 0.8);
  });
  const subjects = Int32Array.from({ length: count }, (_, n) => Math.floor(n / perFold));
  const dataset = {
    name: "tiny",
    imageSize,
    classNames: Array.from({ length: classes }, (_, c) => `class ${c}`),
    images,
    labels,
    subjects,
    folds: subjects.slice(),
    foldColumns: 1,
  };
  return { ...dataset, fingerprint: await fingerprint(dataset) };
}
