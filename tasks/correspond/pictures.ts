/** The pictures of a comparison: heat map, bars, the sheet of what the filters see. */
import type { ActionUnitFindings } from "../../analysis/action_units/find.ts";
import { aucAboveChance, SIGNIFICANT, unitRow } from "../../analysis/action_units/comparison.ts";
import { ANSWERED, type FilterFinding, unitTitle } from "../../analysis/action_units/findings.ts";
import type { Dataset } from "../../datasets/dataset.ts";
import { divergencesPng } from "../../pictures/charts/divergences.ts";
import { heatMapPng } from "../../pictures/charts/heat_map.ts";
import type { SheetTile } from "../../run/documents/sheet_tiles.ts";
import { sayWhereNoLetters } from "../letters.ts";
import { sheetPng } from "./sheet.ts";

/** What stands above every picture. */
export interface Heading {
  title: string;
  /** Which images and which checkpoint. */
  subtitle: string;
}

/** `KL 1.54 · AUC 0.92, 0.51 by chance`: the second is what exchanged labels give. */
function pairWords({ kl, auc, nullAuc }: FilterFinding): string {
  return `KL ${kl.toFixed(2)} · AUC ${auc.toFixed(2)}, ${nullAuc.toFixed(2)} by chance`;
}

/** The heat map of all pairs. */
export async function drawHeatMap(
  { layer, units, comparison: { result } }: Pick<ActionUnitFindings, "layer" | "units" | "comparison">,
  { title, subtitle }: Heading,
): Promise<Uint8Array> {
  const rows = units.flatMap(({ unit, untested, mostExcited: [best] }, column) => {
    if (untested !== undefined) return [];
    const row = (matrix: Float64Array) => unitRow(matrix, column, result.filters);
    return [{
      name: unitTitle(unit),
      note: best ? `filter ${best.filter} · ${pairWords(best)}` : "excites none",
      excess: aucAboveChance(result, column),
      kl: row(result.kl),
      significant: Array.from(row(result.direction), (p) => p < SIGNIFICANT),
    }];
  });
  await sayWhereNoLetters();
  return await heatMapPng(rows, {
    title: `${title}: which ${layer} filters answer to which Action Units`,
    subtitle: [
      subtitle,
      "Orange: the unit excites the filter; blue: the filter is quieter with it; pale: no more than chance (the " +
      `direction's family-wise p is ${SIGNIFICANT} or more). By chance: the mean over exchanged labels.`,
    ],
    columns: layer === "fc4" ? "fc4 units" : `${layer} filters`,
  });
}

/** The most divergent filters of each unit. */
export async function drawDivergences(
  { layer, units, observations: { rows } }: Pick<ActionUnitFindings, "layer" | "units" | "observations">,
  { title, subtitle }: Heading,
): Promise<Uint8Array> {
  const panels = units.filter(({ untested }) => untested === undefined).map(({ unit, present, mostDivergent }) => ({
    name: unitTitle(unit),
    note: `shown in ${present} of ${rows.length} images`,
    bars: mostDivergent.map(({ filter, kl, auc, nullAuc, direction }) => {
      return { filter, kl, excess: auc - nullAuc, significant: direction < SIGNIFICANT };
    }),
  }));
  await sayWhereNoLetters();
  return await divergencesPng(panels, {
    title: `${title}: the most divergent ${layer} filters of each Action Unit`,
    subtitle: [
      subtitle,
      "D(Q || R) in nats: responses to images with the unit, Q, against those to all others, R.",
      "Orange: the unit excites the filter; blue: the filter is quieter with it; grey: neither by more than chance " +
      `(the direction's family-wise p is ${SIGNIFICANT} or more).`,
    ],
  });
}

/** Each unit beside what its best filters see; and where the pictures of each are on it. */
export async function drawSheet(
  dataset: Dataset,
  { layer, observations, units, projections }: Pick<
    ActionUnitFindings,
    "layer" | "observations" | "units" | "projections"
  >,
  { title, subtitle }: Heading,
  region?: (row: number, unit: number) => Uint8Array,
): Promise<{ png: Uint8Array; tiles: SheetTile[] }> {
  const count = observations.actionUnits.length;
  const rows = projections.map(({ unit: column, filters }) => {
    const { unit, present, absent, excitedAdjusted, answered, className, inClass, mostExcited, truth } = units[column];
    return {
      name: unitTitle(unit),
      notes: [
        `in ${present} of ${present + absent} images`,
        `in ${(100 * inClass).toFixed(0)}% of "${className}"`,
        answered
          ? `excites a filter (p < ${ANSWERED})`
          : `excites no filter for sure (p = ${excitedAdjusted.toFixed(2)})`,
        ...(truth ? [`${(100 * truth.inside).toFixed(0)}% in its region, ${truth.ratio.toFixed(1)} x chance`] : []),
      ],
      filters: filters.map(({ filter, projections }) => {
        const pair = mostExcited.find((other) => other.filter === filter)!;
        return {
          caption: `filter ${filter} · ${pairWords(pair)}` +
            (pair.direction < SIGNIFICANT ? "" : " · n.s."),
          projections: projections.map((one) => {
            const value = observations.units[one.place * count + column];
            return {
              ...one,
              shows: Number.isNaN(value) ? undefined : value === 1,
              region: region?.(one.row, unit),
            };
          }),
        };
      }),
    };
  });
  const { png, blocks } = await sheetPng(dataset, rows, {
    title: `${title}: each Action Unit and what its best ${layer} filters see`,
    subtitle: [
      subtitle,
      "Above the faces that excite the filter most, of different people, with an orange bar where the face shows the unit; below, what excites it there (guided backpropagation).",
      `n.s.: the unit excites this filter no more than chance (the direction's family-wise p is ${SIGNIFICANT} or more).`,
      ...(region ? ["Green: the unit's region on this face."] : []),
      "Guided backpropagation shows edges of the image even under random weights: the numbers, not the looks, are compared with those.",
    ],
  });
  const tiles = projections.flatMap(({ unit: column, filters }, row) =>
    filters.map(({ filter }, place) => ({ unit: units[column].unit, filter, region: blocks[row][place] }))
  );
  return { png, tiles };
}
