/** A run folder with everything in it that a report shows, written without training: small, and named by somebody who means harm. */
import { filterSheet, type ShownFilter, weightGrid } from "../../tasks/visualize/sheets.ts";
import { sheetPng } from "../../tasks/correspond/sheet.ts";
import type { UnitFinding } from "../../analysis/action_units/findings.ts";
import { csv } from "../../formats/csv.ts";
import { Random } from "./random.ts";

/** A class's name that is a program, a dataset's that leaves its attribute, a unit's with both. */
export const HOSTILE = {
  class: "<script>globalThis.broken = 1</script>",
  dataset: `"><img src="https://example.com/x" onerror="globalThis.broken = 1">`,
  sentence: "NOT found </script><script>globalThis.broken = 1</script>",
};

/** Which parts to leave out, and which rule chose. */
export interface ReportRunOptions {
  without?: readonly ("evaluation" | "visualization" | "correspondence" | "log")[];
  optimistic?: boolean;
  /** Filters that were looked at. Default 6. */
  filters?: number;
}

const CLASSES = [HOSTILE.class, "happy", "sad & tired"];
const SIDE = 32, UNITS = [4, 12];
const json = (value: unknown) => JSON.stringify(value, null, 2) + "\n";

/** Writes the folder's files under `path`, which is made. */
export async function writeReportRun(path: string, options: ReportRunOptions = {}): Promise<void> {
  const { without = [], optimistic = false, filters = 6 } = options;
  await Deno.mkdir(path, { recursive: true });
  await Deno.writeTextFile(`${path}/run.json`, json(record(optimistic)));
  if (!without.includes("log")) await Deno.writeTextFile(`${path}/log.jsonl`, log());
  if (!without.includes("evaluation")) {
    await Deno.writeTextFile(`${path}/evaluation.json`, json(evaluation(optimistic)));
  }
  if (!without.includes("visualization")) await writeVisualization(path, filters);
  if (!without.includes("correspondence")) await writeCorrespondence(path, filters);
}

function record(optimistic: boolean) {
  const settings = {
    variant: "cnn_ad",
    split: 2,
    batch: 64,
    learningRate: 0.01,
    momentum: 0.9,
    weightDecay: 1e-5,
    normalization: "local-mean",
    protocol: optimistic ? "original" : "validation",
    seed: 7,
  };
  return {
    given: {
      data: "/home/someone/faces",
      split: 2,
      seed: 7,
      select: optimistic ? "original" : "validation",
      resume: false,
    },
    steps: 200,
    checkpointEvery: 100,
    settings,
    network: { imageSize: SIDE, classes: 3, seed: 7, initialScale: 0.625, convolution: "direct" },
    dataset: {
      name: HOSTILE.dataset,
      folder: "/home/someone/faces",
      fingerprint: "0123456789abcdef",
      images: 90,
      classNames: CLASSES,
    },
    adapter: { vendor: "", architecture: "", device: "", description: "an <adapter>", software: true },
    versions: { aulens: "0.1.0", deno: "2.9.6" },
  };
}

function log(): string {
  const lines = Array.from({ length: 20 }, (_, n) => ({
    step: 10 * (n + 1),
    loss: 1.1 / (n + 1),
    trainAccuracy: 0.3 + 0.03 * n,
    validationAccuracy: n % 5 === 4 ? 0.7 : null,
    imagesPerSecond: 100,
  }));
  return lines.map((line) => JSON.stringify(line) + "\n").join("");
}

