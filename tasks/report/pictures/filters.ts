/** The filters' sheets without their words, which the page sets itself; and conv1's weights, trained and random. */
import { join } from "node:path";
import type { VisualizationRead, VisualizedFilter } from "../../../run/documents/visualization.ts";
import type { RunFiles } from "../read/run_files.ts";
import { embed, type Picture, type Region } from "./embed.ts";
import { OLDER_SHEET, olderWeights } from "./older_sheets.ts";
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
  return await embed(source, sheetRegion(visualization!, hits.length), { scale: SCALE });
}

/** Where a sheet's pictures are: rows of hits. */
export function sheetRegion({ sheet = OLDER_SHEET }: Pick<VisualizationRead, "sheet">, hits: number, rows = 3): Region {
  const { left, top, cell, gap } = sheet;
  const side = (count: number) => count * (cell + gap) - gap;
  return { left, top, width: side(hits), height: side(rows) };
}

/** conv1's weights: the trained ones, and the control's. */
export async function weightPictures(
  { folder, weights, firstLayer }: RunFiles,
): Promise<[Picture, Picture] | undefined> {
  if (!weights) return undefined;
  const source = await openSheet(folder, join("visualization", "conv1", "weights.png"));
  const { trained, control } = firstLayer?.weights ?? olderWeights(source);
  return await Promise.all(
    [trained, control].map((region) => embed(source, region, { scale: 1, exact: true })),
  ) as [Picture, Picture];
}
