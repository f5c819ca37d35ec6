/** The runtime at work: memory, bytes there and back, calls, times. */
import assert from "node:assert/strict";
import type { GpuBuffer } from "../../gpu/buffer.ts";
import { openGpu } from "../../gpu/device.ts";
import { GpuError, GpuLimitError } from "../../gpu/errors.ts";
import { gridFor } from "../../gpu/kernel.ts";
import { withGpu } from "../support/gpu.ts";
import { assertWorks, scale } from "../support/scale_kernel.ts";

Deno.test("gpu: memory is counted, rounded up to 16 bytes, and returns to zero", async () => {
  using gpu = await openGpu();
  const a = gpu.createBuffer("a", 1), b = gpu.upload("b", new Float32Array(5));
  assert.deepEqual(gpu.memory, { buffers: 2, bytes: 48, peakBytes: 48 });
  assert.deepEqual([a.byteLength, b.byteLength], [1, 20]);
  a.dispose();
  a.dispose();
  {
    using _c = gpu.createBuffer("c", 100);
    assert.deepEqual(gpu.memory, { buffers: 2, bytes: 144, peakBytes: 144 });
  }
  b.dispose();
  assert.deepEqual(gpu.memory, { buffers: 0, bytes: 0, peakBytes: 144 });
  await assertWorks(gpu);
  assert.deepEqual([gpu.memory.buffers, gpu.memory.bytes], [0, 0]);
});

Deno.test(
  "gpu: bytes of every length and alignment come back, and new buffers hold zeros",
  withGpu(async (gpu) => {
    for (let length = 0; length <= 9; length++) {
      const bytes = Uint8Array.from({ length: length + 3 }, (_, i) => 200 + i).subarray(3);
      using x = gpu.upload("x", bytes);
      assert.deepEqual(Array.from(await gpu.read(x, Uint8Array)), Array.from(bytes));
    }
    using x = gpu.createBuffer("x", 32);
    gpu.write(x, new Uint8Array([1, 2, 3, 4, 5]), 8);
    gpu.write(x, new Int32Array([-1]), 28);
    gpu.write(x, new Float32Array(0), 32);
    const expected = new Uint8Array(32);
    expected.set([1, 2, 3, 4, 5], 8);
    expected.fill(255, 28);
    assert.deepEqual(await gpu.read(x, Uint8Array), expected);
    assert.deepEqual(Array.from(await gpu.read(x, Int32Array, 4, 28)), [-1]);
    assert.deepEqual(Array.from(await gpu.read(x, Uint8Array, 3, 8)), [1, 2, 3]);
  }),
);

Deno.test(
  "gpu: writing past the end or between words is a RangeError, reading there a GpuError",
  withGpu(async (gpu) => {
    using x = gpu.upload("x", new Float32Array([1, 2, 3, 4, 5]));
    assert.throws(() => gpu.write(x, new Float32Array(6)), /24 bytes at offset 0 do not fit into buffer x of 20 bytes/);
    assert.throws(() => gpu.write(x, new Uint8Array(1), 20), RangeError);
    for (const offset of [-4, 3, NaN]) assert.throws(() => gpu.write(x, new Float32Array(1), offset), RangeError);
    await assert.rejects(gpu.read(x, Float32Array, 64), GpuError);
    await assert.rejects(gpu.read(x, Float32Array, 4, 3), GpuError);
    assert.deepEqual(Array.from(await gpu.read(x, Float32Array)), [1, 2, 3, 4, 5]);
  }),
);

Deno.test(
  "gpu: calls run in their order, with their own parameters and constants",
  withGpu(async (gpu) => {
    using x = gpu.upload("x", new Float32Array([1, 2]));
    const calls = [[3, 1], [-2, 0], [1, 0.5]].map(([factor, PLUS]) =>
      gpu.prepare(scale, { x, count: 2, factor }, [1, 1, 1], { PLUS })
    );
    gpu.run(calls);
    gpu.run(calls.slice(0, 1));
    gpu.run([]);
    assert.deepEqual(Array.from(await gpu.read(x, Float32Array)), [-21.5, -39.5]);
    gpu.release(calls);
  }),
);

