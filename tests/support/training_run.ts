/** A network and a run of the trainer on it, as tests want them: small, by one method of convolution, with all that it hands out. */
import type { Dataset } from "../../datasets/dataset.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { ConvolutionMethod } from "../../kernels/convolution/mod.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import type { TrainOptions } from "../../training/options.ts";
import { train, type TrainRecord } from "../../training/train.ts";

/** A network of a dataset's sizes; where many images go through it at once, "auto" takes half the time of "direct". */
export const network = (gpu: Gpu, dataset: Dataset, seed = 3, convolution: ConvolutionMethod = "direct") =>
  ZeroBiasCnn.create(gpu, {
    imageSize: dataset.imageSize,
    classes: dataset.classNames.length,
    seed,
    initialScale: 1,
    convolution,
  });

/** Runs the trainer to its end: its records, and its checkpoints by step. */
export async function run(net: ZeroBiasCnn, dataset: Dataset, options: TrainOptions) {
  const checkpoints = new Map<number, Uint8Array>();
  const records: TrainRecord[] = [];
  const onCheckpoint = ({ step, bytes }: { step: number; bytes: Uint8Array }) => void checkpoints.set(step, bytes);
  for await (const record of train(net, dataset, { batch: 2, onCheckpoint, ...options })) records.push(record);
  return { records, checkpoints, last: [...checkpoints.values()].at(-1)! };
}

/** The same with a network of its own. */
export async function runFresh(gpu: Gpu, dataset: Dataset, options: TrainOptions, seed?: number) {
  using net = await network(gpu, dataset, seed);
  return await run(net, dataset, options);
}
