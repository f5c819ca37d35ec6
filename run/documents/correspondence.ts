/** correspondence.json: which filters of a layer stand for which Action Units. */
import type { Layer } from "../../analysis/layer.ts";
import type { BinRange } from "../../analysis/statistics/histogram.ts";
import {
  kind,
  later,
  listOf,
  NUMBER,
  oneOf,
  OPTIONS,
  orMissing,
  orNull,
  type Read,
  table,
  TEXT,
  TRUTH,
  where,
  type Written,
} from "../../formats/schema.ts";
import { SELECTIONS } from "../../training/evaluation/select.ts";
import { defineDocument, type Document } from "./document.ts";
import { COUNT, filterOf, MEASURE } from "./layer.ts";

/** How the bins are laid. */
const RANGE = kind<BinRange>(
  "full, quantiles or two numbers",
  (value) =>
    value === "full" || value === "quantiles" ||
    Array.isArray(value) && value.length === 2 && value.every(Number.isFinite),
);

const STATISTICS = table({
  minimumSupport: COUNT,
  bins: COUNT,
  range: later(RANGE),
  smoothing: later(NUMBER),
  statistic: later(oneOf(["auc", "kl"])),
  permutations: COUNT,
  seed: COUNT,
  select: later(oneOf(SELECTIONS)),
});

const SHARE = {
  inside: NUMBER,
  chance: NUMBER,
  ratio: MEASURE,
  ratioLow: MEASURE,
  projections: later(COUNT),
};

/** Of the one network of random weights the report reads the ratio alone. */
const CONTROL_SHARE = { ...SHARE, ratioLow: later(MEASURE) };

function schema(layer: Layer) {
  const pairs = listOf(table({
    filter: filterOf(layer),
    kl: NUMBER,
    auc: NUMBER,
    nullAuc: NUMBER,
    aucLow: MEASURE,
    aucHigh: MEASURE,
    p: later(MEASURE),
    adjusted: later(MEASURE),
    familywise: NUMBER,
    direction: NUMBER,
  }));
  return table({
    layer: oneOf([layer]),
    on: oneOf(["test", "all"]),
    images: COUNT,
    checkpoint: COUNT,
    /** Steps that it was chosen from. */
    compared: later(listOf(COUNT)),
    selection: oneOf(SELECTIONS),
    rule: later(TEXT),
    options: where(STATISTICS, (options) => OPTIONS.fault(options)),
    exchanged: TEXT,
    /** Whom the intervals are over, in words. */
    intervals: TEXT,
    controlSeed: later(COUNT),
    truthTest: listOf(TEXT),
    units: listOf(table({
      unit: COUNT,
      name: later(TEXT),
      className: TEXT,
      inClass: NUMBER,
      elsewhere: later(NUMBER),
      carries: TRUTH,
      present: COUNT,
      absent: COUNT,
      unknown: later(COUNT),
      groupsPresent: later(COUNT),
      groupsAbsent: later(COUNT),
      movable: later(COUNT),
      untested: orMissing(TEXT),
      p: later(MEASURE),
      adjusted: later(MEASURE),
      excitedP: later(MEASURE),
      excitedAdjusted: MEASURE,
      bestByChance: table({ auc: MEASURE, low: MEASURE, high: MEASURE, permutations: later(COUNT) }),
      answered: TRUTH,
      excitedFilters: COUNT,
      quieterFilters: COUNT,
      mostDivergent: pairs,
      mostExcited: pairs,
      truth: orMissing(table({ ...SHARE, randomised: orNull(table(CONTROL_SHARE)), found: TRUTH })),
    })),
  });
}

/** What a reader gets. */
export type CorrespondenceRead = Read<ReturnType<typeof schema>>;
/** What a writer has to give. */
export type CorrespondenceWritten = Written<ReturnType<typeof schema>>;
/** A unit as a reader gets it. */
export type UnitRead = CorrespondenceRead["units"][number];
/** A filter of a unit. */
export type FilterRead = UnitRead["mostExcited"][number];

/**
 * The document of a layer.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { correspondenceDocument } from "./correspondence.ts";
 * const { parse } = correspondenceDocument("conv3");
 * assert.throws(() => parse('{"layer": "conv2"}', "correspondence.json"), /layer is "conv2", expected one of conv3/);
 * ```
 */
export function correspondenceDocument(layer: Layer): Document<CorrespondenceRead, CorrespondenceWritten> {
  return defineDocument({
    task: "correspond",
    format: { name: "aulens correspondence", version: 1 },
    schema: schema(layer),
  });
}
