/** Reads what a run folder holds; what has not been computed yet is left out. */
import { printable } from "../../../datasets/printable.ts";
import { filtersOf } from "../../../analysis/layer.ts";
import type { Evaluation } from "../../../training/evaluation/evaluate.ts";
import type { TrainRecord } from "../../../training/train.ts";
import { UsageError } from "../../command.ts";
import type { ReadOut } from "../../correspond/read_out.ts";
import type { TransferRecord } from "../../evaluate/transfer.ts";
import { readText } from "../../documents/read.ts";
import { RunFolder } from "../../run/folder.ts";
import { readRunRecord, type RunRecord } from "../../run/record.ts";
import type { Corresponded, Correspondence, PairLine, Visualization } from "./documents.ts";

/** The layer that the report looks into. */
export const LAYER = "conv3";
/** Layers that it only sums up beside it. */
const OTHER_LAYERS = ["conv2", "fc4"];

/** What a run folder holds. */
export interface RunFiles {
  folder: RunFolder;
  record: RunRecord;
  /** log.jsonl. */
  log: TrainRecord[];
  evaluation?: Evaluation;
  /** Tests on other data, by the names of their files. */
  transfers: TransferRecord[];
  /** What visualize saw in conv3, and whether conv1's weights are drawn. */
  visualization?: Visualization;
  weights: boolean;
  correspondence?: Corresponded;
  /** What correspond found in the other layers, without their tables. */
  otherLayers: Omit<Corresponded, "pairs">[];
}

/**
 * Reads a run folder.
 *
 * @throws {UsageError} for a folder that is no run, and for a file in it that is not what its task writes.
 */
export async function readRunFiles(path: string): Promise<RunFiles> {
  const folder = new RunFolder(path);
  const record = await readRunRecord(folder);
  const evaluation = await readJson<Evaluation>(folder, "evaluation.json", "evaluate", isEvaluation);
  const visualization = await readVisualization(folder);
  const names = (await Array.fromAsync(Deno.readDir(path), ({ name }) => name)).sort();
  const transfers: TransferRecord[] = [];
  for (const name of names.filter((name) => /^evaluation_on_.*\.json$/.test(name))) {
    transfers.push((await readJson<TransferRecord>(folder, name, "evaluate", isTransfer))!);
  }
  return {
    folder,
    record,
    log: await folder.records(),
    evaluation,
    transfers,
    visualization,
    weights: await folder.has("visualization/conv1/weights.png"),
    correspondence: await readCorrespondence(folder),
    otherLayers: (await Promise.all(OTHER_LAYERS.map((layer) => readFindings(folder, layer)))).filter((found) =>
      found !== undefined
    ),
  };
}

/** What visualize saw in conv3; undefined where it has not looked. */
export function readVisualization(folder: RunFolder): Promise<Visualization | undefined> {
  return readJson(folder, `visualization/${LAYER}/visualization.json`, "visualize", isVisualization);
}

async function readCorrespondence(folder: RunFolder): Promise<Corresponded | undefined> {
  const found = await readFindings(folder, LAYER);
  if (!found) return undefined;
  const name = `correspondence/${LAYER}/correspondence.csv`;
  const table = await readText(folder.file(name));
  return { ...found, pairs: table === undefined ? [] : pairLines(table, folder.file(name)) };
}

async function readFindings(folder: RunFolder, layer: string): Promise<Omit<Corresponded, "pairs"> | undefined> {
  const at = `correspondence/${layer}`;
  const document = await readJson<Correspondence>(folder, `${at}/correspondence.json`, "correspond", isCorrespondence);
  return document && { document, probe: await readJson<ReadOut>(folder, `${at}/probe.json`, "correspond", isReadOut) };
}

/** The columns of correspondence.csv that are numbers; no field of theirs is ever quoted, but a unit's name might be. */
function pairLines(table: string, path: string): PairLine[] {
  const [header, ...lines] = table.trimEnd().split("\n").map((line) => line.match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)!);
  const names = header.map((field) => field.replace(/,$/, ""));
  const read = (line: string[], name: keyof PairLine) => {
    const value = Number.parseFloat(line[names.indexOf(name)]);
    if (!Number.isFinite(value)) throw broken(path, "correspond", `${name} is no number`);
    return value;
  };
  const filters = filtersOf(LAYER);
  const filterOf = (line: string[]) => {
    const filter = read(line, "filter");
    if (!(filter < filters)) throw broken(path, "correspond", `${LAYER} has no filter ${filter}`);
    return filter;
  };
  return lines.map((line) => ({
    unit: read(line, "unit"),
    filter: filterOf(line),
    kl: read(line, "kl"),
    auc: read(line, "auc"),
    nullAuc: read(line, "nullAuc"),
    familywise: read(line, "familywise"),
  }));
}

async function readJson<T>(
  folder: RunFolder,
  name: string,
  task: string,
  fits: (value: Record<string, unknown>) => boolean,
): Promise<T | undefined> {
  const text = await readText(folder.file(name));
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw broken(folder.file(name), task, printable((error as Error).message));
  }
  if (typeof value !== "object" || value === null || !fits(value as Record<string, unknown>)) {
    throw broken(folder.file(name), task, "fields are missing");
  }
  return value as T;
}

function broken(path: string, task: string, why: string): UsageError {
  return new UsageError(`${path}: is not what ${task} writes: ${why}. Remedy: run deno task ${task} again.`);
}

// Only what would make the report fall over half-way, or lie, is looked at.
type Fields = Record<string, unknown>;
const object = (value: unknown): Fields => typeof value === "object" && value !== null ? value as Fields : {};
const lists = (value: Fields, ...names: string[]) => names.every((name) => Array.isArray(value[name]));
const isTest = (value: unknown) =>
  lists(object(value), "perClass", "confusion") && typeof object(value).accuracy === "number" &&
  typeof object(object(value).accuracyInterval).low === "number";
const isEvaluation = (value: Fields) =>
  lists(value, "classNames", "checkpoints") && typeof object(value.chosen).step === "number" && isTest(value.test);
const isTransfer = (value: Fields) => typeof value.testedOn === "string" && isTest(value.test);
const isVisualization = (value: Fields) =>
  lists(value, "filters") && typeof object(value.checkpoint).step === "number" &&
  (value.filters as unknown[]).every((filter) =>
    lists(object(filter), "hits") && Number.isInteger(object(filter).filter) &&
    /^filter-\d+\.png$/.test(String(object(filter).sheet))
  );
const isCorrespondence = (value: Fields) =>
  lists(value, "units", "truthTest") && typeof value.checkpoint === "number" &&
  (value.units as unknown[]).every((unit) =>
    lists(object(unit), "mostDivergent", "mostExcited") && typeof object(unit).answered === "boolean"
  );
const isReadOut = (value: Fields) => lists(value, "units") && typeof value.rule === "string";
