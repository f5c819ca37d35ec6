/** The rectifier and its three ways back. */
import assert from "node:assert/strict";
import { reluBackward, reluForward, type ReluRule } from "../../kernels/relu/mod.ts";
import * as reference from "../reference/relu.ts";
import { assertGradient, dot } from "../support/compare.ts";
import { withGpu } from "../support/gpu.ts";
import { Random } from "../support/random.ts";

const counts = [1, 63, 64, 65, 1000];
/** Normal numbers with exact zeros among them, of both signs. */
const draw = (random: Random, count: number) =>
  random.normal(count).map((value, i) => (i % 7 === 3 ? 0 : i % 11 === 5 ? -0 : value));

Deno.test(
  "relu: forward is max(x, 0), exactly",
  withGpu(async (gpu, buffers) => {
    for (const count of counts) {
      const x = draw(new Random(count), count);
      const y = buffers.output("y", count);
      buffers.run(reluForward(gpu, { x: buffers.input("x", x), y }, count));
      assert.deepEqual(Array.from(await buffers.floats(y), Math.abs), Array.from(reference.relu(x)));
    }
  }),
);

for (const rule of ["gradient", "deconvnet", "guided"] satisfies ReluRule[]) {
  Deno.test(
    `relu: the ${rule} way back, in place, exactly`,
    withGpu(async (gpu, buffers) => {
      for (const count of counts) {
        const random = new Random(count);
        const y = reference.relu(draw(random, count)), dy = draw(random, count);
        const bound = { y: buffers.input("y", Float32Array.from(y)), dy: buffers.input("dy", dy) };
        buffers.run(reluBackward(gpu, bound, count, rule));
        const expected = Array.from(reference.reluBackward(y, dy, rule), (value) => value + 0);
        assert.deepEqual(Array.from(await buffers.floats(bound.dy), (value) => value + 0), expected);
      }
    }),
  );
}

Deno.test(
  "relu: the gradient is that of central differences",
  withGpu(async (gpu, buffers) => {
    const random = new Random(5);
    const x = random.normal(65), cotangent = random.normal(65);
    const dy = buffers.input("dy", cotangent);
    buffers.run(reluBackward(gpu, { y: buffers.input("x", x), dy }, 65));
    const loss = (x: Float64Array) => dot(reference.relu(x), cotangent);
    assertGradient(await buffers.floats(dy), x, loss, [random.normal(65), random.normal(65)], 1e-6, "relu");
  }),
);
