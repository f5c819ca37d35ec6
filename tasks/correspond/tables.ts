/** What the comparison found, as tables: a line for every pair, and for every unit what a reader asks first. */
import { aucInterval } from "../../analysis/statistics/auc_interval.ts";
import { benjaminiHochberg } from "../../analysis/statistics/benjamini_hochberg.ts";
import type { UnitSupport } from "../../analysis/statistics/correspondence.ts";
import { actionUnitName } from "../../datasets/action_units.ts";
import { csv } from "../words.ts";
import { type Comparison, excited, ranking, rowOf, SIGNIFICANT } from "./compare.ts";
import type { Carrier, Observations } from "./observations.ts";
import type { UnitTruth } from "./truth.ts";

/** A filter against a unit. */
export interface Pair {
  filter: number;
  /** D(Q || R) in nats. */
  kl: number;
  auc: number;
  /** 95% interval of the area by bootstrap over people. */
  aucLow: number;
  aucHigh: number;
  p: number;
  adjusted: number;
  familywise: number;
}

/** A unit and its filters. */
export interface UnitEntry extends UnitSupport, Carrier {
  unit: number;
  name: string;
  /**
   * Does it excite any filter? The smallest family-wise p-value among the filters that it excites, adjusted for the number of units
   * (Benjamini and Hochberg). `adjusted` counts those that are quieter with it too. NaN where untested, or where it excites none.
   */
  excitedAdjusted: number;
  /** Whether that is below `ANSWERED`. */
  answered: boolean;
  /** Filters that answer by more than chance, excited and quieter. */
  excitedFilters: number;
  quieterFilters: number;
  /** The most divergent filters. */
  mostDivergent: Pair[];
  /** The most divergent ones that it excites, those beyond chance first. */
  mostExcited: Pair[];
  /** Where these look; for drawn faces. */
  truth?: UnitTruth;
}

/** An `excitedAdjusted` below this says that a filter answers to the unit. */
export const ANSWERED = 0.01;

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
  seed: number,
): UnitEntry[] {
  const { result, observed } = comparison;
  const { filters } = result;
  const count = observations.actionUnits.length;
  // People where they are known: they are what another sample would have others of.
  const clusters = Array.from(observations.rows, (_, n) => {
    return observations.blocks[n] >= 0 ? observations.blocks[n] : -1 - observations.groups[n];
  });
  const excitedAdjusted = benjaminiHochberg(observations.actionUnits.map((_, column) => {
    const auc = rowOf(result.auc, column, filters), familywise = rowOf(result.familywise, column, filters);
    const p = familywise.filter((_, filter) => auc[filter] > 0.5);
    return p.length === 0 ? NaN : p.reduce((least, value) => Math.min(least, value));
  }));
  return observations.actionUnits.map((unit, column) => {
    const row = (matrix: Float64Array) => rowOf(matrix, column, filters);
    const [kl, auc, p, adjusted, familywise] = [result.kl, result.auc, result.p, result.adjusted, result.familywise]
      .map(row);
    const labels = Array.from(observations.rows, (_, n) => observations.units[n * count + column]);
    const pair = (filter: number): Pair => {
      const scores = Array.from(observations.rows, (_, n) => observed.responses[n * filters + filter]);
      const { low, high } = aucInterval(scores, labels, clusters, { seed });
      return {
        filter,
        kl: kl[filter],
        auc: auc[filter],
        aucLow: low,
        aucHigh: high,
        p: p[filter],
        adjusted: adjusted[filter],
        familywise: familywise[filter],
      };
    };
    const support = result.support[column];
    const tested = support.untested === undefined;
    const significant = Array.from(auc.keys()).filter((filter) => familywise[filter] < SIGNIFICANT);
    return {
      unit,
      name: actionUnitName(unit),
      ...carried[column],
      ...support,
      excitedAdjusted: excitedAdjusted[column],
      answered: excitedAdjusted[column] < ANSWERED,
      excitedFilters: significant.filter((filter) => auc[filter] > 0.5).length,
      quieterFilters: significant.filter((filter) => auc[filter] < 0.5).length,
      mostDivergent: tested ? ranking(result, column).slice(0, LISTED).map(pair) : [],
      mostExcited: tested ? excited(comparison, column, LISTED).map(pair) : [],
    };
  });
}

/** A line a pair that was tested. */
export function pairsCsv({ result }: Comparison, { actionUnits }: Observations): string {
  const { filters, kl, auc, p, adjusted, familywise, support } = result;
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
      ];
    })
  );
  const header = ["unit", "name", "filter", "kl", "auc", "p", "adjusted", "familywise", "present", "absent"];
  return csv([header, ...lines]);
}
