/** Writes to buffers: every byte, also of more than 2 GiB, and nothing but what a GPU stores. */
import assert from "node:assert/strict";
import type { Gpu } from "../../gpu/device.ts";
import { planningGpu } from "../../gpu/planning.ts";

/** A device on paper that binds 4 GiB, and what is written to it: offset, first byte and bytes of each write. */
function largeGpu() {
  const limits = { maxBufferSize: 2 ** 32, maxStorageBufferBindingSize: 2 ** 32 };
  const gpu = planningGpu({ adapter: {}, limits, device: { features: new Set() } } as unknown as Gpu);
  const writes: [offset: number, from: number, bytes: number][] = [];
  gpu.device.queue.writeBuffer = (_, offset, data, from = 0, size) => {
    const { BYTES_PER_ELEMENT: element = 1, byteLength } = data as Uint8Array;
    writes.push([offset, from * element, size === undefined ? byteLength : size * element]);
  };
  return { gpu, writes };
}

Deno.test("gpu: 2 GiB and more are written whole", () => {
  for (const length of [2 ** 31 - 1, 2 ** 31, 2 ** 31 + 5]) {
    const { gpu, writes } = largeGpu();
    gpu.upload("images", new Uint8Array(length)); // pages that nobody touches take no memory
    const whole = length - length % 4;
    assert.deepEqual(writes, [[0, 0, whole], ...(whole < length ? [[whole, 0, 4]] : [])], `${length} bytes`);
  }
});
