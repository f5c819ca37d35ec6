/** What a call is part of: a profile then says which layer a kernel worked for, and in which direction. */
import type { Call } from "./device.ts";

/**
 * The calls, named as a part of something larger; the last name given wins.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "./device.ts";
 * import { reluForward } from "../kernels/relu/mod.ts";
 * import { named } from "./parts.ts";
 * using gpu = await openGpu();
 * const x = gpu.upload("x", new Float32Array([-1, 2]));
 * const calls = named("conv1 forward", reluForward(gpu, { x, y: gpu.createBuffer("y", 8) }, 2));
 * assert.equal(calls[0].part, "conv1 forward");
 * ```
 */
export function named(part: string, calls: readonly Call[]): Call[] {
  return calls.map((call) => ({ ...call, part }));
}
