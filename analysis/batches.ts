/** Images through the GPU in parts that fit it: the loop of everything that looks at many. */
import type { Call, Gpu } from "../gpu/device.ts";
import type { WorkOptions } from "./images.ts";

/** What is done with each part. */
export interface Batches {
  /** Images in all, and how many fit at once. */
  count: number;
  capacity: number;
  /** Prepares the work on so many images; asked anew where their number changes. */
  calls(images: number): Call[];
  /** Queues the inputs of the images from `first` on. */
  load(first: number, images: number): void;
  /** Fetches what was made of them. */
  done(first: number, images: number): Promise<void>;
}

/**
 * Runs the work part by part, and gives its calls back however it ends.
 *
 * @throws what a part throws, or the signal's reason.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../gpu/device.ts";
 * import { inBatches } from "./batches.ts";
 * using gpu = await openGpu();
 * const parts: number[][] = [];
 * await inBatches(gpu, {
 *   count: 5,
 *   capacity: 2,
 *   calls: () => [],
 *   load: (first, images) => void parts.push([first, images]),
 *   done: () => Promise.resolve(),
 * });
 * assert.deepEqual(parts, [[0, 2], [2, 2], [4, 1]]);
 * ```
 */
export async function inBatches(
  gpu: Gpu,
  { count, capacity, ...work }: Batches,
  { signal, onProgress }: WorkOptions = {},
): Promise<void> {
  let calls: Call[] = [], prepared = 0;
  try {
    for (let first = 0; first < count; first += capacity) {
      signal?.throwIfAborted();
      const images = Math.min(capacity, count - first);
      if (images !== prepared) {
        gpu.release(calls);
        calls = [];
        calls = work.calls(images);
        prepared = images;
      }
      work.load(first, images);
      gpu.run(calls);
      await work.done(first, images);
      onProgress?.(first + images, count);
    }
  } finally {
    gpu.release(calls);
  }
}
