/** The parsers of folders: what the tasks write and read back (prepared folders, twins, runs, cross-validations), and the authors' own. */

import { PreparedError, readPrepared, readPreparedMeta } from "../../../datasets/prepared.ts";
import { readAuthorsFolder } from "../../../datasets/authors_folder.ts";
import { SourceError } from "../../../datasets/source_error.ts";
import { checkTwinTarget } from "../../../datasets/synthetic/twins/folder.ts";
import { UsageError } from "../../../tasks/command.ts";
import { RunError } from "../../../run/errors.ts";
import { finishedRun } from "../../../run/cross_validation/finished.ts";
import { type Manifest, readManifest } from "../../../run/cross_validation/manifest.ts";
import { readArrayJob } from "../../../run/engines/slurm.ts";
import { readRunFiles } from "../../../tasks/report/read/run_files.ts";
import { RunFolder } from "../../../run/folder.ts";
import { readChoice } from "../../../run/model.ts";
import { readRunRecord } from "../../../run/record.ts";
import { trainingSettings } from "../../../training/options.ts";
import { AUTHORS_FILES, preparedFiles } from "../../support/prepared_files.ts";
import type { FuzzedParser, Input } from "../parser.ts";
import { EVALUATION, LOG, LOOKS, RUN } from "./documents.ts";

const text = (value: string) => new TextEncoder().encode(value);
const json = (value: unknown) => text(JSON.stringify(value, null, 2) + "\n");
const MEMORY = { atMost: 2 ** 20, each: 16 };

/** A parser of a folder, one of whose files is wrong at a time. */
function ofFolder(
  name: string,
  files: () => Record<string, Uint8Array<ArrayBuffer>> | Promise<Record<string, Uint8Array<ArrayBuffer>>>,
  read: (folder: string) => Promise<unknown>,
  errors: FuzzedParser["errors"],
): FuzzedParser {
  const whole = new Map<string, Input>();
  const write = (folder: string, { name, bytes }: Input) => {
    const path = `${folder}/${name}`;
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    Deno.writeFileSync(path, bytes);
  };
  return {
    name,
    async good(folder) {
      for (const [name, bytes] of Object.entries(await files())) whole.set(name, { name, bytes });
      for (const input of whole.values()) write(folder, input);
      return [...whole.values()];
    },
    async parse(input, folder) {
      write(folder, input);
      try {
        await read(folder);
      } finally {
        write(folder, whole.get(input.name)!);
      }
    },
    errors,
    memory: MEMORY,
  };
}

/** What is wrong with a value that was read: where it is not of the kind that everybody takes it for. */
function expectKinds(value: unknown, kinds: Record<string, "string" | "number" | "object">): void {
  for (const [path, kind] of Object.entries(kinds)) {
    let at = value;
    for (const key of path.split(".")) at = (at as Record<string, unknown>)[key];
    if (typeof at !== kind || at === null) throw new Error(`${path} is ${JSON.stringify(at)}, and was read`);
  }
}

const meta = ofFolder(
  "meta",
  async () => ({ "meta.json": (await preparedFiles())["meta.json"] }),
  readPreparedMeta,
  [PreparedError],
);

const prepared = ofFolder("prepared", preparedFiles, readPrepared, [PreparedError]);

const authorsCkPlus = ofFolder("authors_ck", () => AUTHORS_FILES.ck_plus, readAuthorsFolder, [PreparedError]);
const authorsTfd = ofFolder("authors_tfd", () => AUTHORS_FILES.tfd, readAuthorsFolder, [PreparedError]);

const twin = ofFolder(
  "twin",
  () => ({ "twin.json": json({ format: "aulens twin", version: 2, files: {} }) }),
  (folder) => checkTwinTarget(folder, { overwrite: true }),
  [SourceError],
);

