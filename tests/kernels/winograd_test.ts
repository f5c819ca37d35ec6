/** Convolution by Winograd's F(4x4, 5x5) against the float64 definition, with both matrix products, in one piece and in several. */
import assert from "node:assert/strict";
import { GpuLimitError } from "../../gpu/errors.ts";
import {
  convolutionByInput,
  convolutionByWeight,
  convolutionForward,
  type ConvolutionShape,
  storageFor,
  Workspace,
} from "../../kernels/convolution/mod.ts";
import { product } from "../../kernels/winograd/mod.ts";
import { scaleOf } from "../../kernels/winograd/scales.ts";
import * as reference from "../reference/convolution.ts";
import {
  checkConvolution,
  checkGradients,
  type ConvolutionCase,
  drawTensors,
  nameOf,
  shapeOf,
} from "../support/convolution_check.ts";
import { assertClose } from "../support/compare.ts";
import { withGpu } from "../support/gpu.ts";
import { Random } from "../support/random.ts";

// The transforms subtract numbers up to 32 times as large as the result: measured up to 1e-5 of the largest output.
const close = { method: "winograd", tolerance: 2e-5 } as const;
// Float16 has 2^-11 of rounding where float32 has 2^-24, and the same transforms: measured up to 1.7e-2 of the largest output.
const coarse = { method: "winograd-float16", tolerance: 2.5e-2 } as const;
const whole = 2 ** 22;
const oneImage = 1;

const shapes = [
  shapeOf(1, [1, 1], [1, 1], 5),
  shapeOf(3, [1, 1], [3, 5], 5),
  shapeOf(2, [3, 5], [7, 4], 5),
  shapeOf(1, [3, 5], [13, 11], 5),
  shapeOf(2, [17, 33], [9, 6], 5),
  shapeOf(3, [33, 17], [5, 12], 5),
  shapeOf(5, [2, 65], [13, 9], 5),
];
// Two images at a time of five: two whole pieces and a rest.
const pairs = 2 * 64 * 4 * 96 * 12;

const casesOf = (way: typeof close | typeof coarse, shapes: ConvolutionShape[]): ConvolutionCase[] =>
  shapes.flatMap((shape) =>
    (["registers", "tiled"] as const).flatMap((product) =>
      [whole, ...(shape.images > 1 ? [shape.images === 5 ? pairs : oneImage] : [])].map((chunkBytes) => ({
        shape,
        product,
        chunkBytes,
        ...way,
      }))
    )
  );
// With fewer than 16 channels float16 is not used.
const wide = [
  shapeOf(1, [16, 16], [1, 1], 5),
  shapeOf(2, [17, 33], [9, 6], 5),
  shapeOf(3, [33, 17], [5, 12], 5),
  shapeOf(5, [16, 65], [13, 9], 5),
];

for (const given of [...casesOf(close, shapes), ...casesOf(coarse, wide)]) {
  Deno.test(`winograd: ${nameOf(given)}`, withGpu((gpu, buffers) => checkConvolution(gpu, buffers, given)));
}

Deno.test(
  "winograd: gradients through ReLU and pooling are those of central differences",
  withGpu(async (gpu, buffers) => {
    const shape = shapeOf(3, [2, 3], [7, 6], 5);
    await checkGradients(gpu, buffers, { shape, product: "tiled", chunkBytes: oneImage, ...close });
  }),
);

Deno.test(
  "winograd: float16 is as exact for operands of any size",
  withGpu(async (gpu, buffers) => {
    const shape = shapeOf(2, [17, 33], [9, 6], 5);
    const { x, w, dy } = drawTensors(shape, 4);
    const workspace = buffers.own(new Workspace(gpu, [shape], { method: "winograd-float16" }));
    const run = async (of: [number, number, number]) => {
      const [X, W, DY] = [x, w, dy].map((values, n) => buffers.input("operand", values.map((value) => value * of[n])));
      const [y, dx, dw] = [dy, x, w].map(({ length }) => buffers.output("result", length));
      const { method } = coarse;
      buffers.run([
        ...convolutionForward(gpu, workspace, shape, { x: X, w: W, y }, { method }),
        ...convolutionByInput(gpu, workspace, shape, { dy: DY, w: W, dx }, { method }),
        ...convolutionByWeight(gpu, workspace, shape, { x: X, dy: DY, dw }, { method }),
      ]);
      return await Promise.all([y, dx, dw].map((buffer) => buffers.floats(buffer)));
    };
    const [y, dx, dw] = await run([1, 1, 1]);
    // Powers of two, so that every digit must be the same.
    for (const [a, b, c] of [[2 ** 20, 2 ** -12, 2 ** -24], [2 ** -30, 2 ** 8, 2 ** 16]]) {
      const scaled = await run([a, b, c]);
      assert.deepEqual(scaled[0], y.map((value) => value * a * b), "forward");
      assert.deepEqual(scaled[1], dx.map((value) => value * b * c), "by input");
      assert.deepEqual(scaled[2], dw.map((value) => value * a * c), "by weight");
    }
    const zeros = await run([0, 1, 1]);
    assert(zeros[0].every((value) => value === 0) && zeros[2].every((value) => value === 0), "zeros");
  }),
);

