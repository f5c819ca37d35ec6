/**
 * Something timed often enough. A wait for the GPU is noticed with a delay (12 ms were seen), which would be most of a short step's time: so
 * it is queued many times for one wait.
 */
import process from "node:process";
import type { Gpu } from "../../gpu/device.ts";

/** What one repetition took, in milliseconds: the mean of those that were queued for one wait, where nothing else is said. */
export interface Taken {
  milliseconds: number;
  /** Of all the processor's threads. */
  processor: number;
  /** Until the first was queued: those behind it may have to wait for it. */
  queue: number;
}

/** Milliseconds that a measurement lasts, or more. */
export const LASTING = 500;

/** Milliseconds of all the processor's threads that this process has used so far: they repeat where other programs disturb the clock. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Queues `work` a number of times and waits once. */
export async function take(gpu: Gpu, work: () => void, times: number): Promise<Taken> {
  await gpu.settled();
  const [start, used] = [performance.now(), processorTime()];
  work();
  const queued = performance.now();
  for (let n = 1; n < times; n++) work();
  await gpu.settled();
  const [clock, processor] = [performance.now() - start, processorTime() - used];
  return { milliseconds: clock / times, processor: processor / times, queue: queued - start };
}

/**
 * How often something has to be repeated so that it lasts, after a first time that compiles: once where that lasts already.
 *
 * @throws {Error} where what it took is no finite number of 0 or more: that would never last.
 */
export async function repetitions(
  run: (times: number) => Promise<{ milliseconds: number }>,
  lasting = LASTING,
): Promise<number> {
  await run(1);
  for (let times = 1;;) {
    const whole = times * (await run(times)).milliseconds;
    if (!(whole >= 0 && whole < Infinity)) { // NaN too
      throw new Error(`${times} of it took ${whole} ms, expected a finite number. Remedy: correct what times it.`);
    }
    if (whole >= lasting) return times;
    times = Math.ceil(1.2 * times * lasting / Math.max(1, whole)); // the wait's delay is part of the whole: it may take more than one guess
  }
}