function evaluation(optimistic: boolean) {
  const score = {
    support: 10,
    predicted: 10,
    precision: 0.9,
    recall: 0.9,
    f1: 0.9,
    recallInterval: { low: 0.5, high: 0.99, level: 0.95, groups: 5, method: "wilson-jackknife" },
  };
  return {
    selection: optimistic ? "original" : "validation",
    options: { select: optimistic ? "original" : "validation" },
    rule: optimistic
      ? "OPTIMISTIC: best accuracy on the test images themselves"
      : "best accuracy on the validation images",
    optimistic,
    dataset: HOSTILE.dataset,
    fingerprint: "0123456789abcdef",
    classNames: CLASSES,
    images: { train: 50, validation: 10, test: 30 },
    settings: record(optimistic).settings,
    initialScale: 0.625,
    checkpoints: [{ step: 0, accuracy: 0.3 }, { step: 100, accuracy: 0.9 }, { step: 200, accuracy: 0.8 }],
    chosen: { step: 100, accuracy: 0.9 },
    test: {
      images: 30,
      subjects: 5,
      unknown: 0,
      accuracy: 0.8765,
      accuracyInterval: { low: 0.7, high: 0.95, level: 0.95, groups: 5, method: "wilson-jackknife" },
      balancedAccuracy: 0.9,
      macroF1: 0.9,
      logLoss: 0.4,
      expectedCalibrationError: 0.05,
      perClass: CLASSES.map((name) => ({ ...score, name })),
      confusion: [[9, 1, 0], [0, 9, 1], [1, 0, 9]],
      byGroup: [{ subject: 1, image: null, images: 30, hits: 27 }],
    },
  };
}

async function writeVisualization(path: string, filters: number): Promise<void> {
  const random = new Random(5);
  const folder = `${path}/visualization/conv3`;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.mkdir(`${path}/visualization/conv1`, { recursive: true });
  const notes = { side: SIDE, method: "guided", source: "test" };
  const records = [];
  for (let filter = 0; filter < filters; filter++) {
    // The last filter answers nothing.
    const count = filter === filters - 1 ? 0 : 3;
    const part = { top: 0, left: 0, height: SIDE, width: SIDE };
    const shown: ShownFilter = {
      layer: "conv3",
      filter,
      selectivity: filter / 10,
      preferred: CLASSES[filter % 3],
      similarity: 0.4,
      hits: Array.from({ length: count }, (_, n) => ({
        part,
        patch: Uint8Array.from(random.integers(SIDE ** 2, 256)),
        projection: Float32Array.from(random.integers(SIDE ** 2, 256), (value) => value - 128),
        control: Float32Array.from(random.integers(SIDE ** 2, 256), (value) => value - 128),
        activation: 3 - n,
        similarity: 0.4,
        image: n,
        className: CLASSES[n],
        subject: `person ${n}`,
      })),
    };
    const sheet = `filter-${String(filter).padStart(3, "0")}.png`;
    await Deno.writeFile(`${folder}/${sheet}`, await filterSheet(shown, notes));
    records.push({
      filter,
      sheet,
      selectivity: shown.selectivity,
      preferredClass: count === 0 ? null : shown.preferred,
      structuralSimilarity: count === 0 ? null : 0.4,
      hits: shown.hits.map(({ image, activation }) => (
        { image, subject: image, class: CLASSES[image], activation, structuralSimilarity: 0.4 }
      )),
    });
  }
  const weights = Float32Array.from(random.integers(64 * 25, 256), (value) => value - 128);
  const { png } = await weightGrid(weights, weights, "test");
  await Deno.writeFile(`${path}/visualization/conv1/weights.png`, png);
  const document = {
    fingerprint: "0123456789abcdef",
    images: 90,
    checkpoint: { step: 100, rule: "best accuracy on the validation images", compared: [0, 100, 200] },
    options: {
      layer: "conv3",
      filters: Array.from({ length: filters }, (_, filter) => filter),
      top: 3,
      method: "guided",
      distinctSubjects: true,
      controls: 3,
      select: "validation",
    },
    layer: "conv3",
    method: "guided",
    top: 3,
    distinctSubjects: true,
    receptiveField: { size: SIDE },
    control: { draws: 3, structuralSimilarity: 0.4 },
    filters: records,
  };
  await Deno.writeTextFile(`${folder}/visualization.json`, json(document));
}

