/** Everything that the page is made of, read and drawn: plain data, before any HTML. */
import { curvesSvg } from "../../pictures/charts/curves.ts";
import { type HeatMap, heatMap, projectionPictures } from "./pictures/action_units.ts";
import type { Picture } from "./pictures/embed.ts";
import { filterPicture, weightPictures } from "./pictures/filters.ts";
import { filterOrderOf } from "./pictures/priority.ts";
import type { ImagesKind } from "../../training/model.ts";
import { imagesOfRun } from "../../run/images.ts";
import { majorityOf } from "../../run/results.ts";
import type { VisualizedFilter } from "../../run/documents/visualization.ts";
import { readRunFiles, type RunFiles } from "./read/run_files.ts";

/** A filter as the gallery shows it. */
export interface GalleryFilter extends VisualizedFilter {
  /** Nothing where no image excites it. */
  picture: Picture | undefined;
  /** Action Units that name it among their best or most divergent filters. */
  units: number[];
}

/** What the page is made of. */
export interface Facts extends RunFiles {
  kind: ImagesKind;
  /** Training curves as SVG, for a wide page and for a narrow one. */
  curves?: { wide: string; narrow: string };
  weightPictures?: [trained: Picture, control: Picture];
  /** Filters in the order in which they are kept where not all fit. */
  gallery: GalleryFilter[];
  heat?: HeatMap;
  /** By unit and filter, `"12 52"`. */
  projections: Map<string, Picture>;
}

/** Reads a run folder and prepares its pictures; `onProgress` counts the filters' sheets. */
export async function gather(
  path: string,
  { data, onProgress = () => {} }: { data?: string; onProgress?: (done: number, total: number) => void } = {},
): Promise<Facts> {
  const files = await readRunFiles(path, data);
  const { record, visualization, correspondence, log } = files;
  const gallery: GalleryFilter[] = [];
  const order = visualization ? filterOrderOf(visualization, correspondence) : [];
  for (const { filter, units } of order) {
    gallery.push({ ...filter, units, picture: await filterPicture(files, filter) });
    onProgress(gallery.length, order.length);
  }
  const drawn = log.some(({ loss }) => Number.isFinite(loss));
  const most = await majorityOf([files.folder]);
  const draw = (width: number) => curvesSvg(log, { title: "", classes: record.network.classes, most, width });
  return {
    ...files,
    kind: (await imagesOfRun(record, data)).kind,
    curves: drawn ? { wide: await draw(640), narrow: await draw(220) } : undefined,
    weightPictures: await weightPictures(files),
    gallery,
    heat: correspondence && await heatMap(correspondence),
    projections: await projectionPictures(files),
  };
}
