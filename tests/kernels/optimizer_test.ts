/** Momentum SGD with weight decay. */
import assert from "node:assert/strict";
import { momentumStep } from "../../kernels/optimizer/mod.ts";
import { momentumStep as reference } from "../reference/optimizer.ts";
import { assertClose } from "../support/compare.ts";
import { withGpu } from "../support/gpu.ts";
import { Random } from "../support/random.ts";

Deno.test(
  "optimizer: three steps of momentum and weight decay",
  withGpu(async (gpu, buffers) => {
    for (const count of [1, 65, 1000, 307_200]) { // the last is fc4
      const random = new Random(count);
      const [weights, velocities] = [random.normal(count), random.normal(count, 0.1)];
      const clock = buffers.input("clock", new Uint32Array([0]));
      const settings = buffers.input("settings", new Float32Array([0.3, 0.9, 0.05]));
      const w = buffers.input("w", weights), v = buffers.input("v", velocities);
      const status = buffers.input("status", new Uint32Array([0]));
      const expected = { w: Float64Array.from(weights), v: Float64Array.from(velocities) };
      for (let step = 0; step < 3; step++) {
        const gradients = random.normal(count);
        buffers.run(momentumStep(gpu, { clock, settings, dw: buffers.input("dw", gradients), w, v, status }, count));
        for (let i = 0; i < count; i++) {
          const before = { w: expected.w[i], v: expected.v[i], dw: gradients[i] };
          const after = reference(before, { rate: 0.3, momentum: 0.9, decay: 0.05 });
          [expected.w[i], expected.v[i]] = [after.w, after.v];
        }
      }
      assertClose(await buffers.floats(w), expected.w, 1e-6, `weights of ${count}`);
      assertClose(await buffers.floats(v), expected.v, 1e-6, `velocities of ${count}`);
      assert.deepEqual(Array.from(await buffers.integers(status)), [0]);
    }
  }),
);

Deno.test(
  "optimizer: the status is the number of the first update that made a weight infinite or no number",
  withGpu(async (gpu, buffers) => {
    const settings = buffers.input("settings", new Float32Array([1, 0, 0]));
    const clock = buffers.input("clock", new Uint32Array([41]));
    const run = async (gradient: number, held = 0, at = 70) => {
      const count = 100;
      const dw = buffers.input("dw", new Float32Array(count).map((_, i) => (i === at ? gradient : 1)));
      const [w, v] = ["w", "v"].map((name) => buffers.input(name, new Float32Array(count)));
      const status = buffers.input("status", new Uint32Array([held]));
      buffers.run(momentumStep(gpu, { clock, settings, dw, w, v, status }, count));
      return (await buffers.integers(status))[0];
    };
    assert.equal(await run(1), 0);
    assert.equal(await run(3e38), 0);
    assert.equal(await run(Infinity), 42);
    assert.equal(await run(-Infinity), 42);
    assert.equal(await run(NaN), 42);
    assert.equal(await run(1, 7), 7);
    assert.equal(await run(NaN, 7), 7);
  }),
);
