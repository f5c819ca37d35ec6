/** Inverted dropout, in place. */
import assert from "node:assert/strict";
import { dropout } from "../../kernels/dropout/mod.ts";
import { dropoutKept } from "../reference/random.ts";
import { assertClose } from "../support/compare.ts";
import { withGpu } from "../support/gpu.ts";
import { Random } from "../support/random.ts";

const cases = [
  { samples: 1, units: 1, seed: 1, step: 0, rate: 0.5, firstSample: 0 },
  { samples: 2, units: 7, seed: 2, step: 3, rate: 0.25, firstSample: 0 },
  { samples: 1, units: 4 * 65, seed: 3, step: 5, rate: 0.5, firstSample: 9 }, // one more than a workgroup
  { samples: 5, units: 66, seed: 4, step: 70_000, rate: 0.9, firstSample: 59 },
  { samples: 3, units: 1024, seed: 0xffffffff, step: 0xfffffffe, rate: 0.5, firstSample: 61 },
];

for (const { samples, units, seed, step, rate, firstSample } of cases) {
  Deno.test(
    `dropout: ${samples} x ${units} at rate ${rate}, samples from ${firstSample} on, step ${step}`,
    withGpu(async (gpu, buffers) => {
      const values = new Random(5).normal(samples * units);
      const clock = buffers.input("clock", new Uint32Array([step])), x = buffers.input("x", values);
      buffers.run(dropout(gpu, { clock, x }, { samples, units, seed, rate, firstSample }));
      const expected = Float64Array.from(values, (value, at) => {
        const kept = dropoutKept(seed, step, firstSample + Math.floor(at / units), at % units, rate);
        return kept ? value / (1 - rate) : 0;
      });
      const found = await buffers.floats(x);
      assert.deepEqual(Array.from(found, (value) => value === 0), Array.from(expected, (value) => value === 0));
      if (expected.some((value) => value !== 0)) assertClose(found, expected, 1e-6, "values");
    }),
  );
}

Deno.test(
  "dropout: rate 0 changes nothing, and a rate outside [0, 1) is refused",
  withGpu(async (gpu, buffers) => {
    const values = new Random(6).normal(100);
    const clock = buffers.input("clock", new Uint32Array([1])), x = buffers.input("x", values);
    buffers.run(dropout(gpu, { clock, x }, { samples: 1, units: 100, seed: 1, rate: 0 }));
    assert.deepEqual(await buffers.floats(x), values);
    for (const rate of [1, -0.1, NaN]) {
      assert.throws(() => dropout(gpu, { clock, x }, { samples: 1, units: 100, seed: 1, rate }), RangeError);
    }
  }),
);
