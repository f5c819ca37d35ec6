/** Winograd's way with tiles, filters and products stored as float16: as near the float64 definition as that is, at every scale. */
import assert from "node:assert/strict";
import { GpuLimitError } from "../../gpu/errors.ts";
import {
  convolutionByInput,
  convolutionByWeight,
  convolutionForward,
  storageFor,
  Workspace,
} from "../../kernels/convolution/mod.ts";
import { scaleOf } from "../../kernels/winograd/scales.ts";
import * as reference from "../reference/convolution.ts";
import { assertClose } from "../support/compare.ts";
import { checkConvolution, type ConvolutionCase, drawTensors, nameOf, shapeOf } from "../support/convolution_check.ts";
import { withFloat16, withGpu } from "../support/gpu.ts";
import { Random } from "../support/random.ts";

const method = "winograd-float16";
// Float16 rounds by 2^-11 where float32 does by 2^-24, and the transforms magnify both alike: measured up to 1.7e-2 of the largest output.
const tolerance = 2.5e-2;

// With fewer than 16 channels it is not used.
const cases: ConvolutionCase[] = [
  { shape: shapeOf(1, [16, 16], [1, 1], 5), chunkBytes: 2 ** 22 },
  { shape: shapeOf(2, [17, 33], [9, 6], 5), chunkBytes: 2 ** 22 },
  { shape: shapeOf(3, [33, 17], [5, 12], 5), chunkBytes: 1 }, // an image at a time
  { shape: shapeOf(5, [16, 65], [13, 9], 5), chunkBytes: 2 * 64 * 4 * 96 * 12 }, // two at a time: two whole pieces and a rest
].flatMap((given) => (["registers", "tiled"] as const).map((product) => ({ ...given, product, method, tolerance })));

for (const given of cases) {
  Deno.test(`winograd: ${nameOf(given)}`, withFloat16((gpu, buffers) => checkConvolution(gpu, buffers, given)));
}

Deno.test(
  "winograd: float16 is as exact for operands of any size",
  withFloat16(async (gpu, buffers) => {
    const shape = shapeOf(2, [17, 33], [9, 6], 5);
    const { x, w, dy } = drawTensors(shape, 4);
    const workspace = buffers.own(new Workspace(gpu, [shape], { method }));
    const run = async (of: [number, number, number]) => {
      const [X, W, DY] = [x, w, dy].map((values, n) => buffers.input("operand", values.map((value) => value * of[n])));
      const [y, dx, dw] = [dy, x, w].map(({ length }) => buffers.output("result", length));
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

// Beside twice 611, from where on the filters are scaled down once more.
for (const channels of [611, 1222, 1240]) {
  Deno.test(
    `winograd: float16 holds the largest sum that ${channels} channels can have`,
    withFloat16(async (gpu, buffers) => {
      const shape = shapeOf(1, [channels, 16], [12, 12], 5);
      // The middle tile sees pixels 2 to 9 with the signs of B^T's row of the largest magnitudes, 0 2 4 -5/2 -5 1/2 1 0, down and across; the
      // largest numbers below a power of two. So every product of its element 45 is positive, and as large as it can be.
      const signs = [1, 1, 1, 1, 1, -1, -1, 1, 1, 1, 1, 1];
      const x = new Float32Array(channels * 144).map((_, at) =>
        1.999 * signs[Math.floor(at / 12) % 12] * signs[at % 12]
      );
      const w = new Float32Array(16 * channels * 25).fill(1.999);
      const workspace = buffers.own(new Workspace(gpu, [shape], { method }));
      const y = buffers.output("y", 16 * 144);
      const bound = { x: buffers.input("x", x), w: buffers.input("w", w), y };
      buffers.run(convolutionForward(gpu, workspace, shape, bound, { method }));
      assertClose(await buffers.floats(y), reference.forward(shape, x, w), tolerance, "y");
    }),
  );
}

Deno.test(
  "winograd: a scale is that of the largest magnitude, wherever it is",
  withFloat16(async (gpu, buffers) => {
    const random = new Random(6);
    const shape = shapeOf(1, [16, 16], [8, 8], 5);
    const workspace = buffers.own(new Workspace(gpu, [shape], { method }));
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
  "winograd: a workspace that stores the other is refused",
  withFloat16(async (gpu, buffers) => {
    const shape = shapeOf(1, [16, 16], [8, 8], 5);
    const [x, w, y] = [1024, 6400, 1024].map((words) => buffers.output("operand", words));
    const refused = (made: "auto" | typeof method, asked: "winograd" | typeof method, message: RegExp) => {
      const workspace = buffers.own(new Workspace(gpu, [shape], { method: made }));
      const bound = { x, w, y, dy: y, dx: x, dw: w };
      for (const way of [convolutionForward, convolutionByInput, convolutionByWeight]) {
        assert.throws(() => way(gpu, workspace, shape, bound, { method: asked }), message);
      }
    };
    refused("auto", method, /method is "winograd-float16", and the workspace stores float32/);
    refused(method, "winograd", /method is "winograd", and the workspace stores float16/);
    await gpu.settled();
  }),
);

Deno.test(
  "winograd: float16 is refused where the adapter has none, with what helps",
  withGpu(async (gpu) => {
    const without = { adapter: gpu.adapter, device: { features: new Set() } as unknown as GPUDevice };
    assert.equal(storageFor(without, "auto"), "float32");
    assert.throws(
      () => storageFor(without, method),
      (error) => error instanceof GpuLimitError && /has no float16 .*Remedy: use "auto"/.test(error.message),
    );
    await gpu.settled();
  }),
);
