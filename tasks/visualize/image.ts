/** Explains one image: which pixels speak for a class, by every method, beside the same through random weights. */
import { attribute, ATTRIBUTION_METHODS, type AttributionMethod } from "../../analysis/attribution.ts";
import { UsageError } from "../command.ts";
import { likeliest } from "../likeliest.ts";
import { inForce } from "../option_list.ts";
import { jsonText } from "../../formats/json.ts";
import { percent } from "../../run/words.ts";
import { cut, GREY_SCALE, greyLevels, likeness, scaled } from "./grey.ts";
import { type ModelWithControls, withEveryControl } from "./network.ts";
import { IMAGE_OPTIONS, VISUALIZE_OPTIONS, type VisualizeArguments } from "./options.ts";
import { Page } from "./page.ts";
import { number } from "./sheets.ts";

/** What was found of an image. */
export interface Explained {
  /** The class explained, and the probability that the network gives it. */
  className: string;
  probability: number;
  completenessError: number;
  picture: Uint8Array;
  json: string;
}

/** One method's maps. */
interface Shown {
  method: AttributionMethod;
  map: Float32Array;
  control: Float32Array;
  similarity: number;
}

/**
 * Explains an image.
 *
 * @throws {UsageError} for an image or a class that the run's data does not have.
 */
export async function explainImage(
  model: ModelWithControls,
  { image, class: name, steps }: { image: number } & Pick<VisualizeArguments, "class" | "steps">,
  signal: AbortSignal,
): Promise<Explained> {
  const { run: { dataset, settings }, net, control, chosen, compared, rule } = model;
  const { classNames, labels } = dataset;
  if (image >= labels.length) {
    throw new UsageError(`--image ${image}: ${dataset.name} has images 0..${labels.length - 1}`);
  }
  const asked = name === undefined ? undefined : classNumber(classNames, name);
  const images = { dataset, rows: Uint32Array.of(image), normalization: settings.normalization };
  const probabilities = await classProbabilities(model, image, signal);
  const target = asked ?? likeliest(probabilities);
  const whole = { top: 0, left: 0, height: net.imageSize, width: net.imageSize };
  const shown: Shown[] = [];
  let completenessError = NaN;
  for (const method of ATTRIBUTION_METHODS) {
    signal.throwIfAborted();
    const found = await attribute(net, images, { target, method, steps, signal });
    const drawn = await withEveryControl(
      model,
      async (one) => (await attribute(one, images, { target, method, steps, signal })).maps,
    );
    if (found.completenessError) completenessError = found.completenessError[0];
    shown.push({ method, map: found.maps, control: drawn[0], similarity: likeness(found.maps, drawn, whole) });
  }
  const className = classNames[target], probability = probabilities[target];
  const truth = labels[image] < 0 ? null : classNames[labels[image]];
  const notes = [
    `Which pixels speak for ${className}: the network says ${percent(probability)}` +
    (truth === null ? "." : `; the image's class is ${truth}.`),
    `Network after ${
      chosen.step.toLocaleString("en")
    } updates. Integrated gradients: ${steps} steps from the zero image, ` +
    `completeness error ${percent(completenessError)}.`,
  ];
  const json = {
    dataset: dataset.name,
    fingerprint: dataset.fingerprint,
    checkpoint: { step: chosen.step, rule, compared },
    options: {
      ...inForce(VISUALIZE_OPTIONS.filter(({ long }) => long === "--controls" || long === "--select"), {
        controls: model.draws.length,
        select: model.selection,
      }),
      ...inForce(IMAGE_OPTIONS, { image, class: className, steps }),
    },
    image,
    class: truth,
    explained: className,
    probability,
    integratedGradients: { steps, baseline: "the zero image, after normalization", completenessError },
    control: { draws: model.draws.length, seed: control.seed, initialScale: control.initialScale },
    methods: shown.map(({ method, similarity }) => ({ method, structuralSimilarity: similarity })),
    scale: GREY_SCALE,
  };
  return {
    className,
    probability,
    completenessError,
    picture: await draw(cut(dataset.images, image, net.imageSize, whole), shown, net.imageSize, {
      title: `${dataset.name}, image ${image}`,
      notes,
    }),
    json: jsonText(json),
  };
}

/**
 * The number of a class that is named on a command line, whichever Unicode form its letters have there and in the data.
 *
 * @throws {UsageError} for a name that no class has.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { classNumber } from "./image.ts";
 * assert.equal(classNumber(["calm", "e\u0301mu"], "\u00e9mu"), 1);
 * ```
 */
export function classNumber(classNames: readonly string[], name: string): number {
  const composed = (text: string) => text.normalize("NFC");
  const same = classNames.indexOf(name);
  const label = same >= 0 ? same : classNames.map(composed).indexOf(composed(name));
  if (label >= 0) return label;
  throw new UsageError(
    `--class ${JSON.stringify(name)}: the classes are ${classNames.join(", ")}. Remedy: name one of them.`,
  );
}

/** The network's probabilities for one image: the scores of all classes, the image once for each, and their softmax. */
async function classProbabilities(
  { net, run: { dataset, settings } }: ModelWithControls,
  image: number,
  signal: AbortSignal,
): Promise<number[]> {
  const rows = new Uint32Array(net.classes).fill(image);
  const images = { dataset, rows, normalization: settings.normalization };
  const { scores } = await attribute(net, images, {
    target: rows.map((_, label) => label),
    method: "gradient",
    signal,
  });
  const powers = Array.from(scores, (score) => Math.exp(score - Math.max(...scores)));
  return powers.map((power) => power / powers.reduce((sum, one) => sum + one, 0));
}

function draw(
  photograph: Uint8Array,
  shown: readonly Shown[],
  side: number,
  words: { title: string; notes: string[] },
): Promise<Uint8Array> {
  const cell = 144, gap = 10, margin = 24, label = 96, head = 104;
  const part = { top: 0, left: 0, height: side, width: side };
  const page = new Page(2 * margin + label + (shown.length + 1) * (cell + gap) - gap, head + 2 * (cell + gap) + 52);
  page.text(words.title, margin, 38, { size: 17, weight: "bold" });
  words.notes.forEach((line, n) => page.quiet(line, margin, 57 + 16 * n, { size: 12 }));
  const column = (n: number) => margin + label + n * (cell + gap);
  page.quiet("image", column(0) + cell / 2, head - 8, { anchor: "middle" });
  page.draw(photograph, part, side, column(0), head, cell);
  ["trained", "control"].forEach((name, row) => {
    const middle = head + row * (cell + gap) + cell / 2;
    page.text(name, margin, middle, { size: 13 });
    page.quiet(row === 0 ? "weights" : "random weights", margin, middle + 16);
  });
  shown.forEach(({ method, map, control, similarity }, n) => {
    const x = column(n + 1);
    page.text(method.replaceAll("-", " "), x + cell / 2, head - 8, { anchor: "middle" });
    page.draw(greyLevels(scaled(map)), part, side, x, head, cell);
    page.draw(greyLevels(scaled(control)), part, side, x, head + cell + gap, cell);
    page.quiet(`similarity ${number(similarity)}`, x + cell / 2, head + 2 * (cell + gap) + 8, { anchor: "middle" });
  });
  page.quiet(GREY_SCALE, margin, page.height - 12, { size: 10 });
  return page.png();
}
