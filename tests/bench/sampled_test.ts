/** The comparison at sampled places: what it divides errors by, and that nothing which is no number hides in a tensor. */
import assert from "node:assert/strict";
import { Samples } from "../../bench/measure/sampled.ts";
import { forwardAt } from "../reference/convolution.ts";

const shape = { images: 1, inputs: 1, outputs: 1, height: 20, width: 20, filter: 5 };
const x = Float32Array.from({ length: 400 }, (_, i) => Math.sin(i)), w = new Float32Array(25).fill(1);
const right = Float32Array.from(
  { length: 400 },
  (_, i) => Math.max(0, forwardAt(shape, x, w, 0, 0, Math.floor(i / 20), i % 20)),
);
const compare = (y: Float32Array) => {
  const samples = new Samples();
  samples.forward({ layer: "conv1", shape, x, w }, "direct", y, false);
  return samples;
};

Deno.test("sampled: what is right passes, with an error beside the largest value that was expected", () => {
  const { tensors, error } = compare(right);
  assert(tensors === 1 && error >= 0 && error < 1e-7, `${error}`);
});

Deno.test("sampled: one huge value makes no wrong ones right, wherever it stands", () => {
  for (let at = 0; at < 400; at++) {
    const y = new Float32Array(400);
    y[at] = 1e9;
    assert.throws(() => compare(y), /conv1 forward \(direct\) is off by/, `at ${at}`);
  }
});

Deno.test("sampled: a value that is not finite is named with its place, also where no sample is taken", () => {
  for (const odd of [Infinity, -Infinity, NaN]) {
    for (let at = 0; at < 400; at++) {
      const y = right.slice();
      y[at] = odd;
      const message = new RegExp(
        `conv1 forward \\(direct\\) has ${odd} at ${at} of its 400 values.*, at 1 x 1 -> 1, 20x20: .*Remedy`,
      );
      assert.throws(() => compare(y), { message });
    }
  }
});