Deno.test(
  "gpu: profile gives each kernel's positive time, or says that the adapter offers none",
  withGpu(async (gpu) => {
    using x = gpu.upload("x", new Float32Array(64 * 1000));
    const call = gpu.prepare(scale, { x, count: 64000, factor: 2 }, gridFor(64000));
    if (gpu.device.features.has("timestamp-query")) {
      const times = await gpu.profile([call, call]);
      assert.deepEqual(times.map(({ kernel }) => kernel), ["tests/scale", "tests/scale"]);
      assert.ok(times.every(({ milliseconds }) => milliseconds > 0 && milliseconds < 10_000), JSON.stringify(times));
    } else {
      await assert.rejects(gpu.profile([call]), /offers no timestamp-query/);
    }
    gpu.release([call]);
  }),
);

Deno.test("gpu: what is made all or nothing leaves nothing where it fails, and everything where it does not", async () => {
  using gpu = await openGpu();
  const kept = gpu.createBuffer("kept", 16);
  const failing = (inner: boolean) => () =>
    gpu.allOrNothing(() => {
      gpu.createBuffer("outer", 16);
      gpu.allOrNothing(() => gpu.createBuffer("inner", 16));
      if (inner) gpu.allOrNothing(() => gpu.createBuffer("too large", 2 ** 40));
      throw new Error("no");
    });
  assert.throws(failing(true), GpuLimitError);
  assert.throws(failing(false), /no/);
  assert.equal(gpu.memory.buffers, 1);
  const made = gpu.allOrNothing(() => [gpu.createBuffer("a", 16), gpu.createBuffer("b", 16)]);
  assert.throws(failing(false), /no/);
  assert.equal(gpu.memory.buffers, 3);
  for (const buffer of [kept, ...made]) buffer.dispose();
  assert.equal(gpu.memory.buffers, 0);
});

Deno.test("gpu: what is made all or nothing may not be asynchronous: that is refused, and what it made so far given back", async () => {
  using gpu = await openGpu();
  const make = async () => {
    gpu.createBuffer("early", 16);
    await Promise.resolve();
    throw new Error("no"); // nobody waits for it any more: it may not end the process
  };
  const kept: GpuBuffer[] = [];
  const promise = () => {
    kept.push(gpu.allOrNothing(() => gpu.createBuffer("inner", 16)));
    return Promise.resolve();
  };
  const thenable = () => {
    gpu.createBuffer("x", 16);
    return { then: () => {} };
  };
  for (const attempt of [make, promise, thenable] as (() => unknown)[]) {
    assert.throws(() => gpu.allOrNothing(attempt), {
      name: "TypeError",
      message: /^allOrNothing was given a function that returns a promise, expected .*Remedy: await/,
    });
    assert.deepEqual([gpu.memory.buffers, gpu.memory.bytes], [0, 0]);
  }
  assert(kept[0].disposed);
  // @ts-expect-error The compiler says so too.
  assert.throws(() => gpu.allOrNothing(make), TypeError);
  await new Promise((resolve) => setTimeout(resolve));
  const { then } = gpu.allOrNothing(() => ({ then: gpu.createBuffer("y", 16) })); // no promise
  assert.equal(gpu.memory.buffers, 1);
  then.dispose();
});

Deno.test(
  "gpu: more calls are profiled than go into one set of queries",
  withGpu(async (gpu) => {
    using x = gpu.upload("x", new Float32Array(4));
    const call = gpu.prepare(scale, { x, count: 4, factor: 1 }, [1, 1, 1]);
    const calls = Array.from({ length: 2 * 2048 + 3 }, (_, n) => ({ ...call, part: String(n) }));
    const times = await gpu.profile(calls);
    assert.deepEqual(times.map(({ part }) => part), calls.map(({ part }) => part));
    assert(times.every(({ milliseconds }) => milliseconds >= 0 && milliseconds < 1e5));
    gpu.release([call]);
  }),
);
