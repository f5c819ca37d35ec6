/** Loads face-api and the weights of its networks from the packages' cache. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { faceApiFolders, type FaceBackend, loadFaceApiForWebGpu } from "../deps.ts";

/** face-api, with its TensorFlow.js in it, and where its files are. */
export interface FaceApi {
  // deno-lint-ignore no-explicit-any -- the package's own types do not resolve without a bundler
  faceApi: any;
  /** The package's folder. */
  folder: string;
}

/**
 * face-api for a backend, which is not chosen yet.
 *
 * For WebAssembly it is the package's browser build: it has TensorFlow.js in it, where the build for Node.js needs TensorFlow.js's own packages,
 * 285 MB on disk.
 *
 * @example
 * ```ts
 * import { loadFaceApi } from "./packages.ts";
 * const { faceApi: { tf } } = await loadFaceApi("wasm");
 * if (!await tf.setBackend("wasm")) throw new Error("the backend does not start");
 * ```
 */
export async function loadFaceApi(backend: FaceBackend): Promise<FaceApi> {
  const { faceApi: folder, wasm } = await faceApiFolders();
  if (backend === "webgpu") return { faceApi: await loadFaceApiForWebGpu(), folder };
  return { faceApi: browserBuild ??= await loadBrowserBuild(folder, wasm), folder };
}

// deno-lint-ignore no-explicit-any -- see FaceApi
let browserBuild: any;

/**
 * What the browser build asks for to know that it is in a browser. In Deno it would find Node.js's `process`, and then look for modules of
 * Node.js that its bundle does not have.
 */
const BROWSER = "const process = undefined, document = {}, window = { document };\n";

async function loadBrowserBuild(folder: string, wasm: string) {
  const code = await Deno.readTextFile(join(folder, "dist", "face-api.esm.js"));
  const address = URL.createObjectURL(new Blob([BROWSER, code], { type: "text/javascript" }));
  try {
    const faceApi = await import(address);
    faceApi.tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false); // its threads are classic workers, which Deno does not have
    faceApi.tf.setWasmPaths(pathToFileURL(join(wasm, "dist", "/")).href, true); // by fetch; else by XMLHttpRequest
    const none = class {}; // it asks of every input whether it is one of these
    faceApi.env.setEnv({ Canvas: none, CanvasRenderingContext2D: none, Image: none, ImageData: none, Video: none });
    return faceApi;
  } finally {
    URL.revokeObjectURL(address);
  }
}

/**
 * Gives a network of face-api its weights.
 *
 * @param package_ What {@linkcode loadFaceApi} returned.
 * @param network A network of it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { loadFaceApi, loadWeights } from "./packages.ts";
 * const loaded = await loadFaceApi("wasm");
 * await loaded.faceApi.tf.setBackend("wasm");
 * const network = new loaded.faceApi.FaceLandmark68Net();
 * await loadWeights(loaded, network);
 * assert(network.isLoaded);
 * ```
 */
// deno-lint-ignore no-explicit-any -- see FaceApi
export async function loadWeights({ faceApi, folder }: FaceApi, network: any): Promise<void> {
  const file = (name: string) => join(folder, "model", name);
  const [{ weights, paths }] = JSON.parse(
    await Deno.readTextFile(file(`${network.getDefaultModelName()}-weights_manifest.json`)),
  );
  const bytes = await Deno.readFile(file(paths[0]));
  network.loadFromWeightMap(faceApi.tf.io.decodeWeights(bytes.buffer, weights));
}
