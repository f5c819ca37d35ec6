/** A cross-validation as lines for people. */
import type { Published } from "../../run/cross_validation/published.ts";
import { byChance, cells, comparisonCells, HEADER } from "../../run/cross_validation/tables.ts";
import type { CrossValidation } from "../../training/cross_validation/summary.ts";

/** The table and the comparisons as lines for a terminal. */
export function terminalLines(result: CrossValidation, published?: Published): string[] {
  const rows = [HEADER, ...result.variants.map((variant) => cells(variant, " ± "))];
  if (published) rows.push(["published", (100 * published.accuracy).toFixed(1), "", "", "", ""]);
  const compared = result.comparisons.map(comparisonCells);
  return [
    ...aligned(rows),
    ...(published ? [`published: ${published.source}`] : []),
    ...(compared.length > 0
      ? ["", ...aligned([["difference", "mean", "better/equal/worse", "p", "adjusted"], ...compared])]
      : []),
    "",
    byChance(result.variants[0], result.classNames),
    `chosen by   ${result.rule}`,
  ];
}

function aligned(rows: string[][]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => row.map((word, column) => word.padEnd(widths[column])).join("   ").trimEnd());
}
