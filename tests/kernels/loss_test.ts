/** Softmax with cross-entropy, and the ring of means. */
import assert from "node:assert/strict";
import { meanIntoRing, softmaxCrossEntropy } from "../../kernels/loss/mod.ts";
import { softmaxCrossEntropy as reference } from "../reference/loss.ts";
import { assertClose, assertGradient } from "../support/compare.ts";
import { withGpu } from "../support/gpu.ts";
import { Random } from "../support/random.ts";

/** Samples given to the kernel, the batch that they belong to, where they start in it. */
const cases = [
  { samples: 1, classes: 7, batch: 1, firstSample: 0, scale: 1 },
  { samples: 3, classes: 2, batch: 3, firstSample: 0, scale: 5 },
  { samples: 65, classes: 8, batch: 65, firstSample: 0, scale: 3 },
  { samples: 20, classes: 6, batch: 64, firstSample: 44, scale: 1 },
  { samples: 200, classes: 11, batch: 300, firstSample: 30, scale: 2 },
  { samples: 5, classes: 7, batch: 5, firstSample: 0, scale: 60 }, // exp of the logits alone would overflow
];

for (const { samples, classes, batch, firstSample, scale } of cases) {
  Deno.test(
    `loss: ${samples} samples from ${firstSample} on in a batch of ${batch}, ${classes} classes, logits near ${scale}`,
    withGpu(async (gpu, buffers) => {
      const random = new Random(samples);
      const logits = random.normal(samples * classes, scale), all = random.integers(batch, classes);
      const expected = reference(logits, all.subarray(firstSample, firstSample + samples), classes, batch);
      const held = random.normal(2 * batch);
      const x = buffers.input("x", logits),
        labels = buffers.input("labels", all),
        result = buffers.input("result", held);
      const y = buffers.output("y", logits.length), dx = buffers.output("dx", logits.length);
      const sizes = { samples, classes, batch, firstSample };
      buffers.run(softmaxCrossEntropy(gpu, { x, labels, y, dx, result }, sizes));
      // Exponentials and logarithms are a few units in the last place off.
      assertClose(await buffers.floats(y), expected.y, 1e-6 * Math.max(1, scale / 8), "probabilities");
      assertClose(await buffers.floats(dx), expected.dx, 1e-6 * Math.max(1, scale / 8), "gradient");
      const results = Float64Array.from(held);
      expected.losses.forEach((loss, n) => results.set([loss, expected.hits[n]], 2 * (firstSample + n)));
      assertClose(await buffers.floats(result), results, 1e-6, "losses and hits");
    }),
  );
}

Deno.test(
  "loss: the first of equal logits is the answer",
  withGpu(async (gpu, buffers) => {
    const x = buffers.input("x", new Float32Array([0, 2, 2, 0, 2, 2, 1, 1, 1])), labels = [1, 2, 0];
    const [y, dx] = ["y", "dx"].map((name) => buffers.output(name, 9)), result = buffers.output("result", 6);
    const bound = { x, labels: buffers.input("labels", Uint32Array.from(labels)), y, dx, result };
    buffers.run(softmaxCrossEntropy(gpu, bound, { samples: 3, classes: 3, batch: 3 }));
    assert.deepEqual(Array.from(await buffers.floats(result)).filter((_, i) => i % 2 === 1), [1, 0, 1]);
  }),
);

Deno.test(
  "loss: the gradient is that of central differences of the mean loss",
  withGpu(async (gpu, buffers) => {
    const random = new Random(8), samples = 5, classes = 7;
    const logits = random.normal(35), chosen = random.integers(5, 7);
    const [y, dx] = ["y", "dx"].map((name) => buffers.output(name, 35)), result = buffers.output("result", 10);
    const bound = { x: buffers.input("x", logits), labels: buffers.input("labels", chosen), y, dx, result };
    buffers.run(softmaxCrossEntropy(gpu, bound, { samples, classes, batch: samples }));
    const loss = (x: Float64Array) => reference(x, chosen, classes, samples).losses.reduce((a, b) => a + b) / samples;
    const directions = [random.normal(35), random.normal(35)];
    assertGradient(await buffers.floats(dx), logits, loss, directions, 1e-6, "logits", 1e-4);
  }),
);

Deno.test(
  "loss: means go to the clock's slot of the ring and leave the others",
  withGpu(async (gpu, buffers) => {
    const random = new Random(9);
    for (
      const [samples, slots, clock] of [[1, 1, 0], [5, 3, 2], [64, 10, 1007], [65, 1, 3], [1000, 7, 2 ** 32 - 1], [
        70_001,
        2,
        1,
      ]]
    ) {
      const result = random.uniform(2 * samples, 0, 4).map((value, i) => (i % 2 === 1 ? Number(value > 2) : value));
      const held = random.normal(2 * slots), expected = Float64Array.from(held);
      const mean = (odd: number) => result.filter((_, i) => i % 2 === odd).reduce((a, b) => a + b, 0) / samples;
      expected.set([mean(0), mean(1)], 2 * (clock % slots));
      const ring = buffers.input("ring", held);
      const bound = {
        clock: buffers.input("clock", new Uint32Array([clock])),
        result: buffers.input("result", result),
        ring,
        status: buffers.input("status", new Uint32Array([0])),
      };
      buffers.run(meanIntoRing(gpu, bound, { samples, slots }));
      assertClose(await buffers.floats(ring), expected, 2e-6, `${samples} samples, clock ${clock}`);
      assert.deepEqual([...await buffers.integers(bound.status)], [0]);
    }
  }),
);

Deno.test(
  "loss: the status is the number of the first step whose mean loss is not finite",
  withGpu(async (gpu, buffers) => {
    for (
      const [loss, held, expected] of [[1, 0, 0], [3e38, 0, 0], [NaN, 0, 42], [Infinity, 0, 42], [NaN, 7, 7], [1, 7, 7]]
    ) {
      const status = buffers.input("status", new Uint32Array([held]));
      const bound = {
        clock: buffers.input("clock", new Uint32Array([41])),
        result: buffers.input("result", new Float32Array([0.5, 1, loss, 0])),
        ring: buffers.input("ring", new Float32Array(4)),
        status,
      };
      buffers.run(meanIntoRing(gpu, bound, { samples: 2, slots: 2 }));
      assert.deepEqual([...await buffers.integers(status)], [expected], `loss ${loss}, status ${held}`);
    }
  }),
);
