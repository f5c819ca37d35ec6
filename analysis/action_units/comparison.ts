/**
 * One network's filters against the Action Units: the statistics of a layer's responses, and the filters that each unit
 * excites most.
 */
import { atOnce } from "../in_turns.ts";
import type { LayerResponses } from "../responses.ts";
import {
  type Correspondence,
  correspondenceInTurns,
  type CorrespondenceOptions,
} from "../statistics/correspondence.ts";
import type { Observations } from "./observations.ts";

/** Family-wise p-values below this, those of a direction among them, are called more than chance. */
export const SIGNIFICANT = 0.05;

/** A layer's responses, and how they go with the units. */
export interface ActionUnitComparison {
  /** Responses to the observed images, in their order. */
  observed: LayerResponses;
  result: Correspondence;
}

/**
 * Compares responses with the units of the observed images, by `actionUnitCorrespondence`.
 *
 * @param responses Responses to the images `rows`, among which the observed ones are.
 * @param rows Numbers of these images in the dataset, without repetition.
 * @param observations What `observe` returns.
 * @throws {RangeError} for an observed image that is not among `rows`, and as `actionUnitCorrespondence` does.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { compareResponses, mostExcitedFilters } from "./comparison.ts";
 *
 * // 40 images of 40 people, and two filters: filter 1 answers to the unit.
 * const rows = Uint32Array.from({ length: 40 }, (_, n) => n), alone = Array.from(rows);
 * const responses = {
 *   layer: "conv3" as const,
 *   images: 40,
 *   filters: 2,
 *   responses: Float32Array.from({ length: 80 }, (_, i) => i % 2 === 0 ? i * i % 11 : (i - 1) / 2 % 2 + i % 7 / 9),
 *   positions: new Uint32Array(80),
 *   side: 1,
 * };
 * const units = Float32Array.from(rows, (n) => n % 2);
 * const groups = { groups: alone, roles: alone.map(() => 0), blocks: alone.map(() => 0) };
 * const comparison = compareResponses(responses, rows, { rows, units, ...groups }, { permutations: 999 });
 * assert.equal(mostExcitedFilters(comparison, 0, 1)[0], 1);
 * ```
 */
export function compareResponses(
  responses: LayerResponses,
  rows: Uint32Array,
  observations: Pick<Observations, "rows" | "units" | "groups" | "roles" | "blocks">,
  options: CorrespondenceOptions = {},
): ActionUnitComparison {
  return atOnce(comparisonInTurns(responses, rows, observations, options));
}

/**
 * The same, pausing now and then: for `inTurns`.
 *
 * @throws as `compareResponses` does.
 */
export function* comparisonInTurns(
  responses: LayerResponses,
  rows: Uint32Array,
  observations: Pick<Observations, "rows" | "units" | "groups" | "roles" | "blocks">,
  options: CorrespondenceOptions = {},
): Generator<void, ActionUnitComparison> {
  const { units, groups, roles, blocks } = observations;
  const observed = select(responses, rows, observations.rows);
  const input = { responses: observed.responses, units, groups, roles, blocks };
  return { observed, result: yield* correspondenceInTurns(input, options) };
}

/** The responses to some of the images. */
function select(all: LayerResponses, rows: Uint32Array, wanted: Uint32Array): LayerResponses {
  const { filters } = all;
  const place = new Map(Array.from(rows, (row, n) => [row, n]));
  const responses = new Float32Array(wanted.length * filters), positions = new Uint32Array(wanted.length * filters);
  wanted.forEach((row, n) => {
    const at = place.get(row);
    if (at === undefined) throw new RangeError(`rows: image ${row} is observed, but there are no responses to it`);
    const from = at * filters;
    responses.set(all.responses.subarray(from, from + filters), n * filters);
    positions.set(all.positions.subarray(from, from + filters), n * filters);
  });
  return { ...all, images: wanted.length, responses, positions };
}

/** A unit's row of a matrix of pairs. */
export function unitRow(matrix: Float64Array, unit: number, filters: number): Float64Array {
  return matrix.subarray(unit * filters, (unit + 1) * filters);
}

/**
 * A unit's filters, the most divergent first; ties go to the lower number.
 *
 * @param unit Column of the unit.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { mostDivergentFilters } from "./comparison.ts";
 * assert.deepEqual(mostDivergentFilters({ filters: 3, kl: Float64Array.of(1, 3, 1) }, 0), [1, 0, 2]);
 * ```
 */
export function mostDivergentFilters({ kl, filters }: Pick<Correspondence, "kl" | "filters">, unit: number): number[] {
  const row = unitRow(kl, unit, filters);
  return Array.from(row.keys()).sort((a, b) => row[b] - row[a] || a - b);
}

/**
 * How far each filter's AUC is above what exchanged labels give: positive where the unit excites the filter, negative
 * where the filter is quieter with it. 0.5 is no such line: a filter that any moving face excites is above it for every
 * unit of CK+.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { aucAboveChance } from "./comparison.ts";
 * const pairs = { filters: 2, auc: Float64Array.of(0.625, 0.75), nullAuc: Float64Array.of(0.75, 0.5) };
 * assert.deepEqual([...aucAboveChance(pairs, 0)], [-0.125, 0.25]);
 * ```
 */
export function aucAboveChance(
  { auc, nullAuc, filters }: Pick<Correspondence, "auc" | "nullAuc" | "filters">,
  unit: number,
): Float64Array {
  const chance = unitRow(nullAuc, unit, filters);
  return unitRow(auc, unit, filters).map((area, filter) => area - chance[filter]);
}

/**
 * The filters that a unit excites, the most divergent first; those beyond chance (`SIGNIFICANT`) come before the
 * others.
 *
 * @param unit Column of the unit.
 * @param count At most so many.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { mostExcitedFilters } from "./comparison.ts";
 * const of = (...numbers: number[]) => Float64Array.from(numbers);
 * const areas = { auc: of(0.6, 0.8, 0.7), nullAuc: of(0.7, 0.5, 0.5) };
 * const result = { filters: 3, kl: of(3, 1, 2), ...areas, direction: of(1, 0.01, 0.9) };
 * assert.deepEqual(mostExcitedFilters({ result }, 0, 3), [1, 2]);
 * ```
 */
export function mostExcitedFilters(
  { result }: { result: Pick<Correspondence, "filters" | "kl" | "auc" | "nullAuc" | "direction"> },
  unit: number,
  count: number,
): number[] {
  const above = aucAboveChance(result, unit), direction = unitRow(result.direction, unit, result.filters);
  const up = mostDivergentFilters(result, unit).filter((filter) => above[filter] > 0);
  const more = up.filter((filter) => direction[filter] < SIGNIFICANT);
  return [...more, ...up.filter((filter) => !more.includes(filter))].slice(0, count);
}
