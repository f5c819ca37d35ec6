/** What training makes on the GPU beside the network, all of it before the first step; and, where it does not fit, the batch that would. */
import type { Dataset } from "../datasets/dataset.ts";
import type { Split } from "../datasets/split.ts";
import { GpuOutOfMemoryError } from "../gpu/errors.ts";
import { planningGpu } from "../gpu/planning.ts";
import { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
import type { TrainingSettings } from "./options.ts";
import { TrainingProgram } from "./program.ts";
import { ResidentImages } from "./resident.ts";

/** The images of a split on the GPU, and the steps of a run over them. */
export interface PreparedTraining {
  program: TrainingProgram;
  /** Gives everything back but the network. */
  [Symbol.dispose](): void;
}

/** What is trained, and how. */
interface Training {
  dataset: Dataset;
  parts: Split;
  settings: TrainingSettings;
  /** Steps whose losses are kept. */
  slots: number;
}

/**
 * Puts the images on the network's device and prepares the steps. Nothing else is made there later.
 *
 * @param queue the operation that this belongs to: see `Gpu.operation`
 * @throws {GpuOutOfMemoryError} where there is no memory for it, naming the largest batch that fits into what there is.
 */
export async function prepareTraining(
  net: ZeroBiasCnn,
  training: Training,
  queue: <T>(queue: () => T) => T,
): Promise<PreparedTraining> {
  const { gpu } = net;
  await queue(() => gpu.settled());
  const before = gpu.memory.bytes;
  const prepared = queue(() => gpu.allOrNothing(() => prepare(net, training)));
  try {
    await queue(() => gpu.settled());
    return prepared;
  } catch (error) {
    prepared[Symbol.dispose]();
    if (!(error instanceof GpuOutOfMemoryError) || error.inUse === undefined) throw error;
    const batch = await largestBatch(net, training, error.inUse - before);
    const advice = batch === undefined
      ? "Not even a batch of 1 fits into the memory that there is: use smaller images."
      : `The largest batch that fits is ${batch}.`;
    throw new GpuOutOfMemoryError(`${error.message}\n${advice}`, error.inUse, batch ?? 0);
  }
}

function prepare(net: ZeroBiasCnn, { dataset, parts, settings, slots }: Training): PreparedTraining {
  const rows = new Uint32Array(parts.train.length + parts.validation.length);
  rows.set(parts.train);
  rows.set(parts.validation, parts.train.length);
  const resident = new ResidentImages(net.gpu, dataset, rows);
  const data = {
    resident,
    train: Uint32Array.from(parts.train, (_, n) => n),
    validation: Uint32Array.from(parts.validation, (_, n) => parts.train.length + n),
  };
  const program = new TrainingProgram(net, data, settings, slots);
  net.updateCalls();
  return {
    program,
    [Symbol.dispose]() {
      program.dispose();
      resident.dispose();
    },
  };
}

/** The largest batch whose training takes at most `bytes` beside the network, found by building it on paper; undefined where none does. */
async function largestBatch(net: ZeroBiasCnn, training: Training, bytes: number): Promise<number | undefined> {
  using gpu = planningGpu(net.gpu);
  const { imageSize, classes, initialScale, sizes: { convolution } } = net;
  using plan = await ZeroBiasCnn.create(gpu, { imageSize, classes, initialScale, convolution });
  const before = gpu.memory.bytes;
  const fits = (batch: number) => {
    using _ = prepare(plan, { ...training, settings: { ...training.settings, batch } });
    return gpu.memory.bytes - before <= bytes;
  };
  let [most, tooMany] = [0, training.settings.batch];
  while (tooMany - most > 1) {
    const batch = Math.floor((most + tooMany) / 2);
    if (fits(batch)) most = batch;
    else tooMany = batch;
  }
  return most === 0 ? undefined : most;
}
