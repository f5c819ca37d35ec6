/**
 * The npm packages that `datasets` uses, pinned: the only place in this folder where npm is named.
 * Nothing here is reachable from the package's main entry, which has no npm package in its graph.
 */

import { fileURLToPath } from "node:url";

/** Decodes, resizes and composes images, and rasterises SVG. */
export { default as sharp } from "npm:sharp@0.35.5";

// The names below are put together at run time: Deno downloads every package that a literal import names, called or not.
// The lock file covers them all the same.
const named = (specifier: string) => `npm:${specifier}`;

const FACE_API = { name: "@vladmandic/face-api", version: "1.7.15" };

/** Name and version of what finds faces, for `meta.json`. */
export const FACE_DETECTOR = `${FACE_API.name} ${FACE_API.version}`;

/** What TensorFlow.js computes with. */
export type FaceBackend = "wasm" | "webgpu";

/**
 * Where the packages that find faces are on this machine: face-api (its browser build has TensorFlow.js in it) and TensorFlow.js's WebAssembly.
 * They are downloaded where they are missing; nothing of them runs here.
 */
export async function faceApiFolders(): Promise<{ faceApi: string; wasm: string }> {
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

/**
 * face-api for Node.js with TensorFlow.js's WebGPU backend. Its browser build has no such backend, and this one needs all packages of
 * TensorFlow.js, 250 MB.
 */
// deno-lint-ignore no-explicit-any -- the packages' own types do not resolve without a bundler
export async function loadFaceApiForWebGpu(): Promise<any> {
  // TensorFlow.js requires this one without declaring it, and finds it only where it has been downloaded.
  await import(named("long@5.3.2"));
  // face-api requires the two others by name, so they have to be there before it.
  await import(named("@tensorflow/tfjs@4.22.0"));
  await import(named("@tensorflow/tfjs-backend-wasm@4.22.0"));
  await import(named("@tensorflow/tfjs-backend-webgpu@4.22.0"));
  return await import(named(`${FACE_API.name}@${FACE_API.version}/dist/face-api.node-wasm.js`));
}
