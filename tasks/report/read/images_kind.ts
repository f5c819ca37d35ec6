/** What kind of images a run was trained on: an accuracy on drawn faces says nothing about photographs. */
import { readPreparedMeta } from "../../../datasets/prepared.ts";
import type { RunRecord } from "../../run/record.ts";

/** Drawn faces, a twin of a licensed set, the licensed photographs, images of a user's own, or nobody can say. */
export type ImagesKind = "drawn" | "twin" | "photographs" | "own" | "unknown";

const LICENSED = ["tfd", "ck_plus", "ck_plus_six_class"];

/**
 * Asks the prepared data of a run, as long as it is where `train` found it, or at `data`, and still the same.
 */
export async function imagesKind({ dataset }: RunRecord, data?: string): Promise<ImagesKind> {
  if (dataset.name === "synthetic") return "drawn";
  const meta = await readPreparedMeta(data ?? dataset.folder).catch(() => undefined);
  if (meta?.fingerprint !== dataset.fingerprint) return "unknown";
  if (meta.details.source === "drawn faces") return "drawn";
  if ("twin" in meta.details) return "twin";
  return LICENSED.includes(dataset.name) ? "photographs" : "own";
}
