/** The top of the page: what this is, the number, how sure it is, and what it must not be taken for. */
import { describeSubjects, notCovered, percent } from "../../../run/words.ts";
import { type Content, type Html, markup } from "../html.ts";
import { stepsOf } from "../../../run/checkpoints.ts";
import type { Facts } from "../facts.ts";
import type { ImagesKind } from "../../../training/model.ts";
import { count, missing, outdated, warning } from "./parts.ts";

/** What the images are, in a word and in a sentence. */
export const KINDS: Readonly<Record<ImagesKind, { tag: string; sentence: string }>> = {
  drawn: {
    tag: "drawn faces",
    sentence:
      "The faces are drawn by a program. A number on them says that training works, and nothing about photographs.",
  },
  twin: {
    tag: "a twin: drawn faces",
    sentence:
      "The data is a twin: drawn faces in the layout of the real set. A number on it says that the way through the programs works, and nothing about the real set.",
  },
  photographs: { tag: "photographs", sentence: "The images are the photographs of the set that is named." },
  own: {
    tag: "a folder of images",
    sentence: "The images were prepared from a folder: what they show, its owner knows.",
  },
  unknown: {
    tag: "images of unknown kind",
    sentence:
      "The prepared data was not where training found it, or has changed since: whether these are photographs or drawn faces cannot be said here. The option --data names it.",
  },
};

/** The name of a run, as every heading has it. */
export function runTitle({ record: { dataset, settings } }: Facts): string {
  return `${dataset.name}, ${settings.variant}, split ${settings.split}, seed ${settings.seed}`;
}

/** The head of the page. */
export function head(facts: Facts, contents: readonly (readonly [id: string, title: string])[]): Html {
  const { evaluation, kind, record } = facts;
  return markup`<header>
<p class="kicker">aulens · report of a run</p>
<h1>${record.dataset.name} <small>${record.settings.variant}, split ${record.settings.split}, seed ${record.settings.seed}</small></h1>
<p class="tags"><span class="tag ${kind}">${KINDS[kind].tag}</span>${
    evaluation?.optimistic && markup` <span class="tag loud">optimistic</span>`
  }</p>
${headline(facts)}
${seenBefore(facts)}
${
    evaluation && outdated(
      "The checkpoint was chosen",
      stepsOf(evaluation.checkpoints),
      facts.saved,
      "deno task evaluate RUN",
    )
  }
<p class="lead">A convolutional network was trained to name the expression of a face, and nothing else. This report says how well it does on ${
    evaluation && evaluation.test.unknown > 0 ? "images" : "people"
  } it has not seen, shows what its filters answer to, and compares them with the Action Units that people code by hand.</p>
<nav aria-label="Contents"><ol>${
    contents.map(([id, title]) => markup`<li><a href="#${id}">${title}</a></li>`)
  }</ol></nav>
</header>\n`;
}

function seenBefore({ evaluation }: Facts): Content {
  const seen = evaluation?.seenTestImages ?? 0;
  return seen > 0 &&
    warning(
      `${
        count(seen)
      } of the test images are, pixel for pixel, among those that the network has learned: the number is too high.`,
    );
}

function headline({ evaluation, kind }: Facts): Content {
  const about = markup`<p class="about">${KINDS[kind].sentence}</p>`;
  if (!evaluation) {
    return [
      missing("The run has not been evaluated, so there is no number to report.", "deno task evaluate RUN"),
      about,
    ];
  }
  const { test, optimistic, rule, chosen } = evaluation;
  const { low, high, level } = test.accuracyInterval;
  const gap = notCovered(test);
  return markup`<p class="headline"><strong>${percent(test.accuracy)}</strong>
<span>of ${count(test.images)} test images named rightly.<br>With other ${
    test.unknown === 0 ? "people" : "images"
  } it would probably lie between <b>${percent(low)}</b> and <b>${percent(high)}</b> (${
    (100 * level).toFixed(0)
  }% interval over ${describeSubjects(test)}).${gap && ` ${gap}`}</span></p>
${
    optimistic &&
    warning(
      markup`<strong>OPTIMISTIC.</strong> The test images themselves chose the checkpoint. This number is higher than one on new people, and stands only beside published tables that were made so.`,
    )
  }
<p class="about">Checkpoint ${count(chosen.step)}, chosen by this rule: ${rule}. ${KINDS[kind].sentence}</p>`;
}
