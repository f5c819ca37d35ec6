/** Kernels that do not compile, are at odds with what the host declares of them, or are asked for more than an adapter does. */
import assert from "node:assert/strict";
import type { Gpu } from "../../gpu/device.ts";
import { GpuError, GpuLimitError, GpuValidationError, ShaderError } from "../../gpu/errors.ts";
import { type Grid, gridFor, type Kernel } from "../../gpu/kernel.ts";
import { MOST_ROUNDS } from "../../gpu/rounds.ts";
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

Deno.test(
  "gpu: a fault in a file that kernels share is named by that file and its line",
  withGpu(async (gpu) => {
    const good = { name: "tests/good", code: "fn twice(x: f32) -> f32 {\n  return 2.0 * x;\n}" };
    const bad = { name: "tests/bad", code: "// Nothing.\nfn thrice(x: f32) -> f32 {\n  return 3.0 * y;\n}\n" };
    for (const shared of [[bad], [good, bad], [bad, good]]) {
      queue(gpu, { ...scale, shared });
      await assert.rejects(gpu.settled(), (error) => {
        assert(error instanceof ShaderError, `${error}`);
        assert.deepEqual([error.kernel, error.line], ["tests/scale", 3]);
        assert.match(
          error.message,
          /^kernel tests\/scale, line 3 of tests\/bad: [^]*Remedy: .*tests\/bad.wgsl at line 3/,
        );
        return true;
      });
    }
    queue(gpu, { ...scale, shared: [good] });
    await gpu.settled();
    await assertWorks(gpu);
  }),
);

Deno.test(
  "gpu: a driver that fails on a shader that is right is a ShaderError too, whatever it calls its error",
  withGpu(async (gpu) => {
    const { device } = gpu, filters: string[] = [];
    const [push, pop] = [device.pushErrorScope.bind(device), device.popErrorScope.bind(device)];
    for (const kind of ["internal", "out-of-memory"]) {
      device.pushErrorScope = (filter) => (filters.push(filter), push(filter));
      device.popErrorScope = async () => {
        const filter = filters.pop();
        return await pop() ?? (filter === kind ? { message: "the compiler gave up" } as GPUError : null);
      };
      // Compiles and runs nothing else in the meantime.
      const call = { ...scale, name: `tests/${kind}` };
      try {
        queue(gpu, call);
      } finally {
        Object.assign(device, { pushErrorScope: push, popErrorScope: pop });
      }
      const error = await gpu.settled().then(() => undefined, (error) => error);
      assert(error instanceof GpuError, `${error}`);
      if (kind === "internal") {
        assert(error instanceof ShaderError, `${error}`);
        assert.match(error.message, /^kernel tests\/internal: the compiler gave up/);
      }
    }
    await assertWorks(gpu);
  }),
);

Deno.test(
  "gpu: loops longer than a software adapter runs are a GpuLimitError that names kernel and rounds",
  withGpu(async (gpu) => {
    const long = { ...scale, rounds: ({ count }: { count: number }) => MOST_ROUNDS - 3 + count };
    const attempt = (count: number) => {
      using x = gpu.upload("x", new Float32Array(4));
      gpu.release([gpu.prepare(long, { x, count, factor: 2 }, [1, 1, 1])]);
    };
    attempt(3);
    if (gpu.adapter.software) {
      assert.throws(() => attempt(4), (error) => {
        assert(error instanceof GpuLimitError, `${error}`);
        assert.match(error.message, /kernel tests\/scale: 65001 rounds of loops .*at most 65000 .*Remedy/);
        return true;
      });
    } else attempt(4);
    await assertWorks(gpu);
  }),
);

Deno.test(
  "gpu: a parameter that is missing or not of its type, or a missing buffer, is a GpuError that names it",
  withGpu(async (gpu) => {
    using x = gpu.upload("x", new Float32Array(4));
    const cases: [values: Record<string, unknown>, message: RegExp][] = [
      [{ x, factor: 2 }, /kernel tests\/scale: count is undefined, expected a number of type u32/],
      [{ x, count: 1.5, factor: 2 }, /count is 1.5/],
      [{ x, count: -1, factor: 2 }, /count is -1/],
      [{ x, count: 2 ** 32, factor: 2 }, /count is 4294967296/],
      [{ x, count: 4, factor: NaN }, /factor is NaN, expected a number of type f32/],
      [{ x, count: 4, factor: 1e39 }, /factor is 1e\+39/],
      [{ count: 4, factor: 2 }, /kernel tests\/scale: x has no buffer/],
    ];
    const { buffers } = gpu.memory;
    for (const [values, message] of cases) {
      assert.throws(() => gpu.prepare(scale, values as never, [1, 1, 1]), { name: "GpuError", message });
    }
    assert.equal(gpu.memory.buffers, buffers);
    await assertWorks(gpu);
  }),
);
