/** The network's parameters: how many there are, and how the initial ones are drawn from a seed. */

import assert from "node:assert/strict";
import { drawInitialScale, initialParameters, type Parameters, parameterShapes } from "../../network/parameters.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { withGpu } from "../support/gpu.ts";
import { assertSame } from "../support/same.ts";

Deno.test("parameters are as many as the paper's, for 6, 7 and 8 classes", () => {
  for (const [classes, expected] of [[6, 1_334_906], [7, 1_335_207], [8, 1_335_508]]) {
    const parameters = initialParameters(classes, 1, 1);
    assert.equal(Object.values(parameters).reduce((sum, data) => sum + data.length, 0), expected);
    const shapes = Object.values(parameterShapes(classes)).map((shape) => shape.reduce((a, b) => a * b));
    assert.equal(shapes.reduce((a, b) => a + b), expected);
  }
});

Deno.test("initial weights are normal with the paper's standard deviations; biases are 1 and 0", () => {
  const k = 0.8;
  const deviations = {
    "conv1.weight": k / 5,
    "conv2.weight": k / 40,
    "conv3.weight": k / Math.sqrt(3200),
    "fc4.weight": k / 256,
    "output.weight": k / Math.sqrt(300),
  };
  const parameters = initialParameters(7, 11, k);
  for (const [name, deviation] of Object.entries(deviations)) {
    const scaled = Float64Array.from(parameters[name as keyof Parameters], (value) => value / deviation);
    const n = scaled.length;
    const moment = (power: number) => scaled.reduce((sum, value) => sum + value ** power, 0) / n;
    // Five standard errors of the first four moments of N(0, 1): 0, 1, 0, 3.
    for (const [power, expected, variance] of [[1, 0, 1], [2, 1, 2], [3, 0, 15], [4, 3, 96]]) {
      const error = Math.abs(moment(power) - expected);
      assert(error <= 5 * Math.sqrt(variance / n), `${name}: moment ${power} is off by ${error}`);
    }
    const neighbours = scaled.subarray(1).reduce((sum, value, i) => sum + value * scaled[i], 0) / n;
    assert(Math.abs(neighbours) <= 5 / Math.sqrt(n), `${name}: neighbours are correlated by ${neighbours}`);
  }
  assert(parameters["fc4.bias"].every((value) => value === 1));
  assert(parameters["output.bias"].every((value) => value === 0));
});

Deno.test(
  "a seed fixes the initial weights and k, drawn from [0.2, 1.2)",
  withGpu(async (gpu) => {
    const scales: number[] = [];
    for (const seed of [1, 1, 2]) {
      using net = await ZeroBiasCnn.create(gpu, { imageSize: 8, classes: 7, seed });
      scales.push(net.initialScale);
      assertSame(await net.parameters(), initialParameters(7, seed, net.initialScale), "parameters");
    }
    assert.equal(scales[0], scales[1]);
    assert.notEqual(scales[0], scales[2]);
    const [one, two] = [initialParameters(7, 1, 1), initialParameters(7, 2, 1)];
    assert.notDeepEqual(one["conv1.weight"], two["conv1.weight"]);
    const drawn = Array.from({ length: 400 }, (_, seed) => drawInitialScale(seed));
    assert(drawn.every((k) => k >= 0.2 && k < 1.2));
    const mean = drawn.reduce((a, b) => a + b) / drawn.length;
    // Five standard errors of the mean of a uniform number.
    assert(Math.abs(mean - 0.7) < 5 / Math.sqrt(12 * drawn.length), `mean of k ${mean}`);
    assert(Math.min(...drawn) < 0.25 && Math.max(...drawn) > 1.15);
  }),
);
