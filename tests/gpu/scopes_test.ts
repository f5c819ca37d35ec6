/** Error scopes: they are closed again, whatever happens between. */
import assert from "node:assert/strict";
import type { Gpu } from "../../gpu/device.ts";
import { withGpu } from "../support/gpu.ts";
import { assertWorks, scale } from "../support/scale_kernel.ts";

Deno.test(
  "gpu: where WebGPU throws at once, no error scope stays open and no buffer is left",
  withGpu(async (gpu) => {
    const { device } = gpu;
    using x = gpu.upload("x", new Float32Array(4));
    const call = gpu.prepare(scale, { x, count: 4, factor: 2 }, [1, 1, 1]);
    const { buffers, bytes } = gpu.memory;
    const prepare = () => gpu.prepare({ ...scale, name: "tests/throwing" }, { x, count: 4, factor: 2 }, [1, 1, 1]);
    const cases: [object: object, name: string, attempt: () => void][] = [
      [device, "createComputePipeline", prepare],
      [device, "createBindGroup", prepare],
      [device, "createBuffer", () => gpu.createBuffer("y", 16)],
      [device.queue, "writeBuffer", () => gpu.write(x, new Float32Array(4))],
      [device.queue, "writeBuffer", () => gpu.upload("y", new Float32Array(4))],
      [device.queue, "writeBuffer", prepare],
      [device, "createCommandEncoder", () => gpu.run([call])],
      [device.queue, "submit", () => gpu.run([call])],
    ];
    for (const [object, name, attempt] of cases) {
      Object.defineProperty(object, name, {
        configurable: true,
        value: () => {
          throw new TypeError(`${name} refused`);
        },
      });
      try {
        assert.throws(attempt, { name: "TypeError", message: `${name} refused` });
      } finally {
        Reflect.deleteProperty(object, name);
      }
      assert.equal(await openScopes(gpu), 0, name);
      assert.deepEqual([gpu.memory.buffers, gpu.memory.bytes], [buffers, bytes], name);
    }
    gpu.release([call]);
    await assertWorks(gpu);
  }),
);

/** How many error scopes can be popped. */
async function openScopes({ device }: Gpu): Promise<number> {
  for (let count = 0;; count++) {
    try {
      await device.popErrorScope();
    } catch {
      return count;
    }
  }
}
