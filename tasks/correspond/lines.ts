/** What the comparison found, in lines to read: a short table, then what was found and what was not, plainly. */
import type { ActionUnitFindings } from "../../analysis/action_units/find.ts";
import { ANSWERED, tooFewPermutations, type UnitFinding, unitTitle } from "../../analysis/action_units/findings.ts";
import { LEAST_RATIO } from "../../analysis/action_units/truth.ts";

/** A p-value as `0.0002` or `0.34`; no permutation gives one of 0. */
const small = (p: number) => p < 0.00005 ? "< 0.0001" : p < 0.0095 ? p.toFixed(4) : p.toFixed(2);
const two = (value: number) => Number.isNaN(value) ? "-" : value.toFixed(2);
const names = (entries: UnitFinding[]) => entries.map(({ unit }) => unitTitle(unit)).join(", ") || "none";

/** The lines. */
export function correspondLines(
  { units, readOut: read, observations: { rows } }: Pick<ActionUnitFindings, "units" | "readOut"> & {
    observations: { rows: { length: number } };
  },
  { permutations }: { permutations: number },
): string[] {
  const tested = units.filter(({ untested }) => untested === undefined);
  const withTruth = tested.some(({ truth }) => truth);
  const header = [
    "Action Unit",
    "images",
    "filter",
    "KL",
    "AUC [95%]",
    "by chance",
    "best by chance [95%]",
    "p of the direction",
    "adjusted p",
    ...(withTruth ? ["inside"] : []),
  ];
  const table = tested.map(({ unit, present, mostExcited: [best], excitedAdjusted, bestByChance, truth }) => [
    unitTitle(unit),
    String(present),
    best ? String(best.filter) : "-",
    best ? best.kl.toFixed(2) : "",
    best ? `${best.auc.toFixed(2)} [${best.aucLow.toFixed(2)}, ${best.aucHigh.toFixed(2)}]` : "",
    best ? best.nullAuc.toFixed(2) : "",
    best ? `${two(bestByChance.auc)} [${two(bestByChance.low)}, ${two(bestByChance.high)}]` : "",
    best ? small(best.direction) : "",
    small(excitedAdjusted),
    ...(withTruth ? [truth ? `${truth.inside.toFixed(2)}, ${truth.ratio.toFixed(1)} x chance` : ""] : []),
  ]);
  const widths = header.map((title, column) => Math.max(title.length, ...table.map((line) => line[column].length)));
  const line = (cells: string[]) =>
    cells.map((cell, column) => column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])).join("  ");
  const few = tooFewPermutations(permutations, tested.length);
  const without = tested.filter(({ answered }) => !answered);
  return [
    ...(tested.length > 0 ? [line(header), ...table.map(line), ""] : []),
    tested.length === 0
      ? `No Action Unit has enough support among ${rows.length} images.`
      : `${
        tested.length - without.length
      } of ${tested.length} Action Units excite a filter (adjusted p < ${ANSWERED}). ` +
        `Not shown for: ${names(without)}.`,
    ...(few ? [few] : []),
    ...(tested.length > 0
      ? [
        "The filter of a unit is the best of all: compare its AUC with the best by chance, what the same choice gives " +
        "where labels are exchanged; its interval is that of a filter named beforehand.",
      ]
      : []),
    ...units.filter(({ untested }) => untested !== undefined).map(({ unit, untested }) =>
      `Not tested: ${unitTitle(unit)}: ${untested}.`
    ),
    ...truthLines(tested),
    `Read-out: mean AUC ${read.auc.toFixed(2)} (random weights ${read.aucOfRandomWeights.toFixed(2)}), F1-micro ${
      read.f1Micro.toFixed(2)
    } (random weights ${read.f1MicroOfRandomWeights.toFixed(2)}, always present ${read.f1MicroOfAlways.toFixed(2)}).`,
  ];
}

/** The truth test: numbers, and where the network does not find a unit. */
export function truthLines(units: readonly UnitFinding[]): string[] {
  const known = units.flatMap((entry) => entry.truth ? [{ ...entry, truth: entry.truth }] : []);
  if (known.length === 0) return [];
  const mean = (read: (truth: typeof known[number]["truth"]) => number | undefined) => {
    const values = known.flatMap(({ truth }) => read(truth) ?? []);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const inside = mean(({ inside }) => inside), chance = mean(({ chance }) => chance);
  const random = mean(({ randomised }) => randomised?.inside),
    randomChance = mean(({ randomised }) => randomised?.chance);
  const carrying = known.filter(({ carries }) => carries);
  const missed = carrying.filter(({ truth }) => !truth.found);
  const elsewhere = missed.filter(({ answered }) => answered);
  const unanswered = missed.filter(({ answered }) => !answered);
  return [
    `Truth test: ${(100 * inside).toFixed(0)}% of the best filters' projections lie inside the Action Unit's region, ` +
    `${(inside / chance).toFixed(1)} times chance (one draw of random weights: ${
      (random / randomChance).toFixed(1)
    } times).`,
    `Of ${carrying.length} Action Units that carry a label, the network finds ${carrying.length - missed.length}.`,
    ...(elsewhere.length > 0
      ? [
        `NOT found, the filters that they excite look elsewhere (below ${LEAST_RATIO} times chance, or not beyond the one draw of random weights): ${
          names(elsewhere)
        }.`,
      ]
      : []),
    ...(unanswered.length > 0 ? [`NOT found, they excite no filter for sure: ${names(unanswered)}.`] : []),
  ];
}
