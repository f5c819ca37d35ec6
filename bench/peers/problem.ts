/** What all peers are given: the same images, labels and weights, as files of plain numbers, and the answers to expect. */
import { join } from "node:path";
import { type ParameterName, type Parameters, parameterShapes } from "../../network/parameters.ts";
import type { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { dropoutRate } from "../../training/options.ts";
import { CLASSES, noise, type Workload } from "../measure/workload.ts";
import type { Checkable } from "./peer.ts";

/** Winograd's rounding turns a few decisions of pools and ReLUs near a tie, which moves gradients by up to a percent or two of their norm. */
const TOLERANCE = { loss: 1e-3, norm: 5e-2 };

/** The problem as `problem.json` in its folder has it; the arrays stand beside it as little-endian float32 and int32. */
export interface Problem {
  batch: number;
  imageSize: number;
  classes: number;
  threads: number;
  /** Shapes of the parameters: `<name>.f32`. Images are `images.f32`, labels `labels.i32`. */
  shapes: Record<string, number[]>;
  /** What a step does: momentum SGD, with `dropout` as the share of fc4's inputs that is dropped, 0 for none. */
  learningRate: number;
  momentum: number;
  weightDecay: number;
  dropout: number;
}

/** Images and labels, and the network that answers for them: compared with float64 before. */
export class Exercise {
  #images: Float32Array<ArrayBuffer>;
  #labels: Int32Array<ArrayBuffer>;
  #net: ZeroBiasCnn;
  #settings: Workload["settings"];
  #weights: Parameters | undefined;

  /** Draws them. */
  constructor({ net, settings }: Pick<Workload, "net" | "settings">) {
    const { batch } = settings;
    this.#net = net;
    this.#settings = settings;
    this.#images = Float32Array.from(noise(batch * net.imageSize ** 2), (byte) => byte / 127.5 - 1);
    this.#labels = Int32Array.from({ length: batch }, (_, n) => n % CLASSES);
  }

  /** Writes everything that a peer needs. */
  async write(folder: string): Promise<void> {
    const write = (name: string, data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>) =>
      Deno.writeFile(join(folder, name), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    await write("images.f32", this.#images);
    await write("labels.i32", this.#labels);
    this.#weights = await this.#net.parameters();
    for (const [name, values] of Object.entries(this.#weights)) {
      await write(`${name}.f32`, Float32Array.from(values));
    }
    const { imageSize, classes } = this.#net;
    const { learningRate, momentum, weightDecay, variant } = this.#settings;
    const problem: Problem = {
      batch: this.#labels.length,
      imageSize,
      classes,
      threads: navigator.hardwareConcurrency,
      shapes: parameterShapes(classes),
      ...{ learningRate, momentum, weightDecay, dropout: dropoutRate(variant) },
    };
    await Deno.writeTextFile(join(folder, "problem.json"), JSON.stringify(problem));
  }

  /** What is wrong with a peer's answer about the first images; nothing where it is right. */
  async fault(answer: Checkable, images: number): Promise<string | undefined> {
    await this.#net.setParameters(this.#weights ?? {}); // steps in between have moved them
    const pixels = this.#images.subarray(0, images * this.#net.imageSize ** 2);
    const { loss, gradients } = await this.#net.lossAndGradients(pixels, this.#labels.subarray(0, images));
    if (!(Math.abs(answer.loss - loss) <= TOLERANCE.loss * loss)) return `its loss is ${answer.loss}, not ${loss}`;
    for (const name of Object.keys(gradients) as ParameterName[]) {
      const norm = Math.sqrt(gradients[name].reduce((sum, value) => sum + value * value, 0));
      if (!(Math.abs(answer.norms[name] - norm) <= TOLERANCE.norm * norm)) {
        return `the norm of its gradient by ${name} is ${answer.norms[name]}, not ${norm}`;
      }
    }
  }
}
