/** A device on paper: it hands out buffers and counts them, and computes nothing. */
import { Gpu } from "./device.ts";

/**
 * A `Gpu` with another one's limits and description that has no memory and cannot run or read: what is built on it shows in `memory` how many
 * bytes the same would take on the real one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "./device.ts";
 * import { planningGpu } from "./planning.ts";
 * using gpu = await openGpu();
 * using plan = planningGpu(gpu);
 * for (let n = 0; n < 10; n++) plan.createBuffer("x", 100 * 2 ** 20);
 * assert(plan.memory.bytes === 1000 * 2 ** 20 && gpu.memory.bytes === 0);
 * ```
 */
export function planningGpu(like: Gpu): Gpu {
  const nothing = () => ({});
  const device = {
    limits: like.limits,
    features: like.device.features,
    lost: new Promise(() => {}),
    queue: { writeBuffer: nothing, submit: nothing, onSubmittedWorkDone: () => Promise.resolve() },
    addEventListener: nothing,
    pushErrorScope: nothing,
    popErrorScope: () => Promise.resolve(null),
    createBuffer: () => ({ destroy: nothing }),
    createTexture: ({ format }: GPUTextureDescriptor) => ({ format, createView: nothing, destroy: nothing }),
    createShaderModule: nothing,
    createBindGroupLayout: nothing,
    createPipelineLayout: nothing,
    createComputePipeline: () => ({ getBindGroupLayout: nothing }),
    createBindGroup: nothing,
    destroy: nothing,
  };
  return new Gpu(like.adapter, device as unknown as GPUDevice);
}
