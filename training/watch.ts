/** Queues a run's steps ahead, and watches them: every part's status word is read behind it, so that what went wrong ends the run soon. */
import type { Call } from "../gpu/device.ts";
import type { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
import type { Pace } from "./pace.ts";
import type { TrainingProgram } from "./program.ts";

/** Steps that may be queued ahead: enough to keep a GPU busy, few enough to stop soon. */
export const STEPS_AHEAD = 2;

/**
 * A training step's loss, or a weight that it made, is not a finite number.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { TrainingDivergedError } from "./watch.ts";
 * assert.match(new TrainingDivergedError(40, NaN).message, /step 40/);
 * ```
 */
export class TrainingDivergedError extends Error {
  override name = "TrainingDivergedError";
  /** The first update that went wrong, counted from 1: the network was sound after the one before. */
  readonly step: number;
  /** The options that the remedy speaks of, as they are named in code. */
  readonly options: readonly string[] = ["learningRate", "initScale"];
  /** @param step the update @param loss the mean loss of its batch */
  constructor(step: number, loss: number) {
    const what = Number.isFinite(loss)
      ? `its loss is ${loss}, but a weight that it made is infinite or not a number`
      : `its loss is ${loss}`;
    super(
      `training diverged at step ${step}: ${what}. ` +
        "Remedy: train anew with a lower learning rate or a smaller scale of the initial weights; " +
        "continued as it is, it would diverge at the same step.",
    );
    this.step = step;
  }
}

/** The steps of a run that are queued and not yet known to be sound. */
export class Watch {
  #net: ZeroBiasCnn;
  #program: TrainingProgram;
  #pace: Pace;
  #queue: <T>(queue: () => T) => T;
  #pending: Promise<Uint32Array>[] = [];
  /** When the last part was done. */
  #done = 0;

  /** Watches a program that trains a network, as an operation of the device. */
  constructor(net: ZeroBiasCnn, program: TrainingProgram, pace: Pace, queue = net.gpu.operation()) {
    this.#net = net;
    this.#program = program;
    this.#pace = pace;
    this.#queue = queue;
  }

  /**
   * Queues a step, and counts it in `net.step`. A short one is one submit, with at most {@linkcode STEPS_AHEAD} before it that are not done; of a
   * long one, which the pace cuts, at most one part is queued while another one runs.
   * @returns whether it was queued; false where the signal came before its last part, so that it changed nothing
   * @throws {TrainingDivergedError} when a step before it went wrong.
   * @throws {GpuError} when the GPU reports any failure.
   */
  async step(signal?: AbortSignal): Promise<boolean> {
    const isQueued = await this.#parts(this.#program.training(), signal);
    if (isQueued) this.#net.step++;
    return isQueued;
  }

  /** Queues the evaluation of one random validation batch. Returns and throws as `step` does. */
  async validate(signal?: AbortSignal): Promise<boolean> {
    return await this.#parts(this.#program.validation(), signal);
  }

  /** Waits until every step that was queued is known to be sound. Throws as `step` does. */
  async settled(): Promise<void> {
    await this.#room(0);
  }

  /** Waits for the steps that are queued still, whatever became of them: their buffers are about to go. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#pending);
  }

  async #parts(calls: Iterable<readonly Call[]>, signal?: AbortSignal): Promise<boolean> {
    let isFirst = true;
    for (const part of this.#pace.cut(calls)) {
      await this.#room(part.isWhole ? STEPS_AHEAD : 1);
      if (signal?.aborted) return false;
      this.#submit(part.calls, isFirst);
      isFirst = false;
    }
    return true;
  }

  #submit(calls: readonly Call[], isFirst: boolean): void {
    const { gpu, status } = this.#net;
    this.#net.assertUsable();
    const start = performance.now();
    const read = this.#queue(() => {
      if (isFirst) this.#program.setClock();
      return gpu.runAndRead(calls, status, Uint32Array);
    });
    const isDone = () => {
      const now = performance.now();
      this.#pace.took(calls, now - Math.max(start, this.#done));
      this.#done = now;
    };
    read.then(isDone, () => {}); // thrown where it is waited for
    this.#pending.push(read);
  }

  /** Waits until at most so many parts are not known to be sound. */
  async #room(ahead: number): Promise<void> {
    while (this.#pending.length > ahead) {
      const [step] = await this.#pending.shift()!;
      if (step === 0) continue;
      const { gpu } = this.#net, { ring, slots } = this.#program;
      const losses = await this.#queue(() => gpu.read(ring, Float32Array));
      throw new TrainingDivergedError(step, losses[2 * ((step - 1) % slots)]);
    }
  }
}
