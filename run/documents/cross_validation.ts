/** crossval.json: what a cross-validation has found. */
import {
  listOf,
  NUMBER,
  oneOf,
  orMissing,
  orNull,
  pairOf,
  type Read,
  table,
  TEXT,
  TRUTH,
  whole,
} from "../../formats/schema.ts";
import { SELECTIONS } from "../../training/evaluation/select.ts";
import { type Variant, VARIANTS } from "../../training/options.ts";
import { defineDocument } from "./document.ts";
import { COUNT, INTERVAL } from "./fields.ts";

const SPREAD = table({ mean: NUMBER, deviation: orNull(NUMBER) });
const VARIANT = oneOf<Variant>(VARIANTS);

/** crossval.json. */
export const CROSS_VALIDATION = defineDocument({
  task: "crossval",
  format: { name: "aulens cross-validation results", version: 1 },
  schema: table({
    dataset: TEXT,
    fingerprint: TEXT,
    classNames: listOf(TEXT),
    selection: oneOf(SELECTIONS),
    rule: TEXT,
    optimistic: TRUTH,
    splits: listOf(whole(0)),
    seeds: listOf(whole(0)),
    variants: listOf(table({
      variant: VARIANT,
      accuracy: SPREAD,
      balancedAccuracy: SPREAD,
      macroF1: SPREAD,
      splits: listOf(table({ split: whole(0), accuracy: NUMBER })),
      pooled: table({
        images: COUNT,
        predictions: whole(0),
        subjects: COUNT,
        unknown: COUNT,
        accuracy: NUMBER,
        accuracyInterval: INTERVAL,
        confusion: listOf(listOf(whole(0))),
      }),
    })),
    comparisons: listOf(table({
      variants: pairOf(VARIANT),
      meanDifference: NUMBER,
      better: COUNT,
      equal: COUNT,
      worse: COUNT,
      p: orNull(NUMBER),
      adjustedP: orNull(NUMBER),
      untested: orMissing(oneOf(["one split", "no spread"])),
    })),
    runs: listOf(table({
      name: TEXT,
      variant: VARIANT,
      split: whole(0),
      seed: whole(0),
      step: whole(0),
      accuracy: NUMBER,
      initialScale: NUMBER,
    })),
  }),
});

/** crossval.json as it is read. */
export type CrossValidationRead = Read<typeof CROSS_VALIDATION.schema>;
