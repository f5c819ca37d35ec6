/** Convolution by direct summation against the float64 definition. */
import assert from "node:assert/strict";
import { MOST_ROUNDS } from "../../gpu/rounds.ts";
import { byWeightKernel } from "../../kernels/convolution/direct.ts";
import {
  convolutionByInput,
  convolutionByWeight,
  convolutionForward,
  methodFor,
  outputCells,
  slices,
  winogradPlan,
  Workspace,
} from "../../kernels/convolution/mod.ts";
import { packPositions } from "../reference/pool.ts";
import {
  checkConvolution,
  checkGradients,
  type ConvolutionCase,
  drawTensors,
  shapeOf,
} from "../support/convolution_check.ts";
import { withGpu } from "../support/gpu.ts";

// Float32 rounding of sums of up to a few hundred products.
const exact = { method: "direct", tolerance: 5e-6 } as const;

const cases: ConvolutionCase[] = [
  shapeOf(1, [1, 1], [1, 1], 1),
  shapeOf(1, [1, 1], [1, 1], 5),
  shapeOf(1, [1, 1], [2, 2], 3),
  shapeOf(2, [3, 2], [7, 5], 1),
  shapeOf(1, [2, 3], [5, 9], 3),
  shapeOf(3, [5, 7], [6, 11], 3),
  shapeOf(1, [1, 5], [13, 3], 5),
  shapeOf(2, [3, 5], [9, 10], 5),
  shapeOf(1, [17, 33], [8, 8], 5),
  shapeOf(2, [2, 3], [11, 12], 7),
  shapeOf(1, [2, 2], [5, 4], 11), // taps in three groups of five, wider than the image
  shapeOf(2, [1, 4], [16, 64], 5), // exactly a workgroup forward
  shapeOf(1, [1, 4], [20, 8 * 13], 5), // 65 invocations forward: one more than a workgroup
  shapeOf(5, [2, 9], [18, 21], 5), // several workgroups, in a batch
].map((shape) => ({ shape, ...exact }));

for (const given of cases) {
  const { images, inputs, outputs, height, width, filter } = given.shape;
  const title = `convolution: direct, ${images} x ${inputs} -> ${outputs}, ${height}x${width}, ${filter}x${filter}`;
  Deno.test(title, withGpu((gpu, buffers) => checkConvolution(gpu, buffers, given)));
}

Deno.test(
  "convolution: direct gradients through ReLU and pooling are those of central differences",
  withGpu(async (gpu, buffers) => {
    for (const shape of [shapeOf(2, [2, 3], [7, 6], 5), shapeOf(1, [3, 5], [4, 9], 3)]) {
      await checkGradients(gpu, buffers, { shape, ...exact });
    }
  }),
);

Deno.test("convolution: winograd is chosen for 5x5 with enough channels, and refused otherwise", () => {
  const shape = shapeOf(1, [16, 16], [8, 8], 5);
  assert.equal(methodFor(shape), "winograd");
  assert.equal(methodFor(shape, "direct"), "direct");
  assert.equal(methodFor({ ...shape, inputs: 15 }), "direct");
  assert.equal(methodFor({ ...shape, outputs: 15 }), "direct");
  assert.equal(methodFor({ ...shape, filter: 3 }), "direct");
  assert.equal(methodFor({ ...shape, inputs: 1 }, "winograd"), "winograd");
  assert.throws(() => methodFor({ ...shape, filter: 3 }, "winograd"), RangeError);
  assert.throws(() => methodFor({ ...shape, filter: 4 }), /filter is 4, expected an odd side/);
});

Deno.test("convolution: slices cover every row of blocks once, below a software adapter's loop limit", () => {
  for (const images of [1, 3, 64, 1000]) {
    for (const [height, width] of [[1, 1], [96, 96], [13, 50000], [4, 200000]]) {
      const shape = shapeOf(images, [1, 64], [height, width], 5);
      const { count, rows, most } = slices(shape);
      const blockRows = images * Math.ceil(height / 4);
      assert.ok(count * rows >= blockRows && (count - 1) * rows < blockRows);
      const parameters = { ...shape, filter_side: 5, slices: count, rows_per_slice: rows };
      assert.ok(byWeightKernel.rounds!(parameters) <= MOST_ROUNDS);
      assert.ok(most >= count && most >= slices({ ...shape, images: Math.ceil(images / 2) }).count);
    }
  }
});

