/** Kernels that do not compile, are at odds with what the host declares of them, or are asked for more than an adapter does. */
import assert from "node:assert/strict";
import type { Gpu } from "../../gpu/device.ts";
import { GpuLimitError, GpuOutOfMemoryError, GpuValidationError, ShaderError } from "../../gpu/errors.ts";
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

Deno.test(
  "gpu: an extension in front of a shader moves none of its lines, and one that the adapter has not is a ShaderError",
  withGpu(async (gpu) => {
    const wrong = { ...scale, name: "tests/broken", extensions: ["f16" as const] };
    queue(gpu, { ...wrong, code: code.replace("p.factor", "p.count") });
    const has = gpu.device.features.has("shader-f16");
    await assert.rejects(gpu.settled(), (error) => {
      assert.ok(error instanceof ShaderError, `${error}`);
      assert.deepEqual([error.kernel, error.line], ["tests/broken", has ? 7 : 1]);
      return true;
    });
    await assertWorks(gpu);
  }),
);

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
  "gpu: a file that ends too early is named at its last line, not the healthy one behind it",
  withGpu(async (gpu) => {
    const good = {
      name: "tests/good",
      code: "/* Twice. */\n// It is { pure.\n\nfn twice(x: f32) -> f32 {\n  return 2.0 * x;\n}",
    };
    const plain = { name: "tests/plain", code: "fn half(x: f32) -> f32 {\n  return 0.5 * x;\n}\n" };
    const open = code.replace(/\}$/, "// } is missing\n\n"); // 8 lines
    const short = { name: "tests/short", code: "// Thrice.\nfn thrice(x: f32) -> f32 {\n  return 3.0 * x;\n" };
    const half = { name: "tests/constant", code: "const HALF = 0.5" };
    const wrong = { name: "tests/wrong", code: "// Begins with what is no declaration.\nfun twice() {}\n" };
    const cases: [kernel: Partial<Kernel>, line: number, file: string, noticed?: string][] = [
      [{ code: open }, 8, "tests/broken"],
      [{ code: open, shared: [plain] }, 8, "tests/broken", "line 1 of tests/plain"],
      [{ code: open, shared: [good, plain] }, 8, "tests/broken", "line 4 of tests/good"],
      [{ shared: [good, short] }, 3, "tests/short"],
      [{ shared: [short, good] }, 3, "tests/short", "line 4 of tests/good"],
      [{ shared: [half, plain] }, 1, "tests/constant", "line 1 of tests/plain"],
      [{ shared: [wrong] }, 2, "tests/wrong"],
      [{ shared: [good, wrong] }, 2, "tests/wrong"],
    ];
    for (const [kernel, line, file, noticed] of cases) {
      queue(gpu, { ...scale, name: "tests/broken", ...kernel });
      await assert.rejects(gpu.settled(), (error) => {
        assert(error instanceof ShaderError, `${error}`);
        assert.deepEqual([error.kernel, error.line], ["tests/broken", line], error.message);
        const of = file === "tests/broken" ? "" : ` of ${file}`;
        assert(error.message.startsWith(`kernel tests/broken, line ${line}${of}: `), error.message);
        assert(error.message.endsWith(`correct kernels/${file}.wgsl at line ${line} or the declaration beside it.`));
        assert.equal(/ends too early: noticed at (.*), behind it/.exec(error.message)?.[1], noticed, error.message);
        return true;
      });
    }
    await assertWorks(gpu);
  }),
);

Deno.test(
  "gpu: a driver that fails on a shader that is right is a ShaderError too, one without memory for it a GpuOutOfMemoryError",
  withGpu(async (gpu) => {
    const { device } = gpu, filters: string[] = [];
    const push = device.pushErrorScope.bind(device), pop = device.popErrorScope.bind(device);
    const create = device.createComputePipeline.bind(device);
    const failing = [
      [
        "internal",
        { message: "the compiler gave up" } as GPUError,
        ShaderError,
        /^kernel tests\/internal: the compiler/,
      ],
      [
        "out-of-memory",
        new GPUOutOfMemoryError("nothing left"),
        GpuOutOfMemoryError,
        /^kernel tests\/out-of-memory: nothing left\nRemedy: (?!correct)/,
      ],
    ] as const;
    for (const [kind, failure, type, message] of failing) {
      // Only the scopes around the compilation fail, each kind of them once: not those of buffers.
      let compiled = false, failed = 0;
      device.createComputePipeline = (descriptor) => (compiled = true, create(descriptor));
      device.pushErrorScope = (filter) => (filters.push(filter), push(filter));
      device.popErrorScope = async () => {
        const fails = filters.pop() === kind && compiled && failed++ === 0;
        return await pop() ?? (fails ? failure : null);
      };
      try {
        queue(gpu, { ...scale, name: `tests/${kind}` });
      } finally {
        Object.assign(device, { pushErrorScope: push, popErrorScope: pop, createComputePipeline: create });
      }
      await assert.rejects(gpu.settled(), (error) => {
        assert(error instanceof type, `${error}`);
        assert.match(error.message, message);
        return true;
      });
      // It is not kept: what the driver makes of it the next time counts.
      queue(gpu, { ...scale, name: `tests/${kind}` });
      await gpu.settled();
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

Deno.test(
  "gpu: a constant that is no finite number is a GpuError that names kernel, constant and value",
  withGpu(async (gpu) => {
    using x = gpu.upload("x", new Float32Array(4));
    for (const value of [NaN, Infinity, -Infinity, undefined, "1" as unknown as number]) {
      assert.throws(() => gpu.prepare(scale, { x, count: 4, factor: 2 }, [1, 1, 1], { PLUS: value }), {
        name: "GpuError",
        message: new RegExp(`^kernel tests/scale: constant PLUS is ${value}, expected a finite number. Remedy: `),
      });
    }
    await assertWorks(gpu);
  }),
);
