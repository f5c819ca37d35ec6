/**
 * Kernels with long loops at the largest size that they declare as safe, and one size more. A software adapter ends an invocation's loops in
 * silence: what is declared too small shows in the result, and nowhere else.
 */
import assert from "node:assert/strict";
import type { GpuArray } from "../../gpu/buffer.ts";
import { GpuLimitError } from "../../gpu/errors.ts";
import { withTextures } from "../../gpu/call.ts";
import type { Kernel } from "../../gpu/kernel.ts";
import { MOST_ROUNDS } from "../../gpu/rounds.ts";
import { byWeightKernel, correlateKernel, sumSlicesKernel } from "../../kernels/convolution/direct.ts";
import { denseByBiasKernel, denseProductKernel } from "../../kernels/dense/mod.ts";
import { rangeKernel } from "../../kernels/augmentation/mod.ts";
import { meanKernel, softmaxCrossEntropyKernel } from "../../kernels/loss/mod.ts";
import { quadrantForwardKernel } from "../../kernels/pool/mod.ts";
import { gradCamKernel, strongestKernel } from "../../kernels/response/mod.ts";
import { sparseByInputKernel, sparseByWeightKernel } from "../../kernels/sparse/mod.ts";
import { productsOf, scaleKernel } from "../../kernels/winograd/kernels.ts";
import { assertClose } from "../support/compare.ts";
import { kernels } from "../support/every_kernel.ts";
import { withGpu } from "../support/gpu.ts";

/** A kernel whose loops grow with a size n, in one workgroup. */
interface Case {
  kernel: Kernel;
  /** What n is. */
  size: string;
  parameters(n: number): Record<string, number>;
  /** What the kernel reads; the other bindings are outputs of `words`, of four where none are named. */
  data(n: number): Record<string, GpuArray>;
  words?(n: number): Record<string, number>;
  /** One element of a result, and what a loop that is cut off would not reach. */
  expected(n: number): [buffer: string, index: number, value: number];
}

// Sums of ones are exact in float32, and every addition that is left out shows.
const ones = (count: number) => new Float32Array(count).fill(1);
const ramp = (count: number) => new Float32Array(count).map((_, index) => index);
const zeros = (count: number) => new Uint32Array(count);
const untyped = (kernel: unknown) => kernel as Kernel;
const one = { images: 1, height: 1, width: 1 };

const correlate = (filter_side: number): Case => ({
  kernel: untyped(correlateKernel),
  size: `inputs, ${filter_side}x${filter_side}`,
  parameters: (inputs) => ({ ...one, inputs, outputs: 1, filter_side }),
  data: (n) => ({ x: ones(n), w: ones(n * filter_side ** 2) }),
  expected: (n) => ["y", 0, n],
});

const byWeight = (width: number): Case => ({
  kernel: untyped(byWeightKernel),
  size: `images of 1x${width}`,
  parameters: (n) => ({
    ...{ images: n, inputs: 1, outputs: 1, height: 1, width, filter_side: 1 },
    ...{ slices: 1, rows_per_slice: n },
  }),
  data: (n) => ({ x: ones(n * width), dy: ones(n * width), argmax: zeros(4) }),
  expected: (n) => ["partial", 0, n * width],
});

const quadrant = (size: string, window: (n: number) => [height: number, width: number]): Case => ({
  kernel: untyped(quadrantForwardKernel),
  size,
  parameters: (n) => {
    const [height, width] = window(n);
    return { planes: 1, height, width, window_height: height, window_width: width };
  },
  data: (n) => ({ x: ramp(window(n)[0] * window(n)[1]) }),
  expected: (n) => ["y", 0, window(n)[0] * window(n)[1] - 1],
});

const gradCam = (windows: number): Case => ({
  kernel: untyped(gradCamKernel),
  size: `filters of ${windows} windows`,
  parameters: (filters) => ({ ...one, filters, windows }),
  data: (n) => ({ x: ones(n), dy: ones(n * windows) }),
  expected: (n) => ["y", 0, n * windows],
});

const sparse = { inputs: 4, height: 1, width: 1 };

const sparseByWeight = (cells: number): Case => ({
  kernel: untyped(sparseByWeightKernel),
  size: `images of ${cells} cells`,
  parameters: (images) => ({ ...sparse, images, outputs: 1, cells }),
  data: (n) => ({ x: ones(n * 25 * 4), dy: ones(n * cells), argmax: zeros(n * cells) }),
  words: () => ({ dw: 100 }),
  expected: (n) => ["dw", 99, n * cells],
});

const sparseByInput = (cells: number): Case => ({
  kernel: untyped(sparseByInputKernel),
  size: `outputs of ${cells} cells`,
  parameters: (outputs) => ({ ...sparse, images: 1, outputs, cells }),
  data: (n) => ({ dy: ones(n * cells), argmax: zeros(n * cells), w: ones(n * 25 * 4) }),
  words: () => ({ y: 25 * 4 }),
  expected: (n) => ["y", 99, n * cells],
});

