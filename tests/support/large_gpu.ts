/** A device that no test could have: what a library would write to it. */
import type { Gpu } from "../../gpu/device.ts";
import { planningGpu } from "../../gpu/planning.ts";

/** A device on paper that binds 8 GiB, and what is written to it: offset, first byte and bytes of each write. */
export function largeGpu() {
  const limits = { maxBufferSize: 2 ** 33, maxStorageBufferBindingSize: 2 ** 33 };
  const gpu = planningGpu({ adapter: {}, limits, device: { features: new Set() } } as unknown as Gpu);
  const writes: [offset: number, from: number, bytes: number][] = [];
  gpu.device.queue.writeBuffer = (_, offset, data, from = 0, size) => {
    const { BYTES_PER_ELEMENT: element = 1, byteLength } = data as Uint8Array;
    writes.push([offset, from * element, size === undefined ? byteLength : size * element]);
  };
  return { gpu, writes };
}
