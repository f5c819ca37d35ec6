/** How good the chosen checkpoint is: measures, confusions, classes, other data. */
import { describeSubjects, percent, percentOrDash, range } from "../../../run/words.ts";
import { type Html, markup } from "../html.ts";
import type { Facts } from "../facts.ts";
import { EVALUATE_OPTIONS } from "../../evaluate/options.ts";
import { differences } from "../differences.ts";
import type { RunFiles } from "../read/run_files.ts";
import { count, figures, line, missing, outdated, section, table, warning } from "./parts.ts";

/** The section. */
export function testSection({ evaluation, transfers, saved }: Facts): Html {
  if (!evaluation) {
    return section(
      "test",
      "Test",
      missing("The run has not been tested.", "deno task evaluate RUN"),
      transfer({ transfers, saved }),
    );
  }
  const { test, classNames } = evaluation;
  return section(
    "test",
    "Test",
    figures([
      [percent(test.accuracy), "accuracy"],
      [percent(test.balancedAccuracy), "balanced accuracy"],
      [percent(test.macroF1), "macro F1"],
      [test.logLoss.toFixed(3), "log loss, nats"],
      [percent(test.expectedCalibrationError), "calibration error"],
    ]),
    markup`<h3>Which class is taken for which</h3>`,
    confusion(test.confusion, classNames),
    markup`<h3>Class by class</h3>`,
    table(
      `Precision, recall and F1 on ${count(test.images)} test images of ${describeSubjects(test)}`,
      ["class", "images", "precision", "recall", "interval of the recall", "F1"],
      test.perClass.map(({ name, support, precision, recall, recallInterval, f1 }) =>
        line(
          name,
          count(support),
          percentOrDash(precision),
          percentOrDash(recall),
          range(recallInterval ?? null),
          percentOrDash(f1),
        )
      ),
    ),
    transfer({ transfers, evaluation, saved }),
  );
}

/** A row a true class, a column a predicted one. */
function confusion(matrix: readonly (readonly number[])[], names: readonly string[]): Html {
  const rows = matrix.map((row, label) => {
    const support = row.reduce((sum, value) => sum + value, 0);
    return markup`<tr><th scope="row">${names[label]}</th>${
      row.map((value) => {
        const share = support === 0 ? 0 : value / support;
        return markup`<td class="heat h${Math.round(10 * share)}">${
          value > 0 ? markup`${value}<small>${(100 * share).toFixed(0)}%</small>` : markup`<span class="none">0</span>`
        }</td>`;
      })
    }</tr>`;
  });
  const caption = "Images, and their share of the row: a row is a true class, a column what was said";
  return table(
    caption,
    [markup`<span class="corner">true ↓ said →</span>`, ...names.map((name) => markup`<span>${name}</span>`)],
    rows,
    "confusion",
  );
}

const COMPARED_OPTIONS = EVALUATE_OPTIONS.filter(({ long }) => long !== "--on");

function transfer(
  { transfers, evaluation, saved }: Pick<RunFiles, "transfers" | "evaluation" | "saved">,
): Html | undefined {
  if (transfers.length === 0) return undefined;
  const [first] = transfers;
  // Beside the run's own test, or else the first of them.
  const main = evaluation
    ? { checkpoint: evaluation.chosen.step, options: { select: evaluation.selection, ...evaluation.options } }
    : { checkpoint: first.step, options: { select: first.selection, ...first.options } };
  const otherwise = ({ step, selection, options }: typeof first) =>
    differences({ checkpoint: step, options: { select: selection, ...options } }, main, COMPARED_OPTIONS);
  const shared = transfers.filter(({ shareImages }) => shareImages);
  return markup`<h3>On other data</h3>${
    shared.length > 0 &&
    warning(
      markup`${
        shared.map(({ testedOn }) => testedOn).join(", ")
      } and the training data hold the same photographs, all or some: this is no test on unseen faces.`,
    )
  }${
    transfers.map(({ testedOn, compared }) =>
      outdated(`The test on ${testedOn} was made`, compared, saved, "deno task evaluate RUN --on OTHER")
    )
  }${
    table(
      "The same network on all labelled images of other sets, classes matched by name",
      ["tested on", "images", "left out, learned before", "accuracy", "interval", "over", "balanced accuracy"],
      transfers.map((one) => {
        const { testedOn, test, seen } = one;
        return line(
          [testedOn, ...otherwise(one)].join(", "),
          count(test.images),
          seen ? count(seen.same + seen.ofSamePeople) : "not compared",
          percent(test.accuracy),
          range(test.accuracyInterval),
          describeSubjects(test),
          percent(test.balancedAccuracy),
        );
      }),
    )
  }`;
}
