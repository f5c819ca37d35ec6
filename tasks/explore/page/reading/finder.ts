/** Finds faces in the browser as `prepare` and `predict` find them: the same networks, in the same order, on the CPU. */
import { makeNetworks, type Networks, type View } from "../../../../datasets/faces/face_api.ts";
import { type Face, lookForFace, lookForFaces } from "../../../../datasets/faces/look.ts";
import type { Rgba } from "./crop.ts";

/** The picture's longer side while networks look at it. */
export const LONGEST_SIDE = 1024;

/**
 * How often the program did not load, or did not start. Browsers remember the first of its address, and TensorFlow.js the second of itself: the
 * next try needs another address.
 */
let failures = 0;

/** Networks, and what makes a picture theirs. */
export class Finder {
  // deno-lint-ignore no-explicit-any -- TensorFlow.js
  #tf: any;
  #networks: Networks;

  // deno-lint-ignore no-explicit-any -- TensorFlow.js
  private constructor(tf: any, networks: Networks) {
    this.#tf = tf;
    this.#networks = networks;
  }

  /** Loads what finds faces from `folder` beside the page; weights come when they are first needed. */
  static async open(folder: string): Promise<Finder> {
    const program = new URL(`face-api.esm.js${failures > 0 ? `?again=${failures}` : ""}`, folder);
    try {
      const faceApi = await import(program.href);
      const { tf } = faceApi;
      tf.setWasmPaths(folder);
      // Where the page is isolated from others (COOP and COEP), TensorFlow.js would load the program with threads, whose workers the policy forbids.
      tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
      if (!await tf.setBackend("wasm")) throw new Error("WebAssembly did not start");
      await tf.ready();
      return new Finder(tf, makeNetworks(faceApi, (network) => network.loadFromUri(folder)));
    } catch (error) {
      failures++;
      throw error;
    }
  }

  /**
   * Every face in a picture, from left to right; or, where it is one of many frames, the one in the middle, with the fast network alone.
   *
   * @param image The picture, its longer side at most `LONGEST_SIDE`.
   * @param scale How many pixels of the whole picture one of these is: landmarks are in the whole picture's.
   */
  async find({ data, width, height }: Rgba, scale: number, frame: boolean): Promise<Face[]> {
    const rgb = new Int32Array(3 * width * height);
    for (let from = 0, to = 0; from < data.length; from += 4) {
      rgb[to++] = data[from];
      rgb[to++] = data[from + 1];
      rgb[to++] = data[from + 2];
    }
    const view: View = { tensor: this.#tf.tensor3d(rgb, [height, width, 3], "int32"), scale };
    const whole = { width: width * scale, height: height * scale };
    try {
      if (!frame) return await lookForFaces(this.#networks, view, whole);
      const face = await lookForFace(this.#networks, view, whole, ["tiny"]);
      return face ? [face] : [];
    } finally {
      view.tensor.dispose();
    }
  }
}
