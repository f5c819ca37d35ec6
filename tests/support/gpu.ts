/** One GPU for a test file. No adapter is a failure, never a skip: a software adapter runs everywhere. */
import assert from "node:assert/strict";
import { type Gpu, openGpu } from "../../gpu/device.ts";
import { GpuLimitError } from "../../gpu/errors.ts";
import { storageFor } from "../../kernels/convolution/mod.ts";
import { Buffers } from "./guarded.ts";

let opened: Promise<Gpu> | undefined;
globalThis.addEventListener("unload", () => void opened?.then((gpu) => gpu.dispose()));

/**
 * Runs a test body with the file's GPU, whose compiled kernels stay, and fresh buffers, which end with the body.
 * Afterwards nothing may have failed in silence, no guard word may have changed, and no buffer may be left.
 *
 * @example
 * ```ts ignore
 * Deno.test("relu", withGpu(async (gpu, buffers) => { ... }));
 * ```
 */
export function withGpu(body: (gpu: Gpu, buffers: Buffers) => Promise<void>): () => Promise<void> {
  return async () => {
    const gpu = await (opened ??= openGpu());
    const buffers = new Buffers(gpu);
    try {
      await body(gpu, buffers);
      await gpu.settled();
      await buffers.checkGuards();
    } finally {
      buffers.dispose();
    }
    assert.deepEqual([gpu.memory.buffers, gpu.memory.bytes], [0, 0], "buffers left over");
  };
}

/** The same for what needs float16. An adapter without it, such as Mesa's software OpenGL, has to refuse it by name. */
export function withFloat16(body: (gpu: Gpu, buffers: Buffers) => Promise<void>): () => Promise<void> {
  return withGpu(async (gpu, buffers) => {
    if (gpu.device.features.has("shader-f16")) return await body(gpu, buffers);
    assert.throws(() => storageFor(gpu, "winograd-float16"), GpuLimitError);
  });
}
