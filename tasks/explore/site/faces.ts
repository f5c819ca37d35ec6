/** What finds faces in a browser: face-api's own build with TensorFlow.js in it, its weights, and TensorFlow.js's WebAssembly. */
import { join } from "node:path";
import { faceApiFolders } from "../../../datasets/deps.ts";
import type { SiteFile } from "./file.ts";

/** The weights of the networks that are asked: two detectors, and the landmarks. */
const NETWORKS = ["tiny_face_detector", "ssd_mobilenetv1", "face_landmark_68"];
const WASM = ["tfjs-backend-wasm-simd.wasm", "tfjs-backend-wasm.wasm"];

/** The files, under `faces/`; they are read from the packages' cache when they are asked for. */
export async function faceFiles(): Promise<[string, SiteFile][]> {
  const { faceApi, wasm } = await faceApiFolders();
  const file = (folder: string, name: string, type: string): [string, SiteFile] => [
    `faces/${name}`,
    { type, read: () => Deno.readFile(join(folder, name)) },
  ];
  return [
    file(join(faceApi, "dist"), "face-api.esm.js", "text/javascript; charset=utf-8"),
    ...NETWORKS.flatMap((network) => [
      file(join(faceApi, "model"), `${network}_model-weights_manifest.json`, "application/json; charset=utf-8"),
      file(join(faceApi, "model"), `${network}_model.bin`, "application/octet-stream"),
    ]),
    ...WASM.map((name) => file(join(wasm, "dist"), name, "application/wasm")),
  ];
}
