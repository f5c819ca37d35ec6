/** How training went, and how good every checkpoint is. */
import { smoothingWords } from "../../../pictures/charts/curves.ts";
import { percent } from "../../../run/words.ts";
import { type Content, Html, markup } from "../html.ts";
import type { Facts } from "../facts.ts";
import { count, missing, number, section, table } from "./parts.ts";

/** The section. */
export function trainingSection(facts: Facts): Html {
  return section("training", "Training", curves(facts), checkpoints(facts));
}

function curves({ curves, log }: Facts): Content {
  if (!curves) return missing("The run has no log of its training.", "deno task train --run RUN --resume");
  const last = log.at(-1)!;
  const validated = log.findLast(({ validationAccuracy }) => validationAccuracy !== null)?.validationAccuracy;
  const words = `Loss and accuracies against the step. The last record, after ${count(last.step)} updates: loss ${
    number(last.loss)
  } nats, training accuracy ${percent(last.trainAccuracy)}${
    validated === undefined || validated === null ? "" : `, validation accuracy ${percent(validated)}`
  }.`;
  const smoothing = smoothingWords(log);
  return markup`<figure class="chart">
      <div class="wide">${chart("wide", curves.wide, words)}</div>
      <div class="narrow">${chart("narrow", curves.narrow, words)}</div>
      <figcaption>${words}${
    smoothing ? ` ${smoothing}` : ""
  } The training accuracy is that on the batches, augmented where the variant augments; the validation accuracy is that of one random batch at a time.</figcaption>
    </figure>`;
}

/** A drawn chart as one picture with words; without a browser too much room was left around its words. */
function chart(name: string, svg: string, words: string): Html {
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!;
  const [left, right] = [12, 40];
  const box = `${left} 0 ${Number(width) - left - right} ${height}`;
  const open = markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}" role="img" aria-label="${words}">`;
  const body = svg.slice(svg.indexOf(">") + 1).replace(/ (role|aria-\w+)="[^"]*"/g, "");
  // Clipping paths are numbered through a process: they are named anew, so that equal runs give equal bytes and no two of a page are alike.
  const numbers = new Map<string, number>();
  const number = (id: string) => numbers.get(id) ?? numbers.set(id, numbers.size).get(id)!;
  return new Html(
    open.text + body.replace(/(id="|url\(#)(clip\d+)/g, (_, before, id) => `${before}${name}-${number(id)}`),
  );
}

function checkpoints({ evaluation }: Facts): Content {
  if (!evaluation) return missing("The checkpoints have not been compared.", "deno task evaluate RUN");
  const { checkpoints, chosen, rule, selection } = evaluation;
  const on = selection === "original" ? "test" : "validation";
  const rows = checkpoints.map(({ step, accuracy }) => {
    const here = step === chosen.step;
    return markup`<tr class="${here && "chosen"}">
        <th scope="row">${count(step)}</th>
        <td>${accuracy === null ? "–" : percent(accuracy)}</td>
        <td>${accuracy !== null && bar(accuracy)}</td>
        <td>${here && "chosen"}</td>
      </tr>`;
  });
  return markup`<h3>Checkpoints</h3><p>Rule: ${rule}.</p>${
    table(`Accuracy of every checkpoint on the ${on} images`, ["updates", "accuracy", "", ""], rows, "checkpoints")
  }`;
}

function bar(share: number): Html {
  return markup`<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
      <rect class="rail" width="100" height="6" />
      <rect width="${(100 * share).toFixed(1)}" height="6" />
    </svg>`;
}
