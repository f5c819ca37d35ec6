/** What the CK+ twin consists of: which sequences, how many frames of each, and the face behind every frame. */

import { CK_PLUS_SEQUENCES } from "../../ck_plus/sequences.ts";
import type { Face } from "../drawing/drawing.ts";
import { ACTION_UNITS, drawExpression, EMOTIONS, type Expression, unitCodes } from "../expression.ts";
import { drawIdentity } from "../identity.ts";
import { Random } from "../random.ts";
import { drawScene } from "../scene.ts";

/** How much of the twin, how large, and from which seed. */
export interface CkPlusTwinPlanOptions {
  /** How many of the list's subjects, from the first on: 1..118, all when left out. */
  subjects?: number;
  /** Height of the frames in pixels, 32..980: 490 as in CK+ when left out. Some people's frames are 480 / 490 of it. */
  imageSize?: number;
  /** Most frames a sequence, 4..71: 71 when left out, with which sequences are as long as the real ones. */
  frames?: number;
  /** Any integer 0..2^32-1: same seed and sizes, same bytes. */
  seed: number;
}

/** One sequence of the twin. */
export interface TwinSequence {
  /** For example `S005` and `001`. */
  subject: string;
  sequence: string;
  /** Class number, 1..7; absent where the sequence has no label. */
  emotion?: number;
  /** Number of the person, of the sequence in the twin: they name the random streams. */
  person: number;
  number: number;
  /** How many frames it has, and their size in pixels. */
  frames: number;
  width: number;
  height: number;
  /** Whether it was taken in color. */
  color: boolean;
  /** What the face does at the apex. */
  apex: Expression;
  /** The FACS coder's lines: Action Unit and intensity, 0 where it is present but not graded. */
  codes: [unit: number, intensity: number][];
}

/** The list's people. */
const SUBJECTS = [...new Set(CK_PLUS_SEQUENCES.map(({ subject }) => subject))];
/** The twin's people are no others' in any of the drawn sets. */
const FIRST_PERSON = 1_000_000;
/** A subject that nobody labelled; the real set has five. */
const UNLABELLED_SUBJECT = "S006";
const UNLABELLED_EVERY = 8;

const LIMITS = {
  subjects: [1, SUBJECTS.length],
  imageSize: [32, 980],
  frames: [4, 71],
  seed: [0, 2 ** 32 - 1],
} as const;

/**
 * Plans the twin: the real set's labelled sequences by name, and some without a label, as it has.
 *
 * @param options see {@link CkPlusTwinPlanOptions}. A sequence does not depend on how many subjects there are.
 * @returns the sequences in the order of their names.
 * @throws RangeError when an option is not a whole number in its range.
 *
 * @example
 * ```ts
 * import { planCkPlusTwin } from "./ck_plus_plan.ts";
 * const labelled = planCkPlusTwin({ seed: 1 }).filter(({ emotion }) => emotion !== undefined);
 * if (labelled.length !== 327) throw new Error("the paper's 327 sequences");
 * ```
 */
export function planCkPlusTwin(options: CkPlusTwinPlanOptions): TwinSequence[] {
  const { subjects = SUBJECTS.length, imageSize = 490, frames = 71, seed } = options;
  for (const [name, value] of Object.entries({ subjects, imageSize, frames, seed })) {
    const [low, high] = LIMITS[name as keyof typeof LIMITS];
    if (!Number.isInteger(value) || value < low || value > high) {
      throw new RangeError(`planCkPlusTwin: ${name} is ${value}; expected a whole number from ${low} to ${high}.`);
    }
  }
  const plan: TwinSequence[] = [];
  const add = (subject: string, sequence: string, place: number, number: number, emotion?: number) => {
    const random = new Random(seed, 6, number);
    // The real sequences' lengths: 18 frames on the average, 71 the longest.
    const length = Math.max(4, Math.round(Math.exp(random.around(2.8, 0.42))));
    const apex = drawExpression(EMOTIONS[emotion ?? random.pick([1, 3, 5, 6, 7])], random);
    plan.push({
      subject,
      sequence,
      ...(emotion !== undefined && { emotion }),
      person: FIRST_PERSON + place,
      number,
      frames: Math.min(frames, length),
      width: Math.round(imageSize * 640 / 490),
      height: Math.round(place % 3 === 1 ? imageSize * 480 / 490 : imageSize),
      color: place % 4 === 2,
      apex,
      codes: codeLines(apex, random),
    });
  };
  for (const [number, { subject, sequence, emotion }] of CK_PLUS_SEQUENCES.entries()) {
    const place = SUBJECTS.indexOf(subject);
    if (place < subjects) add(subject, sequence, place, number, emotion);
  }
  for (let place = 0; place < subjects; place += UNLABELLED_EVERY) {
    add(SUBJECTS[place], freeName(SUBJECTS[place]), place, CK_PLUS_SEQUENCES.length + place);
  }
  add(UNLABELLED_SUBJECT, "001", SUBJECTS.length, CK_PLUS_SEQUENCES.length + SUBJECTS.length);
  const name = ({ subject, sequence }: TwinSequence) => `${subject}/${sequence}`;
  return plan.sort((one, other) => name(one) < name(other) ? -1 : 1);
}

