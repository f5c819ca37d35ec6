/** In which order networks look at a picture, and which of what they see is a face. No file is read here, and a browser runs it too. */

import { agrees, chooseFace, type FaceBox, sameFace } from "./choose.ts";
import type { Detector, Look, Networks, View } from "./face_api.ts";
import type { Square } from "./image.ts";
import { faceSquare, type Point } from "./landmarks.ts";

/** A face that was found: its box and who found it. */
export interface DetectedFace extends FaceBox {
  detector: Detector;
}

/** A face with its 68 landmarks in pixels of the picture. */
export interface Face extends DetectedFace {
  landmarks: Point[];
}

/**
 * How each detector looks at a picture, in this order. The fast one has a grid with a cell for every 32 pixels of its
 * input, and is surest with an odd number of cells, one of them in the middle: at 224 and 416 it found each of 200 drawn
 * portraits, at 320 it missed 35. At 224 it costs a quarter of what it does at 416 and sees large faces only, so that what it
 * finds there counts where it is a close-up.
 */
export const LOOKS: Record<Detector, readonly [...Look[], Look]> = {
  tiny: [{ detector: "tiny", inputSize: 224, leastSide: 0.35 }, { detector: "tiny", inputSize: 416, leastSide: 0 }],
  ssd: [{ detector: "ssd", inputSize: 512, leastSide: 0 }],
};

/**
 * A further look of the fast one where every face is wanted, at pictures that have so many pixels: of nineteen faces in photographs of groups, each
 * a nineteenth of the picture's longer side, all were found with it and fourteen without; at a thirtieth fifteen, and eleven.
 */
const CLOSE_LOOK: Look = { detector: "tiny", inputSize: 992, leastSide: 0 };
const LEAST_CLOSE = 640;

/** A picture's size in pixels. */
interface Size {
  width: number;
  height: number;
}

/**
 * The face that a picture is of; see `findFace`.
 *
 * @param networks What looks.
 * @param view The picture as the networks take it.
 * @param image Its size.
 * @param detectors Who looks, in order; all when left out.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { lookForFace } from "./look.ts";
 * const blind = { detect: async () => [], landmarks: async () => [] };
 * const view = { tensor: { shape: [64, 48, 3] as [number, number, number], dispose() {} }, scale: 1 };
 * assert.equal(await lookForFace(blind, view, { width: 48, height: 64 }), undefined);
 * ```
 */
export async function lookForFace(
  networks: Networks,
  view: View,
  image: Size,
  detectors?: readonly Detector[],
): Promise<Face | undefined> {
  for (const look of looks(detectors)) {
    const box = chooseFace(await boxes(networks, view, look, image), image);
    const found = box && await placeFace(networks, view, look, box);
    if (found) return found.face;
  }
}

/**
 * Every face in a picture, from left to right; see `findFaces`.
 *
 * @param networks What looks.
 * @param view The picture as the networks take it.
 * @param image Its size.
 * @param detectors Who looks, in order; all when left out.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { lookForFaces } from "./look.ts";
 * const blind = { detect: async () => [], landmarks: async () => [] };
 * const view = { tensor: { shape: [64, 48, 3] as [number, number, number], dispose() {} }, scale: 1 };
 * assert.deepEqual(await lookForFaces(blind, view, { width: 48, height: 64 }), []);
 * ```
 */
export async function lookForFaces(
  networks: Networks,
  view: View,
  image: Size,
  detectors?: readonly Detector[],
): Promise<Face[]> {
  const found: { face: Face; square: Square }[] = [];
  const close = Math.max(image.width, image.height) >= LEAST_CLOSE && detectors?.includes("tiny") !== false;
  for (const look of close ? [...looks(detectors), CLOSE_LOOK] : looks(detectors)) {
    for (const box of await boxes(networks, view, look, image)) {
      const face = await placeFace(networks, view, look, box);
      if (face && !found.some(({ square }) => sameFace(square, face.square))) found.push(face);
    }
  }
  const middle = ({ square: { left, size } }: { square: Square }) => left + size / 2;
  return found.sort((a, b) => middle(a) - middle(b)).map(({ face }) => face);
}

function looks(detectors: readonly Detector[] = ["tiny", "ssd"]): Look[] {
  return detectors.flatMap((detector) => LOOKS[detector]);
}

/** The boxes of one look that count. */
async function boxes(networks: Networks, view: View, look: Look, image: Size): Promise<DetectedFace[]> {
  const least = look.leastSide * Math.min(image.width, image.height);
  return (await networks.detect(view, look)).filter(({ width, height }) => Math.max(width, height) >= least);
}

/** The face in a box, and the square that its landmarks ask for; undefined where they are no upright face in it. */
async function placeFace(
  networks: Networks,
  view: View,
  look: Look,
  box: DetectedFace,
): Promise<{ face: Face; square: Square } | undefined> {
  const landmarks = await networks.landmarks(view, box);
  const square = faceSquare(landmarks);
  return square && agrees(box, square) ? { face: { ...box, detector: look.detector, landmarks }, square } : undefined;
}
