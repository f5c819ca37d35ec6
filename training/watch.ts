/** Watches a run that is queued ahead: every step's status word is read behind it, so that what went wrong ends the run within a few steps. */
import type { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
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
  /** @param step the update @param loss the mean loss of its batch */
  constructor(step: number, loss: number) {
    const what = Number.isFinite(loss)
      ? `its loss is ${loss}, but a weight that it made is infinite or not a number`
      : `its loss is ${loss}`;
    super(
      `training diverged at step ${step}: ${what}. ` +
        "Remedy: train anew with a lower --learning-rate or a smaller --init-scale; continued as it is, it would diverge at the same step.",
    );
    this.step = step;
  }
}

/** The steps of a run that are queued and not yet known to be sound. */
export class Watch {
  #net: ZeroBiasCnn;
  #program: TrainingProgram;
  #pending: Promise<Uint32Array>[] = [];

  /** Watches a program that trains a network. */
  constructor(net: ZeroBiasCnn, program: TrainingProgram) {
    this.#net = net;
    this.#program = program;
  }

  /**
   * To be called when a step was queued: waits until at most {@linkcode STEPS_AHEAD} are.
   * @throws {TrainingDivergedError} when a step waited for went wrong.
   * @throws {GpuError} when the GPU reports any failure.
   */
  async follow(): Promise<void> {
    const status = this.#net.gpu.read(this.#net.status, Uint32Array);
    status.catch(() => {}); // thrown where it is waited for
    this.#pending.push(status);
    while (this.#pending.length > STEPS_AHEAD) await this.#next();
  }

  /** Waits until every step that was queued is known to be sound. Throws as `follow` does. */
  async settled(): Promise<void> {
    while (this.#pending.length > 0) await this.#next();
  }

  /** Waits for the steps that are queued still, whatever became of them: their buffers are about to go. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#pending);
  }

  async #next(): Promise<void> {
    const [step] = await this.#pending.shift()!;
    if (step === 0) return;
    const ring = await this.#net.gpu.read(this.#program.ring, Float32Array);
    throw new TrainingDivergedError(step, ring[2 * ((step - 1) % this.#program.slots)]);
  }
}
