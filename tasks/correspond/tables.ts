/** What the comparison found, as tables: a line for every pair, and for every unit what a reader asks first. */
import { aucInterval } from "../../analysis/statistics/auc_interval.ts";
import type { UnitSupport } from "../../analysis/statistics/correspondence.ts";
import { actionUnitName } from "../../datasets/action_units.ts";
import { csv } from "../../formats/csv.ts";
import { type Comparison, excess, excited, ranking, rowOf, SIGNIFICANT } from "./compare.ts";
import type { Carrier, Observations } from "./observations.ts";
import type { UnitTruth } from "./truth.ts";

/** A filter against a unit. */
export interface Pair {
  filter: number;
  /** D(Q || R) in nats. */
  kl: number;
  auc: number;
  /** What the area is if the unit is nothing to the filter: below `auc` where the unit excites it, above where it is quieter. */
  nullAuc: number;
  /**
   * 95% interval of the area over people (`aucInterval`), as if the filter had been named beforehand: see
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
export interface UnitEntry extends UnitSupport, Carrier {
  unit: number;
  name: string;
  /** Whether it excites a filter: `excitedAdjusted` is below `ANSWERED`. */
  answered: boolean;
  /** Filters that are excited, and quieter, by more than chance. */
  excitedFilters: number;
  quieterFilters: number;
  /** The most divergent filters. */
  mostDivergent: Pair[];
  /** The most divergent ones that it excites, those beyond chance first. */
  mostExcited: Pair[];
  /** Where these look; for drawn faces. */
  truth?: UnitTruth;
}

/** A unit's `excitedAdjusted` below this says that it excites a filter. */
export const ANSWERED = 0.01;

/**
 * What so few permutations cannot show, as a sentence; nothing where a unit that is the only one of those tested can
 * be shown to excite a filter. The least p-value is 1 / (permutations + 1), and the adjustment multiplies it by the
 * number of units over the number of those that have it.
 */
export function tooFewPermutations(permutations: number, tested: number): string | undefined {
  const together = Math.floor(tested / (permutations + 1) / ANSWERED) + 1;
  if (together === 1 || tested === 0) return undefined;
  const remedy = `Remedy: --permutations ${Math.ceil(tested / ANSWERED)} or more.`;
  if (together > tested) {
    return `Too few permutations: with ${permutations} no p-value is below ${
      (1 / (permutations + 1)).toFixed(4)
    }, so that no ` +
      `Action Unit can be shown to excite a filter (adjusted p < ${ANSWERED}). ${remedy}`;
  }
  return `Few permutations: with ${permutations} an Action Unit can be shown to excite a filter (adjusted p < ${ANSWERED}) ` +
    `only where ${together} or more of the ${tested} do. ${remedy}`;
}

/** Filters listed for a unit. */
export const LISTED = 10;

/** `12 lip corner puller`. */
export function unitTitle(unit: number): string {
  return `${unit} ${actionUnitName(unit)}`.trim();
}

/** Lists what is known of every unit. */
export function unitEntries(
  comparison: Comparison,
  observations: Observations,
  carried: Carrier[],
): UnitEntry[] {
  const { result, observed } = comparison;
  const { filters } = result;
  const count = observations.actionUnits.length;
  // People where they are known: they are what another sample would have others of.
  const clusters = Array.from(observations.rows, (_, n) => {
    return observations.blocks[n] >= 0 ? observations.blocks[n] : -1 - observations.groups[n];
  });
  return observations.actionUnits.map((unit, column) => {
    const row = (matrix: Float64Array) => rowOf(matrix, column, filters);
    const [kl, auc, nullAuc] = [result.kl, result.auc, result.nullAuc].map(row);
    const [p, adjusted, familywise] = [result.p, result.adjusted, result.familywise].map(row);
    const direction = row(result.direction);
    const above = excess(result, column);
    const labels = Array.from(observations.rows, (_, n) => observations.units[n * count + column]);
    const pair = (filter: number): Pair => {
      const scores = Array.from(observations.rows, (_, n) => observed.responses[n * filters + filter]);
      const { low, high } = aucInterval(scores, labels, clusters);
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
      ...carried[column],
      ...support,
      answered: support.excitedAdjusted < ANSWERED,
      excitedFilters: significant.filter((filter) => above[filter] > 0).length,
      quieterFilters: significant.filter((filter) => above[filter] < 0).length,
      mostDivergent: tested ? ranking(result, column).slice(0, LISTED).map(pair) : [],
      mostExcited: tested ? excited(comparison, column, LISTED).map(pair) : [],
    };
  });
}

/** A line a pair that was tested. */
export function pairsCsv({ result }: Comparison, { actionUnits }: Observations): string {
  const { filters, kl, auc, nullAuc, p, adjusted, familywise, direction, support } = result;
  const lines = actionUnits.flatMap((unit, column) =>
    support[column].untested !== undefined ? [] : Array.from({ length: filters }, (_, filter) => {
      const at = column * filters + filter;
      const { present, absent } = support[column];
      return [
        unit,
        actionUnitName(unit),
        filter,
        kl[at],
        auc[at],
        p[at],
        adjusted[at],
        familywise[at],
        present,
        absent,
        nullAuc[at],
        direction[at],
      ];
    })
  );
  const header = ["unit", "name", "filter", "kl", "auc", "p", "adjusted", "familywise", "present", "absent"];
  return csv([[...header, "nullAuc", "direction"], ...lines]);
}
