/** Which frames of CK+ are kept, and what is known about each: everything but the pixels. */

import { join, relative } from "node:path";
import { SourceError } from "../source_error.ts";
import { readEmotion, readFacs } from "./labels.ts";
import { type CkPlusFolders, findFolders, listSequences, type SequenceFiles } from "./tree.ts";

/** A frame that is kept. */
export interface CkPlusFrame {
  /** Path from the input folder on. */
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
  /** What was left out, and why. */
  warnings: string[];
}

const FOLDS = 10;
const PEAK_FRAMES = 3;
const FRAME = /^S\d+_\d+_(\d{1,9})\.png$/i;
const EMOTION = /^S\d+_\d+_\d+_emotion\.txt$/i;
const LANDMARKS = /^S\d+_\d+_\d+_landmarks\.txt$/i;
const FACS = /^S\d+_\d+_\d+_facs\.txt$/i;

/**
 * Plans what to prepare of a CK+ tree: the first frame (neutral) and the last three (the label) of every sequence with an
 * emotion label.
 *
 * Folds come from the labels alone: subject i of the labelled subjects, sorted by name, is in fold i mod 10, whatever
 * happens to its pictures later. A sequence of two or three frames gives what it has, its first frame as neutral; one
 * with a single frame or none is left out. Both are told in a warning.
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
  const labelled = (await listSequences(folders.emotions, EMOTION)).filter(({ files }) => files.length > 0);
  if (labelled.length === 0) throw new SourceError(folders.emotions, "no sequence has an emotion label");
  const subjects = [...new Set(labelled.map(({ subject }) => subject))].sort();
  const images = byName(await listSequences(folders.images, FRAME));
  const landmarks = byName(folders.landmarks ? await listSequences(folders.landmarks, LANDMARKS) : []);
  const facs = byName(folders.facs ? await listSequences(folders.facs, FACS) : []);

  const warnings: string[] = [];
  const sequences: CkPlusSequence[] = [];
  for (const emotion of labelled) {
    const { name, subject } = emotion;
    const label = await readEmotion(onlyFile(emotion));
    const frames = keepFrames(input, images.get(name), landmarks.get(name), label);
    const found = images.get(name)?.files.length ?? 0;
    if (found <= PEAK_FRAMES) {
      const instead = frames.length > 0
        ? `${frames.length - 1} of the expression instead of ${PEAK_FRAMES}`
        : "left out";
      warnings.push(`${join(folders.images, name)}: ${found} frame${found === 1 ? "" : "s"}: ${instead}`);
    }
    if (frames.length === 0) continue;
    const coded = facs.get(name);
    let codes: Map<number, number> | undefined;
    if (coded && coded.files.length > 0) {
      const read = await readFacs(onlyFile(coded));
      codes = read.codes;
      warnings.push(...read.warnings);
    } else if (folders.facs) warnings.push(`${join(folders.facs, name)}: no FACS codes; they count as unknown`);
    const number = subjects.indexOf(subject);
    sequences.push({ name, subject: number, fold: number % FOLDS, frames, codes });
  }
  if (!folders.facs) warnings.push(`${input}: no folder FACS or FACS_labels; no Action Units are known`);
  if (sequences.length === 0) throw new SourceError(folders.images, "no labelled sequence has two frames or more");
  return { folders, subjects, sequences, warnings };
}

/** First frame and last three, by their numbers; none where there are fewer than two. */
function keepFrames(
  input: string,
  sequence: SequenceFiles | undefined,
  landmarks: SequenceFiles | undefined,
  label: number,
): CkPlusFrame[] {
  if (!sequence || sequence.files.length < 2) return [];
  const { folder } = sequence;
  const landmarked = new Map(landmarks?.files.map((file) => [file.toLowerCase(), join(landmarks.folder, file)]));
  const numbered = sequence.files.map((file) => ({ file, number: Number(FRAME.exec(belongs(sequence, file))![1]) }));
  numbered.sort((a, b) => a.number - b.number);
  const kept = [numbered[0], ...numbered.slice(1).slice(-PEAK_FRAMES)];
  return kept.map(({ file }, index) => {
    const path = join(folder, file);
    return {
      name: relative(input, path),
      path,
      label: index === 0 ? 0 : label,
      isPeak: index > 0,
      landmarks: landmarked.get(file.toLowerCase().replace(/\.png$/, "_landmarks.txt")),
    };
  });
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
