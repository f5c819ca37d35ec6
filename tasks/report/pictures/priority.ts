/** Which filters come first where not all fit: those that Action Units name, then the most selective. */
import type { VisualizationRead, VisualizedFilter } from "../../../run/documents/visualization.ts";
import type { Corresponded } from "../read/run_files.ts";

/** All filters in the order in which they are kept, each with the units that name it. */
export function filterOrderOf(
  { filters }: VisualizationRead,
  correspondence: Corresponded | undefined,
): { filter: VisualizedFilter; units: number[] }[] {
  const named = new Map<number, number[]>();
  for (const { unit, mostExcited, mostDivergent } of correspondence?.document.units ?? []) {
    for (const filter of new Set([...mostExcited, ...mostDivergent].map(({ filter }) => filter))) {
      named.set(filter, [...named.get(filter) ?? [], unit]);
    }
  }
  return filters.map((filter) => ({ filter, units: named.get(filter.filter) ?? [] })).sort((a, b) =>
    Number(b.units.length > 0) - Number(a.units.length > 0) ||
    (b.filter.selectivity ?? -1) - (a.filter.selectivity ?? -1) || a.filter.filter - b.filter.filter
  );
}
