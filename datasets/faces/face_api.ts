/**
 * The networks of face-api on a backend that is there already: no file is read here, and a browser runs it too.
 *
 * face-api reads some results synchronously, which no GPU in Deno allows: its networks are run here, and read as they come.
 */

import type { FaceBox } from "./choose.ts";
import { LANDMARKS, type Point } from "./landmarks.ts";

/** Which network found a face: the fast one (Tiny Face Detector) or the stronger one (SSD MobileNet v1). */
export type Detector = "tiny" | "ssd";

/** How a detector looks at a picture. */
export interface Look {
  detector: Detector;
  /** The picture's longer side while it looks: a multiple of 32; always 512 for `ssd`. */
  inputSize: number;
  /** Longer side of the smallest box that counts, over the picture's shorter side. */
  leastSide: number;
}

/** A picture on the way to the networks: its tensor, and how many pixels of the picture one of the tensor's is. */
export interface View {
  tensor: Tensor;
  scale: number;
}

/** Height x width x 3, whole numbers 0..255. */
interface Tensor {
  shape: [number, number, number];
  dispose(): void;
}

/** The networks of one backend. */
export interface Networks {
  /** Boxes in pixels of the picture. */
  detect(view: View, look: Look): Promise<(FaceBox & { detector: Detector })[]>;
  /** 68 points in pixels of the picture; none where the box holds next to nothing of it. */
  landmarks(view: View, box: FaceBox): Promise<Point[]>;
}

const LEAST_SCORE = 0.5;
/** Boxes of which so much of what either covers is in both are the same face's. */
const SAME_FACE = 0.5;
const MOST_FACES = 100;

/**
 * The networks, each with its weights from when it is first asked on.
 *
 * @param faceApi The package; its backend is the one that these networks will be used with.
 * @param load Gives a network of the package its weights.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { makeNetworks } from "./face_api.ts";
 * class Network {
 *   locateFaces = () => [{ box: { x: 1, y: 2, width: 3, height: 4 }, score: 0.9 }];
 * }
 * const faceApi = { tf: {}, TinyFaceDetector: Network, SsdMobilenetv1: Network, FaceLandmark68Net: Network };
 * const { detect } = makeNetworks(faceApi, async () => {});
 * const view = { tensor: { shape: [8, 8, 3] as [number, number, number], dispose() {} }, scale: 2 };
 * assert.equal((await detect(view, { detector: "tiny", inputSize: 224, leastSide: 0 }))[0].height, 8);
 * ```
 */
// deno-lint-ignore no-explicit-any -- the package's own types do not resolve without a bundler
export function makeNetworks(faceApi: any, load: (network: any) => Promise<void>): Networks {
  const { tf } = faceApi;
  /** A network with its weights in it, once it is asked for; where they cannot be had, the next who asks tries again. */
  // deno-lint-ignore no-explicit-any -- a network of face-api
  const lazily = (network: any) => {
    let loading: Promise<void> | undefined;
    return async () => {
      await (loading ??= load(network).catch((error) => {
        loading = undefined;
        throw error;
      }));
      return network;
    };
  };
  const tiny = lazily(new faceApi.TinyFaceDetector());
  const ssd = lazily(new faceApi.SsdMobilenetv1());
  const landmarks = lazily(new faceApi.FaceLandmark68Net());

  const detectors: Record<Detector, (tensor: Tensor, look: Look) => Promise<FaceBox[]>> = {
    async tiny(tensor, { inputSize }) {
      const faces = await (await tiny()).locateFaces(tensor, { inputSize, scoreThreshold: LEAST_SCORE });
      // deno-lint-ignore no-explicit-any -- a detection of face-api
      return faces.map(({ box, score }: any) => {
        return { left: box.x, top: box.y, width: box.width, height: box.height, score };
      });
    },
    async ssd(tensor) {
      const { boxes: [boxes], scores: [scores] } = await (await ssd()).forward(tensor);
      try {
        const kept = await tf.image.nonMaxSuppressionAsync(boxes, scores, MOST_FACES, SAME_FACE, LEAST_SCORE);
        const [places, sides, sure] = [await kept.data(), await boxes.data(), await scores.data()];
        kept.dispose();
        // The picture was made a square at its right or lower side: one side of the square is the longer one of the picture.
        const [height, width] = tensor.shape;
        const square = Math.max(height, width);
        return Array.from(places as Int32Array, (place) => {
          const [top, left, bottom, right] = sides.subarray(4 * place, 4 * place + 4)
            .map((side: number) => Math.max(0, Math.min(1, side)) * square);
          return { left, top, width: right - left, height: bottom - top, score: sure[place] };
        });
      } finally {
        boxes.dispose();
        scores.dispose();
      }
    },
  };
  /** One look at what is inside a box of the tensor: 68 points of the tensor. */
  const look = async (tensor: Tensor, box: FaceBox): Promise<Point[]> => {
    const [height, width] = tensor.shape;
    const [left, right] = [box.left, box.left + box.width].map((x) => Math.round(Math.max(0, Math.min(width, x))));
    const [top, bottom] = [box.top, box.top + box.height].map((y) => Math.round(Math.max(0, Math.min(height, y))));
    // Written so that a box with NaN in it holds nothing.
    if (!(right - left >= 2 && bottom - top >= 2)) return [];
    const face = tf.slice3d(tensor, [top, left, 0], [bottom - top, right - left, 3]);
    const places = await (await landmarks()).forward(face);
    try {
      const data = await places.data();
      return Array.from({ length: LANDMARKS }, (_, point): Point => {
        return [left + data[2 * point] * (right - left), top + data[2 * point + 1] * (bottom - top)];
      });
    } finally {
      face.dispose();
      places.dispose();
    }
  };
  return {
    async detect({ tensor, scale }, how) {
      return (await detectors[how.detector](tensor, how)).map(({ left, top, width, height, score }) => ({
        left: left * scale,
        top: top * scale,
        width: width * scale,
        height: height * scale,
        score,
        detector: how.detector,
      }));
    },
    async landmarks({ tensor, scale }, box) {
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
