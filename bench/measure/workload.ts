/** What is timed: a network with its training program over images of noise, at the sizes asked for. */
import type { Call, Gpu } from "../../gpu/device.ts";
import { forwardCalls } from "../../network/layers.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { type TrainingSettings, trainingSettings } from "../../training/options.ts";
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
  /** The batch, and what a step does. */
  readonly settings: TrainingSettings;
  /** The images' bytes on the GPU, beside what the network and its step take. */
  readonly datasetBytes: number;
  #resident: ResidentImages;
  #forward: Call[][] | undefined;

  private constructor(
    net: ZeroBiasCnn,
    program: TrainingProgram,
    settings: TrainingSettings,
    resident: ResidentImages,
    datasetBytes: number,
  ) {
    this.net = net;
    this.program = program;
    this.settings = settings;
    this.#resident = resident;
    this.datasetBytes = datasetBytes;
  }

  /** Makes it; the GPU may still be busy with that afterwards. Where it throws, as at sizes that the adapter does not bind, nothing stays. */
  static async create(gpu: Gpu, options: Sizes): Promise<Workload> {
    const { imageSize, convolution, batch, variant } = options;
    const net = await ZeroBiasCnn.create(gpu, { imageSize, convolution, classes: CLASSES, seed: 1, initialScale: 1 });
    try {
      return gpu.allOrNothing(() => {
        const before = gpu.memory.bytes;
        const labels = Int32Array.from({ length: IMAGES }, (_, n) => n % CLASSES);
        const rows = Uint32Array.from(labels, (_, n) => n);
        const resident = new ResidentImages(gpu, { imageSize, images: noise(IMAGES * imageSize ** 2), labels }, rows);
        const datasetBytes = gpu.memory.bytes - before;
        const data = { resident, train: rows, validation: new Uint32Array() };
        const settings = trainingSettings({ batch, variant }, 1);
        return new Workload(net, new TrainingProgram(net, data, settings, 1), settings, resident, datasetBytes);
      });
    } catch (error) {
      net.dispose();
      throw error;
    }
  }

  /** Queues a training step. */
  step(): void {
    this.program.step();
  }

  /** Queues a forward pass of as many images, without dropout, in parts where they do not fit at once. */
  forward(): void {
    const { gpu, sizes, weights } = this.net;
    const { batch } = this.settings;
    const a = this.net.activations(batch);
    this.#forward ??= Array.from({ length: Math.ceil(batch / a.capacity) }, (_, part) => {
      return forwardCalls(gpu, sizes, weights, a, Math.min(a.capacity, batch - part * a.capacity));
    });
    for (const part of this.#forward) gpu.run(part);
  }

  /** Gives all GPU memory back. */
  dispose(): void {
    for (const part of this.#forward ?? []) this.net.gpu.release(part);
    this.program.dispose();
    this.#resident.dispose();
    this.net.dispose();
  }

  /** So that `using` ends it with its block. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Bytes without a pattern, the same every time; others from another `state`, which is not 0. */
export function noise(length: number, state = 1): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length).map(() => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 24;
  });
}
