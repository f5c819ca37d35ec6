/** What WebGPU reports, and to whom it is told: error scopes are watched, and a failure goes to the operation whose command failed. */
import { DeviceLostError, type GpuError, GpuLimitError, GpuOutOfMemoryError, GpuValidationError } from "./errors.ts";

/**
 * Commands that belong together, such as those of one prediction. Several operations may be under way on a device: each is told of its own
 * failures, and of those that have no owner.
 */
export class Operation {
  /** Commands queued so far. */
  commands = 0;
  /** Its first failure that no wait has thrown yet, and the number of the command that failed. */
  untold: { error: GpuError; command: number } | undefined;
}

/** Somebody waits for what an operation has queued so far. */
export interface Wait {
  /** Whose commands these are, and how many of them. */
  operation: Operation;
  commands: number;
  /** Error scopes that have not reported yet. */
  scopes: Promise<void>[];
  /** What will be thrown at its end. */
  failure: GpuError | undefined;
}

/**
 * The failures of one device.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { GpuValidationError } from "./errors.ts";
 * import { Failures, Operation } from "./failures.ts";
 * const failures = new Failures();
 * const failing = { message: "no such binding" };
 * const mine = new Operation();
 * failures.within(mine, () => failures.watch(Promise.resolve(failing), ({ message }) => new GpuValidationError(message)));
 * await failures.end(failures.begin()); // somebody else's wait
 * const wait = failures.within(mine, () => failures.begin());
 * await assert.rejects(failures.end(wait), /no such binding/);
 * ```
 */
export class Failures {
  /** The operation that queues at present; what is queued in none belongs to this first one. */
  #current = new Operation();
  #outstanding = new Set<Promise<void>>();
  #waits = new Set<Wait>();
  #lost: DeviceLostError | undefined;

  /** Runs `queue`: what it queues, and what it begins to wait for, before it returns, belongs to the operation. */
  within<T>(operation: Operation, queue: () => T): T {
    const before = this.#current;
    this.#current = operation;
    try {
      return queue();
    } finally {
      this.#current = before;
    }
  }

  /** Keeps what the error scope of a command reports, in the words of `explain`. */
  watch(scope: Promise<{ message: string } | null>, explain: (error: { message: string }) => GpuError): void {
    const operation = this.#current, command = ++operation.commands;
    const watched: Promise<void> = scope.then(
      (error) => error && this.#failed(explain(error), operation, command),
      (error) => this.#failed(classify(error), operation, command),
    ).then(() => {
      this.#outstanding.delete(watched);
    });
    this.#outstanding.add(watched);
  }

  /**
   * Runs `make` in error scopes, and keeps what they report in the words of `explain`. They are closed where it throws, too: an open one
   * would take the reports that are meant for the next.
   */
  scoped<T>(
    device: GPUDevice,
    explain: { [filter in GPUErrorFilter]?: (error: { message: string }) => GpuError },
    make: () => T,
  ): T {
    const scopes = Object.entries(explain);
    for (const [filter] of scopes) device.pushErrorScope(filter as GPUErrorFilter);
    try {
      return make();
    } finally {
      for (const [, words] of scopes.toReversed()) this.watch(device.popErrorScope(), words);
    }
  }

  /** Keeps a failure that belongs to no command: it goes to every wait under way, or else to the next one that is in no operation. */
  add(error: GpuError): void {
    if (error instanceof DeviceLostError) this.#lost ??= error;
    for (const wait of this.#waits) wait.failure ??= error;
    if (this.#waits.size === 0) this.#current.untold ??= { error, command: 0 };
  }

  /** Throws where the device is lost: it stays so. */
  raiseLoss(): void {
    if (this.#lost) throw this.#lost;
  }

  /** Begins to wait for what the present operation has queued. */
  begin(): Wait {
    const operation = this.#current;
    const failure = this.#lost ?? operation.untold?.error;
    const wait = { operation, commands: operation.commands, scopes: [...this.#outstanding], failure };
    this.#waits.add(wait);
    return wait;
  }

  /**
   * Waits until every command is known to be right.
   * @throws {GpuError} the first failure among them; those that follow are its consequences.
   */
  async end(wait: Wait): Promise<void> {
    await Promise.all(wait.scopes);
    this.#waits.delete(wait);
    const { operation } = wait;
    const failure = this.#lost ?? wait.failure; // what fails on a lost device fails for that
    if (!failure) return;
    if (operation.untold && operation.untold.command <= wait.commands) operation.untold = undefined;
    throw failure;
  }

  /** Tells those who wait for a command that it failed, and those who will, until one of them has thrown it. */
  #failed(error: GpuError, operation: Operation, command: number): void {
    if (error instanceof DeviceLostError) return this.add(error);
    operation.untold ??= { error, command };
    for (const wait of this.#waits) {
      if (wait.operation === operation && wait.commands >= command) wait.failure ??= error;
    }
  }
}

/**
 * The class of an error that WebGPU reports, by its class and words. `what` is put in front of its message.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { classify } from "./failures.ts";
 * assert.equal(classify({ message: "Not enough memory left." }, "upload").name, "GpuOutOfMemoryError");
 * ```
 */
export function classify(error: { message: string }, what?: string): GpuError {
  const message = what ? `${what}: ${error.message}` : error.message;
  if (/device.*(lost|destroyed)|lost.*device/i.test(message)) return new DeviceLostError(message);
  const memory = typeof GPUOutOfMemoryError !== "undefined" && error instanceof GPUOutOfMemoryError;
  if (memory || /out of memory|not enough memory/i.test(message)) {
    return new GpuOutOfMemoryError(`${message}\nRemedy: use a smaller batch or smaller images.`);
  }
  if (/limit|exceed|too large/i.test(message)) {
    return new GpuLimitError(`${message}\nRemedy: use a smaller batch or smaller images.`);
  }
  return new GpuValidationError(message);
}