const run = ofFolder(
  "run",
  () => ({ "run.json": json(RUN) }),
  async (folder) => {
    const record = await readRunRecord(new RunFolder(folder));
    expectKinds(record, {
      "given": "object",
      "given.select": "string",
      "steps": "number",
      "checkpointEvery": "number",
      "settings.variant": "string",
      "settings.split": "number",
      "settings.learningRate": "number",
      "network.imageSize": "number",
      "network.classes": "number",
      "network.seed": "number",
      "network.initialScale": "number",
      "network.convolution": "string",
      "dataset.name": "string",
      "dataset.folder": "string",
      "dataset.classNames": "object",
      "dataset.images": "number",
      "adapter.description": "string",
      "versions": "object",
    });
  },
  [RunError],
);

const log = ofFolder(
  "log",
  () => ({ "log.jsonl": text(LOG) }),
  async (folder) => {
    for (const record of await new RunFolder(folder).records()) {
      expectKinds(record, { step: "number", loss: "number", trainAccuracy: "number", imagesPerSecond: "number" });
    }
  },
  [RunError],
);

const SHARED = { resume: false, batch: 8 };
const manifest: Manifest = {
  selection: "validation",
  options: SHARED as unknown as Manifest["options"],
  steps: 200,
  fingerprint: RUN.dataset.fingerprint,
  runs: [{ name: "cnn_ad-split2-seed7", variant: "cnn_ad", split: 2, seed: 7 }],
};

const crossval = ofFolder(
  "crossval",
  () => ({ "manifest.json": json(manifest) }),
  async (folder) => {
    const found = await readManifest(folder);
    expectKinds(found, {
      selection: "string",
      options: "object",
      steps: "number",
      fingerprint: "string",
      runs: "object",
    });
  },
  [RunError],
);

const finished = ofFolder(
  "finished",
  () => ({
    "runs/cnn_ad-split2-seed7/evaluation.json": json({
      ...EVALUATION,
      settings: trainingSettings({ ...SHARED, variant: "cnn_ad", split: 2 }, 7),
    }),
  }),
  async (folder) => {
    const found = await finishedRun(folder, manifest.runs[0], manifest);
    if (!found) throw new RunError("it is to be done again");
    expectKinds(found.evaluation, {
      "classNames": "object",
      "rule": "string",
      "dataset": "string",
      "chosen.step": "number",
      "test.images": "number",
      "test.accuracy": "number",
      "test.balancedAccuracy": "number",
      "test.macroF1": "number",
      "test.confusion": "object",
      "test.byGroup": "object",
    });
  },
  [RunError],
);

const job = ofFolder(
  "job",
  () => ({ "slurm/job.json": json({ number: "77", indices: [0, 3] }) }),
  async (folder) => {
    const found = await readArrayJob(folder);
    if (!found) throw new RunError("its runs are to be submitted again");
    if (!/^\d+$/.test(found.number) || !found.indices.every((index) => Number.isSafeInteger(index) && index >= 0)) {
      throw new Error(`${JSON.stringify(found)} was read`);
    }
  },
  [RunError],
);

const chosen = ofFolder(
  "chosen",
  () => ({ "evaluation.json": json(EVALUATION) }),
  async (folder) => {
    const { step, compared } = (await readChoice(new RunFolder(folder)))!;
    const bad = [step, ...compared].find((one) => !Number.isSafeInteger(one) || one < 0);
    if (bad !== undefined) throw new Error(`step ${bad} was read`);
  },
  [RunError],
);

const report = ofFolder(
  "report",
  () => ({
    "run.json": json(RUN),
    "log.jsonl": text(LOG),
    "evaluation.json": json(EVALUATION),
    "evaluation_on_other.json": json({
      ...EVALUATION,
      trainedOn: "tfd",
      testedOn: "other",
      shareImages: false,
      step: 100,
      leftOut: [],
    }),
    "visualization/conv3/visualization.json": json(LOOKS.visualization),
    "correspondence/conv3/correspondence.json": json(LOOKS.correspondence),
    "correspondence/conv3/probe.json": json(LOOKS.probe),
    "correspondence/conv3/correspondence.csv": text(LOOKS.pairs),
  }),
  readRunFiles,
  [RunError, UsageError],
);

/** Those of this file. */
export const FOLDER_PARSERS: FuzzedParser[] = [
  meta,
  prepared,
  authorsCkPlus,
  authorsTfd,
  twin,
  run,
  log,
  crossval,
  finished,
  job,
  chosen,
  report,
];
