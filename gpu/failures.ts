/** What WebGPU reports and when: error scopes are watched, the first failure is kept, and the next await throws it. */
import { DeviceLostError, type GpuError, GpuLimitError, GpuOutOfMemoryError, GpuValidationError } from "./errors.ts";

/**
 * The failures of one device that nobody has been told of yet.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { GpuValidationError } from "./errors.ts";
 * import { Failures } from "./failures.ts";
 * const failures = new Failures();
 * failures.watch(Promise.resolve({ message: "no such binding" }), (error) => new GpuValidationError(error.message));
 * await failures.reported();
 * assert.throws(() => failures.raise(), /no such binding/);
 * failures.raise(); // told once
 * ```
 */
export class Failures {
  #outstanding = new Set<Promise<void>>();
  #first: GpuError | undefined;

  /** Whether something failed that nobody has been told of. */
  get any(): boolean {
    return this.#first !== undefined;
  }

  /** Keeps what an error scope reports, in the words of `explain`. */
  watch(scope: Promise<{ message: string } | null>, explain: (error: { message: string }) => GpuError): void {
    const watched: Promise<void> = scope.then(
      (error) => {
        if (error) this.add(explain(error));
      },
      (error) => this.add(classify(error)),
    ).then(() => {
      this.#outstanding.delete(watched);
    });
    this.#outstanding.add(watched);
  }

  /**
   * Runs `make` in error scopes, and keeps what they report in the words of `explain`. They are closed where it throws, too: an open one
   * would take the reports that are meant for the next.
   */
  within<T>(
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

  /** Keeps a failure; only the first counts, those that follow are its consequences. */
  add(error: GpuError): void {
    this.#first ??= error;
  }

  /** Waits until every watched scope has reported. */
  async reported(): Promise<void> {
    while (this.#outstanding.size > 0) await Promise.all(this.#outstanding);
  }

  /** Throws the first failure, if there is one. A lost device stays lost; anything else is told once. */
  raise(): void {
    const error = this.#first;
    if (!error) return;
    if (!(error instanceof DeviceLostError)) this.#first = undefined;
    throw error;
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
    return new GpuOutOfMemoryError(`${message}\nRemedy: use a smaller --batch or --image-size.`);
  }
  if (/limit|exceed|too large/i.test(message)) {
    return new GpuLimitError(`${message}\nRemedy: use a smaller --batch or --image-size.`);
  }
  return new GpuValidationError(message);
}
