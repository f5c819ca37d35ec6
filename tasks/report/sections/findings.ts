/** What the comparison with Action Units found, told plainly: the truth test on drawn faces, and the read-out. */
import { CORRESPOND_OPTIONS } from "../../correspond/options.ts";
import { unitTitle } from "../../../analysis/action_units/findings.ts";
import { LEAST_RATIO } from "../../../analysis/action_units/truth.ts";
import type { CorrespondenceRead } from "../../../run/documents/correspondence.ts";
import type { ReadOutRead } from "../../../run/documents/read_out.ts";
import { percent } from "../../../run/words.ts";
import { type Content, type Html, markup } from "../html.ts";
import { differences, type Made } from "../differences.ts";
import type { Facts } from "../facts.ts";
import type { Corresponded } from "../read/run_files.ts";
import { count, figures, line, number, table, warning } from "./parts.ts";

/** Whether the filters look where the units are; only drawn faces can tell. */
export function truthTest({ truthTest, units }: CorrespondenceRead): Content {
  const title = markup`<h3 id="truth">Truth test: do they look there?</h3>`;
  const judged = units.flatMap((entry) => entry.truth ? [{ ...entry, truth: entry.truth }] : []);
  if (judged.length === 0) {
    return [
      title,
      markup`<p>Nobody knows of these images which pixels an Action Unit moves, so a filter that answers to a unit may be looking at something that goes with it. On drawn faces the regions are known, and the test is made.</p>`,
    ];
  }
  return markup`${title}<p>On drawn faces the region that each unit moves is known. A unit counts as found where it excites a filter and the best filters look at its region at least ${LEAST_RATIO} times as much as at the same region elsewhere in the image, and more than the best filters of one network of random weights: the lower end of the ratio's 95% interval, which is over people, lies above theirs. Another draw of random weights would have another ratio.</p>
<ul class="plain">${
    truthTest.map((sentence) => markup`<li class="${/NOT found/.test(sentence) && "not"}">${sentence}</li>`)
  }</ul>
${
    table(
      "Share of the best filters' projections inside the unit's region",
      [
        "Action Unit",
        "carries a label",
        "inside",
        "chance",
        "ratio",
        "lower end",
        "ratio, one draw of random weights",
        "verdict",
      ],
      judged.map(({ unit, carries, className, truth }) =>
        line(
          unitTitle(unit),
          carries ? className : "–",
          percent(truth.inside),
          percent(truth.chance),
          number(truth.ratio, 1),
          number(truth.ratioLow, 1),
          number(truth.randomised?.ratio, 1),
          markup`<span class="verdict ${truth.found ? "yes" : "no"}">${truth.found ? "found" : "not found"}</span>`,
        )
      ),
    )
  }`;
}

const COMPARED_OPTIONS = CORRESPOND_OPTIONS.filter(({ long }) => long !== "--layer");

function made({ checkpoint, images, on, selection, options }: CorrespondenceRead): Made {
  return { checkpoint, images, options: { on, select: selection, ...options } };
}

/** The layers side by side: how many units each answers to, where it looks, what can be read from it. */
export function layers({ correspondence, otherLayers }: Pick<Facts, "correspondence" | "otherLayers">): Content {
  const found: Omit<Corresponded, "pairs">[] = [...otherLayers, ...(correspondence ? [correspondence] : [])];
  if (found.length < 2) return undefined;
  found.sort((a, b) => a.document.layer < b.document.layer ? -1 : 1);
  const { document: main } = correspondence ?? found[0];
  const otherwise = (document: CorrespondenceRead) => differences(made(document), made(main), COMPARED_OPTIONS);
  const unlike = found.some(({ document }) => otherwise(document).length > 0);
  const ratio = (sides: readonly { inside: number; chance: number }[]) => {
    const sum = (name: "inside" | "chance") => sides.reduce((total, side) => total + side[name], 0);
    return number(sides.length > 0 ? sum("inside") / sum("chance") : undefined, 1);
  };
  return markup`<h3>Layer by layer</h3>${
    unlike &&
    warning(
      "These numbers were not all made alike, and do not compare where they were not: behind a layer stands what is other " +
        `than for ${main.layer}.`,
    )
  }${
    table(
      "Layers compared with the Action Units",
      [
        "layer",
        "units that excite a filter",
        "inside the region, × chance",
        "random weights",
        "read-out, AUC",
        "random weights",
      ],
      found.map(({ document, probe }) => {
        const { layer, units } = document;
        const tested = units.filter(({ untested }) => untested === undefined);
        const truths = tested.flatMap(({ truth }) => truth ?? []);
        return line(
          [layer, ...otherwise(document)].join(", "),
          `${tested.filter(({ answered }) => answered).length} of ${tested.length}`,
          ratio(truths),
          ratio(truths.flatMap(({ randomised }) => randomised ?? [])),
          number(probe?.auc),
          number(probe?.aucOfRandomWeights),
        );
      }),
    )
  }`;
}

/** What can be read from the filters' responses. */
export function readOut(probe: ReadOutRead): Html {
  const read = probe.units.flatMap((unit) => "unread" in unit ? [] : [unit]);
  const unread = probe.units.flatMap((unit) => "unread" in unit ? [unit] : []);
  return markup`<h3>Read-out: what the responses hold</h3>
<p>A logistic model for each unit on the responses of all filters; ${probe.rule}.</p>
${
    figures([
      [number(probe.auc), "mean AUC"],
      [number(probe.aucOfRandomWeights), "with random weights"],
      [number(probe.f1Micro), "F1-micro"],
      [number(probe.f1MicroOfRandomWeights), "with random weights"],
      [number(probe.f1MicroOfAlways), "always “present”"],
    ])
  }
${
    table(
      "The read-out of each Action Unit",
      ["Action Unit", "images", "base rate", "AUC", "AUC, random weights", "F1", "F1, always"],
      read.map(({ unit, images, baseRate, auc, aucOfRandomWeights, f1, f1OfAlways }) =>
        line(
          unitTitle(unit),
          count(images),
          percent(baseRate),
          number(auc),
          number(aucOfRandomWeights),
          number(f1),
          number(f1OfAlways),
        )
      ),
    )
  }${
    unread.length > 0 &&
    markup`<p class="note">Not read: ${
      unread.map(({ unit, unread }) => `${unitTitle(unit)} (${unread})`).join("; ")
    }.</p>`
  }`;
}
