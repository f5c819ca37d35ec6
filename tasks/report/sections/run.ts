/** What was run: data, network, training, machine. */
import { type Html, markup } from "../html.ts";
import type { Facts } from "../facts.ts";
import { KINDS } from "./head.ts";
import { count, facts, section } from "./parts.ts";

/** The section. */
export function runSection({ record, kind, evaluation }: Facts): Html {
  const { dataset, settings, network, adapter, versions, steps } = record;
  const { variant } = settings;
  const parts = evaluation?.images;
  return section(
    "run",
    "What was run",
    facts([
      [
        "Data",
        `${dataset.name}, ${KINDS[kind].tag}: ${
          count(dataset.images)
        } images of ${network.imageSize} × ${network.imageSize} pixels`,
      ],
      ["Classes", dataset.classNames.join(", ")],
      [
        "Split",
        `${settings.split}${
          parts
            ? `: ${count(parts.train)} images train, ${count(parts.validation)} validate, ${count(parts.test)} test`
            : ""
        }`,
      ],
      ["Fingerprint of the data", markup`<code class="long">${dataset.fingerprint}</code>`],
      ["Variant", `${variant}: ${VARIANTS[variant] ?? "of its own"}`],
      [
        "Network",
        "zero-bias CNN: three convolutions without bias (64, 128, 256 filters of 5 × 5), quadrant pooling, 300 hidden units",
      ],
      [
        "Training",
        `${
          count(steps)
        } updates of ${settings.batch} images, learning rate ${settings.learningRate}, momentum ${settings.momentum}, weight decay ${settings.weightDecay}`,
      ],
      ["Normalization", settings.normalization],
      ["Seed", markup`${settings.seed}, scale of the initial weights ${network.initialScale}`],
      ["Trained for the rule", record.given.select],
      ["Adapter", adapterWords(adapter)],
      ["Versions", Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ")],
    ]),
  );
}

const VARIANTS: Readonly<Record<string, string>> = {
  cnn: "neither augmentation nor dropout",
  cnn_a: "augmentation",
  cnn_d: "dropout",
  cnn_ad: "augmentation and dropout",
};

function adapterWords({ vendor, architecture, description, software }: Facts["record"]["adapter"]): string {
  const name = description || [vendor, architecture].filter((word) => word).join(" ") || "not named by its driver";
  return software ? `${name}: a software adapter, no GPU` : name;
}
