/** What kind of images a run was trained on, and how their faces were cut out: an accuracy on drawn faces says nothing about photographs. */
import { type PreparedMeta, readPreparedMeta } from "../datasets/prepared.ts";
import type { CropRule, ImagesKind } from "../training/model.ts";
import { isOfTwin, licensedSet } from "./licensed.ts";

/** What is remembered of a dataset's images. */
export interface ImagesRecord {
  kind: ImagesKind;
  crop: CropRule;
}

/** What a prepared folder says of its images; the folders of the paper's authors say nothing. */
export async function readImages({ fingerprint }: { fingerprint: string }, folder: string): Promise<ImagesRecord> {
  const meta = await readPreparedMeta(folder).catch(() => undefined);
  return meta?.fingerprint === fingerprint ? imagesOf(meta) : { kind: "unknown", crop: "unknown" };
}

/** The images of a run: what its record remembers, or else what the data says, at `data` or where it was. */
export async function imagesOfRun(
  { dataset }: { dataset: { fingerprint: string; folder: string } & Partial<ImagesRecord> },
  data?: string,
): Promise<ImagesRecord> {
  const { kind, crop } = dataset;
  if (kind !== undefined && crop !== undefined && kind !== "unknown") return { kind, crop };
  return await readImages(dataset, data ?? dataset.folder);
}

function imagesOf(meta: PreparedMeta): ImagesRecord {
  const { details } = meta;
  if (details.source === "drawn faces") return { kind: "drawn", crop: "drawn" };
  const kind = isOfTwin(meta) ? "twin" : licensedSet(meta) ? "photographs" : "own";
  return { kind, crop: CROPS[String(details.crop)] ?? "unknown" };
}

/** What the preparations call their crops. */
const CROPS: Record<string, CropRule> = {
  detector: "eyes-and-chin",
  landmarks: "eyes-and-chin",
  none: "whole-image",
  "as distributed": "as-distributed",
};
