/**
 * What a comparison found, as values: for every unit what a reader asks first, and for its best filters the numbers of
 * the pair.
 */
import { actionUnitName } from "../../datasets/action_units.ts";
import { aucInterval } from "../statistics/auc_interval.ts";
import type { UnitSupport } from "../statistics/correspondence.ts";
import {
  type ActionUnitComparison,
  aucAboveChance,
  mostDivergentFilters,
  mostExcitedFilters,
  SIGNIFICANT,
  unitRow,
} from "./comparison.ts";
import type { Observations, UnitLabel } from "./observations.ts";
import type { UnitTruth } from "./truth.ts";

/** A filter against a unit. */
export interface FilterFinding {
  filter: number;
  /** D(Q || R) in nats. */
  kl: number;
  auc: number;
  /**
   * What the AUC is if the unit is nothing to the filter: below `auc` where the unit excites it, above where it is
   * quieter.
   */
  nullAuc: number;
  /**
   * 95% interval of the AUC over people (`aucInterval`), as if the filter had been named beforehand: see
   * `bestByChance`.
   */
  aucLow: number;
  aucHigh: number;
  p: number;
  adjusted: number;
  familywise: number;
  /** The same of the direction: below `SIGNIFICANT` the unit excites the filter, or the filter is quieter with it. */
  direction: number;
}

/** A unit and its filters. */
export interface UnitFinding extends UnitSupport, UnitLabel {
  unit: number;
  name: string;
  /** Whether the unit excites a filter: `excitedAdjusted` is below `ANSWERED`. */
  answered: boolean;
  /** Filters that are excited, and quieter, by more than chance. */
  excitedFilters: number;
  quieterFilters: number;
  /** The most divergent filters, at most ten; none where the unit was not tested. */
  mostDivergent: FilterFinding[];
  /** The most divergent ones that it excites, those beyond chance first; at most ten. */
  mostExcited: FilterFinding[];
  /** Where the best of these look, where the units' regions are known. */
  truth?: UnitTruth;
}

/** A unit's `excitedAdjusted` below this says that it excites a filter. */
export const ANSWERED = 0.01;

/** Filters listed for a unit. */
const LISTED = 10;

/**
 * What so few permutations cannot show, as a sentence; nothing where a unit that is the only one of those tested can
 * be shown to excite a filter. The least p-value is 1 / (permutations + 1), and the adjustment multiplies it by the
 * number of units over the number of those that have it.
 *
 * @param permutations Permutations of the test.
 * @param tested Units that were tested.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { tooFewPermutations } from "./findings.ts";
 * assert.match(tooFewPermutations(99, 17)!, /no Action Unit can be shown .* Remedy: 1700 permutations or more/);
 * assert.equal(tooFewPermutations(5000, 17), undefined);
 * ```
 */
export function tooFewPermutations(permutations: number, tested: number): string | undefined {
  const together = Math.floor(tested / (permutations + 1) / ANSWERED) + 1;
  if (together === 1 || tested === 0) return undefined;
  const remedy = `Remedy: ${Math.ceil(tested / ANSWERED)} permutations or more.`;
  if (together > tested) {
    return `Too few permutations: with ${permutations} no p-value is below ${
      (1 / (permutations + 1)).toFixed(4)
    }, so that no Action Unit can be shown to excite a filter (adjusted p < ${ANSWERED}). ${remedy}`;
  }
  return `Few permutations: with ${permutations} an Action Unit can be shown to excite a filter ` +
    `(adjusted p < ${ANSWERED}) only where ${together} or more of the ${tested} do. ${remedy}`;
}

/**
 * Number and name of a unit.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { unitTitle } from "./findings.ts";
 * assert.equal(unitTitle(12), "12 lip corner puller");
 * ```
 */
export function unitTitle(unit: number): string {
  return `${unit} ${actionUnitName(unit)}`.trim();
}

/**
 * What was found of every unit: whether it excites a filter, how many, and its best filters with AUC, chance and
 * p-values.
 *
 * @param comparison What `compareResponses` returns.
 * @param observations Of the same images.
 * @param labels What `labelCarryingUnits` returns.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { compareResponses } from "./comparison.ts";
 * import { unitFindings } from "./findings.ts";
 *
 * // 40 images of 40 people; the one filter answers to the smile.
 * const rows = Uint32Array.from({ length: 40 }, (_, n) => n), people = Array.from(rows);
 * const units = Float32Array.from(rows, (n) => n % 2), responses = units.map((unit, n) => unit + n % 7 / 9);
 * const all = { layer: "conv3" as const, images: 40, filters: 1, responses, positions: new Uint32Array(40), side: 1 };
 * const groups = { groups: people, roles: people.map(() => 0), blocks: people.map(() => 0) };
 * const observations = { rows, units, actionUnits: [12], ...groups };
 * const comparison = compareResponses(all, rows, observations, { permutations: 999 });
 * const label = { className: "happy", inClass: 1, elsewhere: 0, carries: true };
 * const [smile] = unitFindings(comparison, observations, [label]);
 * const [{ filter, auc }] = smile.mostExcited;
 * assert(smile.answered && filter === 0 && auc === 1);
 * ```
 */
export function unitFindings(
  comparison: ActionUnitComparison,
  observations: Pick<Observations, "rows" | "units" | "groups" | "blocks" | "actionUnits">,
  labels: readonly UnitLabel[],
): UnitFinding[] {
  const { result, observed } = comparison;
  const { filters } = result;
  const count = observations.actionUnits.length;
  // People where they are known: they are what another sample would have others of.
  const clusters = Array.from(observations.rows, (_, n) => {
    return observations.blocks[n] >= 0 ? observations.blocks[n] : -1 - observations.groups[n];
  });
  return observations.actionUnits.map((unit, column) => {
    const row = (matrix: Float64Array) => unitRow(matrix, column, filters);
    const [kl, auc, nullAuc] = [result.kl, result.auc, result.nullAuc].map(row);
    const [p, adjusted, familywise] = [result.p, result.adjusted, result.familywise].map(row);
    const direction = row(result.direction);
    const above = aucAboveChance(result, column);
    const shown = Array.from(observations.rows, (_, n) => observations.units[n * count + column]);
    const finding = (filter: number): FilterFinding => {
      const scores = Array.from(observations.rows, (_, n) => observed.responses[n * filters + filter]);
      const { low, high } = aucInterval(scores, shown, clusters);
      return {
        filter,
        kl: kl[filter],
        auc: auc[filter],
        nullAuc: nullAuc[filter],
        aucLow: low,
        aucHigh: high,
        p: p[filter],
        adjusted: adjusted[filter],
        familywise: familywise[filter],
        direction: direction[filter],
      };
    };
    const support = result.support[column];
    const tested = support.untested === undefined;
    const significant = Array.from(auc.keys()).filter((filter) => direction[filter] < SIGNIFICANT);
    return {
      unit,
      name: actionUnitName(unit),
      ...labels[column],
      ...support,
      answered: support.excitedAdjusted < ANSWERED,
      excitedFilters: significant.filter((filter) => above[filter] > 0).length,
      quieterFilters: significant.filter((filter) => above[filter] < 0).length,
      mostDivergent: tested ? mostDivergentFilters(result, column).slice(0, LISTED).map(finding) : [],
      mostExcited: tested ? mostExcitedFilters(comparison, column, LISTED).map(finding) : [],
    };
  });
}
