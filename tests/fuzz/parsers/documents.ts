/** Good documents of a run folder, as small as the tasks write them for a tiny run. */

const score = { support: 10, predicted: 10, precision: 0.9, recall: 0.9, f1: 0.9 };
const INTERVAL = { low: 0.7, high: 0.95, level: 0.95, groups: 2, method: "wilson-jackknife" };
const CLASSES = ["sad", "glad"];

/** run.json. */
export const RUN = {
  given: { dataset: "tfd", data: "data/tfd", split: 2, seed: 7, select: "validation", resume: false },
  steps: 200,
  checkpointEvery: 100,
  settings: {
    variant: "cnn_ad",
    split: 2,
    batch: 64,
    learningRate: 0.01,
    momentum: 0.9,
    weightDecay: 1e-5,
    normalization: "local-mean",
    protocol: "validation",
    seed: 7,
  },
  network: { imageSize: 32, classes: 2, seed: 7, initialScale: 0.625, convolution: "direct" },
  dataset: {
    name: "tfd",
    folder: "data/tfd",
    fingerprint: "0123456789abcdef".repeat(4),
    images: 90,
    classNames: CLASSES,
  },
  adapter: { vendor: "", architecture: "", device: "", description: "an adapter", software: true },
  versions: { aulens: "0.1.0", deno: "2.9.6" },
};

/** log.jsonl. */
export const LOG = Array.from({ length: 6 }, (_, n) => ({
  step: 10 * (n + 1),
  loss: 1.1 / (n + 1),
  trainAccuracy: 0.3 + 0.03 * n,
  validationAccuracy: n === 4 ? 0.7 : null,
  imagesPerSecond: 100,
})).map((line) => JSON.stringify(line) + "\n").join("");

/** evaluation.json. */
export const EVALUATION = {
  selection: "validation",
  rule: "best accuracy on the validation images",
  optimistic: false,
  dataset: "tfd",
  fingerprint: RUN.dataset.fingerprint,
  classNames: CLASSES,
  images: { train: 50, validation: 10, test: 30 },
  settings: RUN.settings,
  initialScale: 0.625,
  checkpoints: [{ step: 0, accuracy: 0.3 }, { step: 100, accuracy: 0.9 }, { step: 200, accuracy: 0.8 }],
  chosen: { step: 100, accuracy: 0.9 },
  test: {
    images: 20,
    subjects: 1,
    unknown: 1,
    accuracy: 0.9,
    accuracyInterval: INTERVAL,
    balancedAccuracy: 0.9,
    macroF1: 0.9,
    logLoss: 0.4,
    expectedCalibrationError: 0.05,
    perClass: CLASSES.map((name) => ({ ...score, name, recallInterval: { ...INTERVAL, groups: 1 } })),
    confusion: [[9, 1], [1, 9]],
    byGroup: [{ subject: 3, image: null, images: 19, hits: 17 }, { subject: null, image: 4, images: 1, hits: 1 }],
  },
};

const pair = {
  filter: 3,
  kl: 0.5,
  auc: 0.9,
  nullAuc: 0.5,
  aucLow: 0.8,
  aucHigh: 0.95,
  p: 0.1,
  adjusted: 0.1,
  familywise: 0.1,
  direction: 0.1,
};

/** visualization.json, correspondence.json, probe.json, correspondence.csv. */
export const LOOKS = {
  visualization: {
    fingerprint: RUN.dataset.fingerprint,
    images: 90,
    checkpoint: { step: 100, rule: EVALUATION.rule },
    layer: "conv3",
    method: "guided",
    top: 3,
    distinctSubjects: true,
    receptiveField: { size: 32 },
    control: { draws: 3, structuralSimilarity: 0.4 },
    filters: [{
      filter: 3,
      sheet: "filter-003.png",
      selectivity: 0.2,
      preferredClass: "sad",
      structuralSimilarity: 0.4,
      hits: [{ image: 1, subject: 1, class: "sad", activation: 2, structuralSimilarity: 0.4 }],
    }],
  },
  correspondence: {
    layer: "conv3",
    on: "test",
    images: 30,
    checkpoint: 100,
    selection: "validation",
    rule: EVALUATION.rule,
    options: { bins: 10, permutations: 99, minimumSupport: 3, seed: 1 },
    exchanged: "images",
    intervals: "95%, over 2 people",
    truthTest: ["Truth test: 40% inside."],
    units: [{
      unit: 4,
      name: "raised",
      className: "sad",
      inClass: 0.9,
      carries: true,
      present: 10,
      absent: 20,
      excitedAdjusted: 0.002,
      bestByChance: { auc: 0.6, low: 0.55, high: 0.7, permutations: 1000 },
      answered: true,
      excitedFilters: 1,
      quieterFilters: 0,
      mostDivergent: [pair],
      mostExcited: [pair],
      truth: { inside: 0.4, chance: 0.1, ratio: 4, ratioLow: 3, projections: 9, randomised: null, found: true },
    }],
  },
  probe: {
    rule: "on people",
    units: [
      { unit: 4, images: 30, present: 10, baseRate: 0.33, auc: 0.9, f1: 0.8, f1OfAlways: 0.5, aucOfRandomWeights: 0.6 },
      { unit: 12, unread: "it is the same on all" },
    ],
    auc: 0.9,
    aucOfRandomWeights: 0.6,
    f1Micro: 0.8,
    f1MicroOfRandomWeights: 0.5,
    f1MicroOfAlways: 0.4,
  },
  pairs: "unit,name,filter,kl,auc,p,adjusted,familywise,present,absent,nullAuc,direction\n" +
    '4,"raised, ""x""",3,0.5,0.9,0.1,0.1,0.1,10,20,0.5,0.1\n12,raised,4,0.5,0.9,0.1,0.1,0.1,10,20,0.5,0.1\n',
};
