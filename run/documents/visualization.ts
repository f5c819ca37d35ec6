/**
 * visualization.json: the images that excite each filter of a layer most, and how alike what it sees in them is to
 * random weights.
 */
import type { ConvolutionLayer } from "../../analysis/layer.ts";
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
  whole,
  type Written,
} from "../../formats/schema.ts";
import { defineDocument, type Document } from "./document.ts";
import { COUNT, filterOf, GRID, MEASURE, REGION } from "./layer.ts";

/** A name of a file, and no way out of its folder. */
const SHEET = kind<string>(
  "the name of a sheet, filter-NNN.png",
  (value) => typeof value === "string" && /^filter-\d+\.png$/.test(value),
);

const WINDOW = table({ top: NUMBER, left: NUMBER, height: COUNT, width: COUNT });

const HIT = table({
  image: COUNT,
  /** -1 where nobody knows. */
  subject: NUMBER,
  class: orNull(TEXT),
  /** Row and column in the filter's map, and what it sees there. */
  y: later(COUNT),
  x: later(COUNT),
  activation: NUMBER,
  window: later(WINDOW),
  structuralSimilarity: MEASURE,
});

function schema(layer: ConvolutionLayer) {
  return table({
    dataset: later(TEXT),
    fingerprint: later(TEXT),
    images: COUNT,
    /** `compared`: the steps that it was chosen from. */
    checkpoint: table({ step: COUNT, rule: TEXT, compared: later(listOf(COUNT)) }),
    options: later(OPTIONS),
    layer: oneOf([layer]),
    method: TEXT,
    top: whole(1),
    distinctSubjects: TRUTH,
    receptiveField: table({ size: whole(1), stride: later(NUMBER), offset: later(NUMBER) }),
    /** What a projection is, and what its grey levels are. */
    projection: later(TEXT),
    scale: later(TEXT),
    control: table({
      what: later(TEXT),
      draws: later(whole(1)),
      seed: later(COUNT),
      initialScale: later(NUMBER),
      structuralSimilarity: MEASURE,
      measure: later(TEXT),
    }),
    /** How selectivity is measured. */
    selectivity: later(TEXT),
    /** Where a sheet's pictures are: three rows, a column a hit. */
    sheet: later(GRID),
    /** Where the weights are on weights.png: the trained ones, and those of the first control; conv1 alone. */
    weights: orMissing(table({ trained: REGION, control: REGION })),
    filters: listOf(table({
      filter: filterOf(layer),
      sheet: SHEET,
      selectivity: MEASURE,
      preferredClass: orNull(TEXT),
      structuralSimilarity: MEASURE,
      hits: listOf(HIT),
    })),
  });
}

/** What a reader gets. */
export type VisualizationRead = Read<ReturnType<typeof schema>>;
/** What a writer has to give. */
export type VisualizationWritten = Written<ReturnType<typeof schema>>;
/** A filter as a reader gets it. */
export type VisualizedFilter = VisualizationRead["filters"][number];

/**
 * The document of a layer.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { visualizationDocument } from "./visualization.ts";
 * const { parse } = visualizationDocument("conv1");
 * assert.throws(() => parse('{"images": -1}', "visualization.json"), /images is -1/);
 * ```
 */
export function visualizationDocument(layer: ConvolutionLayer): Document<VisualizationRead, VisualizationWritten> {
  return defineDocument({
    task: "visualize",
    format: { name: "aulens visualization", version: 1 },
    schema: schema(layer),
  });
}
