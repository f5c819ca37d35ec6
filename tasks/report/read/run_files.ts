/** Reads what a run folder holds; what has not been computed yet is left out. */
import type { Layer } from "../../../analysis/layer.ts";
import { excerpt } from "../../../datasets/printable.ts";
import type { TrainRecord } from "../../../training/train.ts";
import type { ReadOut } from "../../../analysis/action_units/read_out.ts";
import { EVALUATION, type EvaluationRead, TRANSFER, type TransferRead } from "../../../run/documents/evaluation.ts";
import { type Kind, NUMBER, whole } from "../../documents/fields.ts";
import { notWritten, readDocument, readText } from "../../documents/read.ts";
import { savedSteps } from "../../../run/checkpoints.ts";
import { RunFolder } from "../../../run/folder.ts";
import { readRunRecord, type RunRecord } from "../../../run/record.ts";
import { checkCorrespondence, checkFirstLayer, checkReadOut, checkVisualization, filterOf } from "./check.ts";
import type { Corresponded, Correspondence, PairLine, Visualization } from "./documents.ts";
import { home } from "../../invocation.ts";

/** The layer that the report looks into. */
export const LAYER = "conv3";
/** What visualize says of that layer, in the run folder. */
export const VISUALIZATION = `visualization/${LAYER}/visualization.json`;
const FIRST_LAYER = "visualization/conv1/visualization.json";
/** Layers that it only sums up beside it. */
const OTHER_LAYERS = ["conv2", "fc4"] as const;

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
  visualization?: Visualization;
  weights: boolean;
  /** What visualize says of conv1, beside the picture. */
  firstLayer?: Pick<Visualization, "checkpoint" | "options">;
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
    firstLayer: await readDocument(folder.file(FIRST_LAYER), "visualize", checkFirstLayer),
    correspondence: await readCorrespondence(folder),
    saved: await savedSteps({ folder, record }),
    data,
    otherLayers: (await Promise.all(OTHER_LAYERS.map((layer) => readFindings(folder, layer)))).filter((found) =>
      found !== undefined
    ),
  };
}

/** What visualize saw in conv3; undefined where it has not looked. */
export function readVisualization(folder: RunFolder): Promise<Visualization | undefined> {
  return readDocument(folder.file(VISUALIZATION), "visualize", (document) => checkVisualization(document, LAYER));
}

async function readCorrespondence(folder: RunFolder): Promise<Corresponded | undefined> {
  const found = await readFindings(folder, LAYER);
  if (!found) return undefined;
  const name = `correspondence/${LAYER}/correspondence.csv`;
  const table = await readText(folder.file(name));
  return { ...found, pairs: table === undefined ? [] : pairLines(table, folder.file(name)) };
}

async function readFindings(folder: RunFolder, layer: Layer): Promise<Omit<Corresponded, "pairs"> | undefined> {
  const read = <T>(name: string, check: (document: unknown) => void) =>
    readDocument<T>(folder.file(`correspondence/${layer}/${name}`), "correspond", check);
  const document = await read<Correspondence>(
    "correspondence.json",
    (document) => checkCorrespondence(document, layer),
  );
  return document && { document, probe: await read<ReadOut>("probe.json", checkReadOut) };
}

/** The columns of correspondence.csv that are numbers. */
const COLUMNS: readonly (keyof PairLine)[] = ["unit", "filter", "kl", "auc", "nullAuc", "familywise", "direction"];

/** Their values; no field of theirs is ever quoted, but a unit's name might be. */
function pairLines(table: string, path: string): PairLine[] {
  const [header, ...lines] = table.trimEnd().split("\n").map((line) => line.match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)!);
  const names = header.map((field) => field.replace(/,$/, ""));
  const missing = COLUMNS.find((name) => !names.includes(name));
  if (missing !== undefined) throw notWritten(path, "correspond", `its first line names no column ${missing}`);
  const [unit, filter] = [whole(0), filterOf(LAYER)];
  return lines.map((line, n) => {
    const read = (name: keyof PairLine, { fits, expected }: Kind = NUMBER) => {
      const text = line[names.indexOf(name)]?.replace(/,$/, "") ?? "";
      const value = text === "" ? NaN : Number(text);
      if (fits(value)) return value;
      throw notWritten(path, "correspond", `${name} is ${excerpt(text)} in line ${n + 2}, expected ${expected}`);
    };
    return {
      unit: read("unit", unit),
      filter: read("filter", filter),
      kl: read("kl"),
      auc: read("auc"),
      nullAuc: read("nullAuc"),
      familywise: read("familywise"),
      direction: read("direction"),
    };
  });
}
