/** The networks that find faces and landmarks, on TensorFlow.js's WASM or WebGPU backend: started once, and lent in turn. */

import { type FaceBackend, sharp } from "../deps.ts";
import { makeNetworks, type Networks, type View } from "./face_api.ts";
import type { Image } from "./image.ts";
import { loadFaceApi, loadWeights } from "./packages.ts";

export type { FaceBackend } from "../deps.ts";
export type { Detector } from "./face_api.ts";

/**
 * Faces cannot be looked for: the backend does not start, or an adapter refused the work.
 *
 * @example
 * ```ts
 * import { FaceDetectionError } from "./networks.ts";
 *
 * if (new FaceDetectionError("no adapter").name !== "FaceDetectionError") throw new Error("the name");
 * ```
 */
export class FaceDetectionError extends Error {
  override name = "FaceDetectionError";
  /** The options that a remedy speaks of, as they are named in code. */
  readonly options: readonly string[];

  /** @param message What went wrong, and what helps. @param more The options that the remedy speaks of. */
  constructor(message: string, { options = [] }: { options?: readonly string[] } = {}) {
    super(message);
    this.options = options;
  }
}

/** The picture's longer side while networks look at it; the detectors work at 512 pixels at most. */
const LONGEST_SIDE = 1024;

/**
 * Lends the networks of a backend, and a picture on it. TensorFlow.js has one backend at a time for a whole process:
 * work waits until what came before is done.
 *
 * @param image Grey or RGB pixels.
 * @param backend What computes.
 * @param use Gets the networks and the picture; the picture is gone when it is done.
 * @returns What `use` returns.
 * @throws {FaceDetectionError} When the backend does not start, or its GPU reports an error.
 *
 * @example
 * ```ts
 * import { withNetworks } from "./networks.ts";
 * const wall = { pixels: new Uint8Array(64 * 48).fill(128), width: 64, height: 48, channels: 1 as const };
 * const look = { detector: "tiny", inputSize: 224, leastSide: 0 } as const;
 * const boxes = await withNetworks(wall, "wasm", ({ detect }, view) => detect(view, look));
 * if (boxes.length !== 0) throw new Error(`${boxes.length} faces on a grey wall`);
 * ```
 */
export async function withNetworks<Result>(
  image: Image,
  backend: FaceBackend = "wasm",
  use: (networks: Networks, view: View) => Promise<Result>,
): Promise<Result> {
  const { pixels, width, height, scale } = await shrink(image);
  const turn = last.then(async () => {
    const { tf, networks, check } = await start(backend);
    const view = { tensor: tf.tensor3d(pixels, [height, width, 3], "int32"), scale };
    try {
      const result = await use(networks, view);
      check();
      return result;
    } finally {
      view.tensor.dispose();
    }
  });
  last = turn.catch(() => {});
  return await turn;
}

/** Done when nobody uses the networks. */
let last: Promise<unknown> = Promise.resolve();

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

/** A backend that has been started once. */
interface Started {
  // deno-lint-ignore no-explicit-any -- TensorFlow.js
  tf: any;
  networks: Networks;
  /** Throws what the GPU reported since. */
  check(): void;
}

/** What helps where the GPU does not. */
const WASM = { options: ["backend"] };

const started = new Map<FaceBackend, Started>();

/** Makes a backend TensorFlow.js's own; loads everything the first time. */
async function start(backend: FaceBackend): Promise<Started> {
  const known = started.get(backend);
  if (known) {
    await known.tf.setBackend(backend);
    return known;
  }
  if (backend === "webgpu" && !await navigator.gpu?.requestAdapter()) {
    throw new FaceDetectionError(
      "no WebGPU adapter answers. Install a driver, or find faces with the backend wasm.",
      WASM,
    );
  }
  const loaded = await loadFaceApi(backend);
  const { tf } = loaded.faceApi;
  if (!await tf.setBackend(backend)) {
    throw new FaceDetectionError(
      `TensorFlow.js could not start its ${backend} backend. ` +
        (backend === "webgpu" ? "Find faces with the backend wasm." : "Is the packages' cache whole?"),
      backend === "webgpu" ? WASM : {},
    );
  }
  await tf.ready();
  // Without this TensorFlow.js goes on with zeros where the adapter refuses a shader or a binding.
  let error: string | undefined;
  tf.backend().device?.addEventListener("uncapturederror", (event: GPUUncapturedErrorEvent) => {
    error ??= event.error.message;
  });
  const check = () => {
    if (error === undefined) return;
    throw new FaceDetectionError(
      `the GPU refused work: ${error.split("\n")[0]} Find faces with the backend wasm.`,
      WASM,
    );
  };
  const ready = { tf, networks: makeNetworks(loaded.faceApi, (network) => loadWeights(loaded, network)), check };
  started.set(backend, ready);
  return ready;
}
