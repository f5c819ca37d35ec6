/**
 * One training step as a list of calls made once and submitted again and again: sample, augment, normalise, forward, loss, backward,
 * update. A batch that does not fit through the network at once goes in parts whose gradients add up. The CPU sends a step number.
 */
import type { GpuBuffer } from "../gpu/buffer.ts";
import type { Call, Gpu } from "../gpu/device.ts";
import { named } from "../gpu/parts.ts";
import { meanIntoRing } from "../kernels/loss/mod.ts";
import { Purpose } from "../kernels/random/mod.ts";
import { sampleBatch } from "../kernels/sampling/mod.ts";
import { Activations, backwardCalls, forwardCalls, largestPart, lossCalls } from "../network/layers.ts";
import type { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
import { augments, dropoutRate, type TrainingSettings } from "./options.ts";
import { Preprocessor } from "./preprocess.ts";
import type { ResidentImages } from "./resident.ts";

/** What a program trains on: images on the GPU, and which of them may be drawn. */
export interface ProgramData {
  resident: ResidentImages;
  /** u32: numbers of the training images. */
  train: Uint32Array;
  /** u32: numbers of the validation images; may be empty. */
  validation: Uint32Array;
}

/** The prepared calls of a run and the buffers that they use. */
export class TrainingProgram {
  /** Mean loss and accuracy of the last `slots` training steps. */
  readonly ring: GpuBuffer;
  /** The same of the last validation batch. */
  readonly validationRing: GpuBuffer;
  /** Steps that the ring holds. */
  readonly slots: number;
  #gpu: Gpu;
  #net: ZeroBiasCnn;
  #settings: TrainingSettings;
  #step: Call[] = [];
  /** The step's calls, and the network's own that update it. */
  #whole: readonly Call[];
  #validate: Call[] = [];
  #activations: Activations;
  #buffers: { dispose(): void }[] = [];

  /** Prepares everything. */
  constructor(net: ZeroBiasCnn, data: ProgramData, settings: TrainingSettings, slots: number) {
    const gpu = this.#gpu = net.gpu;
    this.#net = net;
    this.#settings = settings;
    this.slots = slots;
    const { batch } = settings;
    const keep = <T extends { dispose(): void }>(buffer: T): T => {
      this.#buffers.push(buffer);
      return buffer;
    };
    // Its own, so that predictions in between may use the network's.
    this.#activations = keep(new Activations(gpu, net.sizes, Math.min(batch, largestPart(gpu, net.imageSize))));
    this.ring = keep(gpu.createBuffer("loss ring", 8 * slots));
    this.validationRing = keep(gpu.createBuffer("validation ring", 8));
    const shared = {
      index: keep(gpu.createBuffer("batch index", 4 * batch)),
      labels: keep(gpu.createBuffer("batch labels", 4 * batch)),
      result: keep(gpu.createBuffer("batch result", 8 * batch)),
      preprocessor: keep(new Preprocessor(gpu, net.imageSize, this.#activations.capacity)),
    };
    this.#step = [
      ...this.#draw(
        shared,
        data.resident,
        keep(gpu.upload("training rows", data.train)),
        data.train.length,
        Purpose.trainBatch,
      ),
      ...this.#parts(shared, data.resident, true),
      ...named(
        "loss",
        meanIntoRing(
          gpu,
          { clock: net.clock, result: shared.result, ring: this.ring, status: net.status },
          { samples: batch, slots },
        ),
      ),
    ];
    this.#whole = [...this.#step, ...net.updateCalls()];
    if (data.validation.length > 0) {
      const rows = keep(gpu.upload("validation rows", data.validation));
      // A validation loss is only reported: what it says of the weights, the next training loss says too.
      const status = keep(gpu.createBuffer("validation status", 4));
      this.#validate = [
        ...this.#draw(shared, data.resident, rows, data.validation.length, Purpose.validationBatch),
        ...this.#parts(shared, data.resident, false),
        ...meanIntoRing(
          gpu,
          { clock: net.clock, result: shared.result, ring: this.validationRing, status },
          { samples: batch, slots: 1 },
        ),
      ];
    }
    gpu.write(net.settings, new Float32Array([settings.learningRate, settings.momentum, settings.weightDecay]));
  }

  /** The calls of one training step, the update at their end: for a profile. */
  get calls(): readonly Call[] {
    return this.#whole;
  }

  /** Whether there are validation images. */
  get validates(): boolean {
    return this.#validate.length > 0;
  }

  /** Queues one training step. */
  step(): void {
    this.#gpu.write(this.#net.clock, new Uint32Array([this.#net.step]));
    this.#gpu.run(this.#whole);
    this.#net.step++;
  }

  /** Queues the evaluation of one random validation batch, dropout and augmentation off. */
  validate(): void {
    this.#gpu.write(this.#net.clock, new Uint32Array([this.#net.step]));
    this.#gpu.run(this.#validate);
  }

  /** Gives everything back but the network and the images. */
  dispose(): void {
    this.#gpu.release(this.#step);
    this.#gpu.release(this.#validate);
    for (const buffer of this.#buffers) buffer.dispose();
  }

  #draw(
    { index, labels }: { index: GpuBuffer; labels: GpuBuffer },
    resident: ResidentImages,
    rows: GpuBuffer,
    count: number,
    purpose: number,
  ): Call[] {
    const { seed, batch } = this.#settings;
    const buffers = { clock: this.#net.clock, rows, all_labels: resident.labels, index, labels };
    return named("sampling", sampleBatch(this.#gpu, buffers, { seed, purpose, batch, count }));
  }

  #parts(
    shared: { index: GpuBuffer; labels: GpuBuffer; result: GpuBuffer; preprocessor: Preprocessor },
    resident: ResidentImages,
    learning: boolean,
  ): Call[] {
    const { sizes, weights, gradients, clock } = this.#net;
    const { batch, seed, variant, normalization } = this.#settings;
    const gpu = this.#gpu;
    const a = this.#activations;
    const rate = learning ? dropoutRate(variant) : 0;
    const augment = learning && augments(variant) ? { seed, clock } : undefined;
    const calls: Call[] = [];
    for (let firstSample = 0; firstSample < batch; firstSample += a.capacity) {
      const samples = Math.min(a.capacity, batch - firstSample);
      const drop = rate > 0 ? { rate, seed, clock, firstSample } : undefined;
      const part = { index: shared.index, samples, firstSample };
      calls.push(
        ...shared.preprocessor.calls(resident, part, a.images, { normalization, augment }),
        ...forwardCalls(gpu, sizes, weights, a, samples, drop),
        ...lossCalls(gpu, sizes, a, samples, {
          labels: shared.labels,
          result: shared.result,
          size: batch,
          firstSample,
        }),
      );
      if (learning) {
        calls.push(
          ...backwardCalls(gpu, sizes, weights, gradients, a, samples, { accumulate: firstSample > 0, drop }),
        );
      }
    }
    return calls;
  }
}
