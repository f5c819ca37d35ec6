/** Face detection with face-api (npm:@vladmandic/face-api): the packages and their weights are loaded at the first call. */

import { checkArray } from "../arrays.ts";
import { cutSquare, type Image } from "./image.ts";
import { type FaceFrame, faceSquare, LANDMARKS, type Point } from "./landmarks.ts";
import { type DetectedFace, type Face, lookForFace, lookForFaces, LOOKS } from "./look.ts";
import { type Detector, type FaceBackend, withNetworks } from "./networks.ts";

export type { DetectedFace, Face } from "./look.ts";

/** What detection may be told. */
export interface DetectOptions {
  /** What computes: `wasm`, the CPU, by default; or `webgpu`, which needs an adapter and is the faster one on a GPU. */
  backend?: FaceBackend;
  /** The networks to ask, in order: the fast one, then the stronger one, when left out. Where one face is looked for, until it is found. */
  detectors?: readonly Detector[];
}

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
  return await withNetworks(image, options.backend, (networks, view) => {
    return lookForFace(networks, view, image, options.detectors);
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
  return await withNetworks(image, options.backend, (networks, view) => {
    return lookForFaces(networks, view, image, options.detectors);
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

function checkOptions({ pixels, width, height, channels }: Image, options: DetectOptions): void {
  const { backend = "wasm", detectors = [] } = options;
  if (!["wasm", "webgpu"].includes(backend)) throw new RangeError(`backend is ${backend}; expected wasm or webgpu.`);
  const other = detectors.find((detector) => !Object.hasOwn(LOOKS, detector));
  if (other !== undefined) throw new RangeError(`detector is ${other}; expected tiny or ssd.`);
  if (!(width >= 16 && height >= 16)) {
    throw new RangeError(`the picture is ${width} x ${height}; 16 x 16 is the least.`);
  }
  checkArray("pixels", pixels, Uint8Array);
  if (pixels.length !== width * height * channels) {
    throw new RangeError(`the picture has ${pixels.length} bytes; expected ${width} x ${height} x ${channels}.`);
  }
}
