/** Dense layers: forward with bias and ReLU, the three gradients, replacing and adding. */
import { denseByBias, denseByInput, denseByWeight, denseForward, type DenseShape } from "../../kernels/dense/mod.ts";
import * as reference from "../reference/dense.ts";
import { relu } from "../reference/relu.ts";
import { assertClose, assertGradient, dot } from "../support/compare.ts";
import { withGpu } from "../support/gpu.ts";
import { Random } from "../support/random.ts";

const shapes: DenseShape[] = [
  { samples: 1, inputs: 1, outputs: 1 },
  { samples: 1, inputs: 5, outputs: 7 },
  { samples: 3, inputs: 65, outputs: 2 },
  { samples: 6, inputs: 10, outputs: 17 },
  { samples: 4, inputs: 3, outputs: 4 * 65 }, // 65 invocations forward: one more than a workgroup
  { samples: 65, inputs: 33, outputs: 66 },
  { samples: 64, inputs: 1024, outputs: 300 }, // fc4
  { samples: 64, inputs: 300, outputs: 7 }, // output
];
// Float32 rounding of sums of up to 1,024 products.
const tolerance = 2e-6;

for (const shape of shapes) {
  const { samples, inputs, outputs } = shape;
  Deno.test(
    `dense: ${samples} x ${inputs} -> ${outputs}, all directions`,
    withGpu(async (gpu, buffers) => {
      const random = new Random(2);
      const [x64, w64, b64] = [samples * inputs, outputs * inputs, outputs].map((count) => random.normal(count));
      const dy64 = random.normal(samples * outputs);
      const x = buffers.input("x", x64), w = buffers.input("w", w64), b = buffers.input("b", b64);
      const dy = buffers.input("dy", dy64);

      const y64 = reference.forward(shape, x64, w64, b64);
      for (const [option, expected] of [[false, y64], [true, relu(y64)]] as const) {
        const y = buffers.output("y", y64.length);
        buffers.run(denseForward(gpu, shape, { x, w, b, y }, { relu: option }));
        assertClose(await buffers.floats(y), expected, tolerance, `forward, relu ${option}`);
      }

      const dx = buffers.output("dx", x64.length);
      buffers.run(denseByInput(gpu, shape, { dy, w, dx }));
      assertClose(await buffers.floats(dx), reference.byInput(shape, dy64, w64), tolerance, "by input");

      const dw64 = reference.byWeight(shape, dy64, x64), db64 = reference.byBias(shape, dy64);
      for (const accumulate of [false, true]) {
        const held = { dw: random.normal(dw64.length), db: random.normal(outputs) };
        const dw = accumulate ? buffers.input("dw", held.dw) : buffers.output("dw", dw64.length);
        const db = accumulate ? buffers.input("db", held.db) : buffers.output("db", outputs);
        buffers.run([
          ...denseByWeight(gpu, shape, { dy, x, dw }, { accumulate }),
          ...denseByBias(gpu, shape, { dy, db }, { accumulate }),
        ]);
        const wanted = (gradient: Float64Array, before: Float32Array) =>
          accumulate ? gradient.map((value, i) => value + before[i]) : gradient;
        assertClose(await buffers.floats(dw), wanted(dw64, held.dw), tolerance, `by weight, accumulate ${accumulate}`);
        assertClose(await buffers.floats(db), wanted(db64, held.db), tolerance, `by bias, accumulate ${accumulate}`);
      }
    }),
  );
}

Deno.test(
  "dense: the gradients are those of central differences",
  withGpu(async (gpu, buffers) => {
    const shape = { samples: 5, inputs: 9, outputs: 6 };
    const random = new Random(6);
    const x = random.normal(45), w = random.normal(54), b = random.normal(6), cotangent = random.normal(30);
    const dy = buffers.input("dy", cotangent);
    const dx = buffers.output("dx", 45), dw = buffers.output("dw", 54), db = buffers.output("db", 6);
    buffers.run([
      ...denseByInput(gpu, shape, { dy, w: buffers.input("w", w), dx }),
      ...denseByWeight(gpu, shape, { dy, x: buffers.input("x", x), dw }),
      ...denseByBias(gpu, shape, { dy, db }),
    ]);
    const loss = (x: ArrayLike<number>, w: ArrayLike<number>, b: ArrayLike<number>) =>
      dot(reference.forward(shape, x, w, b), cotangent);
    const directions = (length: number) => [random.normal(length), random.normal(length)];
    assertGradient(await buffers.floats(dx), x, (x) => loss(x, w, b), directions(45), 1e-6, "by input");
    assertGradient(await buffers.floats(dw), w, (w) => loss(x, w, b), directions(54), 1e-6, "by weight");
    assertGradient(await buffers.floats(db), b, (b) => loss(x, w, b), directions(6), 1e-6, "by bias");
  }),
);
