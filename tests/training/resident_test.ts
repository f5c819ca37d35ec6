/** A dataset on the GPU: how it is cut into buffers. */
import assert from "node:assert/strict";
import { ResidentImages } from "../../training/resident.ts";
import { largeGpu } from "../support/large_gpu.ts";

Deno.test("resident: images beyond 4 GiB stand in buffers that a kernel's 32-bit index reaches, whatever the adapter binds", () => {
  const { gpu, writes } = largeGpu();
  const imageSize = 2 ** 14, count = 33;
  // An image that writes nothing: memory that nobody touches is none.
  const images = { subarray: () => new Uint8Array() } as unknown as Uint8Array;
  const resident = new ResidentImages(
    gpu,
    { imageSize, images, labels: new Int32Array(count) },
    Uint32Array.from({ length: count }, (_, n) => n),
  );
  assert.deepEqual(writes, [[0, 0, 2 ** 32], [0, 0, 2 ** 32], [0, 0, 2 ** 28], [0, 0, 4 * count]]);
  resident.dispose();
  assert.equal(gpu.memory.bytes, 0);
});
