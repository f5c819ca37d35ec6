/** The runtime's promises: no failure is silent, each has its class, and what can go on afterwards goes on. */
import assert from "node:assert/strict";
import { type Gpu, openGpu } from "../../gpu/device.ts";
import {
  DeviceLostError,
  GpuError,
  GpuLimitError,
  GpuOutOfMemoryError,
  GpuUnavailableError,
  GpuValidationError,
} from "../../gpu/errors.ts";
import { withGpu } from "../support/gpu.ts";
import { assertWorks, scale } from "../support/scale_kernel.ts";

Deno.test(
  "gpu: a buffer over the adapter's limit is a GpuLimitError at once",
  withGpu(async (gpu) => {
    const limit = gpu.limits.maxStorageBufferBindingSize;
    for (const size of [limit + 1, 2 ** 40, NaN]) {
      assert.throws(() => gpu.createBuffer("large", size), (error) => {
        assert.ok(error instanceof GpuLimitError);
        assert.match(error.message, /^buffer large needs .* Remedy: /);
        return true;
      });
    }
    await assertWorks(gpu);
  }),
);

Deno.test("gpu: a lost device rejects the next await, and every one after it, with DeviceLostError", async () => {
  for (const wait of [(gpu: Gpu) => gpu.settled(), (gpu: Gpu) => assertWorks(gpu)]) {
    using gpu = await openGpu();
    await assertWorks(gpu);
    gpu.device.destroy();
    await assert.rejects(wait(gpu), DeviceLostError);
    await assert.rejects(gpu.settled(), DeviceLostError);
    assert.throws(() => gpu.createBuffer("x", 4), (error) => {
      assert.ok(error instanceof DeviceLostError);
      assert.match(error.message, /Remedy: open it again with openGpu\(\)/);
      return true;
    });
  }
});

// Memory is handed out by the page here, so that nothing short of the whole address space runs out: the error scope is made to
// report what it reports in a process whose address space is limited.
Deno.test("gpu: out of memory is a GpuOutOfMemoryError that names the buffer, and passes", async () => {
  using gpu = await openGpu();
  const device = gpu.device, filters: string[] = [];
  const [push, pop] = [device.pushErrorScope.bind(device), device.popErrorScope.bind(device)];
  device.pushErrorScope = (filter) => (filters.push(filter), push(filter));
  device.popErrorScope = async () => {
    const filter = filters.pop();
    return await pop() ?? (filter === "out-of-memory" ? new GPUOutOfMemoryError("not enough memory left") : null);
  };
  const buffer = gpu.createBuffer("batch", 1000);
  Object.assign(device, { pushErrorScope: push, popErrorScope: pop });
  await assert.rejects(gpu.settled(), (error) => {
    assert.ok(error instanceof GpuOutOfMemoryError, `${error}`);
    assert.match(
      error.message,
      /no GPU memory for buffer batch of 1008 bytes.*not enough memory left\nRemedy: use a smaller/,
    );
    return true;
  });
  buffer.dispose();
  await assertWorks(gpu);
  assert.equal(gpu.memory.buffers, 0);
});

Deno.test("gpu: no adapter is a GpuUnavailableError that says what to install", async () => {
  const { gpu } = navigator;
  Object.defineProperty(gpu, "requestAdapter", { value: () => Promise.resolve(null), configurable: true });
  try {
    await assert.rejects(openGpu(), (error) => {
      assert.ok(error instanceof GpuUnavailableError);
      assert.match(error.message, /mesa-vulkan-drivers/);
      return true;
    });
  } finally {
    delete (gpu as { requestAdapter?: unknown }).requestAdapter;
  }
  (await openGpu()).dispose();
});

Deno.test("gpu: after dispose everything is refused with a GpuError", async () => {
  const gpu = await openGpu();
  const x = gpu.upload("x", new Float32Array(4));
  const call = gpu.prepare(scale, { x, count: 4, factor: 2 }, [1, 1, 1]);
  await gpu.settled();
  gpu.dispose();
  gpu.dispose();
  const refused = (error: unknown) => error instanceof GpuError && /disposed/.test(error.message);
  assert.throws(() => gpu.createBuffer("y", 4), refused);
  assert.throws(() => gpu.write(x, new Float32Array(4)), refused);
  assert.throws(() => gpu.prepare(scale, { x, count: 4, factor: 2 }, [1, 1, 1]), refused);
  assert.throws(() => gpu.run([call]), refused);
  await assert.rejects(gpu.read(x, Float32Array), refused);
  await assert.rejects(gpu.settled(), refused);
  await assert.rejects(gpu.profile([call]), refused);
});

Deno.test(
  "gpu: a disposed buffer is refused, or fails the next await, wherever it is used",
  withGpu(async (gpu) => {
    const x = gpu.createBuffer("gone", 16);
    const call = gpu.prepare(scale, { x, count: 4, factor: 2 }, [1, 1, 1]);
    assert.equal(x.disposed, false);
    x.dispose();
    x.dispose();
    assert.equal(x.disposed, true);
    assert.throws(
      () => gpu.prepare(scale, { x, count: 4, factor: 2 }, [1, 1, 1]),
      /kernel tests\/scale: buffer gone \(x\)/,
    );
    gpu.run([call]);
    await assert.rejects(
      gpu.settled(),
      (error) => error instanceof GpuValidationError && /tests\/scale/.test(error.message),
    );
    gpu.write(x, new Float32Array(4));
    await assert.rejects(gpu.settled(), (error) => error instanceof GpuValidationError && /gone/.test(error.message));
    await assert.rejects(
      gpu.read(x, Float32Array),
      (error) => error instanceof GpuValidationError && /gone/.test(error.message),
    );
    gpu.release([call]);
    await assertWorks(gpu);
  }),
);
