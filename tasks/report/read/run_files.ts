/** Reads what a run folder holds; what has not been computed yet is left out. */
import { join } from "node:path";
import type { ConvolutionLayer, Layer } from "../../../analysis/layer.ts";
import type { TrainRecord } from "../../../training/train.ts";
import { correspondenceDocument, type CorrespondenceRead } from "../../../run/documents/correspondence.ts";
import { EVALUATION, type EvaluationRead, TRANSFER, type TransferRead } from "../../../run/documents/evaluation.ts";
import { layerFolder } from "../../../run/documents/layer.ts";
import { type Pair, readPairs } from "../../../run/documents/pairs.ts";
import { READ_OUT, type ReadOutRead } from "../../../run/documents/read_out.ts";
import { visualizationDocument, type VisualizationRead } from "../../../run/documents/visualization.ts";
import { savedSteps } from "../../../run/checkpoints.ts";
import { RunFolder } from "../../../run/folder.ts";
import { readRunRecord, type RunRecord } from "../../../run/record.ts";
import { home } from "../../invocation.ts";

/** The layer that the report looks into. */
export const LAYER = "conv3";
/** What visualize says of that layer, in the run folder. */
export const VISUALIZATION = join(layerFolder("visualization", LAYER), "visualization.json");
/** Layers that it only sums up beside it. */
const OTHER_LAYERS = ["conv2", "fc4"] as const;

/** A layer's comparison with the Action Units. */
export interface Corresponded {
  document: CorrespondenceRead;
  /** correspondence.csv. */
  pairs: Pair[];
  probe: ReadOutRead | undefined;
}

/** What a run folder holds. */
export interface RunFiles {
  folder: RunFolder;
  record: RunRecord;
  /** log.jsonl. */
  log: TrainRecord[];
  evaluation?: EvaluationRead;
  /** Tests on other data, by the names of their files. */
  transfers: TransferRead[];
  /** What visualize saw in conv3, and whether conv1's weights are drawn. */
  visualization?: VisualizationRead;
  weights: boolean;
  /** What visualize says of conv1, beside the picture. */
  firstLayer?: VisualizationRead;
  correspondence?: Corresponded;
  /** What correspond found in the other layers, without their tables. */
  otherLayers: Omit<Corresponded, "pairs">[];
  /** Steps of the checkpoints that may be chosen now. */
  saved: number[];
  /** The prepared data that was named for the report. */
  data?: string;
}

/**
 * Reads a run folder.
 *
 * @throws {UsageError} for a folder that is no run, and for a file in it that is not what its task writes.
 */
export async function readRunFiles(path: string, data?: string): Promise<RunFiles> {
  const folder = new RunFolder(path);
  const record = await readRunRecord(folder, { home: home() });
  const evaluation = await EVALUATION.read(folder.file("evaluation.json"));
  const visualization = await readVisualization(folder);
  const names = (await Array.fromAsync(Deno.readDir(path), ({ name }) => name)).sort();
  const transfers: TransferRead[] = [];
  for (const name of names.filter((name) => /^evaluation_on_.*\.json$/.test(name))) {
    transfers.push((await TRANSFER.read(folder.file(name)))!);
  }
  return {
    folder,
    record,
    log: await folder.records(),
    evaluation,
    transfers,
    visualization,
    weights: await folder.has("visualization/conv1/weights.png"),
    firstLayer: await readVisualization(folder, "conv1"),
    correspondence: await readCorrespondence(folder),
    saved: await savedSteps({ folder, record }),
    data,
    otherLayers: (await Promise.all(OTHER_LAYERS.map((layer) => readFindings(folder, layer)))).filter((found) =>
      found !== undefined
    ),
  };
}

/** What visualize saw in a layer; undefined where it has not looked. */
export function readVisualization(
  folder: RunFolder,
  layer: ConvolutionLayer = LAYER,
): Promise<VisualizationRead | undefined> {
  return visualizationDocument(layer).read(
    folder.file(join(layerFolder("visualization", layer), "visualization.json")),
  );
}

async function readCorrespondence(folder: RunFolder): Promise<Corresponded | undefined> {
  const found = await readFindings(folder, LAYER);
  const path = folder.file(join(layerFolder("correspondence", LAYER), "correspondence.csv"));
  return found && { ...found, pairs: await readPairs(path, LAYER) ?? [] };
}

async function readFindings(folder: RunFolder, layer: Layer): Promise<Omit<Corresponded, "pairs"> | undefined> {
  const file = (name: string) => folder.file(join(layerFolder("correspondence", layer), name));
  const document = await correspondenceDocument(layer).read(file("correspondence.json"));
  return document && { document, probe: await READ_OUT.read(file("probe.json")) };
}
