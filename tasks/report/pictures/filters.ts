/** The filters' sheets without their words, which the page sets itself; and conv1's weights, trained and random. */
import { join } from "node:path";
import { SHEET, WEIGHTS } from "../../visualize/sheets.ts";
import type { VisualizedFilter } from "../../../run/documents/visualization.ts";
import type { RunFiles } from "../read/run_files.ts";
import { embed, type Picture, type Region } from "./embed.ts";
import { openSheet } from "./sheet_file.ts";

/** Sheets are kept at this share of their size: the patches were enlarged for them anyway. */
const SCALE = 0.5;

/** The patches, projections and controls of a filter: three rows, a column a hit. Nothing where no image excites it. */
export async function filterPicture(
  { folder, visualization }: Pick<RunFiles, "folder" | "visualization">,
  { sheet, hits }: VisualizedFilter,
): Promise<Picture | undefined> {
  if (hits.length === 0) return undefined;
  const source = await openSheet(folder, join("visualization", visualization!.layer, sheet));
  return await embed(source, sheetRegion(hits.length), { scale: SCALE });
}

/** Where a sheet's pictures stand: rows of hits. */
export function sheetRegion(hits: number, rows = 3): Region {
  const { left, top, cell, gap } = SHEET;
  const side = (count: number) => count * (cell + gap) - gap;
  return { left, top, width: side(hits), height: side(rows) };
}

/** conv1's weights: the trained ones, and the control's. */
export async function weightPictures({ folder, weights }: RunFiles): Promise<[Picture, Picture] | undefined> {
  if (!weights) return undefined;
  const source = await openSheet(folder, join("visualization", "conv1", "weights.png"));
  const { left, top, cell, gap, columns, between } = WEIGHTS;
  const width = columns * (cell + gap) - gap;
  const height = Math.floor((source.height - top) / (cell + gap)) * (cell + gap) - gap;
  return await Promise.all(
    [0, 1].map((n) =>
      embed(source, { left: left + n * (width + between), top, width, height }, { scale: 1, exact: true })
    ),
  ) as [Picture, Picture];
}
