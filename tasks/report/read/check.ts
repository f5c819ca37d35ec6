/** Whether every field that the report shows is what its task writes: it would fall over half-way otherwise, or show "NaN". */
import { filtersOf, type Layer } from "../../../analysis/layer.ts";
import { SELECTIONS } from "../../../training/evaluation/select.ts";
import {
  checkFields,
  type Kind,
  listOf,
  NUMBER,
  oneOf,
  OPTIONS,
  orMissing,
  orNull,
  TABLE,
  tableOf,
  TEXT,
  TRUTH,
  whole,
} from "../../documents/fields.ts";

type Kinds = Record<string, Kind>;

const COUNT = whole(0);
/** A measure that some data does not allow: NaN, which JSON writes as null. */
const MEASURE = orNull(NUMBER);

const VISUALIZATION: Kinds = {
  images: COUNT,
  "checkpoint.step": COUNT,
  "checkpoint.rule": TEXT,
  "checkpoint.compared": orMissing(listOf(COUNT)),
  options: orMissing(OPTIONS),
  method: TEXT,
  top: whole(1),
  distinctSubjects: TRUTH,
  "receptiveField.size": whole(1),
  control: TABLE,
  "control.draws": orMissing(whole(1)),
  "control.structuralSimilarity": MEASURE,
  filters: listOf(TABLE),
};

const SHEET: Kind = {
  expected: "the name of a sheet, filter-NNN.png",
  fits: (value) => typeof value === "string" && /^filter-\d+\.png$/.test(value),
};

const FILTER: Kinds = {
  sheet: SHEET,
  selectivity: MEASURE,
  preferredClass: orNull(TEXT),
  structuralSimilarity: MEASURE,
  hits: listOf(tableOf({
    image: COUNT,
    subject: NUMBER,
    class: orNull(TEXT),
    activation: NUMBER,
    structuralSimilarity: MEASURE,
  })),
};

const RANGE: Kind = {
  expected: "full, quantiles or two numbers",
  fits: (value) =>
    value === "full" || value === "quantiles" ||
    Array.isArray(value) && value.length === 2 && value.every(NUMBER.fits),
};

const CORRESPONDENCE: Kinds = {
  on: oneOf(["test", "all"]),
  images: COUNT,
  checkpoint: COUNT,
  selection: oneOf(SELECTIONS),
  compared: orMissing(listOf(COUNT)),
  options: OPTIONS,
  "options.bins": COUNT,
  "options.range": orMissing(RANGE),
  "options.smoothing": orMissing(NUMBER),
  "options.statistic": orMissing(oneOf(["auc", "kl"])),
  "options.permutations": COUNT,
  "options.minimumSupport": COUNT,
  "options.seed": COUNT,
  exchanged: TEXT,
  intervals: TEXT,
  truthTest: listOf(TEXT),
  units: listOf(TABLE),
};

const SIGHT = { inside: NUMBER, chance: NUMBER };

const UNIT: Kinds = {
  unit: COUNT,
  untested: orMissing(TEXT),
  className: TEXT,
  inClass: NUMBER,
  carries: TRUTH,
  present: COUNT,
  absent: COUNT,
  excitedAdjusted: MEASURE,
  answered: TRUTH,
  bestByChance: tableOf({ auc: MEASURE, low: MEASURE, high: MEASURE }),
  excitedFilters: COUNT,
  quieterFilters: COUNT,
  truth: orMissing(tableOf({
    ...SIGHT,
    ratio: MEASURE,
    ratioLow: MEASURE,
    found: TRUTH,
    randomised: orNull(tableOf({ ...SIGHT, ratio: MEASURE })),
  })),
};

const READ_OUT: Kinds = {
  rule: TEXT,
  units: listOf(TABLE),
  auc: MEASURE,
  aucOfRandomWeights: MEASURE,
  f1Micro: MEASURE,
  f1MicroOfRandomWeights: MEASURE,
  f1MicroOfAlways: MEASURE,
};

/** A unit of the read-out, where it was read. */
const READ: Kinds = {
  unit: COUNT,
  images: COUNT,
  baseRate: NUMBER,
  auc: MEASURE,
  aucOfRandomWeights: MEASURE,
  f1: MEASURE,
  f1OfAlways: MEASURE,
};
const UNREAD: Kinds = { unit: COUNT, unread: TEXT };

/** Checks visualization.json of a layer. */
export function checkVisualization(document: unknown, layer: Layer): void {
  checkFields(document, { layer: oneOf([layer]), ...VISUALIZATION });
  checkEach(document, "filters", { filter: filterOf(layer), ...FILTER });
}

/** Checks what the report shows of visualization.json of the first layer: its weights are a picture alone. */
export function checkFirstLayer(document: unknown): void {
  checkFields(document, {
    layer: oneOf(["conv1"]),
    "checkpoint.step": COUNT,
    "checkpoint.compared": orMissing(listOf(COUNT)),
    options: orMissing(OPTIONS),
  });
}

/** Checks correspondence.json of a layer. */
export function checkCorrespondence(document: unknown, layer: Layer): void {
  checkFields(document, { layer: oneOf([layer]), ...CORRESPONDENCE });
  const pairs = listOf(tableOf({
    filter: filterOf(layer),
    kl: NUMBER,
    auc: NUMBER,
    nullAuc: NUMBER,
    aucLow: MEASURE,
    aucHigh: MEASURE,
    familywise: NUMBER,
    direction: NUMBER,
  }));
  checkEach(document, "units", { ...UNIT, mostDivergent: pairs, mostExcited: pairs });
}

/** Checks probe.json. */
export function checkReadOut(document: unknown): void {
  checkFields(document, READ_OUT);
  checkEach(document, "units", (unit) => Object.hasOwn(unit, "unread") ? UNREAD : READ);
}

/** Checks each entry of a list, and names the one that is wrong by its place. */
function checkEach(document: unknown, name: string, kinds: Kinds | ((entry: object) => Kinds)): void {
  const entries = (document as Record<string, object[]>)[name];
  entries.forEach((entry, n) =>
    checkFields(entry, typeof kinds === "function" ? kinds(entry) : kinds, `${name}.${n}.`)
  );
}

/** The number of a filter of a layer. */
export function filterOf(layer: Layer): Kind {
  const filters = filtersOf(layer);
  return {
    expected: `a filter of ${layer}, 0 to ${filters - 1}`,
    fits: (value) => COUNT.fits(value) && (value as number) < filters,
  };
}
