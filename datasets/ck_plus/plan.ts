/** Which frames of CK+ are kept, and what is known about each: everything but the pixels. */

import { join } from "node:path";
import { pathWithin } from "../paths.ts";
import { SourceError } from "../source_error.ts";
import { findGaps, type LabelledSequence } from "./gaps.ts";
import { readEmotion, readFacs } from "./labels.ts";
import { type CkPlusFolders, findFolders, listSequences, type SequenceFiles } from "./tree.ts";

/** A frame that is kept. */
export interface CkPlusFrame {
  /** Path from the input folder on, with slashes. */
  name: string;
  path: string;
  /** Class number: 0 for the first frame, the sequence's for the others. */
  label: number;
  /** Whether it is one of the last three, which show the expression. */
  isPeak: boolean;
  /** Its landmarks file, where it is there. */
  landmarks?: string;
}

/** A labelled sequence. */
export interface CkPlusSequence {
  /** For example `S005/001`. */
  name: string;
  /** Place of its subject in `CkPlusPlan.subjects`. */
  subject: number;
  /** The subject's fold, 0..9. */
  fold: number;
  frames: CkPlusFrame[];
  /** Code of each Action Unit that is present at the peak; absent where the sequence has no FACS file. */
  codes?: Map<number, number>;
}

/** What of a CK+ tree is prepared. */
export interface CkPlusPlan {
  folders: CkPlusFolders;
  /** Names of the labelled subjects, sorted. */
  subjects: string[];
  sequences: CkPlusSequence[];
  /** What was left out or is missing, and why. */
  warnings: string[];
  /** What is missing, one by one: a sequence or a person, a tab, what is wrong. */
  gaps: string[];
}

const FOLDS = 10;
const PEAK_FRAMES = 3;
/** More names than these are in the list of gaps only. */
const MOST_NAMED = 5;
const FRAME = /^S\d+_\d+_(\d{1,9})\.png$/i;
const EMOTION = /^S\d+_\d+_(\d{1,9})_emotion\.txt$/i;
const LANDMARKS = /^S\d+_\d+_(\d{1,9})_landmarks\.txt$/i;
const FACS = /^S\d+_\d+_(\d{1,9})_facs\.txt$/i;

/**
 * Plans what to prepare of a CK+ tree: the first frame (neutral) and the last three (the label) of every sequence with an
 * emotion label.
 *
 * Folds come from the labels alone: subject i of the labelled subjects, sorted by name, is in fold i mod 10, whatever
 * happens to its pictures later. A sequence of two or three frames gives what it has, its first frame as neutral; one
 * with a single frame or none is left out. What is missing is told in warnings and listed in `gaps` (see `findGaps`).
 *
 * @param input Folder that holds the parts of CK+.
 * @returns The plan; no picture has been opened.
 * @throws {SourceError} When a part is missing, a label is no label, or a file belongs to another sequence.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { planCkPlus } from "./plan.ts";
 *
 * await assert.rejects(planCkPlus("nowhere"), /nowhere: there is no such folder/);
 * ```
 */
