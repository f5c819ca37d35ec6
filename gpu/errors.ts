/**
 * What can go wrong on a GPU, each with a class of its own. WebGPU itself reports nothing to code that does not ask:
 * every class here exists so that some silent row of zeros becomes an exception with a remedy.
 */

/**
 * Any failure of the GPU runtime; the base of the classes below.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { GpuError, ShaderError } from "./errors.ts";
 * const error = new ShaderError("relu/forward", 12, "expected ';'");
 * assert(error instanceof GpuError);
 * ```
 */
export class GpuError extends Error {
  override name = "GpuError";
}

/**
 * No WebGPU adapter answers. The message names the package or flag that helps.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { GpuUnavailableError } from "./errors.ts";
 * assert(new GpuUnavailableError("no adapter").name === "GpuUnavailableError");
 * ```
 */
export class GpuUnavailableError extends GpuError {
  override name = "GpuUnavailableError";
}

/**
 * A kernel's WGSL does not compile, or does not fit what the host declares.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { ShaderError } from "./errors.ts";
 * const error = new ShaderError("relu/forward", 12, "expected ';'");
 * assert(error.kernel === "relu/forward" && error.line === 12);
 * ```
 */
export class ShaderError extends GpuError {
  override name = "ShaderError";
  /** The kernel's name, its path under `kernels/`. */
  readonly kernel: string;
  /** Line in the WGSL file, 1-based; `undefined` where the fault has no line (a binding, a limit). */
  readonly line?: number;
  /**
   * @param kernel name of the kernel @param line 1-based line @param detail the compiler's own words
   * @param file the file that the line is in, where it is not the kernel's own
   */
  constructor(kernel: string, line: number | undefined, detail: string, file = kernel) {
    const at = line === undefined ? "" : ` at line ${line}`;
    const where = line === undefined ? "" : `, line ${line}${file === kernel ? "" : ` of ${file}`}`;
    super(
      `kernel ${kernel}${where}: ${detail.trim()}\n` +
        `Remedy: correct kernels/${file}.wgsl${at} or the declaration beside it.`,
    );
    this.kernel = kernel;
    this.line = line;
  }
}

/**
 * A buffer, binding or dispatch is larger than the adapter allows.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { GpuLimitError } from "./errors.ts";
 * assert(new GpuLimitError("x is 200 MiB, the limit is 128 MiB").name === "GpuLimitError");
 * ```
 */
export class GpuLimitError extends GpuError {
  override name = "GpuLimitError";
}

/**
 * The GPU has no memory left for a buffer.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { GpuOutOfMemoryError } from "./errors.ts";
 * assert.equal(new GpuOutOfMemoryError("no GPU memory for buffer x", 4096).inUse, 4096);
 * ```
 */
export class GpuOutOfMemoryError extends GpuError {
  override name = "GpuOutOfMemoryError";
  /** Bytes of the buffers that were alive before: so much is known to fit. `undefined` where something else than a buffer found no room. */
  readonly inUse?: number;
  /** The largest batch that would have fitted: 0 where not even one image does, `undefined` where no batch is to blame or nobody has looked. */
  readonly largestBatch?: number;
  /** The options that a remedy speaks of, as they are named in code. */
  readonly options: readonly string[];
  /** @param message what found no room @param inUse bytes of the buffers alive before it @param largestBatch the largest that would fit */
  constructor(message: string, inUse?: number, largestBatch?: number) {
    super(message);
    this.inUse = inUse;
    this.largestBatch = largestBatch;
    this.options = largestBatch === undefined ? [] : [largestBatch > 0 ? "batch" : "imageSize"];
  }
}

/**
 * The device went away: unplugged, reset by its driver, or destroyed.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { DeviceLostError } from "./errors.ts";
 * assert(new DeviceLostError("reset").name === "DeviceLostError");
 * ```
 */
export class DeviceLostError extends GpuError {
  override name = "DeviceLostError";
}

/**
 * A command that WebGPU's validation refused, named with the kernel where one is known.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { GpuValidationError } from "./errors.ts";
 * assert(new GpuValidationError("x").name === "GpuValidationError");
 * ```
 */
export class GpuValidationError extends GpuError {
  override name = "GpuValidationError";
}
