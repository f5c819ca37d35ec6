/** Whose a failure is: of the operation whose command failed, of all of its waits, and of nobody else. */
import assert from "node:assert/strict";
import { type Gpu, openGpu } from "../../gpu/device.ts";
import { DeviceLostError, GpuOutOfMemoryError, GpuValidationError } from "../../gpu/errors.ts";
import { withGpu } from "../support/gpu.ts";
import { assertWorks, scale } from "../support/scale_kernel.ts";

/** A call on a buffer that is gone: it fails when it runs. */
function failing(gpu: Gpu) {
  using x = gpu.createBuffer("gone", 16);
  return gpu.prepare(scale, { x, count: 4, factor: 2 }, [1, 1, 1]);
}

Deno.test(
  "gpu: everybody who waits for a command that failed is told, not only who asked first",
  withGpu(async (gpu) => {
    using x = gpu.upload("x", new Float32Array([1]));
    const call = failing(gpu);
    for (const n of [0, 1]) {
      gpu.run([call]);
      if (n === 1) await new Promise((resolve) => setTimeout(resolve)); // it has failed before anybody waits
      const waits = [gpu.settled(), gpu.read(x, Float32Array), gpu.read(x, Float32Array)];
      for (const wait of await Promise.allSettled(waits)) {
        assert(wait.status === "rejected" && wait.reason instanceof GpuValidationError);
        assert.match(wait.reason.message, /tests\/scale/);
      }
      await gpu.settled(); // nobody who comes later is
      await assertWorks(gpu);
    }
    gpu.release([call]);
  }),
);

Deno.test(
  "gpu: a wait for what was right is not told of what failed behind it, and does not keep that from who waits for it",
  withGpu(async (gpu) => {
    using x = gpu.upload("x", new Float32Array([1]));
    const call = failing(gpu);
    const before = gpu.read(x, Float32Array);
    gpu.run([call]);
    assert.deepEqual(await before, new Float32Array([1]));
    await assert.rejects(gpu.read(x, Float32Array), GpuValidationError);
    gpu.release([call]);
  }),
);

Deno.test(
  "gpu: operations are told of their own failures, in whatever order they queue and wait",
  withGpu(async (gpu) => {
    using x = gpu.upload("x", new Float32Array([1]));
    const call = failing(gpu);
    await gpu.settled();
    for (const order of ["failing first", "failing last"]) {
      const [bad, good, idle] = [gpu.operation(), gpu.operation(), gpu.operation()];
      const first = order === "failing first";
      if (first) bad(() => gpu.run([call]));
      const fine = good(() => gpu.read(x, Float32Array));
      const failed = bad(() => (first || gpu.run([call]), gpu.read(x, Float32Array)));
      const unconcerned = idle(() => gpu.settled());
      await assert.rejects(failed, GpuValidationError);
      assert.deepEqual(await fine, new Float32Array([1]));
      await unconcerned;
      await bad(() => gpu.settled()); // told
      await gpu.settled();
    }
    const throwing = gpu.operation();
    assert.throws(() =>
      throwing(() => {
        throw new RangeError("no");
      }), RangeError);
    gpu.run([call]); // in no operation any more
    await throwing(() => gpu.settled());
    await assert.rejects(gpu.settled(), GpuValidationError);
    gpu.release([call]);
  }),
);

Deno.test("gpu: whoever uses a buffer that was refused to another operation is told that", async () => {
  using gpu = await openGpu({ memoryLimit: 1000 });
  const [maker, user] = [gpu.operation(), gpu.operation()];
  const x = maker(() => gpu.createBuffer("large", 2000));
  const call = user(() => gpu.prepare(scale, { x, count: 4, factor: 2 }, [1, 1, 1]));
  const isIt = (error: unknown) => error instanceof GpuOutOfMemoryError && /buffer large/.test(error.message);
  const used = user(() => (gpu.run([call]), gpu.settled()));
  await assert.rejects(used, isIt);
  await assert.rejects(maker(() => gpu.settled()), isIt);
  for (const attempt of [() => gpu.run([call]), () => gpu.write(x, new Uint32Array(4))]) {
    const later = gpu.operation();
    await assert.rejects(later(() => (attempt(), gpu.settled())), isIt);
  }
  await assert.rejects(user(() => gpu.read(x, Float32Array)), isIt);
  gpu.release([call]);
  x.dispose();
  await assertWorks(gpu);
  assert.equal(gpu.memory.buffers, 0);
});

Deno.test("gpu: what has no owner, and the loss of the device, go to every operation under way", async () => {
  using gpu = await openGpu();
  using x = gpu.upload("x", new Float32Array([1]));
  await gpu.settled();
  const operations = [gpu.operation(), gpu.operation()];
  const waits = () => Promise.allSettled(operations.map((queue) => queue(() => gpu.read(x, Float32Array))));
  const told = waits();
  gpu.device.dispatchEvent(Object.assign(new Event("uncapturederror"), { error: { message: "of nobody" } }));
  for (const wait of await told) assert(wait.status === "rejected" && /of nobody/.test(wait.reason.message));
  for (const wait of await waits()) assert.equal(wait.status, "fulfilled");
  await gpu.settled();
  gpu.device.destroy();
  for (const _ of [1, 2]) {
    for (const wait of await waits()) assert(wait.status === "rejected" && wait.reason instanceof DeviceLostError);
  }
});
