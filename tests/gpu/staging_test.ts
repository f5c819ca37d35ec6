/** Reading behind a command buffer: one submit, and no new buffer for each read. */
import assert from "node:assert/strict";
import { withGpu } from "../support/gpu.ts";
import { scale } from "../support/scale_kernel.ts";
import { counted } from "../support/submits.ts";

Deno.test(
  "gpu: calls and the copy that is read behind them are one submit, through staging buffers that are used again",
  withGpu(async (gpu) => {
    using x = gpu.upload("x", new Float32Array([1]));
    const call = gpu.prepare(scale, { x, count: 1, factor: 2 }, [1, 1, 1]);
    const ahead = 3;
    const round = async () => {
      const reads = Array.from({ length: ahead }, () => gpu.runAndRead([call], x, Float32Array));
      return (await Promise.all(reads)).map(([value]) => value);
    };
    const first = await counted(gpu, round);
    assert.deepEqual(first.result, [2, 4, 8]);
    const second = await counted(gpu, round);
    assert.deepEqual(second.result, [16, 32, 64]);
    assert.deepEqual([second.submits, second.buffers], [ahead, 0]);
    gpu.release([call]);
  }),
);

Deno.test(
  "gpu: a staging buffer whose read failed is not used again",
  withGpu(async (gpu) => {
    using x = gpu.upload("x", new Float32Array([1]));
    {
      using gone = gpu.createBuffer("gone", 4);
      gone.dispose();
      await assert.rejects(gpu.read(gone, Float32Array), /gone/);
    }
    assert.deepEqual(await gpu.read(x, Float32Array), new Float32Array([1]));
    await assert.rejects(gpu.read(x, Float32Array, 64), /read of x/);
    assert.deepEqual(await gpu.read(x, Float32Array), new Float32Array([1]));
  }),
);
