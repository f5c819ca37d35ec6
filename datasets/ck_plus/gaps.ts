/** What a CK+ tree lacks: frames that its labels speak of, people without labels, sequences of the published set. */

import { CK_PLUS_CLASSES } from "./labels.ts";
import { CK_PLUS_SEQUENCES } from "./sequences.ts";

/** What is known of a labelled sequence before any picture is opened. */
export interface LabelledSequence {
  /** For example `S005/001`. */
  name: string;
  subject: string;
  /** Class number, 1..7. */
  label: number;
  /** Numbers of the frames, ascending. */
  frames: number[];
  /** Number of the frame that each other part speaks of last, by the words for it. */
  last: Record<string, number | undefined>;
}

/** The people of each part of the tree, by the words for it. */
export type PeopleOfParts = Record<string, Iterable<string>>;

/** What is missing, to be told and to be listed. */
export interface Gaps {
  /** A sentence for each kind of gap, with the first names. */
  warnings: string[];
  /** Every gap: a sequence or a person, a tab, what is wrong. */
  lines: string[];
}

/** The file of a prepared folder that lists the gaps. */
export const GAPS_FILE = "incomplete.txt";
/** Peak frames of a sequence. */
const PEAK_FRAMES = 3;
/** More names than these are listed in the file only. */
const MOST_NAMED = 5;

/**
 * Finds what a tree lacks. A frame's number stands in its name, and so does that of the frame which an emotion or FACS
 * file labels: where frames are missing, the first one that is left is not the neutral face, or the last three are not
 * the expression.
 *
 * @param sequences The sequences with an emotion label.
 * @param people The people of `Emotion`, and of the other parts by name.
 * @returns Sentences and a list; both empty where the tree is whole and is the published set.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { findGaps } from "./gaps.ts";
 *
 * const cut = { name: "S005/001", subject: "S005", label: 3, frames: [1, 2, 4, 5], last: { "the emotion label": 6 } };
 * const { lines } = findGaps([cut], { labelled: ["S005"], others: { images: ["S005", "S006"] } });
 * assert.equal(lines[0], "S005/001\tframe 3 is missing; ends with frame 5, but the emotion label is of frame 6");
 * assert.equal(lines[1], "S006\tin images, but has no emotion folder");
 * ```
 */
export function findGaps(
  sequences: readonly LabelledSequence[],
  people: { labelled: Iterable<string>; others: PeopleOfParts },
): Gaps {
  const gaps: Gaps = { warnings: [], lines: [] };
  const tell = (found: string[][], sentence: (count: number, named: string) => string) => {
    if (found.length === 0) return;
    gaps.lines.push(...found.map((words) => words.join("\t")));
    const named = found.slice(0, MOST_NAMED).map((words) => words.join(": ")).join("; ");
    gaps.warnings.push(sentence(found.length, named + (found.length > MOST_NAMED ? "; and more" : "")));
  };
  const problems = sequences.map((sequence): [string, string] => [sequence.name, frameProblems(sequence).join("; ")]);
  tell(
    problems.filter(([, problem]) => problem !== ""),
    (count, named) =>
      `${count} of ${sequences.length} labelled sequences lack frames, so that labels and Action Units may lie on ` +
      `other frames than those they were given for (${GAPS_FILE} lists them): ${named}`,
  );
  tell(
    peopleWithout(people.labelled, people.others),
    (count, named) =>
      `no emotion folder for these people (${count}), so that none of their sequences is used: ${named}`,
  );
  const published = besidePublished(sequences);
  tell(
    published.lines,
    (count, named) =>
      `${published.sequences} of the ${CK_PLUS_SEQUENCES.length} labelled sequences of the published set, and ` +
      `${published.people} of its ${PUBLISHED_PEOPLE} people: folds and counts are not the published ones ` +
      `(${GAPS_FILE} lists ${count} differences): ${named}`,
  );
  return gaps;
}

const PUBLISHED_PEOPLE = new Set(CK_PLUS_SEQUENCES.map(({ subject }) => subject)).size;

/** What of a sequence's numbers does not fit together. */
function frameProblems({ frames, last }: LabelledSequence): string[] {
  const problems = [];
  if (frames.length <= PEAK_FRAMES) {
    const count = `${frames.length} frame${frames.length === 1 ? "" : "s"}`;
    const instead = `${frames.length - 1} of the expression instead of ${PEAK_FRAMES}`;
    problems.push(`${count}: ${frames.length > 1 ? instead : "left out"}`);
  }
  const missing: string[] = [];
  let before = 0;
  for (const frame of frames) {
    if (frame === before) problems.push(`frame ${frame} is there twice`);
    if (frame === before + 2) missing.push(`${before + 1}`);
    else if (frame > before + 2) missing.push(`${before + 1} to ${frame - 1}`);
    before = frame;
  }
  if (missing.length > 0) {
    const one = missing.length === 1 && !missing[0].includes("to");
    const ranges = missing.slice(0, MOST_NAMED).join(", ") + (missing.length > MOST_NAMED ? " and more" : "");
    problems.push(`frame${one ? "" : "s"} ${ranges} ${one ? "is" : "are"} missing`);
  }
  if (frames.length === 0) return problems;
  for (const [what, number] of Object.entries(last)) {
    if (number !== undefined && number !== before) {
      problems.push(`ends with frame ${before}, but ${what} is of frame ${number}`);
    }
  }
  return problems;
}

/** People of other parts who have no emotion folder. */
function peopleWithout(labelled: Iterable<string>, others: PeopleOfParts): string[][] {
  const known = new Set(labelled);
  const found = new Map<string, string[]>();
  for (const [part, people] of Object.entries(others)) {
    for (const person of people) {
      if (!known.has(person)) found.set(person, [...found.get(person) ?? [], part]);
    }
  }
  return [...found].sort(([one], [other]) => one < other ? -1 : 1)
    .map(([person, parts]) => [person, `in ${parts.join(" and ")}, but has no emotion folder`]);
}

/** How far the labelled sequences are those of the published set. */
function besidePublished(sequences: readonly LabelledSequence[]) {
  const held = new Map(sequences.map((sequence) => [sequence.name, sequence]));
  const lines: string[][] = [];
  const people = new Set<string>();
  let count = 0;
  for (const { subject, sequence, emotion } of CK_PLUS_SEQUENCES) {
    const name = `${subject}/${sequence}`;
    const label = held.get(name)?.label;
    held.delete(name);
    if (label === undefined) lines.push([name, "has no emotion label here"]);
    else {
      count++;
      people.add(subject);
      const [here, there] = [label, emotion].map((number) => CK_PLUS_CLASSES[number]);
      if (label !== emotion) lines.push([name, `is ${here} here, and ${there} in the published set`]);
    }
  }
  for (const name of held.keys()) lines.push([name, "has an emotion label here, and none in the published set"]);
  return { sequences: count, people: people.size, lines };
}
