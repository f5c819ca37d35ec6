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
  ShaderError,
} from "../../gpu/errors.ts";
import { type Grid, gridFor, type Kernel } from "../../gpu/kernel.ts";
import { withGpu } from "../support/gpu.ts";
import { assertWorks, code, scale } from "../support/scale_kernel.ts";

/** Queues a kernel that may be at odds with its declaration, on one buffer for every binding. */
function queue(gpu: Gpu, kernel: Kernel, grid: Grid = [1, 1, 1], constants: Record<string, number> = {}): void {
  using x = gpu.upload("x", new Float32Array(4));
  const buffers = Object.fromEntries(Object.keys(kernel.bindings).map((name) => [name, x]));
  const call = gpu.prepare(kernel, { ...buffers, count: 4, factor: 2 } as never, grid, constants);
  gpu.run([call]);
  gpu.release([call]);
}

// The error's message says what is wrong; the second number is the line in the WGSL file.
const broken: [title: string, kernel: Partial<Kernel>, line: number | undefined, message: RegExp][] = [
  ["an unknown name", { code: code.replace("PLUS;", "MINUS;") }, 7, /MINUS/],
  ["a syntax error", { code: code.replace("p: Parameters;", "p: ;") }, 3, /expected/],
  ["a type error", { code: code.replace("p.factor", "p.count") }, 7, /./],
  ["no main", { code: code.replace("fn main", "fn other") }, undefined, /main/],
];
for (const [title, change, line, message] of broken) {
  Deno.test(
    `gpu: ${title} in a shader is a ShaderError with kernel and line at the next await, then all is well`,
    withGpu(async (gpu) => {
      const isIt = (error: unknown) => {
        assert.ok(error instanceof ShaderError, `${error}`);
        assert.deepEqual([error.kernel, error.line], ["tests/broken", line]);
        assert.match(error.message, message);
        assert.match(error.message, /kernel tests\/broken.*[\s\S]*Remedy: correct kernels\/tests\/broken\.wgsl/);
        return true;
      };
      queue(gpu, { ...scale, name: "tests/broken", ...change });
      await assert.rejects(gpu.settled(), isIt);
      await assertWorks(gpu);
      using x = gpu.upload("x", new Float32Array(4));
      queue(gpu, { ...scale, name: "tests/broken", ...change });
      await assert.rejects(gpu.read(x, Float32Array), isIt);
      await assertWorks(gpu);
    }),
  );
}

const disagreeing: [title: string, kernel: Partial<Kernel>, constants?: Record<string, number>][] = [
  ["an access that is not the shader's", { bindings: { x: "read" } }],
  ["a binding that the shader has not", { bindings: { x: "write", y: "write" } }],
  ["no parameters where the shader has some", { parameters: {} }],
  ["a constant that the shader has not", {}, { FISH: 1 }],
];
for (const [title, change, constants] of disagreeing) {
  Deno.test(
    `gpu: a declaration with ${title} is a ShaderError`,
    withGpu(async (gpu) => {
      queue(gpu, { ...scale, name: "tests/disagreeing", ...change }, [1, 1, 1], constants);
      await assert.rejects(
        gpu.settled(),
        (error) => error instanceof ShaderError && error.kernel === "tests/disagreeing",
      );
      await assertWorks(gpu);
    }),
  );
}

Deno.test(
  "gpu: a parameter struct longer than what is declared is a GpuValidationError that names the kernel",
  withGpu(async (gpu) => {
    queue(gpu, { ...scale, name: "tests/longer", code: code.replace("count: u32", "a: vec4f, b: vec4f, count: u32") });
    await assert.rejects(
      gpu.settled(),
      (error) => error instanceof GpuValidationError && /tests\/longer/.test(error.message),
    );
    await assertWorks(gpu);
  }),
);

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

Deno.test(
  "gpu: too many workgroups in a dimension are a GpuLimitError that names the kernel",
  withGpu(async (gpu) => {
    const limit = gpu.limits.maxComputeWorkgroupsPerDimension;
    for (const grid of [[limit + 1, 1, 1], [1, limit + 1, 1], [1, 1, limit + 1], [NaN, 1, 1], [-1, 1, 1]] as const) {
      assert.throws(
        () => queue(gpu, scale, grid),
        (error) => error instanceof GpuLimitError && /tests\/scale/.test(error.message),
      );
    }
    await assertWorks(gpu);
    assert.deepEqual(gridFor(64 * 65535), [65535, 1, 1]);
    assert.deepEqual(gridFor(64 * 65535 + 1), [32768, 2, 1]);
    assert.deepEqual(gridFor(0), [1, 1, 1]);
    assert.throws(() => gridFor(2 ** 40), GpuLimitError);
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
