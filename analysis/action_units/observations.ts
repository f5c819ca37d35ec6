/** What is known of the images that are compared: which Action Units they show, and which images belong together. */
import { checkDataset, DatasetError } from "../../datasets/check.ts";
import type { Dataset } from "../../datasets/dataset.ts";
import { describeSubjects } from "../../training/metrics/describe_subjects.ts";
import type { Grouping } from "../statistics/exchange.ts";

/** Code of a unit that nobody coded. */
const UNKNOWN = 255;

/** Images and what is known of them: the input of `actionUnitCorrespondence`, but for the responses. */
export interface Observations extends Required<Grouping> {
  /** Image numbers in the dataset. */
  rows: Uint32Array;
  /** rows x units: 1 where the image shows the unit, 0 where it does not, NaN where that is unknown. */
  units: Float32Array;
  /** Numbers of the units, the columns. */
  actionUnits: number[];
  /** What permutations exchange, in words. */
  exchanged: string;
  /** Whom the intervals are over, in words. */
  intervals: string;
}

/**
 * The Action Units of some images of a dataset, and what a permutation test has to keep together: the frames of a
 * sequence are one group, and labels are exchanged among the images of one person.
 *
 * @param dataset Its `units`, `subjects` and `sequences` are read.
 * @param rows Numbers of the images, in any order.
 * @throws {DatasetError} for a dataset whose parts do not fit together, or that knows no Action Unit.
 * @throws {RangeError} for a row that the dataset does not have.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { observe } from "./observations.ts";
 *
 * const dataset = {
 *   name: "mine",
 *   imageSize: 1,
 *   classNames: ["neutral", "happy"],
 *   images: new Uint8Array(3),
 *   labels: Int32Array.of(0, 1, 1),
 *   subjects: Int32Array.of(0, 0, 1),
 *   folds: Int32Array.of(0, 0, 1),
 *   foldColumns: 1,
 *   fingerprint: "",
 *   actionUnits: [6, 12],
 *   units: Uint8Array.of(0, 0, 1, 3, 255, 2), // intensities; 255 is unknown
 * };
 * const { units, blocks, intervals } = observe(dataset, Uint32Array.of(1, 2));
 * assert.deepEqual([...units], [1, 1, NaN, 1]);
 * assert.deepEqual([blocks, intervals], [[0, 1], "95%, over 2 people"]);
 * ```
 */
export function observe(dataset: Dataset, rows: Uint32Array): Observations {
  checkDataset(dataset);
  const { actionUnits, units, subjects } = dataset;
  if (!actionUnits || !units || actionUnits.length === 0) {
    throw new DatasetError(
      "actionUnits",
      `no Action Units are known of the images of ${dataset.name}. Remedy: use CK+ prepared with its folder FACS, ` +
        "or the drawn faces, whose Action Units are known.",
    );
  }
  const outside = rows.find((row) => row >= subjects.length);
  if (outside !== undefined) {
    throw new RangeError(`rows: there is no image ${outside}, ${dataset.name} has ${subjects.length}`);
  }
  const count = actionUnits.length;
  const sequences = sequencesOf(dataset);
  const blocks = Array.from(rows, (row) => subjects[row]);
  return {
    rows,
    actionUnits,
    units: Float32Array.from({ length: rows.length * count }, (_, at) => {
      const code = units[rows[Math.floor(at / count)] * count + at % count];
      return code === UNKNOWN ? NaN : Number(code > 0);
    }),
    groups: Array.from(rows, (row) => sequences.groups[row]),
    roles: Array.from(rows, (row) => sequences.roles[row]),
    blocks,
    intervals: `95%, over ${describeSubjects(testedOf(blocks))}`,
    exchanged: `${isCkPlus(dataset.name) || dataset.sequences ? "whole sequences" : "images"}, ${amongWhom(blocks)}`,
  };
}

/**
 * Groups and roles of all images: the frames of a sequence are a group, any other image is one of its own. In CK+ the
 * neutral frame of a sequence has a role of its own. A CK+ that was prepared before `seqs.npy` was written, or
 * elsewhere, does not say which frames belong together, but holds them sequence by sequence, a neutral frame before
 * those of the peak: a sequence begins there with another person, with a neutral frame, or, where the face in that was
 * missed, with another label. (The paper's authors' folders know no Action Units, and so never come here.)
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { sequencesOf } from "./observations.ts";
 *
 * // Two sequences of one person in CK+: a neutral frame, then the peak of each.
 * const labels = Int32Array.of(0, 5, 5, 0, 7), subjects = new Int32Array(5);
 * const { groups, roles } = sequencesOf({ name: "ck_plus", labels, subjects });
 * assert.deepEqual([[...groups], [...roles]], [[0, 0, 0, 1, 1], [0, 1, 1, 0, 1]]);
 * ```
 */
