/** What stands behind everything: controls, limits, how to do it again, what was read. */
import { mostFrequent, percent } from "../../../run/words.ts";
import type { Facts } from "../facts.ts";
import { type Html, markup } from "../html.ts";
import { commands, DATA, othersOf, RUN, unsaid } from "../commands.ts";
import { count, line, number, section, table } from "./parts.ts";

/** Each finding beside what chance or random weights give. */
export function controlsSection({ evaluation, visualization, correspondence, record }: Facts): Html {
  const classes = record.network.classes;
  const most = evaluation &&
    mostFrequent(evaluation.test.perClass.map(({ name, support }) => ({ name, images: support })));
  const truths = correspondence?.document.units.flatMap(({ truth }) => truth ?? []) ?? [];
  const mean = (values: number[]) =>
    values.length === 0 ? null : values.reduce((sum, one) => sum + one, 0) / values.length;
  const ratio = (parts: { inside: number; chance: number }[]) => {
    const [inside, chance] = [mean(parts.map(({ inside }) => inside)), mean(parts.map(({ chance }) => chance))];
    return inside === null || chance === null ? null : inside / chance;
  };
  const checkpoints = [evaluation?.chosen.step, visualization?.checkpoint.step, correspondence?.document.checkpoint]
    .filter((step) => step !== undefined);
  const isOne = new Set(checkpoints).size < 2;
  const of = (finding: string, checkpoint: number) => isOne ? finding : `${finding}, checkpoint ${count(checkpoint)}`;
  const learned = correspondence?.document.on === "all" ? ", images that were learned included" : "";
  const rows = [
    most &&
    line(
      "test accuracy",
      percent(evaluation.test.accuracy),
      percent(most.share),
      `always saying “${most.name}”, which most test images are of`,
    ),
    evaluation &&
    line(
      of("test accuracy", evaluation.chosen.step),
      percent(evaluation.test.accuracy),
      percent(1 / classes),
      "guessing among the classes",
    ),
    visualization &&
    line(
      of("similarity of projection and control", visualization.checkpoint.step),
      number(visualization.control.structuralSimilarity),
      "–",
      "1 would mean that the pictures do not depend on what was learned",
    ),
    correspondence && truths.length > 0 &&
    line(
      of(
        `projections inside the unit's region, against the region elsewhere${learned}`,
        correspondence.document.checkpoint,
      ),
      number(ratio(truths)),
      number(ratio(truths.flatMap(({ randomised }) => randomised ?? []))),
      "the best filters of one network of random weights, chosen in the same way",
    ),
    correspondence?.probe &&
    line(
      of(`read-out, mean AUC${learned}`, correspondence.document.checkpoint),
      number(correspondence.probe.auc),
      number(correspondence.probe.aucOfRandomWeights),
      "responses of random weights; 0.50 is chance",
    ),
  ].filter((row) => row);
  return section(
    "controls",
    "Controls",
    markup`<p>A finding is worth what it is beside the same without learning. Random weights answer to much in a face, and projections through them look like faces too.</p>`,
    rows.length > 0
      ? table(
        "Findings and their controls",
        ["finding", "this network", "control", "what the control is"],
        rows,
        "controls",
      )
      : markup`<p class="missing">Nothing has been computed that has a control.</p>`,
  );
}

/** What this method cannot say. */
export function limitsSection(): Html {
  const limits = [
    [
      "A picture may survive random weights.",
      "Guided backpropagation repeats the edges of the image whatever was learned (Adebayo et al. 2018). Look at the control below every projection before believing it.",
    ],
    [
      "Correlation is not mechanism.",
      "A filter that answers to images with a unit may answer to something that goes with it: a filter for raised brows may look at the wide eyes beneath. And what a filter answers to need not be what the decision rests on.",
    ],
    [
      "Drawn faces say nothing about photographs.",
      "They have the movements that were drawn into them and no others: no skin, no light, no age. They test the method.",
    ],
    [
      "An expression is not an emotion.",
      "The labels name what a face shows, mostly on request and in front of a camera, not what its owner felt. Nothing here reads feelings.",
    ],
    [
      "Not every use is allowed.",
      "In the European Union, inferring emotions of people at work or in education is prohibited, except for medical or safety reasons (Regulation (EU) 2024/1689, Article 5(1)(f), since 2 February 2025). Photographs and what is made from them stay under the terms of their dataset.",
    ],
    [
      "One split is one split.",
      "The interval is over the people that were tested, or over the images where their people are unknown. It does not hold what another split, another seed or another data set would change.",
    ],
  ];
  return section(
    "limits",
    "Limits",
    markup`<ul class="limits">${limits.map(([claim, why]) => markup`<li><strong>${claim}</strong> ${why}</li>`)}</ul>`,
  );
}

