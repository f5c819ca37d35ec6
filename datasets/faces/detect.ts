/** Face detection with face-api (npm:@vladmandic/face-api): the packages and their weights are loaded at the first call. */

import { agrees, chooseFace, type FaceBox, sameFace } from "./choose.ts";
import { cutSquare, type Image, type Square } from "./image.ts";
import { type FaceFrame, faceSquare, LANDMARKS, type Point } from "./landmarks.ts";
import { type Detector, type FaceBackend, type Look, type Networks, type View, withNetworks } from "./networks.ts";

/** What detection may be told. */
export interface DetectOptions {
  /** What computes: `wasm`, the CPU, by default; or `webgpu`, which needs an adapter and is the faster one on a GPU. */
  backend?: FaceBackend;
  /** The networks to ask, in order: the fast one, then the stronger one, when left out. Where one face is looked for, until it is found. */
  detectors?: readonly Detector[];
}

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
const LOOKS: Record<Detector, readonly [...Look[], Look]> = {
  tiny: [{ detector: "tiny", inputSize: 224, leastSide: 0.35 }, { detector: "tiny", inputSize: 416, leastSide: 0 }],
  ssd: [{ detector: "ssd", inputSize: 512, leastSide: 0 }],
};

/**
 * A further look of the fast one where every face is wanted, at pictures that have so many pixels: of nineteen faces in photographs of groups, each
 * a nineteenth of the picture's longer side, all were found with it and fourteen without; at a thirtieth fifteen, and eleven.
 */
const CLOSE_LOOK: Look = { detector: "tiny", inputSize: 992, leastSide: 0 };
const LEAST_CLOSE = 640;

/**
 * All faces in a picture, after the first detector that finds any.
 *
 * @param image Grey or RGB pixels, at least 16 x 16.
 * @param options Detectors and backend.
 * @returns Boxes in pixels of the picture; empty when no detector finds a face.
 * @throws {RangeError} When the pixels do not fit the size, the picture is too small, or an option is none.
 *
 * @example
 * ```ts
 * import { detectFaces } from "./detect.ts";
 * const wall = { pixels: new Uint8Array(64 * 48).fill(128), width: 64, height: 48, channels: 1 as const };
 * const faces = await detectFaces(wall, { detectors: ["tiny"] });
 * if (faces.length !== 0) throw new Error(`${faces.length} faces on a grey wall`);
 * ```
 */
export async function detectFaces(image: Image, options: DetectOptions = {}): Promise<DetectedFace[]> {
  checkOptions(image, options);
  return await withNetworks(image, options.backend, async (networks, view) => {
    for (const detector of options.detectors ?? ["tiny", "ssd"]) {
      const faces = await networks.detect(view, LOOKS[detector].at(-1)!);
      if (faces.length > 0) return faces;
    }
    return [];
  });
}

/**
 * The face that a picture is of, with its landmarks: of the faces that are found the largest near the middle
 * (see `chooseFace`). Where its landmarks are no upright face, the next detector is asked too.
 *
 * @param image Grey or RGB pixels, at least 16 x 16.
 * @param options Detectors and backend.
 * @returns The face, or undefined where there is none.
 * @throws {RangeError} As `detectFaces`.
 *
 * @example
 * ```ts
 * import { cropFace, findFace } from "./detect.ts";
 * const wall = { pixels: new Uint8Array(64 * 48).fill(128), width: 64, height: 48, channels: 1 as const };
 * const face = await findFace(wall, { detectors: ["tiny"] });
 * const crop = face && await cropFace(wall, face, { size: 96 });
 * if (crop !== undefined) throw new Error("a grey wall in place of a face");
 * ```
 */
export async function findFace(image: Image, options: DetectOptions = {}): Promise<Face | undefined> {
  checkOptions(image, options);
  return await withNetworks(image, options.backend, async (networks, view) => {
    for (const look of looks(options)) {
      const box = chooseFace(await boxes(networks, view, look, image), image);
      const found = box && await placeFace(networks, view, look, box);
      if (found) return found.face;
    }
  });
}