export function sequencesOf(
  { name, labels, subjects, sequences }: Pick<Dataset, "name" | "labels" | "subjects" | "sequences">,
): { groups: Int32Array; roles: Int32Array } {
  // Among six classes the neutral frames have no label.
  const neutral = name === "ck_plus" ? 0 : -1;
  const roles = labels.map((label) => Number(isCkPlus(name) && label !== neutral));
  if (sequences) {
    let alone = sequences.reduce((most, sequence) => Math.max(most, sequence), -1);
    return { groups: sequences.map((sequence) => sequence < 0 ? ++alone : sequence), roles };
  }
  if (!isCkPlus(name)) return { groups: Int32Array.from(labels.keys()), roles };
  let group = -1;
  const groups = labels.map((label, n) => {
    const first = n === 0 || subjects[n] !== subjects[n - 1] ||
      label !== labels[n - 1] && labels[n - 1] !== neutral;
    return first ? ++group : group;
  });
  return { groups, roles };
}

function isCkPlus(name: string): boolean {
  return /^ck_plus(_six_class)?$/.test(name);
}

/** Images whose person is unknown, a negative number, are one block. */
function amongWhom(blocks: readonly number[]): string {
  if (blocks.every((block) => block >= 0)) return "among those of a person";
  if (blocks.every((block) => block < 0)) return "among all, since no person is known";
  return "among those of a person, and among those whose person is unknown";
}

function testedOf(blocks: readonly number[]) {
  return {
    subjects: new Set(blocks.filter((block) => block >= 0)).size,
    unknown: blocks.filter((block) => block < 0).length,
  };
}

/** In which class a unit is most frequent, and whether the unit carries the label of that class. */
export interface UnitLabel {
  className: string;
  /** Share of the class's images with the unit. */
  inClass: number;
  /** The same share of all other images. */
  elsewhere: number;
  /** Whether at least half of the class's images show the unit, and at least twice as often as other images do. */
  carries: boolean;
}

/**
 * Which class each unit goes with, and whether the unit carries that label: a network that is trained on labels can be
 * expected to find these units, and need not find the others.
 *
 * @returns An entry a unit, in the order of `actionUnits`.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { labelCarryingUnits } from "./observations.ts";
 *
 * const dataset = { classNames: ["neutral", "happy"], labels: Int32Array.of(0, 0, 1, 1) };
 * const seen = { rows: Uint32Array.of(0, 1, 2, 3), units: Float32Array.of(0, 0, 1, 1), actionUnits: [12] };
 * const [smile] = labelCarryingUnits(dataset, seen);
 * assert.deepEqual(smile, { className: "happy", inClass: 1, elsewhere: 0, carries: true });
 * ```
 */
export function labelCarryingUnits(
  dataset: Pick<Dataset, "classNames" | "labels">,
  { rows, units, actionUnits }: Pick<Observations, "rows" | "units" | "actionUnits">,
): UnitLabel[] {
  const classes = dataset.classNames.length, count = actionUnits.length;
  return actionUnits.map((_, unit) => {
    const [shown, known] = [new Float64Array(classes), new Float64Array(classes)];
    rows.forEach((row, n) => {
      const value = units[n * count + unit], label = dataset.labels[row];
      if (Number.isNaN(value) || label < 0) return;
      shown[label] += value;
      known[label]++;
    });
    const share = (label: number) => known[label] === 0 ? 0 : shown[label] / known[label];
    let best = 0;
    for (let label = 1; label < classes; label++) if (share(label) > share(best)) best = label;
    const sum = (list: Float64Array) => list.reduce((total, value) => total + value, 0);
    const others = sum(known) - known[best];
    const elsewhere = others === 0 ? 0 : (sum(shown) - shown[best]) / others;
    const inClass = share(best);
    return {
      className: dataset.classNames[best],
      inClass,
      elsewhere,
      carries: inClass >= 0.5 && inClass >= 2 * elsewhere,
    };
  });
}
