/** Images through the GPU in parts that fit it: the loop of everything that looks at many. */
import type { Call, Gpu } from "../gpu/device.ts";
import type { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
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
  /** Fetches what was made of them; what it reads belongs to the operation where it begins to before it first waits. */
  done(first: number, images: number): Promise<void>;
}

/**
 * Runs the work on a network part by part, and gives its calls back however it ends.
 *
 * @param queue the operation that it belongs to: see `Gpu.operation`
 * @throws what a part throws, or the signal's reason.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../gpu/device.ts";
 * import { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
 * import { inBatches } from "./batches.ts";
 * using gpu = await openGpu();
 * using net = await ZeroBiasCnn.create(gpu, { imageSize: 8, classes: 2 });
 * const parts: number[][] = [];
 * await inBatches(net, gpu.operation(), {
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
  net: ZeroBiasCnn,
  queue: ReturnType<Gpu["operation"]>,
  { count, capacity, ...work }: Batches,
  { signal, onProgress }: WorkOptions = {},
): Promise<void> {
  const { gpu } = net;
  let calls: Call[] = [], prepared = 0;
  try {
    for (let first = 0; first < count; first += capacity) {
      signal?.throwIfAborted();
      net.assertUsable();
      const images = Math.min(capacity, count - first);
      if (images !== prepared) {
        gpu.release(calls);
        calls = [];
        calls = queue(() => gpu.allOrNothing(() => work.calls(images)));
        prepared = images;
      }
      await queue(() => {
        work.load(first, images);
        gpu.run(calls);
        return work.done(first, images);
      });
      onProgress?.(first + images, count);
    }
  } finally {
    gpu.release(calls);
  }
}
