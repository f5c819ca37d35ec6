/** What is known of the images that are compared: which Action Units they show, and which of them belong together. */
import { checkDataset } from "../../datasets/check.ts";
import type { Dataset } from "../../datasets/dataset.ts";
import type { Grouping } from "../../analysis/statistics/exchange.ts";
import { UsageError } from "../command.ts";
import { taskCall } from "../invocation.ts";
import { type Tested, whom } from "../../run/words.ts";

/** Code of a unit that nobody looked for. */
const UNKNOWN = 255;

/** Images and what is known of them. */
export interface Observations extends Required<Grouping> {
  /** Image numbers in the dataset. */
  rows: Uint32Array;
  /** rows x units: 1, 0, or NaN. */
  units: Float32Array;
  /** Numbers of the units, the columns. */
  actionUnits: number[];
  /** What permutations exchange, in words. */
  exchanged: string;
  /** Whom the intervals are over, in words. */
  intervals: string;
}

/**
 * Reads what a dataset knows of some of its images.
 *
 * @throws {UsageError} where it knows no Action Unit.
 */
export function observe(dataset: Dataset, rows: Uint32Array): Observations {
  checkDataset(dataset);
  const { actionUnits, units, subjects } = dataset;
  if (!actionUnits || !units || actionUnits.length === 0) {
    throw new UsageError(
      `${dataset.name}: no Action Units are known of these images. Remedy: train on CK+ prepared with its folder FACS, ` +
        `or on the drawn faces (${taskCall("train")}), whose Action Units are known.`,
    );
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
    intervals: `95%, over ${whom(testedOf(blocks))}`,
    exchanged: `${isCkPlus(dataset.name) || dataset.sequences ? "whole sequences" : "images"}, ${amongWhom(blocks)}`,
  };
}

/**
 * Groups and roles of all images: the frames of a sequence are a group, any other image is one of its own. In CK+ the neutral frame of
 * a sequence has a role of its own. A CK+ that was prepared before `seqs.npy` was written, or elsewhere, does not say which frames belong
 * together, but holds them sequence by sequence, a neutral frame before those of the peak: a sequence begins there with another person, with
 * a neutral frame, or, where the face in that was missed, with another label. (The paper's authors' folders know no Action Units, and so
 * never come here.)
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

function testedOf(blocks: readonly number[]): Tested {
  return {
    subjects: new Set(blocks.filter((block) => block >= 0)).size,
    unknown: blocks.filter((block) => block < 0).length,
  };
}

/** In which class a unit is most frequent, and whether it tells that class: there in half of it or more, and twice as often as elsewhere. */
export interface Carrier {
  className: string;
  /** Share of the class's images with the unit, and of all other images. */
  inClass: number;
  elsewhere: number;
  /** Whether the unit carries the label. */
  carries: boolean;
}

/** Which label each unit tells. */
export function carriers(dataset: Dataset, { rows, units, actionUnits }: Observations): Carrier[] {
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
