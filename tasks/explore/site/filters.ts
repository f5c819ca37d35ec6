/** The sheets of a run's conv3 filters, small enough for a page. */
import { join } from "node:path";
import { shrink } from "../../report/pictures/embed.ts";
import { UsageError } from "../../command.ts";
import { readText } from "../../../run/documents/read.ts";
import { taskCall } from "../../invocation.ts";
import { sheetRegion } from "../../report/pictures/filters.ts";
import { openSheet } from "../../report/pictures/sheet_file.ts";
import { LAYER, readVisualization, VISUALIZATION } from "../../report/read/run_files.ts";
import type { RunFolder } from "../../../run/folder.ts";
import type { AboutFilters } from "../page/about.ts";
import type { SiteFile } from "./file.ts";

/** Hits of a filter that are shown, and how much smaller their pictures get. */
const HITS = 5, SCALE = 0.75;

/**
 * What `visualize` left, where it looked at the checkpoint of `step` with the answering filters' strongest responses.
 *
 * @returns What the page is told of the filters, and their pictures; undefined where there are none of this checkpoint.
 */
export async function filterSheets(
  folder: RunFolder,
  step: number,
): Promise<{ about: AboutFilters; files: [string, SiteFile][] } | undefined> {
  const document = folder.file(VISUALIZATION);
  const told = await readText(document);
  const found = await readVisualization(folder);
  if (!found || found.checkpoint.step !== step) return undefined;
  const answering = found.filters.filter(({ hits }) => hits.length > 0);
  const files = answering.map(({ filter, sheet, hits }): [string, SiteFile] => {
    const region = sheetRegion(found, Math.min(HITS, hits.length), 2);
    const make = async () => {
      const source = await openSheet(folder, join("visualization", LAYER, sheet));
      // The page was told of other pictures.
      if (await readText(document) !== told) {
        throw new UsageError(
          `${document}: has changed since the page was made. Remedy: start ${taskCall("explore")} again.`,
        );
      }
      return (await shrink(source, region, { scale: SCALE })).bytes;
    };
    return [`filters/${filter}.webp`, { type: "image/webp", read: make }];
  });
  const { images, method } = found;
  return {
    about: {
      images,
      method,
      filters: answering.map(({ filter, hits, preferredClass }) => (
        { filter, strongest: hits[0].activation, preferred: preferredClass, hits: Math.min(HITS, hits.length) }
      )),
    },
    files,
  };
}
