/**
 * Trains for thousands of steps, with reports, checkpoints on disk and evaluations in between, and fails when memory grows:
 * `deno task soak-memory [--steps 5000] [--image-size 32] [--batch 16]`. On a software adapter the GPU's memory is the process's own.
 */
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { openGpu } from "../../gpu/device.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { RunFolder } from "../../run/folder.ts";
import { evaluateRows } from "../../training/evaluation/rows.ts";
import { train } from "../../training/train.ts";
import { inTemporary } from "../support/files.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

/** What is held after a step. */
export interface MemorySample {
  step: number;
  /** Resident set size of the process, in bytes. */
  resident: number;
  /** Buffers alive on the GPU, and their bytes, as the device counts them. */
  buffers: number;
  bytes: number;
}

/** What a soak run found. */
export interface MemoryGrowth {
  /** Bytes a step by which the process grew over the second half of the run: the slope of a straight line through its samples. */
  residentPerStep: number;
  /** Least and most bytes on the GPU over the second half. */
  bytes: [least: number, most: number];
  /** Mean resident set size of the second half. */
  resident: number;
  /** Buffers alive when everything was disposed. */
  buffersLeft: number;
  samples: MemorySample[];
}

/** Most bytes a step that the process may grow: 16 MiB over 2,500 steps. */
export const MOST_PER_STEP = 2 ** 24 / 2500;

/** Trains `steps` steps and measures after every `every` of them, ten where nothing is said. */
export async function measureGrowth(
  options: {
    steps: number;
    imageSize: number;
    batch: number;
    every?: number;
    onSample?: (sample: MemorySample) => void;
  },
): Promise<MemoryGrowth> {
  const { steps, imageSize, batch, every = 10, onSample } = options;
  setFlagsFromString("--expose-gc");
  const collectGarbage: () => void = runInNewContext("gc");
  const gpu = await openGpu();
  const samples: MemorySample[] = [];
  await inTemporary(async (path) => {
    const dataset = await tinyDataset({ imageSize, perFold: 16 });
    using net = await ZeroBiasCnn.create(gpu, { imageSize, classes: dataset.classNames.length, seed: 1 });
    const rows = Uint32Array.from(dataset.labels.keys());
    const folder = new RunFolder(path);
    const onCheckpoint = async ({ bytes }: { bytes: Uint8Array }) => {
      await folder.saveCheckpoint(0, bytes); // one file, written over
      await evaluateRows(net, dataset, rows, "local-mean");
    };
    const rhythm = { logEvery: every, validateEvery: 50, checkpointEvery: 250 };
    for await (const { step } of train(net, dataset, { steps, batch, ...rhythm, onCheckpoint })) {
      collectGarbage(); // what is not collected yet is no growth
      const { buffers, bytes } = gpu.memory;
      const sample = { step, resident: Deno.memoryUsage().rss, buffers, bytes };
      samples.push(sample);
      onSample?.(sample);
    }
  });
  const buffersLeft = gpu.memory.buffers;
  gpu.dispose();
  const half = samples.filter(({ step }) => step > steps / 2);
  const bytes = half.map((sample) => sample.bytes);
  return {
    residentPerStep: slope(half.map(({ step }) => step), half.map(({ resident }) => resident)),
    bytes: [Math.min(...bytes), Math.max(...bytes)],
    resident: mean(half.map(({ resident }) => resident)),
    buffersLeft,
    samples,
  };
}

/** What grew, in words; nothing where nothing did. */
export function whatGrew(growth: MemoryGrowth, mostPerStep = MOST_PER_STEP): string[] {
  const [least, most] = growth.bytes;
  const faults: string[] = [];
  if (!(growth.residentPerStep <= mostPerStep)) {
    faults.push(`the process grew by ${growth.residentPerStep.toFixed(0)} bytes a step, at most ${mostPerStep} may be`);
  }
  if (least !== most) faults.push(`the buffers on the GPU took from ${least} to ${most} bytes`);
  if (growth.buffersLeft !== 0) faults.push(`${growth.buffersLeft} buffers were left when everything was disposed`);
  return faults;
}

/** The slope of the straight line with the least squares. */
export function slope(x: readonly number[], y: readonly number[]): number {
  const [centerX, centerY] = [mean(x), mean(y)];
  const together = x.reduce((sum, value, n) => sum + (value - centerX) * (y[n] - centerY), 0);
  return together / x.reduce((sum, value) => sum + (value - centerX) ** 2, 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      steps: { type: "string", default: "5000" },
      "image-size": { type: "string", default: "32" },
      batch: { type: "string", default: "16" },
    },
  });
  const [steps, imageSize, batch] = [values.steps, values["image-size"], values.batch].map(Number);
  const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  const growth = await measureGrowth({
    steps,
    imageSize,
    batch,
    onSample({ step, resident, buffers, bytes }) {
      if (step % Math.max(10, steps / 100) !== 0) return;
      console.log(`step ${step}: process ${megabytes(resident)} MiB, ${buffers} buffers of ${megabytes(bytes)} MiB`);
    },
  });
  console.log(
    `second half: process ${megabytes(growth.resident)} MiB, ${growth.residentPerStep.toFixed(1)} bytes a step ` +
      `(at most ${MOST_PER_STEP.toFixed(1)}); GPU ${
        growth.bytes.join(" to ")
      } bytes; ${growth.buffersLeft} buffers left`,
  );
  const faults = whatGrew(growth);
  for (const fault of faults) console.error(`error: ${fault}`);
  Deno.exit(faults.length === 0 ? 0 : 1);
}
