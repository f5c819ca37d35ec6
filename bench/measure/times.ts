/** How long a training step and a forward pass take as wholes, and how much of the step the CPU spends on queueing it. */
import { repetitions, take, type Taken } from "./repeat.ts";
import type { Workload } from "./workload.ts";

/** Milliseconds of repeated measurements. */
export interface Times {
  median: number;
  least: number;
  most: number;
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

/** Median (of an even number the mean of the two in the middle) and range. */
export function summary(values: readonly number[]): Times {
  const sorted = values.toSorted((a, b) => a - b);
  const [below, above] = [sorted.length - 1, sorted.length].map((twice) => sorted[Math.floor(twice / 2)]);
  return { median: (below + above) / 2, least: sorted[0], most: sorted.at(-1)! };
}

/** Times steps and forward passes in turn. */
export async function wholeTimes(workload: Workload, rounds: number, lasting?: number): Promise<WholeTimes> {
  const { gpu } = workload.net;
  const step = (times: number) => take(gpu, () => workload.step(), times);
  const forward = (times: number) => take(gpu, () => workload.forward(), times);
  const [steps, passes] = [await repetitions(step, lasting), await repetitions(forward, lasting)];
  const taken = { step: [] as Taken[], forward: [] as Taken[] };
  for (let round = 0; round < rounds; round++) {
    taken.step.push(await step(steps));
    taken.forward.push(await forward(passes));
  }
  return {
    step: summary(taken.step.map(({ milliseconds }) => milliseconds)),
    processor: summary(taken.step.map(({ processor }) => processor)),
    queue: summary(taken.step.map(({ queue }) => queue)),
    forward: summary(taken.forward.map(({ milliseconds }) => milliseconds)),
  };
}