/**
 * Every face in a picture, each with landmarks of its own, from left to right: what any of the detectors finds, one face once. A box whose
 * landmarks are no upright face in it is none. Where several detectors find a face, the first one's look counts, as in `findFace`.
 *
 * @param image Grey or RGB pixels, at least 16 x 16.
 * @param options Detectors and backend.
 * @returns The faces; empty where there is none.
 * @throws {RangeError} As `detectFaces`.
 *
 * @example
 * ```ts
 * import { findFaces } from "./detect.ts";
 * const wall = { pixels: new Uint8Array(64 * 48).fill(128), width: 64, height: 48, channels: 1 as const };
 * const faces = await findFaces(wall, { detectors: ["tiny"] });
 * if (faces.length !== 0) throw new Error("a grey wall has no face");
 * ```
 */
export async function findFaces(image: Image, options: DetectOptions = {}): Promise<Face[]> {
  checkOptions(image, options);
  return await withNetworks(image, options.backend, async (networks, view) => {
    const found: { face: Face; square: Square }[] = [];
    const close = Math.max(image.width, image.height) >= LEAST_CLOSE && options.detectors?.includes("tiny") !== false;
    for (const look of close ? [...looks(options), CLOSE_LOOK] : looks(options)) {
      for (const box of await boxes(networks, view, look, image)) {
        const face = await placeFace(networks, view, look, box);
        if (face && !found.some(({ square }) => sameFace(square, face.square))) found.push(face);
      }
    }
    const middle = ({ square: { left, size } }: { square: Square }) => left + size / 2;
    return found.sort((a, b) => middle(a) - middle(b)).map(({ face }) => face);
  });
}

/**
 * Cuts a face out of its picture: the square that its eyes and chin ask for (`faceSquare`), resized, grey.
 *
 * @param image The picture that the landmarks belong to.
 * @param face What `findFace` gave, or 68 landmarks from elsewhere.
 * @param options Side of the result in pixels, S, and how the face is to sit in it; `eyes-and-chin` when left out.
 * @returns Grey levels, S x S, row-major.
 * @throws {RangeError} When the landmarks are no upright face.
 *
 * @example
 * ```ts
 * import { cropFace } from "./detect.ts";
 * import type { Point } from "./landmarks.ts";
 * const landmarks: Point[] = new Array(68).fill([100, 160]);
 * landmarks.fill([80, 100], 36, 42).fill([120, 100], 42, 48);
 * const image = { pixels: new Uint8Array(200 * 200).fill(9), width: 200, height: 200, channels: 1 as const };
 * const crop = await cropFace(image, { landmarks }, { size: 48 });
 * if (crop.length !== 48 * 48 || crop[0] !== 9) throw new Error("48 x 48 bytes");
 * ```
 */
export async function cropFace(
  image: Image,
  face: { landmarks: readonly Point[] },
  options: { size: number; frame?: FaceFrame },
): Promise<Uint8Array> {
  const square = faceSquare(face.landmarks, options.frame);
  if (!square) {
    throw new RangeError(`cropFace: ${face.landmarks.length} landmarks that are no upright face of ${LANDMARKS}.`);
  }
  return await cutSquare(image, square, options.size);
}

function looks({ detectors = ["tiny", "ssd"] }: DetectOptions): Look[] {
  return detectors.flatMap((detector) => LOOKS[detector]);
}

/** The boxes of one look that count. */
async function boxes(networks: Networks, view: View, look: Look, image: Image): Promise<DetectedFace[]> {
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

function checkOptions({ pixels, width, height, channels }: Image, options: DetectOptions): void {
  const { backend = "wasm", detectors = [] } = options;
  if (!["wasm", "webgpu"].includes(backend)) throw new RangeError(`backend is ${backend}; expected wasm or webgpu.`);
  const other = detectors.find((detector) => !Object.hasOwn(LOOKS, detector));
  if (other !== undefined) throw new RangeError(`detector is ${other}; expected tiny or ssd.`);
  if (!(width >= 16 && height >= 16)) {
    throw new RangeError(`the picture is ${width} x ${height}; 16 x 16 is the least.`);
  }
  if (pixels.length !== width * height * channels) {
    throw new RangeError(`the picture has ${pixels.length} bytes; expected ${width} x ${height} x ${channels}.`);
  }
}
