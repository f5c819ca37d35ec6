/**
 * Shows how far a long task is: a bar on a terminal, a plain line now and then anywhere else.
 *
 * @module
 */

import process from "node:process";
import { cliProgress } from "./deps.ts";

/** Where progress is written; `process.stderr` is one. */
export interface ProgressStream {
  /** Whether somebody looks at it as it changes. */
  isTTY?: boolean;
  /** How wide it is in characters, 0 or undefined where nobody knows. */
  columns?: number;
  /** Writes text. */
  write(text: string): unknown;
}

/** What to count, and where to show it. */
export interface ProgressOptions {
  /** How many there are to do, 0 or more. */
  total: number;
  /** What is counted, in the singular: "step", "image". */
  unit: string;
  /** Where it is shown; the standard error stream unless said otherwise. */
  stream?: ProgressStream;
  /** Milliseconds since some moment, for tests. */
  now?: () => number;
}

/**
 * A running display. Dispose of it (`using`) or call `stop`, also when the task fails: a bar keeps the process alive.
 */
export interface Progress extends Disposable {
  /**
   * Says how many are done, and what else is worth seeing.
   *
   * @param done How many are done, from 0 to the total.
   * @param fields Names and values, shown in this order: `{ loss: "1.52", train: "48%" }`.
   */
  update(done: number, fields?: Record<string, string>): void;
  /** Shows the last state and ends the display; more calls do nothing. */
  stop(): void;
}

/** A bar narrower than this says nothing, and a width of zero is what a terminal without a size claims. */
const LEAST_COLUMNS = 40;

/** Plain lines come at least this many milliseconds apart, and rarer as a run gets longer. */
const LINE_INTERVAL = 5_000;

/**
 * Starts showing progress: one bar where the stream is a terminal, otherwise lines every five seconds, rarer in a long
 * run (a twentieth of the time gone by), and one at the end.
 *
 * @param options What to count, and where to show it.
 * @returns The display, at 0 done.
 *
 * @example
 * ```ts
 * import { createProgress } from "./progress.ts";
 *
 * using progress = createProgress({ total: 3, unit: "step" });
 * for (let step = 1; step <= 3; step++) progress.update(step, { loss: (2 / step).toFixed(2) });
 * ```
 */
export function createProgress(options: ProgressOptions): Progress {
  const stream = options.stream ?? standardError();
  const wide = (stream.columns ?? 0) >= LEAST_COLUMNS;
  const display = stream.isTTY && wide ? bar(options, stream) : lines(options, stream);
  return { ...display, [Symbol.dispose]: display.stop };
}

/** The standard error stream. Once nobody reads it any more, work goes on unseen, as it does behind `console.error`. */
function standardError(): ProgressStream {
  if (process.stderr.listenerCount("error") === 0) process.stderr.on("error", () => {});
  return process.stderr;
}

/**
 * Shows the progress of work that counts what it has done, from its first word to its end, however it ends.
 *
 * @param unit What is counted, in the singular.
 * @param work Is given what it tells how many are done, and of how many.
 * @param options Where it is shown, as in `createProgress`.
 * @returns What the work returns.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { withCount } from "./progress.ts";
 *
 * const faces = await withCount("face", (onProgress) => {
 *   onProgress(1, 2);
 *   onProgress(2, 2);
 *   return Promise.resolve(2);
 * });
 * assert.equal(faces, 2);
 * ```
 */
export async function withCount<T>(
  unit: string,
  work: (onProgress: (done: number, total: number) => void) => Promise<T>,
  options: Pick<ProgressOptions, "stream" | "now"> = {},
): Promise<T> {
  let progress: Progress | undefined;
  try {
    return await work((done, total) => (progress ??= createProgress({ ...options, total, unit })).update(done));
  } finally {
    progress?.stop();
  }
}

/**
 * Shows the progress of work that counts one thing after another: a display for each, from its first word until
 * something else is counted, or the same from the beginning.
 *
 * @param work Is given what it tells what is counted (in the singular), how many are done, and of how many.
 * @param options Where it is shown, as in `createProgress`.
 * @returns What the work returns.
 *
 * @example
 * ```ts
 * import { withStages } from "./progress.ts";
 *
 * await withStages(async (onProgress) => {
 *   for (let image = 1; image <= 2; image++) await Promise.resolve(onProgress("image", image, 2));
 *   onProgress("filter", 1, 1);
 * });
 * ```
 */
export async function withStages<T>(
  work: (onProgress: (unit: string, done: number, total: number) => void) => Promise<T>,
  options: Pick<ProgressOptions, "stream" | "now"> = {},
): Promise<T> {
  let shown: { unit: string; done: number; progress: Progress } | undefined;
  try {
    return await work((unit, done, total) => {
      if (!shown || unit !== shown.unit || done <= shown.done) {
        shown?.progress.stop();
        shown = { unit, done, progress: createProgress({ ...options, total, unit }) };
      }
      shown.done = done;
      shown.progress.update(done);
    });
  } finally {
    shown?.progress.stop();
  }
}

type Display = Pick<Progress, "update" | "stop">;

function bar({ total, unit, now = Date.now }: ProgressOptions, stream: ProgressStream): Display {
  const began = now();
  let running = true;
  const shown = new cliProgress.SingleBar({
    stream: stream as never, // the package wants a whole Node stream and uses these three members
    format: `{bar} ${unit} {value} of {total}{rest}`,
    barsize: 24,
    barCompleteChar: "━",
    barIncompleteChar: "─",
    fps: 5,
    hideCursor: false,
    gracefulExit: false,
    emptyOnZero: true,
  });
  shown.start(total, 0, { rest: "" });
  return {
    update(done, fields = {}) {
      if (running) shown.update(done, { rest: rest(fields, timeLeft(done, total, now() - began)) });
    },
    stop() {
      if (running) shown.stop();
      running = false;
    },
  };
}

function lines({ total, unit, now = Date.now }: ProgressOptions, stream: ProgressStream): Display {
  const began = now();
  let running = true;
  let printed = began;
  let latest: string | undefined;
  return {
    update(done, fields = {}) {
      if (!running) return;
      const elapsed = now() - began;
      latest = `${unit} ${done} of ${total}${rest(fields, timeLeft(done, total, elapsed))}\n`;
      if (now() - printed < Math.max(LINE_INTERVAL, elapsed / 20)) return;
      stream.write(latest);
      latest = undefined;
      printed = now();
    },
    stop() {
      if (running && latest !== undefined) stream.write(latest);
      running = false;
    },
  };
}

function rest(fields: Record<string, string>, left: string): string {
  const parts = Object.entries(fields).map(([name, value]) => `${name} ${value}`);
  if (left !== "") parts.push(`${left} left`);
  return parts.map((part) => `  ${part}`).join("");
}

/** The time left at the pace so far, rounded as one would say it; nothing while there is no telling. */
function timeLeft(done: number, total: number, elapsed: number): string {
  if (done <= 0 || done >= total || elapsed < 1_000) return "";
  return duration(elapsed / done * (total - done));
}

/**
 * Writes a span of time as one would say it.
 *
 * @param milliseconds The span, 0 or more.
 * @returns "8 s", "3 min 20 s" or "2 h 5 min".
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { duration } from "./progress.ts";
 *
 * assert.equal(duration(200_000), "3 min 20 s");
 * ```
 */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
