/** CK+ as its authors hand it out, turned into a dataset: frames chosen, faces cut out, Action Units as columns. */

import type { Dataset } from "../dataset.ts";
import { FACE_DETECTOR } from "../deps.ts";
import { cropFace, findFace } from "../faces/detect.ts";
import { cutSquare, type Image, middleSquare, readImage } from "../faces/image.ts";
import { faceSquare } from "../faces/landmarks.ts";
import type { Detector, FaceBackend } from "../faces/networks.ts";
import { fingerprint } from "../fingerprint.ts";
import { SourceError, SourceProblems } from "../source_error.ts";
import { GAPS_FILE } from "./gaps.ts";
import { CK_PLUS_CLASSES, readLandmarks } from "./labels.ts";
import { type CkPlusFrame, type CkPlusSequence, planCkPlus } from "./plan.ts";

/** How faces are cut out: by a face detector, by the landmarks that CK+ ships, or not at all. */
export type CkPlusCrop = "detector" | "landmarks" | "none";

/** What of CK+ is prepared, and how. */
export interface CkPlusOptions {
  /** Folder that holds the parts of CK+; only read. */
  input: string;
  /** Side of an image in pixels, 8..512; 96 when left out. */
  imageSize?: number;
  /**
   * `detector` when left out. Both crops are the square that eyes and chin ask for (`faceSquare`); `none` takes the
   * largest square in the middle of the picture, for pictures that are cut out already.
   */
  crop?: CkPlusCrop;
  /** What computes where faces are detected; `wasm` when left out. */
  backend?: FaceBackend;
  /** Called with the part of the frames done so far, 0 to 1. */
  onProgress?: (fraction: number) => void;
  /** Stops the work. */
  signal?: AbortSignal;
}

/** A dataset and what is to be remembered and told about it. */
export interface PreparedCkPlus {
  dataset: Dataset;
  /** How faces were cropped, by what, how many; for `meta.json`. */
  details: Record<string, unknown>;
  /**
   * `missed_faces.txt` where faces were missed: a line a frame, its path and the reason; `incomplete.txt` where the
   * tree lacks something: a line a sequence or person, and what is wrong.
   */
  files: Record<string, string>;
  /** The pictures that were read, in the order of the images. */
  sources: string[];
  warnings: string[];
}

const UNKNOWN = 255;
/** Frames have 640 x 490 pixels; this is over six times as many. */
const FRAMES = { formats: ["png"], mostPixels: 2 ** 21, mostBytes: 2 ** 24 };
/** The least picture that detectors take. */
const LEAST_SIDE = 16;

/**
 * Reads CK+: of each labelled sequence the first frame as neutral and the last three with its label, in ten folds by
 * subject (see `planCkPlus`). Peak frames carry the sequence's Action Units, the first carries none; all frames of a
 * sequence without a FACS file are unknown (255). A frame without a face is left out, never passed on whole.
 *
 * P. Lucey, J. Cohn, T. Kanade, J. Saragih, Z. Ambadar, I. Matthews: The Extended Cohn-Kanade Dataset (CK+), CVPR
 * Workshops 2010.
 *
 * @param options Folder, image size, crop.
 * @returns Dataset `"ck_plus"`: classes 0 neutral, 1 anger, 2 contempt, 3 disgust, 4 fear, 5 happy, 6 sadness,
 * 7 surprise; subject i is the i-th labelled one by name.
 * @throws {SourceError} Naming the files that are missing, damaged or not what they should be (`SourceErrors` where
 * they are several), and when no face is found.
 * @throws {RangeError} When an option is out of range.
 * @throws The signal's reason when it is aborted.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { prepareCkPlus } from "./prepare.ts";
 *
 * await assert.rejects(prepareCkPlus({ input: "nowhere" }), /nowhere: there is no such folder/);
 * ```
 */
