/** An evaluation as lines for people. */
import type { Evaluation, TestMetrics } from "../../training/evaluation/evaluate.ts";
import type { Transfer } from "../../run/transfer.ts";
import { describeSubjects, mostFrequent, notCovered, percent, percentOrDash, plain, range } from "../../run/words.ts";

/** The lines: checkpoints, the chosen one and its rule, the metrics, a line a class. */
export function evaluationLines(evaluation: Evaluation): string[] {
  const { checkpoints, chosen, rule, test, selection, seenTestImages } = evaluation;
  const judged = selection === "original" ? "test" : "validation";
  return [
    ...(selection === "last" ? [] : [
      `checkpoint   ${judged} accuracy`,
      ...checkpoints.map(({ step, accuracy }) =>
        `  ${String(step).padStart(8)}   ${percent(accuracy!).padStart(6)}${step === chosen.step ? "   <- chosen" : ""}`
      ),
      "",
    ]),
    ...testLines(test, `checkpoint ${chosen.step}`),
    `chosen by           ${rule}`,
    ...(seenTestImages > 0
      ? [
        `WARNING             ${seenTestImages} test images are among those that were learned: the accuracy is too high`,
      ]
      : []),
  ];
}

/** The lines of a test on other data. */
export function transferLines({ trainedOn, testedOn, step, rule, seen, leftOut, test }: Transfer): string[] {
  return [
    ...testLines(test, `${plain(trainedOn)} on ${plain(testedOn)}, checkpoint ${step}`),
    `chosen by           ${rule}`,
    ...(seen.same > 0
      ? [
        `seen before         ${seen.same} images that the network has learned` +
        (seen.ofSamePeople > 0 ? ` and ${seen.ofSamePeople} others of their people` : "") + ", left out",
      ]
      : []),
    ...(leftOut.length > 0
      ? [`left out            ${leftOut.map(({ name, images }) => `${images} of ${plain(name)}`).join(", ")}`]
      : []),
  ];
}

/** Metrics as lines: a line a class, then the sums. */
export function testLines(test: TestMetrics, of: string): string[] {
  const { level } = test.accuracyInterval;
  const most = mostFrequent(test.perClass.map(({ name, support }) => ({ name, images: support })));
  const gap = notCovered(test);
  const width = Math.max(5, ...test.perClass.map(({ name }) => plain(name).length));
  return [
    `${"class".padEnd(width)}   images  precision  recall      F1   ${percent(level)} interval of the recall`,
    ...test.perClass.map(({ name, support, precision, recall, f1, recallInterval }) =>
      [
        plain(name).padEnd(width),
        String(support).padStart(9),
        percentOrDash(precision).padStart(11),
        percentOrDash(recall).padStart(8),
        percentOrDash(f1).padStart(8),
        `   ${range(recallInterval)}`,
      ].join("")
    ),
    "",
    `test accuracy       ${percent(test.accuracy)} of ${test.images} images, ${of}`,
    `  interval          ${range(test.accuracyInterval)} (${percent(level)}, over ${describeSubjects(test)})`,
    ...(gap ? [`                    ${gap}`] : []),
    `  by chance         ${percent(most.share)} by always saying ${plain(most.name)}, ` +
    `${percent(1 / test.perClass.length)} by guessing among ${test.perClass.length} classes`,
    `balanced accuracy   ${percent(test.balancedAccuracy)}`,
    `macro F1            ${percent(test.macroF1)}`,
    `log loss            ${test.logLoss.toFixed(3)} nats`,
    `calibration error   ${percent(test.expectedCalibrationError)}`,
  ];
}