export async function planCkPlus(input: string): Promise<CkPlusPlan> {
  const folders = await findFolders(input);
  const emotions = await listSequences(folders.emotions, EMOTION);
  const labelled = emotions.filter(({ files }) => files.length > 0);
  if (labelled.length === 0) throw new SourceError(folders.emotions, "no sequence has an emotion label");
  const subjects = [...new Set(labelled.map(({ subject }) => subject))].sort();
  const images = byName(await listSequences(folders.images, FRAME));
  const landmarks = byName(folders.landmarks ? await listSequences(folders.landmarks, LANDMARKS) : []);
  const facs = byName(folders.facs ? await listSequences(folders.facs, FACS) : []);

  const warnings: string[] = [];
  const sequences: CkPlusSequence[] = [];
  const seen: LabelledSequence[] = [];
  const uncoded: string[] = [];
  for (const emotion of labelled) {
    const { name, subject } = emotion;
    const coded = facs.get(name);
    const hasCodes = coded !== undefined && coded.files.length > 0;
    const label = await readEmotion(onlyFile(emotion));
    const numbered = numberFrames(images.get(name));
    seen.push({
      name,
      subject,
      label,
      frames: numbered.map(({ number }) => number),
      last: {
        "the emotion label": Number(EMOTION.exec(emotion.files[0])![1]),
        "the FACS file": hasCodes ? Number(FACS.exec(coded.files[0])![1]) : undefined,
        "the last landmarks file": laterThan(numbered.at(-1)?.number, landmarks.get(name)),
      },
    });
    const frames = keepFrames(input, numbered, landmarks.get(name), label);
    if (frames.length === 0) continue;
    let codes: Map<number, number> | undefined;
    if (hasCodes) {
      const path = onlyFile(coded);
      const read = await readFacs(path);
      codes = read.codes;
      warnings.push(...read.warnings.map((warning) => warning.replace(path, pathWithin(input, path))));
    } else if (folders.facs) uncoded.push(name);
    const number = subjects.indexOf(subject);
    sequences.push({ name, subject: number, fold: number % FOLDS, frames, codes });
  }
  const people = (part: Map<string, SequenceFiles>) => new Set([...part.values()].map(({ subject }) => subject));
  const found = findGaps(seen, {
    labelled: emotions.map(({ subject }) => subject),
    others: { images: people(images), FACS: people(facs), Landmarks: people(landmarks) },
  });
  warnings.push(...found.warnings);
  if (uncoded.length > 0) {
    const named = uncoded.slice(0, MOST_NAMED).join(", ") + (uncoded.length > MOST_NAMED ? " and more" : "");
    warnings.push(
      `no FACS codes for ${uncoded.length} of ${labelled.length} sequences; they count as unknown: ${named}`,
    );
  }
  if (!folders.facs) warnings.push("no folder FACS or FACS_labels; no Action Units are known");
  if (sequences.length === 0) throw new SourceError(folders.images, "no labelled sequence has two frames or more");
  const gaps = [...found.lines, ...uncoded.map((name) => `${name}\thas no FACS codes`)];
  return { folders, subjects, sequences, warnings, gaps };
}

/** A sequence's frame files in the order of their numbers. */
function numberFrames(sequence: SequenceFiles | undefined): { path: string; file: string; number: number }[] {
  const { files, folder } = sequence ?? { files: [], folder: "" };
  return files.map((file) => ({
    file,
    path: join(folder, file),
    number: Number(FRAME.exec(belongs(sequence!, file))![1]),
  })).sort((a, b) => a.number - b.number);
}

/** The largest number of a sequence's landmark files, where it is beyond the last frame's. */
function laterThan(last: number | undefined, landmarks: SequenceFiles | undefined): number | undefined {
  const numbers = landmarks?.files.map((file) => Number(LANDMARKS.exec(file)![1])) ?? [];
  return last !== undefined && numbers.some((number) => number > last) ? Math.max(...numbers) : undefined;
}

/** First frame and last three, by their numbers; none where there are fewer than two. */
function keepFrames(
  input: string,
  frames: ReturnType<typeof numberFrames>,
  landmarks: SequenceFiles | undefined,
  label: number,
): CkPlusFrame[] {
  if (frames.length < 2) return [];
  const landmarked = new Map(landmarks?.files.map((file) => [file.toLowerCase(), join(landmarks.folder, file)]));
  const kept = [frames[0], ...frames.slice(1).slice(-PEAK_FRAMES)];
  return kept.map(({ file, path }, index) => ({
    name: pathWithin(input, path),
    path,
    label: index === 0 ? 0 : label,
    isPeak: index > 0,
    landmarks: landmarked.get(file.toLowerCase().replace(/\.png$/, "_landmarks.txt")),
  }));
}

/** The single file of a sequence's labels. */
function onlyFile(sequence: SequenceFiles): string {
  const { folder, files } = sequence;
  if (files.length > 1) {
    throw new SourceError(folder, `has ${files.length} files (${files[0]}, ${files[1]}), expected one`);
  }
  return join(folder, belongs(sequence, files[0]));
}

/** A file's name, which has to begin with its sequence's: a file in the wrong folder is a wrong label. */
function belongs({ name, folder }: SequenceFiles, file: string): string {
  if (file.toUpperCase().startsWith(name.replace("/", "_") + "_")) return file;
  throw new SourceError(join(folder, file), `belongs to another sequence than ${name}`);
}

function byName(sequences: SequenceFiles[]): Map<string, SequenceFiles> {
  return new Map(sequences.map((sequence) => [sequence.name, sequence]));
}
