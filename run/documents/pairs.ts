/**
 * correspondence.csv: a line every pair of Action Unit and filter that was tested. Its columns are said once, for who
 * writes and who reads.
 */
import type { ActionUnitFindings } from "../../analysis/action_units/find.ts";
import type { Layer } from "../../analysis/layer.ts";
import { actionUnitName } from "../../datasets/action_units.ts";
import { csv, readCsv } from "../../formats/csv.ts";
import { checked, NUMBER, type Read, type Schema, table, TEXT } from "../../formats/schema.ts";
import { notWritten } from "./document.ts";
import { COUNT, filterOf } from "./layer.ts";
import { readText } from "./read.ts";

/** The columns in their order. */
const columns = (layer: Layer) => ({
  unit: COUNT,
  name: TEXT,
  filter: filterOf(layer),
  kl: NUMBER,
  auc: NUMBER,
  p: NUMBER,
  adjusted: NUMBER,
  familywise: NUMBER,
  present: COUNT,
  absent: COUNT,
  /** What exchanged labels give on average. */
  nullAuc: NUMBER,
  /** P-value of the direction. */
  direction: NUMBER,
});

const schema = (layer: Layer) => table(columns(layer));

/** A line of the file. */
export type Pair = Read<ReturnType<typeof schema>>;

/** The text of the file. */
export function pairsText(
  { layer, comparison: { result }, observations: { actionUnits } }: Pick<
    ActionUnitFindings,
    "layer" | "comparison" | "observations"
  >,
): string {
  const { filters, support } = result;
  const pairs = actionUnits.flatMap((unit, column) =>
    support[column].untested !== undefined ? [] : Array.from({ length: filters }, (_, filter): Pair => {
      const at = column * filters + filter;
      return {
        unit,
        name: actionUnitName(unit),
        filter,
        kl: result.kl[at],
        auc: result.auc[at],
        p: result.p[at],
        adjusted: result.adjusted[at],
        familywise: result.familywise[at],
        present: support[column].present,
        absent: support[column].absent,
        nullAuc: result.nullAuc[at],
        direction: result.direction[at],
      };
    })
  );
  return pairLines(layer, pairs);
}

/** Lines as the text of the file. */
export function pairLines(layer: Layer, pairs: readonly Pair[]): string {
  const names = Object.keys(columns(layer)) as (keyof Pair)[];
  return csv([names, ...pairs.map((pair) => names.map((name) => pair[name]))]);
}

/**
 * Reads the file; undefined where there is none. Columns are found by their names.
 *
 * @throws {RunError} naming file, line and column where it is not what is written.
 */
export async function readPairs(path: string, layer: Layer): Promise<Pair[] | undefined> {
  const text = await readText(path);
  if (text === undefined) return undefined;
  const [header = [], ...lines] = readCsv(text.trimEnd());
  const fields: Record<string, Schema<unknown>> = columns(layer), line = schema(layer);
  const missing = Object.keys(fields).find((name) => !header.includes(name));
  if (missing !== undefined) {
    throw notWritten(path, "correspond", new Error(`its first line names no column ${missing}`));
  }
  return lines.map((cells, n) => {
    const read = Object.fromEntries(
      Object.keys(fields).map((name) => {
        const cell = cells[header.indexOf(name)];
        return [name, fields[name] === TEXT ? cell : numberIn(cell)];
      }),
    );
    try {
      return checked(line, read, [`line ${n + 2}`]);
    } catch (error) {
      throw notWritten(path, "correspond", error as Error);
    }
  });
}

/** The number that a cell holds; the cell itself where it holds none. */
function numberIn(cell: string | undefined): unknown {
  return cell === undefined || cell.trim() === "" || Number.isNaN(Number(cell)) ? cell : Number(cell);
}
