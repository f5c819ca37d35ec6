/** The pictures behind the numbers: of each unit's best filters the images that excite them most, projected back to the pixels. */
import type { ConvolutionLayer } from "../../analysis/layer.ts";
import { projectUnits } from "../../analysis/projection.ts";
import { topHits } from "../../analysis/top_activations.ts";
import type { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { withCount } from "../progress.ts";
import type { Run } from "../../run/open.ts";
import { type Comparison, excited } from "./compare.ts";
import type { Observations } from "./observations.ts";

/** A filter's strongest response in one image, and what excited it there. */
export interface Sight {
  /** Number of the image in the dataset. */
  row: number;
  /** Its place among the observed images. */
  place: number;
  /** S x S. */
  projection: Float32Array;
}

/** A unit's best filters and what they see. */
export interface UnitSights {
  /** Column of the unit. */
  unit: number;
  filters: { filter: number; sights: Sight[] }[];
}

/** Best filters of each unit, and images of each filter. */
export const FILTERS = 3, IMAGES = 6;

/**
 * Projects what excites the best filters of every tested unit: images of different people, guided backpropagation of the strongest response.
 */
export async function projectBest(
  net: ZeroBiasCnn,
  { dataset, settings }: Run,
  comparison: Comparison,
  observations: Observations,
  layer: ConvolutionLayer,
  signal: AbortSignal,
): Promise<UnitSights[]> {
  const { rows, actionUnits, blocks } = observations;
  const hits = topHits(comparison.observed, { top: IMAGES, distinctSubjects: blocks });
  const tested = actionUnits.map((_, unit) => unit).filter((unit) => !comparison.result.support[unit].untested);
  const wanted = tested.flatMap((unit) =>
    excited(comparison, unit, FILTERS).flatMap((filter) => hits[filter].map((hit) => ({ ...hit, filter })))
  );
  // A filter may serve several units: it is projected once.
  const unique = [...new Map(wanted.map((hit) => [`${hit.filter} ${hit.image}`, hit])).entries()];
  const images = { dataset, rows, normalization: settings.normalization };
  const units = unique.map(([, hit]) => hit);
  const projections = await withCount("projection", (onProgress) => {
    return projectUnits(net, images, units, { layer, method: "guided", signal, onProgress });
  });
  const pixels = dataset.imageSize ** 2;
  const byHit = new Map(unique.map(([key], n) => [key, projections.subarray(n * pixels, (n + 1) * pixels)]));
  return tested.map((unit) => ({
    unit,
    filters: excited(comparison, unit, FILTERS).map((filter) => ({
      filter,
      sights: hits[filter].map(({ image }) => {
        return { row: rows[image], place: image, projection: byHit.get(`${filter} ${image}`)! };
      }),
    })),
  }));
}
