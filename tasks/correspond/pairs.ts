/** correspondence.csv: a line every pair of Action Unit and filter that was tested. */
import type { ActionUnitFindings } from "../../analysis/action_units/find.ts";
import { actionUnitName } from "../../datasets/action_units.ts";
import { csv } from "../../formats/csv.ts";

/** The text of the file. */
export function pairsCsv(
  { comparison: { result }, observations: { actionUnits } }: Pick<ActionUnitFindings, "comparison" | "observations">,
): string {
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
