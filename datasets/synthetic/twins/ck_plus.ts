/**
 * The CK+ twin: a folder tree as the real set circulates, with its sequences' names and labels, of drawn faces. What
 * reads the real set reads this one, and nobody's face is in it.
 */

import { join } from "node:path";
import { sharp } from "../../deps.ts";
import { forEachNumber } from "../each.ts";
import { faceLandmarks } from "../landmarks.ts";
import { photograph } from "../photograph.ts";
import { ckPlusTwinFace, type CkPlusTwinPlanOptions, planCkPlusTwin, type TwinSequence } from "./ck_plus_plan.ts";
import { type TwinTarget, writeTwin } from "./folder.ts";

/** What to write and where. */
export interface CkPlusTwinOptions extends CkPlusTwinPlanOptions, TwinTarget {
  /** Folder for the tree: new, empty, or with `overwrite` another twin. */
  output: string;
  /** Called after every frame with the number done and the total. */
  onProgress?: (done: number, total: number) => void;
}

/** Bytes that a Finder's `.DS_Store` begins with. */
const DS_STORE = Uint8Array.of(0, 0, 0, 1, 0x42, 0x75, 0x64, 0x31);

/**
 * Draws the CK+ twin: `cohn-kanade-images`, `Emotion`, `FACS` and `Landmarks`, and a `twin.json` that says how it was
 * made. Onset to apex frames, 640x490 and 640x480 (unless another size is asked for), grey and color mixed; and what
 * makes the real tree hard to read: `.DS_Store` at several levels, sequences whose emotion folder is empty, a subject
 * without any label, an Action Unit that is no whole number.
 *
 * @param options see {@link CkPlusTwinOptions}.
 * @returns the sequences that were written.
 * @throws RangeError when an option is out of range.
 * @throws {SourceError} When `output` holds what must not be replaced.
 * @throws The signal's reason when it is aborted; nothing is left behind.
 *
 * @example
 * ```ts
 * import { writeCkPlusTwin } from "./ck_plus.ts";
 *
 * const parent = await Deno.makeTempDir();
 * await writeCkPlusTwin({ output: `${parent}/twin`, subjects: 1, imageSize: 48, frames: 4, seed: 1 });
 * const label = await Deno.readTextFile(`${parent}/twin/Emotion/S005/001/S005_001_00000004_emotion.txt`);
 * if (label !== "   3.0000000e+00\n") throw new Error(label);
 * await Deno.remove(parent, { recursive: true });
 * ```
 */
export async function writeCkPlusTwin(options: CkPlusTwinOptions): Promise<TwinSequence[]> {
  const { output, overwrite, signal, onProgress, seed } = options;
  const plan = planCkPlusTwin(options);
  const { subjects, imageSize, frames } = options;
  const description = { layout: "ck_plus", source: "drawn faces", subjects, imageSize, frames, seed };
  await writeTwin(output, description, async (folder) => {
    for (const sequence of plan) await writeLabels(folder, sequence);
    await writeJunk(folder, plan);
    const all = plan.flatMap((sequence) =>
      Array.from({ length: sequence.frames }, (_, index) => ({ sequence, frame: index + 1 }))
    );
    await forEachNumber(all.length, async (number) => {
      const { sequence, frame } = all[number];
      await writeFrame(folder, sequence, frame, seed);
    }, { onProgress, signal });
  }, { overwrite, signal });
  return plan;
}

/** A sequence's folder within a part of the tree, and the beginning of a frame's file names. */
function place(part: string, { subject, sequence }: TwinSequence, frame: number): { folder: string; stem: string } {
  const stem = `${subject}_${sequence}_${String(frame).padStart(8, "0")}`;
  return { folder: join(part, subject, sequence), stem };
}

/** The folders of a sequence, its emotion and its FACS codes. The name of either is that of the last frame. */
async function writeLabels(root: string, sequence: TwinSequence): Promise<void> {
  const { emotion, codes, frames } = sequence;
  const path = async (part: string) => {
    const { folder, stem } = place(join(root, part), sequence, frames);
    await Deno.mkdir(folder, { recursive: true });
    return join(folder, stem);
  };
  await path("cohn-kanade-images");
  await path("Landmarks");
  // Sequences without a label have an empty folder.
  const emotionPath = await path("Emotion");
  if (emotion !== undefined) await Deno.writeTextFile(`${emotionPath}_emotion.txt`, `   ${matlabNumber(emotion)}\n`);
  const lines = codes.map(([unit, intensity]) => `${matlabNumber(unit)} ${matlabNumber(intensity)}\n`);
  await Deno.writeTextFile(`${await path("FACS")}_facs.txt`, lines.join(""));
}

async function writeFrame(root: string, sequence: TwinSequence, frame: number, seed: number): Promise<void> {
  const { width, height, color } = sequence;
  const face = ckPlusTwinFace(seed, sequence, frame);
  const grey = await photograph(face, width, height, "portrait");
  const picture = color
    ? sharp(warm(grey), { raw: { width, height, channels: 3 } })
    : sharp(grey, { raw: { width, height, channels: 1 } }).toColourspace("b-w");
  const image = place(join(root, "cohn-kanade-images"), sequence, frame);
  await Deno.writeFile(join(image.folder, `${image.stem}.png`), await picture.png().toBuffer());
  const points = faceLandmarks(face, width, height, "portrait");
  const text = points.map(([x, y]) => `${matlabNumber(x)} ${matlabNumber(y)}\n`).join("");
  const landmarks = place(join(root, "Landmarks"), sequence, frame);
  await Deno.writeTextFile(join(landmarks.folder, `${landmarks.stem}_landmarks.txt`), text);
}

/** Grey levels with the warm cast of an old video camera, as RGB; weighed as in BT.601 they are the same grey levels. */
function warm(grey: Uint8Array): Uint8Array {
  const [red, blue] = [0.3, -0.38];
  const green = -(0.299 * red + 0.114 * blue) / 0.587;
  const out = new Uint8Array(3 * grey.length);
  for (const [index, level] of grey.entries()) {
    const tint = level * (255 - level) / 255;
    out[3 * index] = Math.round(level + red * tint);
    out[3 * index + 1] = Math.round(level + green * tint);
    out[3 * index + 2] = Math.round(level + blue * tint);
  }
  return out;
}

/** What does not belong into the tree and is found in it all the same. */
async function writeJunk(root: string, plan: TwinSequence[]): Promise<void> {
  const images = join(root, "cohn-kanade-images");
  const [first] = plan;
  const unlabelled = plan.filter(({ emotion }) => emotion === undefined);
  const folders = [
    images,
    join(images, first.subject),
    join(root, "Emotion"),
    ...plan.filter((_, number) => number % 5 === 0).map((sequence) => place(images, sequence, 1).folder),
    ...unlabelled.map((sequence) => place(join(root, "Emotion"), sequence, 1).folder),
  ];
  for (const folder of folders) await Deno.writeFile(join(folder, ".DS_Store"), DS_STORE);
  await Deno.writeFile(join(images, first.subject, "Thumbs.db"), DS_STORE);
  const { folder, stem } = place(join(root, "FACS"), first, first.frames);
  // The coder's slip: there is no Action Unit 12.5.
  await Deno.writeTextFile(join(folder, `${stem}_facs.txt`), `${matlabNumber(12.5)} ${matlabNumber(1)}\n`, {
    append: true,
  });
}

/** A number as MATLAB saves it: `1.7000000e+01`. */
function matlabNumber(value: number): string {
  return value.toExponential(7).replace(/e([+-])(\d)$/, "e$10$2");
}
