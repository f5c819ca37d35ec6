/** Whether a run of a cross-validation has ended, and what its evaluation says. */
import type { EvaluatedRun } from "../../training/cross_validation/summary.ts";
import type { PlannedRun } from "../../training/cross_validation/plan.ts";
import type { Evaluation } from "../../training/evaluation/evaluate.ts";
import { protocolFor } from "../../training/evaluation/select.ts";
import { trainingSettings } from "../../training/options.ts";
import { checkConfusion } from "../documents/confusion.ts";
import {
  checkFields,
  type Kind,
  listOf,
  NUMBER,
  orNull,
  TABLE,
  tableOf,
  TEXT,
  TRUTH,
  whole,
} from "../../tasks/documents/fields.ts";
import { readText } from "../../tasks/documents/read.ts";
import { type Manifest, runFolder } from "./manifest.ts";

/**
 * The evaluation of a run that has been trained to its end, with the manifest's options, and evaluated by its rule; undefined of any other,
 * and where the file is damaged: it will be written anew.
 *
 * @throws {UsageError} where the file cannot be read.
 */
export async function finishedRun(
  out: string,
  run: PlannedRun,
  { selection, steps, fingerprint, options }: Manifest,
): Promise<EvaluatedRun | undefined> {
  const path = runFolder(out, run).file("evaluation.json");
  const text = await readText(path);
  if (text === undefined) return undefined;
  try {
    const evaluation: Evaluation = JSON.parse(text);
    checkEvaluation(evaluation);
    const trained = evaluation.checkpoints.at(-1)!.step;
    const { variant, split, seed } = run;
    const asked = trainingSettings({ ...options, variant, split, protocol: protocolFor(selection) }, seed);
    const same = (Object.keys(asked) as (keyof typeof asked)[]).every((key) => evaluation.settings[key] === asked[key]);
    const scale = options.initScale ?? evaluation.initialScale;
    const wanted = evaluation.selection === selection && trained === steps && evaluation.fingerprint === fingerprint &&
      same && evaluation.initialScale === scale;
    return wanted ? { run, evaluation } : undefined;
  } catch {
    return undefined;
  }
}

/** More test images than any set has. */
const MOST_IMAGES = 1_000_000;
const COUNT: Kind = {
  expected: `a whole number from 0 to ${MOST_IMAGES}`,
  fits: (value) => whole(0).fits(value) && (value as number) <= MOST_IMAGES,
};
const FIELDS: Record<string, Kind> = {
  selection: TEXT,
  rule: TEXT,
  optimistic: TRUTH,
  dataset: TEXT,
  fingerprint: TEXT,
  classNames: listOf(TEXT),
  settings: TABLE,
  initialScale: NUMBER,
  checkpoints: listOf(tableOf({ step: whole(0) })),
  "images.train": COUNT,
  "images.test": COUNT,
  "chosen.step": whole(0),
  "chosen.accuracy": orNull(NUMBER),
  "test.images": COUNT,
  "test.accuracy": NUMBER,
  "test.balancedAccuracy": NUMBER,
  "test.macroF1": NUMBER,
  "test.confusion": listOf(listOf(COUNT)),
  "test.byGroup": listOf(tableOf({ subject: orNull(NUMBER), image: orNull(NUMBER), images: COUNT, hits: COUNT })),
};

/** @throws {TypeError} where a field is not what a table is made of, or the counts do not add up. */
function checkEvaluation(evaluation: Evaluation): void {
  checkFields(evaluation, FIELDS);
  const { classNames, test: { images, confusion, byGroup } } = evaluation;
  checkConfusion(classNames, images, confusion);
  if (byGroup.reduce((total, group) => total + group.images, 0) !== images) {
    throw new TypeError(`the groups' images do not add up to the ${images} that were tested`);
  }
}
