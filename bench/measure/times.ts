/** How long a training step and a forward pass take as wholes, and how much of the step the CPU spends on queueing it. */
import process from "node:process";
import type { Gpu } from "../../gpu/device.ts";
import { forwardCalls } from "../../network/layers.ts";
import type { Workload } from "./workload.ts";

/** Milliseconds of repeated measurements. */
export interface Times {
  median: number;
  least: number;
  most: number;
}

/** Milliseconds of all the processor's threads that this process has used so far: they repeat where other programs disturb the clock. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The times of a workload. */
export interface WholeTimes {
  /** A training step: sampling, augmentation, normalization, forward, backward, update. */
  step: Times;
  /** The processor's time for it, over all threads: on a software adapter that is the step itself. */
  processor: Times;
  /** What the program needs to queue it: the rest is the adapter's. */
  queue: Times;
  /** A forward pass of the same number of images. */
  forward: Times;
}

/** Median and range. */
export function summary(values: readonly number[]): Times {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: sorted[Math.floor((sorted.length - 1) / 2)], least: sorted[0], most: sorted.at(-1)! };
}

/** Times steps and forward passes in turn, after one of each that compiles its kernels. */
export async function wholeTimes(gpu: Gpu, { net, program }: Workload, batch: number, rounds: number) {
  const a = net.activations(batch);
  const parts = Array.from({ length: Math.ceil(batch / a.capacity) }, (_, part) => {
    return forwardCalls(gpu, net.sizes, net.weights, a, Math.min(a.capacity, batch - part * a.capacity));
  });
  const times: Record<keyof WholeTimes, number[]> = { step: [], processor: [], queue: [], forward: [] };
  for (let round = 0; round <= rounds; round++) {
    await gpu.settled();
    const used = processorTime();
    const start = performance.now();
    program.step();
    const queued = performance.now();
    await gpu.settled();
    const stepped = performance.now();
    const processor = processorTime() - used;
    for (const part of parts) gpu.run(part);
    await gpu.settled();
    if (round === 0) continue;
    times.processor.push(processor);
    times.queue.push(queued - start);
    times.step.push(stepped - start);
    times.forward.push(performance.now() - stepped);
  }
  for (const part of parts) gpu.release(part);
  const { step, processor, queue, forward } = times;
  return { step: summary(step), processor: summary(processor), queue: summary(queue), forward: summary(forward) };
}
