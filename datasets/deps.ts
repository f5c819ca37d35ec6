/**
 * The npm packages that `datasets` uses, pinned: the only place in this folder where npm is named.
 * Nothing here is reachable from the package's main entry, which has no npm package in its graph.
 */

import { fileURLToPath } from "node:url";

/** Decodes, resizes and composes images, and rasterises SVG. */
export { default as sharp } from "npm:sharp@0.35.5";

// The names below are put together at run time: Deno downloads every package that a literal import names, called or not,
// and TensorFlow.js takes 300 MB. The lock file covers them all the same.
const named = (specifier: string) => `npm:${specifier}`;

const FACE_API = { name: "@vladmandic/face-api", version: "1.7.15" };

/** Name and version of what finds faces, for `meta.json`. */
export const FACE_DETECTOR = `${FACE_API.name} ${FACE_API.version}`;

/** What TensorFlow.js computes with. */
export type FaceBackend = "wasm" | "webgpu";

/** What finds faces: the package, with its tensors' library in it, and the folder of its weights. No backend is chosen yet. */
// deno-lint-ignore no-explicit-any -- the packages' own types do not resolve without a bundler
export async function loadFaceApi(backend: FaceBackend): Promise<{ faceApi: any; models: string }> {
  // face-api requires the two others by name, so they have to be there before it.
  await import(named("@tensorflow/tfjs@4.22.0"));
  const wasm = await import(named("@tensorflow/tfjs-backend-wasm@4.22.0"));
  if (backend === "webgpu") await import(named("@tensorflow/tfjs-backend-webgpu@4.22.0"));
  const faceApi = await import(named(`${FACE_API.name}@${FACE_API.version}/dist/face-api.node-wasm.js`));
  const folder = (file: string) => fileURLToPath(new URL(".", import.meta.resolve(named(file))));
  wasm.setWasmPaths(folder("@tensorflow/tfjs-backend-wasm@4.22.0/dist/tfjs-backend-wasm.wasm"));
  return { faceApi, models: folder(`${FACE_API.name}@${FACE_API.version}/model/tiny_face_detector_model.bin`) };
}

/**
 * The folders of the packages whose files a browser needs to find faces: face-api (its browser build has TensorFlow.js in it) and TensorFlow.js's
 * WebAssembly. They are downloaded where they are missing; nothing of them runs here.
 */
export async function faceApiFiles(): Promise<{ faceApi: string; wasm: string }> {
  const folder = async (name: string) => {
    const description = named(`${name}/package.json`);
    await import(description, { with: { type: "json" } });
    return fileURLToPath(new URL(".", import.meta.resolve(description)));
  };
  return {
    faceApi: await folder(`${FACE_API.name}@${FACE_API.version}`),
    wasm: await folder("@tensorflow/tfjs-backend-wasm@4.22.0"),
  };
}
