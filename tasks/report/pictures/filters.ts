/** The filters' sheets without their words, which the page sets itself; and conv1's weights, trained and random. */
import { join } from "node:path";
import { UsageError } from "../../command.ts";
import { taskCall } from "../../invocation.ts";
import type { RunFolder } from "../../run/folder.ts";
import { SHEET, WEIGHTS } from "../../visualize/sheets.ts";
import type { VisualizedFilter } from "../read/documents.ts";
import type { RunFiles } from "../read/run_files.ts";
import { embed, type Picture, pictureSize, type Region } from "./embed.ts";

/** Sheets are kept at this share of their size: the patches were enlarged for them anyway. */
const SCALE = 0.5;

/** The patches, projections and controls of a filter: three rows, a column a hit. Nothing where no image excites it. */
export async function filterPicture(
  { folder, visualization }: Pick<RunFiles, "folder" | "visualization">,
  { sheet, hits }: VisualizedFilter,
): Promise<Picture | undefined> {
  if (hits.length === 0) return undefined;
  const source = await readPicture(folder, join("visualization", visualization!.layer, sheet));
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
  const source = await readPicture(folder, join("visualization", "conv1", "weights.png"));
  const { left, top, cell, gap, columns, between } = WEIGHTS;
  const width = columns * (cell + gap) - gap;
  const { height: all } = await pictureSize(source);
  const height = Math.floor((all - top) / (cell + gap)) * (cell + gap) - gap;
  return await Promise.all(
    [0, 1].map((n) =>
      embed(source, { left: left + n * (width + between), top, width, height }, { scale: 1, exact: true })
    ),
  ) as [Picture, Picture];
}

/** A picture of a run. */
export async function readPicture(folder: RunFolder, name: string): Promise<Uint8Array> {
  return await Deno.readFile(folder.file(name)).catch((error) => {
    throw new UsageError(
      `${folder.file(name)}: cannot be read: ${error.message}. Remedy: run ${taskCall("visualize")} again.`,
    );
  });
}
