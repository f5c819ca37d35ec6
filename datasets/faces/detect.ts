/** Face detection with face-api (npm:@vladmandic/face-api): the packages and their weights are loaded at the first call. */

import { agrees, chooseFace, type FaceBox } from "./choose.ts";
import { cutSquare, type Image } from "./image.ts";
import { faceSquare, LANDMARKS, type Point } from "./landmarks.ts";
import { type Detector, type FaceBackend, type Look, type Networks, type View, withNetworks } from "./networks.ts";

/** What detection may be told. */
export interface DetectOptions {
  /** What computes: `wasm`, the CPU, by default; or `webgpu`, which needs an adapter and is the faster one on a GPU. */
  backend?: FaceBackend;
  /** The networks to ask, in order, until one finds a face: the fast one, then the stronger one, when left out. */
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
 * async function isEmpty(pixels: Uint8Array): Promise<boolean> {
 *   return (await detectFaces({ pixels, width: 640, height: 490, channels: 1 })).length === 0;
 * }
 * if (typeof isEmpty !== "function") throw new Error("isEmpty(new Uint8Array(640 * 490)) is true");
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
 * async function crop(pixels: Uint8Array): Promise<Uint8Array | undefined> {
 *   const image = { pixels, width: 640, height: 490, channels: 1 as const };
 *   const face = await findFace(image);
 *   return face && await cropFace(image, face, { size: 96 });
 * }
 * if (typeof crop !== "function") throw new Error("never a whole picture in place of a face");
 * ```
 */
export async function findFace(image: Image, options: DetectOptions = {}): Promise<Face | undefined> {
  checkOptions(image, options);
  return await withNetworks(image, options.backend, async (networks, view) => {
    for (const look of (options.detectors ?? ["tiny", "ssd"]).flatMap((detector) => LOOKS[detector])) {
      const face = await lookForFace(networks, view, look, image);
      if (face) return face;
    }
  });
}

/**
 * Cuts a face out of its picture: the square that its eyes and chin ask for (`faceSquare`), resized, grey.
 *
 * @param image The picture that the landmarks belong to.
 * @param face What `findFace` gave, or 68 landmarks from elsewhere.
 * @param options Side of the result in pixels, S.
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
  options: { size: number },
): Promise<Uint8Array> {
  const square = faceSquare(face.landmarks);
  if (!square) {
    throw new RangeError(`cropFace: ${face.landmarks.length} landmarks that are no upright face of ${LANDMARKS}.`);
  }
  return await cutSquare(image, square, options.size);
}

async function lookForFace(networks: Networks, view: View, look: Look, image: Image): Promise<Face | undefined> {
  const least = look.leastSide * Math.min(image.width, image.height);
  const faces = await networks.detect(view, look);
  const found = chooseFace(faces.filter(({ width, height }) => Math.max(width, height) >= least), image);
  if (!found) return undefined;
  const landmarks = await networks.landmarks(view, found);
  const square = faceSquare(landmarks);
  return square && agrees(found, square) ? { ...found, detector: look.detector, landmarks } : undefined;
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
