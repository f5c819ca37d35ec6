/** What is timed: a network with its training program over images of noise, at the sizes asked for. */
import type { Gpu } from "../../gpu/device.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { trainingSettings } from "../../training/options.ts";
import { TrainingProgram } from "../../training/program.ts";
import { ResidentImages } from "../../training/resident.ts";
import type { BenchOptions } from "../options.ts";

/** Classes of the network: CK+'s eight. */
export const CLASSES = 8;
/** Images on the GPU that the steps draw from. */
const IMAGES = 256;

/** What decides how much work a step is. */
export type Sizes = Pick<BenchOptions, "batch" | "imageSize" | "variant" | "convolution">;

/** Everything that a training run holds. */
export class Workload {
  /** The network. */
  readonly net: ZeroBiasCnn;
  /** Its training step. */
  readonly program: TrainingProgram;
  /** The images' bytes on the GPU, beside what the network and its step take. */
  readonly datasetBytes: number;
  #resident: ResidentImages;

  private constructor(net: ZeroBiasCnn, program: TrainingProgram, resident: ResidentImages, datasetBytes: number) {
    this.net = net;
    this.program = program;
    this.#resident = resident;
    this.datasetBytes = datasetBytes;
  }

  /** Makes it; the GPU may still be busy with that afterwards. */
  static async create(gpu: Gpu, options: Sizes): Promise<Workload> {
    const { imageSize, convolution, batch, variant } = options;
    const net = await ZeroBiasCnn.create(gpu, { imageSize, convolution, classes: CLASSES, seed: 1, initialScale: 1 });
    const before = gpu.memory.bytes;
    const labels = Int32Array.from({ length: IMAGES }, (_, n) => n % CLASSES);
    const rows = Uint32Array.from(labels, (_, n) => n);
    const resident = new ResidentImages(gpu, { imageSize, images: noise(IMAGES * imageSize ** 2), labels }, rows);
    const datasetBytes = gpu.memory.bytes - before;
    const data = { resident, train: rows, validation: new Uint32Array() };
    const program = new TrainingProgram(net, data, trainingSettings({ batch, variant }, 1), 1);
    return new Workload(net, program, resident, datasetBytes);
  }

  /** Gives all GPU memory back. */
  dispose(): void {
    this.program.dispose();
    this.#resident.dispose();
    this.net.dispose();
  }

  /** So that `using` ends it with its block. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Bytes without a pattern, the same every time. */
export function noise(length: number): Uint8Array<ArrayBuffer> {
  let state = 1;
  return new Uint8Array(length).map(() => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 24;
  });
}
