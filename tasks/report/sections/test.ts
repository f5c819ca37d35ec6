/** How good the chosen checkpoint is: measures, confusions, classes, other data. */
import { percent } from "../../words.ts";
import { type Html, markup } from "../html.ts";
import type { Facts } from "../facts.ts";
import type { TransferRecord } from "../../evaluate/transfer.ts";
import { count, figures, line, missing, section, table, warning } from "./parts.ts";

/** The section. */
export function testSection({ evaluation, transfers }: Facts): Html {
  if (!evaluation) {
    return section(
      "test",
      "Test",
      missing("The run has not been tested.", "deno task evaluate RUN"),
      transfer(transfers),
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
      `Precision, recall and F1 on ${count(test.images)} test images of ${count(test.subjects)} people`,
      ["class", "images", "precision", "recall", "F1"],
      test.perClass.map(({ name, support, precision, recall, f1 }) =>
        line(name, count(support), percent(precision), percent(recall), percent(f1))
      ),
    ),
    transfer(transfers),
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

function transfer(transfers: readonly TransferRecord[]): Html | undefined {
  if (transfers.length === 0) return undefined;
  const shared = transfers.filter(({ shareImages }) => shareImages);
  return markup`<h3>On other data</h3>${
    shared.length > 0 &&
    warning(
      markup`${
        shared.map(({ testedOn }) => testedOn).join(", ")
      } and the training data hold the same photographs, all or some: this is no test on unseen faces.`,
    )
  }${
    table(
      "The same network on all labelled images of other sets, classes matched by name",
      ["tested on", "images", "left out, learned before", "accuracy", "interval over people", "balanced accuracy"],
      transfers.map(({ testedOn, test, seen }) =>
        line(
          testedOn,
          count(test.images),
          seen ? count(seen.same + seen.ofSamePeople) : "not compared",
          percent(test.accuracy),
          `${percent(test.accuracyInterval.low)} to ${percent(test.accuracyInterval.high)}`,
          percent(test.balancedAccuracy),
        )
      ),
    )
  }`;
}
