/** How good the last checkpoint is on the three parts of the split. */
import type { Dataset } from "../datasets/dataset.ts";
import type { Split } from "../datasets/split.ts";
import type { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
import { evaluateRows } from "../training/evaluation/rows.ts";
import { confusionMatrix } from "../training/metrics/mod.ts";
import type { TrainingSettings } from "../training/options.ts";
import type { Metrics, PartMetrics } from "./documents/metrics.ts";

/** Evaluates the network on training, validation and test images. No checkpoint is chosen here. The signal rejects it with its reason. */
export async function measureParts(
  net: ZeroBiasCnn,
  dataset: Dataset,
  parts: Split,
  settings: TrainingSettings,
  signal?: AbortSignal,
): Promise<Metrics> {
  const measure = async (rows: Uint32Array): Promise<PartMetrics | null> => {
    if (rows.length === 0) return null;
    const { accuracy, loss, predictions } = await evaluateRows(net, dataset, rows, settings.normalization, { signal });
    const labels = Int32Array.from(rows, (row) => dataset.labels[row]);
    const confusion = confusionMatrix(labels, predictions, dataset.classNames.length);
    return { images: rows.length, accuracy, loss, confusion };
  };
  const test = await measure(parts.test);
  if (!test) throw new RangeError(`split ${settings.split} of ${dataset.name} has no test image`);
  return {
    checkpoint: net.step,
    selection: "last: the last checkpoint, chosen by no accuracy",
    classNames: dataset.classNames,
    train: await measure(parts.train),
    validation: await measure(parts.validation),
    test,
  };
}