/** The first sequence number after a subject's labelled ones. */
function freeName(subject: string): string {
  const taken = CK_PLUS_SEQUENCES.filter((one) => one.subject === subject).map(({ sequence }) => Number(sequence));
  return String(Math.max(...taken) + 1).padStart(3, "0");
}

/** What a coder would write down; a quarter of the units is not graded. */
function codeLines(apex: Expression, random: Random): [number, number][] {
  const codes = unitCodes(apex);
  return ACTION_UNITS.flatMap((unit, index): [number, number][] =>
    codes[index] === 0 ? [] : [[unit, random.chance(0.25) ? 0 : codes[index]]]
  );
}

/**
 * The face behind a frame: for its landmarks, for masks of its Action Units, or to draw it at another size. Within a
 * sequence it is one person in one scene; the expression grows from nothing at the onset to the apex, the head moves
 * a little, and the noise is new in every frame.
 *
 * @param seed the twin's seed.
 * @param sequence one of the plan.
 * @param frame number of the frame, 1 to `sequence.frames`. The last three are at nine tenths of the apex or more.
 * @returns the face; its picture is `photograph(face, sequence.width, sequence.height, "portrait")`.
 * @throws RangeError when there is no such frame.
 *
 * @example
 * ```ts
 * import { ckPlusTwinFace, planCkPlusTwin } from "./ck_plus_plan.ts";
 * const [sequence] = planCkPlusTwin({ subjects: 1, seed: 1 });
 * const onset = ckPlusTwinFace(1, sequence, 1);
 * if (Object.keys(onset.expression).length > 0) throw new Error("a sequence begins with a neutral face");
 * ```
 */
export function ckPlusTwinFace(seed: number, sequence: TwinSequence, frame: number): Face {
  const { person, number, frames, apex } = sequence;
  if (!Number.isInteger(frame) || frame < 1 || frame > frames) {
    throw new RangeError(`ckPlusTwinFace: frame is ${frame}; expected a whole number from 1 to ${frames}.`);
  }
  const share = intensityShare(frame, frames);
  const scene = drawScene(seed, person, number);
  const drift = new Random(seed, 7, number);
  const jitter = new Random(seed, 8, number, frame);
  // The head drifts a little while the face moves, and never holds quite still.
  const move = (value: number, far: number, near: number) =>
    value + drift.around(0, far) * share + jitter.around(0, near);
  return {
    identity: drawIdentity(seed, person),
    expression: scaled(apex, share),
    scene: {
      ...scene,
      yaw: move(scene.yaw, 0.02, 0.002),
      pitch: move(scene.pitch, 0.02, 0.002),
      roll: move(scene.roll, 0.012, 0.0015),
      shiftX: move(scene.shiftX, 1.5, 0.15),
      shiftY: move(scene.shiftY, 1.5, 0.15),
      noiseSeed: jitter.bits(),
    },
  };
}

/** Intensity of a frame relative to the apex, 0..1: slow, fast, slow up to nine tenths, which the last three frames exceed. */
function intensityShare(frame: number, frames: number): number {
  const left = frames - frame;
  if (left < 3) return [1, 0.95, 0.9][left];
  const way = (frame - 1) / (frames - 3);
  return 0.9 * way * way * (3 - 2 * way);
}

function scaled(apex: Expression, share: number): Expression {
  if (share === 0) return {};
  const units = Object.entries(apex).map(([unit, [left, right]]) => [unit, [left * share, right * share]]);
  return Object.fromEntries(units);
}
