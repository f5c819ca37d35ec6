/** Many pictures drawn a few at a time. */

/** How many pictures are rasterised at once: enough to keep the renderer's threads busy, few enough to keep memory flat. */
const IN_FLIGHT = 4;

/** What is told, and what stops the work. */
export interface EachOptions {
  /** Called after each with the number done and the total. */
  onProgress?: (done: number, total: number) => void;
  /** Stops the work: the promise rejects with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Does `work` for the numbers 0 to `count` - 1, begun in this order, four at a time.
 *
 * @param count how many.
 * @param work what to do; where one fails, no new one is begun and the promise rejects once those under way have ended.
 * @param options progress and stopping.
 *
 * @example
 * ```ts
 * import { forEachNumber } from "./each.ts";
 * const squares: number[] = [];
 * await forEachNumber(3, async (n) => void (squares[n] = await n * n));
 * if (squares.join() !== "0,1,4") throw new Error(squares.join());
 * ```
 */
export async function forEachNumber(
  count: number,
  work: (number: number) => Promise<void>,
  { onProgress, signal }: EachOptions = {},
): Promise<void> {
  let next = 0;
  let done = 0;
  const worker = async () => {
    try {
      while (next < count) {
        signal?.throwIfAborted();
        await work(next++);
        onProgress?.(++done, count);
      }
    } catch (error) {
      // The other workers would otherwise go on drawing for nobody.
      next = count;
      throw error;
    }
  };
  // All of them have ended before an error is passed on: none may still write into a folder that is then removed.
  const ends = await Promise.allSettled(Array.from({ length: IN_FLIGHT }, worker));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