async function writeCorrespondence(path: string, filters: number): Promise<void> {
  const folder = `${path}/correspondence/conv3`;
  await Deno.mkdir(folder, { recursive: true });
  const pair = (filter: number) => (
    {
      filter,
      kl: 1 - filter / 10,
      auc: 0.9 - filter / 10,
      nullAuc: 0.5,
      aucLow: 0.6,
      aucHigh: 0.95,
      p: 0.001,
      adjusted: 0.002,
      familywise: 0.001,
      direction: 0.001,
    }
  );
  const units: UnitFinding[] = UNITS.map((unit, n) => ({
    unit,
    name: "raised",
    className: CLASSES[0],
    inClass: 0.9,
    elsewhere: 0.1,
    carries: true,
    present: 10,
    absent: 20,
    unknown: 0,
    groupsPresent: 10,
    groupsAbsent: 20,
    movable: 30,
    p: 0.001,
    adjusted: 0.002,
    excitedP: n === 0 ? 0.001 : 0.3,
    bestByChance: { auc: 0.72, low: 0.64, high: 0.81, permutations: 1000 },
    excitedAdjusted: n === 0 ? 0.002 : 0.3,
    answered: n === 0,
    excitedFilters: 1,
    quieterFilters: 0,
    mostDivergent: [pair(n), pair(2)],
    mostExcited: [pair(n), pair(2)],
    truth: { inside: 0.4, chance: 0.1, ratio: 4, ratioLow: 3, projections: 9, randomised: null, found: n === 0 },
  }));
  const images = Uint8Array.from(new Random(6).integers(2 * SIDE ** 2, 256));
  const projections = [0, 1].map((row) => (
    { row, place: row, projection: Float32Array.from(images.subarray(0, SIDE ** 2), (v) => v - 128), shows: row === 0 }
  ));
  const rows = units.map(({ unit, mostExcited }) => (
    { name: `${unit}`, notes: [], filters: mostExcited.map(() => ({ caption: "filter", projections })) }
  ));
  const sheet = await sheetPng({ images, imageSize: SIDE }, rows, { title: "test", subtitle: ["a", "b"] });
  await Deno.writeFile(`${folder}/action_units.png`, sheet.png);
  const header = ["unit", "name", "filter", "kl", "auc", "p", "adjusted", "familywise", "present", "absent"];
  const lines = UNITS.flatMap((unit) =>
    Array.from({ length: filters }, (_, filter) => {
      const { kl, auc, p, adjusted, familywise, direction } = pair(filter);
      return [unit, `raised, "quoted"`, filter, kl, auc, p, adjusted, familywise, 10, 20, 0.5, direction];
    })
  );
  await Deno.writeTextFile(`${folder}/correspondence.csv`, csv([[...header, "nullAuc", "direction"], ...lines]));
  const read = { images: 30, present: 10, baseRate: 0.33, auc: 0.9, f1: 0.8, f1OfAlways: 0.5, aucOfRandomWeights: 0.6 };
  const means = { auc: 0.9, aucOfRandomWeights: 0.6, f1Micro: 0.8, f1MicroOfRandomWeights: 0.5, f1MicroOfAlways: 0.4 };
  const probe = {
    rule: "on people",
    units: [{ unit: 4, ...read }, { unit: 12, unread: "it is the same on all" }],
    ...means,
  };
  await Deno.writeTextFile(`${folder}/probe.json`, json(probe));
  const document = {
    layer: "conv3",
    on: "test",
    images: 30,
    checkpoint: 100,
    compared: [0, 100, 200],
    selection: "validation",
    rule: "best accuracy on the validation images",
    options: {
      layer: "conv3",
      on: "test",
      minimumSupport: 3,
      bins: 10,
      range: "quantiles",
      smoothing: 0.5,
      statistic: "auc",
      permutations: 4999,
      seed: 1,
      select: "validation",
    },
    exchanged: "images",
    intervals: "95%, over 5 people",
    truthTest: ["Truth test: 40% inside.", HOSTILE.sentence],
    units,
  };
  await Deno.writeTextFile(`${folder}/correspondence.json`, json(document));
}
