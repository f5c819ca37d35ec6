/** predictions.csv: a line a tested image. */
import type { Dataset } from "../datasets/dataset.ts";
import type { EvaluationResult } from "../training/evaluation/evaluate.ts";
import { csv } from "../formats/csv.ts";

/** Each image's number in the prepared data, its subject, its label, what was predicted, and all probabilities. */
export function predictionsCsv(
  { classNames: labelNames, labels, subjects }: Pick<Dataset, "classNames" | "labels" | "subjects">,
  classNames: readonly string[],
  { rows, prediction }: Pick<EvaluationResult, "rows" | "prediction">,
): string {
  const classes = classNames.length;
  const header = ["image", "subject", "label", "prediction", ...classNames.map((name) => `p(${name})`)];
  const lines = [...rows].map((row, n) => [
    row,
    subjects[row],
    labelNames[labels[row]],
    classNames[prediction.predictions[n]],
    ...prediction.probabilities.subarray(n * classes, (n + 1) * classes),
  ]);
  return csv([header, ...lines]);
}
