/** Convolution by Winograd's F(4x4, 5x5) against the float64 definition, with both matrix products, in one piece and in several. */
import assert from "node:assert/strict";
import { Workspace, type WorkspaceOptions } from "../../kernels/convolution/mod.ts";
import type { Gpu } from "../../gpu/device.ts";
import { planningGpu } from "../../gpu/planning.ts";
import { isSparse } from "../../kernels/sparse/mod.ts";
import { product } from "../../kernels/winograd/mod.ts";
import {
  checkConvolution,
  checkGradients,
  type ConvolutionCase,
  nameOf,
  shapeOf,
} from "../support/convolution_check.ts";
import { assertClose } from "../support/compare.ts";
import { withGpu } from "../support/gpu.ts";
import { Random } from "../support/random.ts";

// The transforms subtract numbers up to 32 times as large as the result: measured up to 1e-5 of the largest output.
const close = { method: "winograd", tolerance: 2e-5 } as const;
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

const cases: ConvolutionCase[] = shapes.flatMap((shape) =>
  (["registers", "tiled"] as const).flatMap((product) =>
    [whole, ...(shape.images > 1 ? [shape.images === 5 ? pairs : oneImage] : [])].map((chunkBytes) => ({
      shape,
      product,
      chunkBytes,
      ...close,
    }))
  )
);

for (const given of cases) {
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
      gpu.addTexture(bound.a);
      gpu.addTexture(bound.b);
      for (
        const [kind, loads] of [["registers", "buffers"], ["registers", "textures"], ["tiled", "buffers"]] as const
      ) {
        for (const accumulate of [false, true]) {
          const z = accumulate ? buffers.input("z", held) : buffers.output("z", held.length);
          buffers.run([product(gpu, { ...bound, z }, { depth, rows, columns }, { kind, loads, accumulate })]);
          const wanted = accumulate ? expected.map((value, i) => value + held[i]) : expected;
          const what = `${kind} from ${loads}, ${depth} deep, ${rows} x ${columns}, accumulate ${accumulate}`;
          assertClose(await buffers.floats(z), wanted, 2e-6, what);
        }
      }
    }
  }),
);

Deno.test(
  "winograd: a software adapter takes textures for float32, and nobody else does unasked",
  withGpu((gpu, buffers) => {
    const shape = shapeOf(1, [16, 16], [8, 8], 5);
    const of = (options: WorkspaceOptions) => buffers.own(new Workspace(gpu, [shape], options)).loads;
    assert.equal(of({}), gpu.adapter.software ? "textures" : "buffers");
    assert.equal(of({ product: "tiled" }), "buffers");
    assert.equal(of({ loads: "buffers" }), "buffers");
    if (gpu.device.features.has("shader-f16")) {
      assert.equal(of({ method: "winograd-float16" }), "buffers");
      assert.throws(() => of({ method: "winograd-float16", loads: "textures" }), RangeError);
    }
    // An adapter with buffers larger than its textures.
    using small = planningGpu({ ...gpu, limits: { ...limitsOf(gpu), maxTextureDimension2D: 1 } } as unknown as Gpu);
    assert.equal(new Workspace(small, [shape]).loads, "buffers");
    assert(!isSparse(small, { ...shape, height: 64, width: 64, cells: 4 }, "auto"));
    return Promise.resolve();
  }),
);

/** The limits that a plan looks at. */
function limitsOf({ limits: { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupsPerDimension } }: Gpu) {
  return { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupsPerDimension };
}