/** The exact commands. */
export function reproduceSection(facts: Facts): Html {
  const lines = commands(facts);
  const { fingerprint } = facts.record.dataset;
  const others = othersOf(facts), silent = unsaid(facts);
  return section(
    "reproduce",
    "How to reproduce",
    markup`<p>With aulens ${facts.record.versions.aulens ?? ""} and the data whose fingerprint is <code>${
      fingerprint.slice(0, 12)
    }…</code>. <code>${RUN}</code> stands for the run folder${
      lines.some((line) => /--data DATA\b/.test(line)) && markup`, <code>${DATA}</code> for the prepared data`
    }${
      facts.transfers.map(({ testedOn, fingerprint }, n) =>
        markup`, <code>${others[n]}</code> for the prepared data of ${testedOn} with the fingerprint <code>${
          fingerprint.slice(0, 12)
        }…</code>`
      )
    }. ${
      silent.length === 0
        ? "Every option that was in force is named"
        : `Every option that was in force is named, but for those of ${
          silent.join(" and ")
        }: an earlier version did not remember them, and the defaults stand in their place`
    }; what has not been computed yet has the defaults. The same seed on the same adapter gives the same bytes.</p>
<pre tabindex="0"><code>${lines.join("\n")}</code></pre>`,
  );
}

const REFERENCES: readonly (readonly [authors: string, title: string, where: string, address?: string])[] = [
  [
    "P. Khorrami, T. L. Paine, T. S. Huang",
    "Do Deep Neural Networks Learn Facial Action Units When Doing Expression Recognition?",
    "2015",
    "https://arxiv.org/abs/1510.02969",
  ],
  ["P. Ekman, W. V. Friesen, J. C. Hager", "Facial Action Coding System", "2002"],
  [
    "M. D. Zeiler, R. Fergus",
    "Visualizing and Understanding Convolutional Networks",
    "2014",
    "https://arxiv.org/abs/1311.2901",
  ],
  [
    "J. T. Springenberg, A. Dosovitskiy, T. Brox, M. Riedmiller",
    "Striving for Simplicity: The All Convolutional Net",
    "2015",
    "https://arxiv.org/abs/1412.6806",
  ],
  ["J. Adebayo et al.", "Sanity Checks for Saliency Maps", "2018", "https://arxiv.org/abs/1810.03292"],
  [
    "A. S. Morcos et al.",
    "On the importance of single directions for generalization",
    "2018",
    "https://arxiv.org/abs/1803.06959",
  ],
  [
    "Z. Wang et al.",
    "Image Quality Assessment: From Error Visibility to Structural Similarity",
    "2004",
    "https://doi.org/10.1109/TIP.2003.819861",
  ],
  ["P. H. Westfall, S. S. Young", "Resampling-Based Multiple Testing", "1993"],
  [
    "Y. Benjamini, Y. Hochberg",
    "Controlling the False Discovery Rate",
    "1995",
    "https://doi.org/10.1111/j.2517-6161.1995.tb02031.x",
  ],
];

/** What was read. */
export function referencesSection(): Html {
  return section(
    "references",
    "References",
    markup`<ul class="references">${
      REFERENCES.map(([authors, title, where, address]) =>
        markup`<li>${authors}: <cite>${
          address ? markup`<a href="${address}" rel="noreferrer">${title}</a>` : title
        }</cite>, ${where}.</li>`
      )
    }</ul>`,
  );
}