Deno.test("convolution: a plan's tiles stay within the bytes, or hold one image", () => {
  const shape = shapeOf(64, [64, 128], [48, 48], 5);
  const { chunk, tiles } = winogradPlan(shape, 8 * 2 ** 20);
  assert.ok(chunk >= 1 && tiles % 16 === 0 && 64 * 4 * 128 * chunk * 144 <= 8 * 2 ** 20);
  assert.deepEqual(winogradPlan(shape, 1), { chunk: 1, tiles: 144 });
  assert.equal(winogradPlan({ ...shape, images: 2 }, 2 ** 30).chunk, 2);
});

Deno.test(
  "convolution: pooling without an argmax buffer is refused",
  withGpu(async (gpu, buffers) => {
    const shape = shapeOf(1, [1, 2], [6, 8], 5);
    assert.equal(outputCells(shape), 8);
    const workspace = buffers.own(new Workspace(gpu, [shape]));
    const [x, w, y] = ["x", "w", "y"].map((name) => buffers.output(name, 96));
    assert.throws(
      () => convolutionForward(gpu, workspace, shape, { x, w, y }, { pool: true }),
      /argmax buffer of 8 words/,
    );
    await gpu.settled();
  }),
);

Deno.test(
  "convolution: textures give the bytes that buffers give, in every direction",
  withGpu(async (gpu, buffers) => {
    for (
      const [method, shape] of [
        ["winograd", shapeOf(5, [17, 33], [10, 6], 5)],
        ["winograd", shapeOf(2, [3, 65], [13, 11], 5)],
        ["direct", shapeOf(2, [1, 7], [17, 12], 5)],
        ["direct", shapeOf(3, [5, 3], [9, 10], 3)],
      ] as const
    ) {
      const tensors = drawTensors(shape, 5);
      const input = (name: "w" | "dy" | "dyPooled" | "held") => buffers.input(name, tensors[name]);
      const [w, dy, dyPooled] = [input("w"), input("dy"), input("dyPooled")];
      const argmax = buffers.input("argmax", packPositions(tensors.map, tensors.position));
      const results: Uint32Array[][] = [];
      for (const loads of ["buffers", "textures"] as const) {
        const options = { method, product: "registers", chunkBytes: 2 ** 20, loads } as const;
        const x = buffers.input("x", tensors.x);
        const workspace = buffers.own(new Workspace(gpu, [shape], options));
        assert.equal(workspace.loads, loads);
        buffers.spoil(workspace.filters, workspace.tiles, workspace.products);
        const [y, pooled] = [buffers.output("y", tensors.dy.length), buffers.output("pooled", tensors.dyPooled.length)];
        const [found, dx, dx2] = [
          buffers.output("argmax", outputCells(shape)),
          buffers.output("dx", tensors.x.length),
          buffers.output("dx", tensors.x.length),
        ];
        const [dw, dw2] = [buffers.output("dw", tensors.w.length), input("held")];
        buffers.run([
          ...convolutionForward(gpu, workspace, shape, { x, w, y }, { method }),
          ...convolutionForward(gpu, workspace, shape, { x, w, y: pooled, argmax: found }, {
            method,
            pool: true,
            relu: true,
          }),
          ...convolutionByInput(gpu, workspace, shape, { dy, w, dx }, { method }),
          ...convolutionByInput(gpu, workspace, shape, { dy: dyPooled, w, dx: dx2, argmax }, { method }),
          ...convolutionByWeight(gpu, workspace, shape, { x, dy, dw }, { method }),
          ...convolutionByWeight(gpu, workspace, shape, { x, dy: dyPooled, dw: dw2, argmax }, {
            method,
            accumulate: true,
          }),
        ]);
        const written = [y, pooled, found, dx, dx2, dw, dw2];
        assert.equal(x.texture !== undefined, method === "direct" && loads === "textures");
        results.push(await Promise.all(written.map((buffer) => buffers.integers(buffer))));
      }
      assert.deepEqual(results[1], results[0], `${method}, ${JSON.stringify(shape)}`);
    }
  }),
);
