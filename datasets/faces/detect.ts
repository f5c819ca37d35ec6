/**
 * Face detection with face-api (npm:@vladmandic/face-api) on TensorFlow.js's WASM backend. The packages and the weights,
 * which come with them, are loaded at the first call.
 */

import { loadFaceApi, sharp } from "../deps.ts";
import { agrees, chooseFace, type FaceBox } from "./choose.ts";
import { cutSquare, type Image } from "./image.ts";
import { faceSquare, LANDMARKS, type Point } from "./landmarks.ts";

/** Which network found a face: the fast one (Tiny Face Detector) or the stronger one (SSD MobileNet v1). */
export type Detector = "tiny" | "ssd";

/** What detection may be told. */
export interface DetectOptions {
  /**
   * What computes: `wasm` only, and by default. TensorFlow.js reports no error of an invalid shader or a binding over
   * the adapter's limit in Deno, so that its WebGPU backend may find faces in zeros.
   */
  backend?: "wasm";
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

/** The picture's longer side while a detector looks at it; they work at 320 and 512 pixels anyway. */
const LONGEST_SIDE = 1024;
const TINY_INPUT = 320;
const LEAST_SCORE = 0.5;

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
  return await withTensor(image, async (networks, view) => {
    for (const detector of options.detectors ?? ["tiny", "ssd"]) {
      const faces = await networks.detect(view, detector);
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
  return await withTensor(image, async (networks, view) => {
    for (const detector of options.detectors ?? ["tiny", "ssd"]) {
      const found = chooseFace(await networks.detect(view, detector), image);
      if (!found) continue;
      const landmarks = await networks.landmarks(view, found);
      const square = faceSquare(landmarks);
      if (square && agrees(found, square)) return { ...found, landmarks };
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

function checkOptions({ pixels, width, height, channels }: Image, { backend = "wasm" }: DetectOptions): void {
  if (backend !== "wasm") throw new RangeError(`backend is ${backend}; only wasm is supported.`);
  if (!(width >= 16 && height >= 16)) {
    throw new RangeError(`the picture is ${width} x ${height}; 16 x 16 is the least.`);
  }
  if (pixels.length !== width * height * channels) {
    throw new RangeError(`the picture has ${pixels.length} bytes; expected ${width} x ${height} x ${channels}.`);
  }
}

/** A picture on the way to the networks: its tensor, and how many pixels of the picture one of the tensor's is. */
interface View {
  tensor: Tensor;
  scale: number;
}

/** Height x width x 3, whole numbers 0..255. */
interface Tensor {
  shape: [number, number, number];
  dispose(): void;
}

interface Networks {
  // deno-lint-ignore no-explicit-any -- TensorFlow.js
  tf: any;
  detect(view: View, detector: Detector): Promise<DetectedFace[]>;
  landmarks(view: View, box: FaceBox): Promise<Point[]>;
}

async function withTensor<Result>(image: Image, use: (networks: Networks, view: View) => Promise<Result>) {
  const networks = await (loading ??= loadNetworks());
  const { pixels, width, height, scale } = await shrink(image);
  const view = { tensor: networks.tf.tensor3d(pixels, [height, width, 3], "int32"), scale };
  try {
    return await use(networks, view);
  } finally {
    view.tensor.dispose();
  }
}

/** RGB, the longer side at most `LONGEST_SIDE`. */
async function shrink(image: Image): Promise<{ pixels: Uint8Array; width: number; height: number; scale: number }> {
  const { pixels, width, height, channels } = image;
  const scale = Math.max(1, Math.max(width, height) / LONGEST_SIDE);
  const [toWidth, toHeight] = [width, height].map((side) => Math.max(1, Math.round(side / scale)));
  let picture = sharp(pixels, { raw: { width, height, channels } });
  if (scale > 1) picture = picture.resize(toWidth, toHeight, { fit: "fill" });
  const rgb = await picture.toColourspace("srgb").raw().toBuffer();
  return { pixels: new Uint8Array(rgb), width: toWidth, height: toHeight, scale };
}

/** Loaded once a process, by whoever asks first. */
let loading: Promise<Networks> | undefined;

async function loadNetworks(): Promise<Networks> {
  const { faceApi, models } = await loadFaceApi();
  const { nets, tf } = faceApi;
  const loaded = new Map<unknown, Promise<void>>();
  // deno-lint-ignore no-explicit-any -- a network of face-api
  const ready = (network: any) => {
    if (!loaded.has(network)) loaded.set(network, network.loadFromDisk(models));
    return loaded.get(network);
  };
  const detectors = {
    tiny: async (tensor: Tensor) => {
      await ready(nets.tinyFaceDetector);
      const options = new faceApi.TinyFaceDetectorOptions({ inputSize: TINY_INPUT, scoreThreshold: LEAST_SCORE });
      return await faceApi.tinyFaceDetector(tensor, options);
    },
    ssd: async (tensor: Tensor) => {
      await ready(nets.ssdMobilenetv1);
      return await faceApi.ssdMobilenetv1(tensor, new faceApi.SsdMobilenetv1Options({ minConfidence: LEAST_SCORE }));
    },
  };
  /** One look at what is inside a box of the tensor: 68 points of the tensor. */
  const look = async (tensor: Tensor, box: FaceBox): Promise<Point[]> => {
    const [height, width] = tensor.shape;
    const [left, right] = [box.left, box.left + box.width].map((x) => Math.round(Math.max(0, Math.min(width, x))));
    const [top, bottom] = [box.top, box.top + box.height].map((y) => Math.round(Math.max(0, Math.min(height, y))));
    if (right - left < 2 || bottom - top < 2) return [];
    const face = tf.slice3d(tensor, [top, left, 0], [bottom - top, right - left, 3]);
    try {
      const { positions } = await nets.faceLandmark68Net.detectLandmarks(face);
      return positions.map(({ x, y }: { x: number; y: number }) => [left + x, top + y]);
    } finally {
      face.dispose();
    }
  };
  return {
    tf,
    async detect({ tensor, scale }, detector) {
      // deno-lint-ignore no-explicit-any -- a detection of face-api
      return (await detectors[detector](tensor)).map(({ box, score }: any) => ({
        left: box.x * scale,
        top: box.y * scale,
        width: box.width * scale,
        height: box.height * scale,
        score,
        detector,
      }));
    },
    async landmarks({ tensor, scale }, box) {
      await ready(nets.faceLandmark68Net);
      const { left, top, width, height } = box;
      const inTensor = { left: left / scale, top: top / scale, width: width / scale, height: height / scale, score: 1 };
      const first = await look(tensor, inTensor);
      // The second look starts from the face itself, so that it depends little on which detector's box the first had.
      const second = await look(tensor, boxAround(first));
      return second.map(([x, y]): Point => [x * scale, y * scale]);
    },
  };
}

/** The landmarks' bounds with a fifth of their size on each side, which is what the landmark network was trained on. */
function boxAround(points: readonly Point[]): FaceBox {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top];
  return { left: left - width / 5, top: top - height / 5, width: width * 1.4, height: height * 1.4, score: 1 };
}
