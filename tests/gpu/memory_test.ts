/** Writes to buffers: every byte, also of more than 4 GiB, and nothing but what a GPU stores. */
import assert from "node:assert/strict";
import { largeGpu } from "../support/large_gpu.ts";

Deno.test("gpu: 2 GiB, 4 GiB and more are written whole", () => {
  // Windows counts pages that nobody touches, too.
  const larger = Deno.build.os === "windows" ? [] : [2 ** 32 - 1, 2 ** 32, 2 ** 32 + 5];
  for (const length of [2 ** 31 - 1, 2 ** 31, 2 ** 31 + 5, ...larger]) {
    const { gpu, writes } = largeGpu();
    gpu.upload("images", new Uint8Array(length)); // pages that nobody touches take no memory
    const whole = length - length % 4;
    assert.deepEqual(writes, [[0, 0, whole], ...(whole < length ? [[whole, 0, 4]] : [])], `${length} bytes`);
  }
});
