/** One network's filters against the Action Units: responses, statistics, and the filters that each unit excites most. */
import type { Layer } from "../../analysis/layer.ts";
import { inTurns } from "../../analysis/in_turns.ts";
import { type LayerResponses, layerResponses } from "../../analysis/responses.ts";
import {
  type Correspondence,
  correspondenceInTurns,
  type CorrespondenceOptions,
} from "../../analysis/statistics/correspondence.ts";
import type { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { createProgress, withCount } from "../progress.ts";
import type { Run } from "../../run/open.ts";
import type { Observations } from "./observations.ts";

/** Family-wise p-values below this, those of a direction among them, are called more than chance. */
export const SIGNIFICANT = 0.05;

/** What a network's layer answers, and how that goes with the units. */
export interface Comparison {
  /** Of all images that were looked at. */
  all: LayerResponses;
  /** Of the observed images, in their order. */
  observed: LayerResponses;
  result: Correspondence;
}

/** The responses of a layer to some images of a run. */
export async function respond(
  net: ZeroBiasCnn,
  { dataset, settings }: Run,
  rows: Uint32Array,
  layer: Layer,
  signal: AbortSignal,
): Promise<LayerResponses> {
  const images = { dataset, rows, normalization: settings.normalization };
  return await withCount("image", (onProgress) => layerResponses(net, images, { layer, signal, onProgress }));
}

/**
 * Compares responses with the units of the observed images.
 *
 * @param all Responses to the images `rows`, among which the observed ones are.
 * @param signal Stops it within seconds.
 */
export async function compare(
  all: LayerResponses,
  rows: Uint32Array,
  observations: Observations,
  options: CorrespondenceOptions,
  signal?: AbortSignal,
): Promise<Comparison> {
  const observed = select(all, rows, observations.rows);
  using progress = createProgress({ total: all.filters, unit: "filter" });
  const work = correspondenceInTurns({ responses: observed.responses, ...observations }, {
    ...options,
    onProgress: (done) => progress.update(done),
  });
  const result = await inTurns(work, { signal });
  progress.stop();
  return { all, observed, result };
}

/** The responses to some of the images. */
function select(all: LayerResponses, rows: Uint32Array, wanted: Uint32Array): LayerResponses {
  const { filters } = all;
  const place = new Map(Array.from(rows, (row, n) => [row, n]));
  const responses = new Float32Array(wanted.length * filters), positions = new Uint32Array(wanted.length * filters);
  wanted.forEach((row, n) => {
    const from = place.get(row)! * filters;
    responses.set(all.responses.subarray(from, from + filters), n * filters);
    positions.set(all.positions.subarray(from, from + filters), n * filters);
  });
  return { ...all, images: wanted.length, responses, positions };
}

/** A unit's row of a matrix of pairs. */
export function rowOf(matrix: Float64Array, unit: number, filters: number): Float64Array {
  return matrix.subarray(unit * filters, (unit + 1) * filters);
}

/** A unit's filters, the most divergent first. */
export function ranking({ kl, filters }: Correspondence, unit: number): number[] {
  const row = rowOf(kl, unit, filters);
  return Array.from(row.keys()).sort((a, b) => row[b] - row[a] || a - b);
}

/**
 * How far each filter's area under the ROC curve is above what exchanged labels give: positive where the unit excites the filter, negative
 * where the filter is quieter with it. 0.5 is no such line: a filter that any moving face excites is above it for every unit of CK+.
 */
export function excess({ auc, nullAuc, filters }: Correspondence, unit: number): Float64Array {
  const chance = rowOf(nullAuc, unit, filters);
  return rowOf(auc, unit, filters).map((area, filter) => area - chance[filter]);
}

/** The filters that a unit excites, the most divergent first; those beyond chance come before the others. */
export function excited({ result }: Comparison, unit: number, count: number): number[] {
  const above = excess(result, unit), direction = rowOf(result.direction, unit, result.filters);
  const up = ranking(result, unit).filter((filter) => above[filter] > 0);
  const more = up.filter((filter) => direction[filter] < SIGNIFICANT);
  return [...more, ...up.filter((filter) => !more.includes(filter))].slice(0, count);
}
