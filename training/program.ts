/**
 * One training step as calls made once and submitted again and again: sample, augment, normalize, forward, loss, backward, update. A batch that
 * does not fit through the network at once goes in parts whose gradients add up. The CPU sends a step number.
 */
import type { GpuBuffer } from "../gpu/buffer.ts";
import { withParameterFrom } from "../gpu/call.ts";
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

/** What draws a batch, its parts in their order, and what ends it. */
interface Calls {
  draw: readonly Call[];
  parts: readonly BatchPart[];
  /** The mean loss, and what follows from it: never cut apart, so that a step is done or not. */
  end: readonly Call[];
}

/** The calls of one part of a batch, or of several that are alike, which stand at these places of a buffer. */
interface BatchPart {
  calls: readonly Call[];
  places?: { buffer: GpuBuffer; first: number; count: number };
}

/** Calls in their order, those that belong together in one group. */
function* groups({ draw, parts, end }: Calls): Generator<readonly Call[]> {
  for (const call of draw) yield [call];
  for (const { calls, places } of parts) {
    if (!places) { for (const call of calls) yield [call]; }
    else {
      for (let place = places.first; place < places.first + places.count; place++) {
        for (const call of calls) yield [withParameterFrom(call, "first_sample", places.buffer, place)];
      }
    }
  }
  yield end;
}

/** All calls that were prepared: those of parts that are alike once. */
function prepared({ draw, parts, end }: Calls): Call[] {
  return [...draw, ...parts.flatMap(({ calls }) => calls), ...end];
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
  #step: Calls;
  #validate: Calls | undefined;
  /** The network's own calls, which outlive the program. */
  #update: readonly Call[];
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
    const { clock, status } = net;
    const sizes = { samples: batch, slots };
    const mean = meanIntoRing(gpu, { clock, result: shared.result, ring: this.ring, status }, sizes);
    this.#update = net.updateCalls();
    const trainRows = keep(gpu.upload("training rows", data.train));
    this.#step = {
      draw: this.#draw(shared, data.resident, trainRows, data.train.length, Purpose.trainBatch),
      parts: this.#parts(shared, data.resident, true, keep),
      end: [...named("loss", mean), ...this.#update],
    };
    if (data.validation.length > 0) {
      const rows = keep(gpu.upload("validation rows", data.validation));
      // A validation loss is only reported: what it says of the weights, the next training loss says too.
      const status = keep(gpu.createBuffer("validation status", 4));
      this.#validate = {
        draw: this.#draw(shared, data.resident, rows, data.validation.length, Purpose.validationBatch),
        parts: this.#parts(shared, data.resident, false, keep),
        end: meanIntoRing(
          gpu,
          { clock, result: shared.result, ring: this.validationRing, status },
          { samples: batch, slots: 1 },
        ),
      };
    }
    gpu.write(net.settings, new Float32Array([settings.learningRate, settings.momentum, settings.weightDecay]));
  }

  /** The calls of one training step, the update at their end: for a profile. */
  get calls(): readonly Call[] {
    return [...this.training()].flat();
  }

  /** How many those are. */
  get size(): number {
    const { draw, parts, end } = this.#step;
    return parts.reduce(
      (sum, { calls, places }) => sum + calls.length * (places?.count ?? 1),
      draw.length + end.length,
    );
  }

  /** The calls of one training step in their order, those that belong together in one group; `net.step` is for the caller to count. */
  training(): Iterable<readonly Call[]> {
    return groups(this.#step);
  }

  /** Those of the evaluation of one random validation batch, dropout and augmentation off; none where there are no validation images. */
  validation(): Iterable<readonly Call[]> {
    return this.#validate ? groups(this.#validate) : [];
  }

  /** Whether there are validation images. */
  get validates(): boolean {
    return this.#validate !== undefined;
  }

  /** Queues the number of updates done, which the calls draw from. */
  setClock(): void {
    this.#gpu.write(this.#net.clock, new Uint32Array([this.#net.step]));
  }

  /** Queues one training step as one submit, however long it takes. */
  step(): void {
    this.setClock();
    this.#gpu.run(this.calls);
    this.#net.step++;
  }

  /** Gives everything back but the network and the images. */
  dispose(): void {
    const own = [this.#step, ...(this.#validate ? [this.#validate] : [])].flatMap(prepared);
    this.#gpu.release(own.filter((call) => !this.#update.includes(call)));
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

  /** Prepares the parts of a batch. Whole parts behind the first one are the same calls: their place comes from a buffer. */
  #parts(
    shared: { index: GpuBuffer; labels: GpuBuffer; result: GpuBuffer; preprocessor: Preprocessor },
    resident: ResidentImages,
    learning: boolean,
    keep: (buffer: GpuBuffer) => GpuBuffer,
  ): BatchPart[] {
    const { batch } = this.#settings;
    const { capacity } = this.#activations;
    const part = (firstSample: number, samples: number) => this.#part(shared, resident, learning, firstSample, samples);
    const whole = Math.floor(batch / capacity), rest = batch % capacity;
    const parts: BatchPart[] = [];
    if (whole > 0) parts.push({ calls: part(0, capacity) });
    if (whole === 2) parts.push({ calls: part(capacity, capacity) });
    if (whole > 2) {
      const buffer = keep(
        this.#gpu.upload("first samples", Uint32Array.from({ length: whole }, (_, n) => n * capacity)),
      );
      parts.push({ calls: part(capacity, capacity), places: { buffer, first: 1, count: whole - 1 } });
    }
    if (rest > 0) parts.push({ calls: part(whole * capacity, rest) });
    return parts;
  }

  #part(
    shared: { index: GpuBuffer; labels: GpuBuffer; result: GpuBuffer; preprocessor: Preprocessor },
    resident: ResidentImages,
    learning: boolean,
    firstSample: number,
    samples: number,
  ): Call[] {
    const { sizes, weights, gradients, clock } = this.#net;
    const { batch, seed, variant, normalization } = this.#settings;
    const gpu = this.#gpu, a = this.#activations;
    const rate = learning ? dropoutRate(variant) : 0;
    const augment = learning && augments(variant) ? { seed, clock } : undefined;
    const drop = rate > 0 ? { rate, seed, clock, firstSample } : undefined;
    const place = { index: shared.index, samples, firstSample };
    const of = { labels: shared.labels, result: shared.result, size: batch, firstSample };
    return [
      ...shared.preprocessor.calls(resident, place, a.images, { normalization, augment }),
      ...forwardCalls(gpu, sizes, weights, a, samples, drop),
      ...lossCalls(gpu, sizes, a, samples, of),
      ...(learning
        ? backwardCalls(gpu, sizes, weights, gradients, a, samples, { accumulate: firstSample > 0, drop })
        : []),
    ];
  }
}