Deno.test(
  "winograd: float16 holds the largest sums that thousands of channels can have",
  withGpu(async (gpu, buffers) => {
    const shape = shapeOf(1, [3000, 16], [8, 8], 5);
    // The signs of the row of B^T with the largest magnitudes, as the first tile meets it: every product of its element 45 is positive.
    const signs = [1, -1, -1, 1, 1, 1, 1, 1];
    const x = new Float32Array(3000 * 64).map((_, at) => 1.99 * signs[(at >> 3) % 8] * signs[at % 8]);
    const w = new Float32Array(16 * 3000 * 25).fill(1.99);
    const { method } = coarse;
    const workspace = buffers.own(new Workspace(gpu, [shape], { method }));
    const y = buffers.output("y", 16 * 64);
    const bound = { x: buffers.input("x", x), w: buffers.input("w", w), y };
    buffers.run(convolutionForward(gpu, workspace, shape, bound, { method }));
    assertClose(await buffers.floats(y), reference.forward(shape, x, w), coarse.tolerance, "y");
  }),
);

Deno.test(
  "winograd: a scale is that of the largest magnitude, wherever it is",
  withGpu(async (gpu, buffers) => {
    const random = new Random(6);
    const shape = shapeOf(1, [16, 16], [8, 8], 5);
    const workspace = buffers.own(new Workspace(gpu, [shape], { method: "winograd-float16" }));
    for (const count of [1, 63, 64, 65, 1000, 65536, 65537, 200001]) {
      for (const [operand, slot] of [["first", 0], ["second", 1]] as const) {
        for (const at of new Set([0, count - 1, random.integers(1, count)[0]])) {
          const x = random.normal(count + 1).map((value) => 1e-3 * value);
          x[at] = -3; // 2^1 and a half
          x[count] = 1000; // is not looked at
          buffers.spoil(workspace.scales, workspace.largest);
          buffers.run(scaleOf(gpu, workspace, operand, buffers.input("x", x), count, 1 / 4));
          const scales = await gpu.read(workspace.scales, Float32Array);
          const found = [scales[slot], scales[slot + 2]];
          assert.deepEqual(found, [1 / 32, 32], `${operand} of ${count}, the largest at ${at}`);
        }
      }
    }
  }),
);

Deno.test(
  "winograd: float16 is refused where the adapter has none, with what helps",
  withGpu(async (gpu) => {
    const without = { adapter: gpu.adapter, device: { features: new Set() } as unknown as GPUDevice };
    assert.equal(storageFor(without, "auto"), "float32");
    assert.throws(
      () => storageFor(without, "winograd-float16"),
      (error) => error instanceof GpuLimitError && /has no float16 .*Remedy: use "auto"/.test(error.message),
    );
    await gpu.settled();
  }),
);

Deno.test(
  "winograd: both matrix products, at sizes beside their tiles, replacing and adding",
  withGpu(async (gpu, buffers) => {
    const random = new Random(3);
    for (const [depth, rows, columns] of [[1, 32, 16], [7, 32, 48], [8, 96, 64], [9, 64, 80], [33, 160, 16]]) {
      const a = random.normal(64 * depth * rows), b = random.normal(64 * depth * columns);
      const held = random.normal(64 * rows * columns);
      const expected = Float64Array.from(held, (_, index) => {
        const j = index % columns, i = Math.floor(index / columns) % rows, e = Math.floor(index / (columns * rows));
        let sum = 0;
        for (let d = 0; d < depth; d++) sum += a[(e * depth + d) * rows + i] * b[(e * depth + d) * columns + j];
        return sum;
      });
      const bound = { a: buffers.input("a", a), b: buffers.input("b", b) };
      for (const kind of ["registers", "tiled"] as const) {
        for (const accumulate of [false, true]) {
          const z = accumulate ? buffers.input("z", held) : buffers.output("z", held.length);
          buffers.run([product(gpu, { ...bound, z }, { depth, rows, columns }, { kind, accumulate })]);
          const wanted = accumulate ? expected.map((value, i) => value + held[i]) : expected;
          const what = `${kind}, ${depth} deep, ${rows} x ${columns}, accumulate ${accumulate}`;
          assertClose(await buffers.floats(z), wanted, 2e-6, what);
        }
      }
    }
  }),
);
