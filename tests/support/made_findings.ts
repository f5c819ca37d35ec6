/** Findings of made-up numbers, without a network. */
import { type UnitFinding, unitFindings } from "../../analysis/action_units/findings.ts";
import { benjaminiHochberg } from "../../analysis/statistics/benjamini_hochberg.ts";

/** What a comparison of made-up numbers says: a row a unit, a column a filter, all on four images. */
export function madeFindings(
  numbers: Record<"kl" | "auc" | "nullAuc" | "familywise", number[][]> & { direction?: number[][] },
): UnitFinding[] {
  const count = numbers.kl.length, filters = numbers.kl[0].length;
  const flat = (matrix: number[][]) => Float64Array.from(matrix.flat());
  const result = {
    filters,
    kl: flat(numbers.kl),
    auc: flat(numbers.auc),
    nullAuc: flat(numbers.nullAuc),
    familywise: flat(numbers.familywise),
    direction: flat(numbers.direction ?? numbers.familywise),
    p: flat(numbers.familywise),
    adjusted: flat(numbers.familywise),
  };
  const p = numbers.familywise.map((row) => Math.min(...row));
  const adjusted = benjaminiHochberg(p);
  const excitedP = numbers.familywise.map((row, unit) => {
    return Math.min(1, ...row.filter((_, filter) => numbers.auc[unit][filter] > numbers.nullAuc[unit][filter]));
  });
  const excitedAdjusted = benjaminiHochberg(excitedP);
  const support = p.map((p, unit) => {
    const groups = { groupsPresent: 2, groupsAbsent: 2, movable: 4 };
    const excited = { excitedP: excitedP[unit], excitedAdjusted: excitedAdjusted[unit] };
    const bestByChance = { auc: 0.72, low: 0.64, high: 0.81, permutations: 1000 };
    return { present: 2, absent: 2, unknown: 0, bestByChance, ...groups, p, adjusted: adjusted[unit], ...excited };
  });
  const responses = Float32Array.from({ length: 4 * filters }, (_, i) => i % 7);
  const four = Uint32Array.of(0, 1, 2, 3);
  const seen = {
    layer: "conv3",
    images: 4,
    filters,
    responses,
    positions: new Uint32Array(4 * filters),
    side: 1,
  } as const;
  const observations = {
    rows: four,
    units: Float32Array.from({ length: 4 * count }, (_, at) => Math.floor(at / count) % 2),
    actionUnits: [12, 1, 4].slice(0, count),
    groups: four,
    roles: new Uint32Array(4),
    blocks: four,
    exchanged: "images",
    intervals: "95%, over 4 people",
  };
  const carrier = { className: "happy", inClass: 1, elsewhere: 0, carries: true };
  const comparison = { observed: seen, result: { ...result, support } };
  return unitFindings(comparison, observations, new Array(count).fill(carrier));
}