const cases: Case[] = [
  ...[1, 3, 5].map(correlate),
  ...[1, 40].map(byWeight),
  {
    kernel: untyped(sumSlicesKernel),
    size: "slices",
    parameters: (slices) => ({ count: 1, slices }),
    data: (n) => ({ x: ones(n) }),
    expected: (n) => ["y", 0, n],
  },
  {
    kernel: untyped(denseProductKernel),
    size: "depth",
    parameters: (depth) => ({ rows: 1, columns: 1, depth, a_row: 0, a_depth: 1, b_column: 0, b_depth: 1 }),
    data: (n) => ({ a: ones(n), b: ones(n), bias: ones(1) }),
    expected: (n) => ["z", 0, n],
  },
  {
    kernel: untyped(denseByBiasKernel),
    size: "rows",
    parameters: (rows) => ({ rows, columns: 1 }),
    data: (n) => ({ dy: ones(n) }),
    expected: (n) => ["db", 0, n],
  },
  quadrant("height of a window 1 wide", (n) => [n, 1]),
  quadrant("height of a window 30 wide", (n) => [n, 30]),
  quadrant("width of a window 1 high", (n) => [1, n]),
  ...[1, 4].map(gradCam),
  {
    kernel: untyped(strongestKernel),
    size: "height of a map 64 wide",
    parameters: (height) => ({ images: 1, filters: 1, height, width: 64 }),
    data: (n) => ({ x: ramp(64 * n), argmax: zeros(4), chosen: zeros(4) }),
    expected: (n) => ["value", 0, 64 * n - 1],
  },
  {
    kernel: untyped(rangeKernel),
    size: "64s of pixels",
    parameters: (n) => ({ samples: 1, pixels: 64 * n }),
    data: (n) => ({ x: ramp(64 * n) }),
    expected: (n) => ["range", 1, 64 * n - 1],
  },
  {
    kernel: untyped(softmaxCrossEntropyKernel),
    size: "classes",
    parameters: (classes) => ({ samples: 1, classes, first_sample: 0, scale: 1 }),
    data: (n) => ({ x: new Float32Array(n), labels: zeros(1) }),
    words: (n) => ({ y: n, dx: n }),
    expected: (n) => ["y", n - 1, 1 / n],
  },
  {
    kernel: untyped(meanKernel),
    size: "64s of samples",
    parameters: (n) => ({ samples: 64 * n, slots: 1 }),
    data: (n) => ({ clock: zeros(1), result: ones(2 * 64 * n), status: zeros(1) }),
    expected: () => ["ring", 0, 1],
  },
  ...[1, 4].map(sparseByWeight),
  ...[1, 4].map(sparseByInput),
  {
    kernel: untyped(sparseByInputKernel),
    size: "height of an image 1 wide",
    parameters: (height) => ({ ...sparse, images: 1, outputs: 1, height, cells: 1 }),
    // At the last pixel, which the first loop has to clear.
    data: (n) => ({ dy: ones(1), argmax: new Uint32Array([n - 1]), w: ones(100) }),
    words: (n) => ({ y: (n + 4) * 5 * 4 }),
    expected: (n) => ["y", (n + 4) * 5 * 4 - 1, 1],
  },
  {
    kernel: untyped(scaleKernel),
    size: "64s of a part",
    parameters: (n) => ({ count: 64 * n, part: 64 * n, first: 0, factor: 1 }),
    data: (n) => ({ x: ramp(64 * n) }),
    expected: (n) => ["y", 0, 64 * n - 1],
  },
  // The first of the 64 products is compared: the others read past the operands, which gives whatever is there, and would need 500 MiB.
  ...Object.values(productsOf.float32).map(untyped).map((kernel): Case => ({
    kernel,
    size: "depth",
    parameters: (depth) => ({ depth, rows: 32, columns: 16 }),
    data: (n) => ({ a: ones(32 * n), b: ones(16 * n) }),
    words: () => ({ z: 64 * 32 * 16 }),
    expected: (n) => ["z", 32 * 16 - 1, n],
  })),
];

/** The largest n whose rounds are not refused. */
function largestSize({ kernel, parameters }: Case): number {
  let fits = 1, refused = 2 ** 17;
  while (refused - fits > 1) {
    const n = Math.floor((fits + refused) / 2);
    if (kernel.rounds!(parameters(n)) <= MOST_ROUNDS) fits = n;
    else refused = n;
  }
  return fits;
}

for (const given of cases) {
  const { kernel, size, parameters, data, words, expected } = given;
  const n = largestSize(given);
  Deno.test(
    `rounds: ${kernel.name} makes all of them for ${n} ${size}, and one more is refused where they would be cut off`,
    withGpu(async (gpu, buffers) => {
      const [name, index, value] = expected(n);
      const inputs = Object.entries(data(n)).map(([name, data]) => [name, buffers.input(name, data)]);
      const bound = Object.fromEntries(inputs);
      for (const name of Object.keys(kernel.bindings)) bound[name] ??= buffers.output(name, words?.(n)[name] ?? 4);
      const textures = Object.entries(kernel.bindings).filter(([, access]) => access === "texture")
        .map(([name]) => ({ buffer: bound[name], byteLength: bound[name].byteLength & ~15 }));
      for (const { buffer } of textures) gpu.addTexture(buffer);
      buffers.run([withTextures(gpu.prepare(kernel, { ...bound, ...parameters(n) } as never, [1, 1, 1]), textures)]);
      assertClose([(await buffers.floats(bound[name]))[index]], [value], 1e-5, `${name}[${index}]`);

      const more = () => gpu.release([gpu.prepare(kernel, { ...bound, ...parameters(n + 1) } as never, [1, 1, 1])]);
      if (!gpu.adapter.software) return more();
      assert.throws(more, (error) => {
        assert(error instanceof GpuLimitError, `${error}`);
        assert(error.message.startsWith(`kernel ${kernel.name}: `), error.message);
        assert.match(error.message, /\d+ rounds of loops .*Remedy: use smaller sizes/);
        return true;
      });
    }),
  );
}

Deno.test("rounds: every kernel that declares some is in the table", () => {
  const declared = kernels.filter((kernel) => kernel.rounds).map(({ name }) => name);
  assert.deepEqual([...new Set(cases.map(({ kernel }) => kernel.name))].toSorted(), declared.toSorted());
});
