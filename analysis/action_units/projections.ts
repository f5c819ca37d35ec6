/**
 * The pictures behind the numbers: of each unit's best filters the images that excite them most, projected back to the
 * pixels.
 */
import type { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import type { DatasetRows, WorkOptions } from "../images.ts";
import type { ConvolutionLayer } from "../layer.ts";
import { projectUnits } from "../projection.ts";
import { topHits } from "../top_activations.ts";
import { type ActionUnitComparison, mostExcitedFilters } from "./comparison.ts";
import type { Observations } from "./observations.ts";

/** A filter's strongest response in one image, and what excited it there. */
export interface FilterProjection {
  /** Number of the image in the dataset. */
  row: number;
  /** Its place among the observed images. */
  place: number;
  /** S x S: guided backpropagation of the response. */
  projection: Float32Array;
}

/** A unit's best filters and what they see. */
export interface UnitProjections {
  /** Column of the unit. */
  unit: number;
  filters: { filter: number; projections: FilterProjection[] }[];
}

/** Filters of a unit that are projected: those that it excites most. */
export const BEST_FILTERS = 3;
/** Images of each filter: those that excite it most, of different people. */
const BEST_IMAGES = 6;

/**
 * Projects what excites the best filters of every tested unit: for each of up to three filters the six images of
 * different people that excite it most, by guided backpropagation of the strongest response.
 *
 * @param net The network that the responses are of.
 * @param images The dataset that was observed, and how its images are normalized.
 * @param comparison What `compareResponses` found in this layer.
 * @param observations Of the same images.
 * @returns An entry a unit that was tested.
 * @throws {RangeError} as `projectUnits` does; the signal's reason once it is aborted.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
 * import { layerResponses } from "../responses.ts";
 * import { compareResponses } from "./comparison.ts";
 * import { projectBestFilters } from "./projections.ts";
 *
 * const count = 24, pixels = 64, normalization = "local-mean" as const;
 * const images = Uint8Array.from({ length: count * pixels }, (_, i) => i * i % 125 * (1 + Math.floor(i / pixels) % 2));
 * const dataset = { imageSize: 8, images, labels: new Int32Array(count) };
 * const rows = Uint32Array.from({ length: count }, (_, n) => n), people = Array.from(rows);
 * using gpu = await openGpu();
 * using net = await ZeroBiasCnn.create(gpu, { imageSize: 8, classes: 2, seed: 1 });
 * const responses = await layerResponses(net, { dataset, rows, normalization }, { layer: "conv1" });
 * const units = Float32Array.from(rows, (n) => n % 2), none = people.map(() => -1);
 * const observations = { rows, units, actionUnits: [12], groups: people, roles: people.map(() => 0), blocks: none };
 * const comparison = compareResponses(responses, rows, observations, { permutations: 9 });
 * const of = { dataset, normalization };
 * const [smile] = await projectBestFilters(net, of, comparison, observations, { layer: "conv1" });
 * assert(smile.filters.length <= 3 && smile.filters[0].projections[0].projection.length === pixels);
 * ```
 */
export async function projectBestFilters(
  net: ZeroBiasCnn,
  { dataset, normalization }: Omit<DatasetRows, "rows">,
  comparison: ActionUnitComparison,
  { rows, actionUnits, blocks }: Pick<Observations, "rows" | "actionUnits" | "blocks">,
  { layer, ...work }: { layer: ConvolutionLayer } & WorkOptions,
): Promise<UnitProjections[]> {
  const hits = topHits(comparison.observed, { top: BEST_IMAGES, distinctSubjects: blocks });
  const tested = actionUnits.map((_, unit) => unit).filter((unit) => !comparison.result.support[unit].untested);
  const best = new Map(tested.map((unit) => [unit, mostExcitedFilters(comparison, unit, BEST_FILTERS)]));
  const wanted = tested.flatMap((unit) =>
    best.get(unit)!.flatMap((filter) => hits[filter].map((hit) => ({ ...hit, filter })))
  );
  // A filter may serve several units: it is projected once.
  const unique = [...new Map(wanted.map((hit) => [`${hit.filter} ${hit.image}`, hit])).entries()];
  const units = unique.map(([, hit]) => hit);
  const projected = await projectUnits(net, { dataset, rows, normalization }, units, {
    layer,
    method: "guided",
    ...work,
  });
  const pixels = dataset.imageSize ** 2;
  const byHit = new Map(unique.map(([key], n) => [key, projected.subarray(n * pixels, (n + 1) * pixels)]));
  return tested.map((unit) => ({
    unit,
    filters: best.get(unit)!.map((filter) => ({
      filter,
      projections: hits[filter].map(({ image }) => {
        return { row: rows[image], place: image, projection: byHit.get(`${filter} ${image}`)! };
      }),
    })),
  }));
}