export async function prepareCkPlus(options: CkPlusOptions): Promise<PreparedCkPlus> {
  const { input, imageSize = 96, crop = "detector", backend = "wasm", onProgress, signal } = options;
  if (!(Number.isInteger(imageSize) && imageSize >= 8 && imageSize <= 512)) {
    throw new RangeError(`prepareCkPlus: imageSize is ${imageSize}; expected a whole number from 8 to 512.`);
  }
  if (!["detector", "landmarks", "none"].includes(crop)) {
    throw new RangeError(`prepareCkPlus: crop is ${crop}; expected detector, landmarks or none.`);
  }
  signal?.throwIfAborted();
  const plan = await planCkPlus(input);
  if (crop === "landmarks" && !plan.folders.landmarks) {
    throw new SourceError(
      input,
      "no folder Landmarks with subjects in it; unzip that part of CK+, or use the detector",
    );
  }
  const total = plan.sequences.reduce((sum, { frames }) => sum + frames.length, 0);
  const faces: Uint8Array[] = [];
  const kept: { sequence: CkPlusSequence; frame: CkPlusFrame }[] = [];
  const missed: string[] = [];
  const found: Record<Detector, number> = { tiny: 0, ssd: 0 };
  const problems = new SourceProblems(input);
  let done = 0;
  for (const sequence of plan.sequences) {
    for (const frame of sequence.frames) {
      signal?.throwIfAborted();
      onProgress?.(done++ / total);
      try {
        const image = await readImage(frame.path, FRAMES);
        // Nobody needs the faces any more once a file is wrong, but whether the others can be read.
        const how = problems.any && crop === "detector" ? "none" : crop;
        const face = await CROPS[how](image, frame, imageSize, found, backend);
        if (face instanceof Uint8Array) {
          faces.push(face);
          kept.push({ sequence, frame });
        } else missed.push(`${frame.name}\t${face.missed}`);
      } catch (error) {
        problems.add(error);
      }
    }
  }
  problems.throwIfAny();
  onProgress?.(1);
  if (kept.length === 0) throw new SourceError(input, `no face in any of the ${total} frames`);
  const warnings = [...plan.warnings];
  if (missed.length > 0) {
    warnings.push(`${missed.length} of ${total} frames without a face are left out; missed_faces.txt lists them`);
  }
  const dataset = {
    name: "ck_plus",
    imageSize,
    classNames: [...CK_PLUS_CLASSES],
    images: concatenate(faces),
    labels: Int32Array.from(kept, ({ frame }) => frame.label),
    subjects: Int32Array.from(kept, ({ sequence }) => sequence.subject),
    folds: Int32Array.from(kept, ({ sequence }) => sequence.fold),
    sequences: Int32Array.from(kept, ({ sequence }) => plan.sequences.indexOf(sequence)),
    foldColumns: 1,
    ...actionUnits(kept),
  };
  return {
    dataset: { ...dataset, fingerprint: await fingerprint(dataset) },
    details: {
      source: "CK+",
      crop,
      ...(crop === "detector" &&
        { detector: FACE_DETECTOR, backend, facesFoundBy: found }),
      ...(crop !== "none" && { cropRule: "square by eyes and chin" }),
      subjects: plan.subjects.length,
      sequences: plan.sequences.length,
      frames: total,
      missedFaces: missed.length,
      gaps: plan.gaps.length,
    },
    files: {
      ...(missed.length > 0 && { "missed_faces.txt": missed.join("\n") + "\n" }),
      ...(plan.gaps.length > 0 && { [GAPS_FILE]: plan.gaps.join("\n") + "\n" }),
    },
    sources: kept.map(({ frame }) => frame.path),
    warnings,
  };
}

/** A face as S x S grey levels, or why there is none. */
type Cropped = Uint8Array | { missed: string };

const CROPS: Record<
  CkPlusCrop,
  (
    image: Image,
    frame: CkPlusFrame,
    size: number,
    found: Record<Detector, number>,
    backend: FaceBackend,
  ) => Promise<Cropped>
> = {
  async detector(image, _frame, size, found, backend) {
    const { width, height } = image;
    if (width < LEAST_SIDE || height < LEAST_SIDE) return { missed: `${width} x ${height} pixels hold no face` };
    const face = await findFace(image, { backend });
    if (!face) return { missed: "no detector finds a face" };
    found[face.detector]++;
    return await cropFace(image, face, { size });
  },
  async landmarks(image, frame, size) {
    const { landmarks } = frame;
    if (!landmarks) return { missed: "no landmarks file" };
    const square = faceSquare(await readLandmarks(landmarks));
    const { width, height } = image;
    if (
      !square || square.left + square.size < 0 || square.left > width || square.top + square.size < 0 ||
      square.top > height || square.size > 2 * Math.max(width, height)
    ) return { missed: "landmarks are no upright face in this picture" };
    return await cutSquare(image, square, size);
  },
  async none(image, _frame, size) {
    return await cutSquare(image, middleSquare(image), size);
  },
};

function concatenate(parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}

/** Columns for every Action Unit met; nothing where no sequence has a FACS file with a unit in it. */
function actionUnits(kept: { sequence: CkPlusSequence; frame: CkPlusFrame }[]): Pick<Dataset, "actionUnits" | "units"> {
  const met = new Set(kept.flatMap(({ sequence }) => [...sequence.codes?.keys() ?? []]));
  const numbers = [...met].sort((a, b) => a - b);
  if (numbers.length === 0) return {};
  const units = new Uint8Array(kept.length * numbers.length);
  for (const [row, { sequence: { codes }, frame }] of kept.entries()) {
    for (const [column, number] of numbers.entries()) {
      units[row * numbers.length + column] = !codes ? UNKNOWN : frame.isPeak ? codes.get(number) ?? 0 : 0;
    }
  }
  return { actionUnits: numbers, units };
}
