/** What each Action Unit's best filters see, cut out of the sheet that correspond drew; and the rows of the heat map. */
import { join } from "node:path";
import { layerFolder } from "../../../run/documents/layer.ts";
import { SHEET_TILES } from "../../../run/documents/sheet_tiles.ts";
import { filterOrder } from "../../../pictures/charts/heat_map.ts";
import { SIGNIFICANT } from "../../../analysis/action_units/comparison.ts";
import { BEST_FILTERS } from "../../../analysis/action_units/projections.ts";
import { unitTitle } from "../../../analysis/action_units/findings.ts";
import { type Corresponded, LAYER, type RunFiles } from "../read/run_files.ts";
import { embed, embedRow, type Picture } from "./embed.ts";
import { olderBlocks } from "./older_sheets.ts";
import { openSheet } from "./sheet_file.ts";

/**
 * The pictures of each unit's best filters by unit and filter, `"12 52"`. None where there is no sheet, or it is not of these numbers.
 */
export async function projectionPictures({ folder, correspondence }: RunFiles): Promise<Map<string, Picture>> {
  const pictures = new Map<string, Picture>();
  const tested = correspondence?.document.units.filter(({ untested }) => untested === undefined) ?? [];
  const name = join(layerFolder("correspondence", LAYER), "action_units.png");
  if (tested.length === 0 || !await folder.has(name)) return pictures;
  const source = await openSheet(folder, name);
  const shown = tested.map(({ unit, mostExcited }) => ({ unit, best: mostExcited.slice(0, BEST_FILTERS) }));
  const told = await SHEET_TILES.read(folder.file(name.replace(/png$/, "json")));
  const filters = Math.max(1, ...shown.map(({ best }) => best.length));
  const older = told ? undefined : olderBlocks(source, { rows: tested.length, filters });
  for (const [row, { unit, best }] of shown.entries()) {
    for (const [place, { filter }] of best.entries()) {
      const region = told
        ? told.tiles.find((tile) => tile.unit === unit && tile.filter === filter)?.region
        : older?.(row, place);
      if (region) pictures.set(`${unit} ${filter}`, await embed(source, region, { scale: 0.55 }));
    }
  }
  return pictures;
}

/** A row of the heat map: a unit against all filters. */
export interface HeatRow {
  unit: number;
  /** By filter number. */
  auc: number[];
  /** `auc` less what exchanged labels give: positive where the unit excites the filter. */
  excess: number[];
  kl: number[];
  /** Whether that side is more than chance. */
  significant: boolean[];
  /** Its colors in the order of the columns. */
  address: string;
  /** Columns of the filters that this unit excites most, from and up to. */
  own: [from: number, to: number] | undefined;
}

/** The heat map: filters in the order of the columns, each under the unit that excites it most. */
export interface HeatMap {
  order: number[];
  rows: HeatRow[];
}

const EXCITED = [0xd9, 0x5f, 0x0e], QUIETER = [0x2f, 0x6d, 0xb5];
/** How strongly an answer that is no more than chance is shown, as in the chart of correspond. */
const PALE = 0.18;

/** Lays out the heat map; nothing where no pair was tested. */
export async function heatMap({ pairs }: Corresponded): Promise<HeatMap | undefined> {
  if (pairs.length === 0) return undefined;
  const units = [...new Set(pairs.map(({ unit }) => unit))];
  const filters = 1 + pairs.reduce((most, { filter }) => Math.max(most, filter), 0);
  const rows = units.map((unit) => {
    const row = {
      unit,
      name: unitTitle(unit),
      note: "",
      auc: Array<number>(filters).fill(0.5),
      excess: Array<number>(filters).fill(0),
      kl: Array<number>(filters).fill(0),
      significant: Array<boolean>(filters).fill(false),
    };
    for (const pair of pairs) {
      if (pair.unit !== unit) continue;
      row.auc[pair.filter] = pair.auc;
      row.excess[pair.filter] = pair.auc - pair.nullAuc;
      row.kl[pair.filter] = pair.kl;
      row.significant[pair.filter] = pair.direction < SIGNIFICANT;
    }
    return row;
  });
  const columns = filterOrder(rows);
  const order = columns.map(({ filter }) => filter);
  return {
    order,
    rows: await Promise.all(rows.map(async ({ unit, auc, excess, kl, significant }, n) => {
      const from = columns.findIndex(({ row }) => row === n);
      const count = columns.filter(({ row }) => row === n).length;
      return {
        unit,
        auc,
        excess,
        kl,
        significant,
        address: await embedRow(
          Uint8Array.from(order.flatMap((filter) => color(excess[filter], significant[filter]))),
        ),
        own: count > 0 ? [from, from + count] as [number, number] : undefined,
      };
    })),
  };
}

/** Clear where the unit makes no difference, so that the page's own background shows. */
function color(excess: number, significant: boolean): number[] {
  const strength = Math.min(1, 2 * Math.abs(excess)) * (significant ? 1 : PALE);
  return [...(excess > 0 ? EXCITED : QUIETER), Math.round(255 * strength)];
}
