/** The zero-bias CNN on the GPU against the float64 network of tests/reference/network.ts, and what it refuses. */

import assert from "node:assert/strict";
import type { ConvolutionMethod } from "../../kernels/convolution/mod.ts";
import { initialParameters, type Parameters } from "../../network/parameters.ts";
import { ZeroBiasCnn, type ZeroBiasCnnOptions } from "../../network/zero_bias_cnn.ts";
import type { Gpu } from "../../gpu/device.ts";
import { evaluate, lossAndGradients, Trainer } from "../reference/network.ts";
import { dropoutKept } from "../reference/random.ts";
import { assertClose, dot } from "../support/compare.ts";
import { withGpu } from "../support/gpu.ts";
import { Random } from "../support/random.ts";
import { assertSame } from "../support/same.ts";

const SETTINGS = { learningRate: 0.02, momentum: 0.9, weightDecay: 0.01 };
const REFERENCE_SETTINGS = { rate: 0.02, momentum: 0.9, decay: 0.01 };

function batch(seed: number, samples: number, imageSize: number, classes: number) {
  const random = new Random(seed);
  return { images: random.normal(samples * imageSize ** 2), labels: [...random.integers(samples, classes)] };
}

/** Initial weights with every bias moved, so that one left out shows. */
function weights(classes: number, seed: number): Parameters {
  const parameters = initialParameters(classes, seed, 1);
  const random = new Random(seed);
  for (const name of ["fc4.bias", "output.bias"] as const) {
    const noise = random.normal(parameters[name].length, 0.3);
    parameters[name] = parameters[name].map((value, i) => value + noise[i]);
  }
  return parameters;
}

async function network(gpu: Gpu, options: Partial<ZeroBiasCnnOptions> & { weights?: Parameters } = {}) {
  const { weights: parameters, ...rest } = options;
  const net = await ZeroBiasCnn.create(gpu, { imageSize: 8, classes: 7, initialScale: 1, ...rest });
  if (parameters) await net.setParameters(parameters);
  return net;
}

/** |actual - expected| / |expected|, in the sum-of-squares norm; NaN fails. */
function assertNorm(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string) {
  assert.equal(actual.length, expected.length, what);
  const difference = Float64Array.from(expected, (value, i) => value - actual[i]);
  const relative = Math.sqrt(dot(difference, difference) / dot(expected, expected));
  assert(
    relative <= tolerance,
    `${what}: relative norm of the difference is ${relative}, expected ${tolerance} or less`,
  );
}

for (
  const { convolution, classes, samples, imageSize } of [
    { convolution: "direct", classes: 7, samples: 3, imageSize: 16 },
    { convolution: "direct", classes: 6, samples: 1, imageSize: 24 },
    { convolution: "direct", classes: 8, samples: 5, imageSize: 8 },
    { convolution: "winograd", classes: 7, samples: 3, imageSize: 16 },
    { convolution: "auto", classes: 8, samples: 1, imageSize: 24 },
    { convolution: "auto", classes: 7, samples: 1, imageSize: 64 }, // conv3's sparse gradients
  ] as { convolution: ConvolutionMethod; classes: number; samples: number; imageSize: number }[]
) {
  Deno.test(
    `probabilities, loss, gradients (${convolution}): ${samples} x ${imageSize} x ${imageSize}, ${classes} classes`,
    withGpu(async (gpu) => {
      const start = weights(classes, 10 + classes);
      using net = await network(gpu, { imageSize, classes, convolution, weights: start });
      const { images, labels } = batch(20 + imageSize, samples, imageSize, classes);
      const expected = lossAndGradients(start, images, labels);
      const { probabilities } = evaluate(start, images, labels);
      const found = await net.lossAndGradients(images, labels);
      const predicted = await net.predict(images);
      predicted.forEach((value, i) => {
        assert(Math.abs(value - probabilities[i]) <= 1e-5, `probability ${i}: ${value}, expected ${probabilities[i]}`);
      });
      assert(Math.abs(found.loss - expected.loss) <= 1e-5, `loss ${found.loss}, expected ${expected.loss}`);
      assert.equal(found.accuracy, expected.accuracy);
      assert.deepEqual(Object.keys(found.gradients).sort(), Object.keys(expected.gradients).sort());
      for (const [name, gradient] of Object.entries(expected.gradients)) {
        // Winograd's rounding turns a few decisions of pools and ReLUs near a tie, and each turn moves what lies before it.
        const tolerance = convolution !== "direct" && name.startsWith("conv") ? 5e-2 : 1e-4;
        assertNorm(found.gradients[name as keyof Parameters], gradient, tolerance, name);
      }
      assertSame(await net.parameters(), start, "weights after a look at the gradients");
    }),
  );
}

Deno.test(
  "losses and weights over 4 momentum steps follow the reference",
  withGpu(async (gpu) => {
    const start = weights(7, 3);
    using net = await network(gpu, { imageSize: 16, convolution: "direct", weights: start });
    const reference = new Trainer(start);
    for (let step = 0; step < 4; step++) {
      const { images, labels } = batch(100 + step, 2, 16, 7);
      const expected = reference.step(images, labels, REFERENCE_SETTINGS);
      const { loss, accuracy } = await net.trainStep(images, labels, SETTINGS);
      assert(Math.abs(loss - expected.loss) <= 1e-4, `step ${step}: loss ${loss}, expected ${expected.loss}`);
      assert.equal(accuracy, expected.accuracy);
    }
    assert.equal(net.step, 4);
    const [found, momentum] = [await net.parameters(), await net.momentum()];
    for (const name of Object.keys(found) as (keyof Parameters)[]) {
      assertClose(found[name], reference.weights[name], 1e-4, name);
      // Four steps' gradients, each at weights that differ by the rounding of those before.
      assertNorm(momentum[name], reference.velocities[name], 1e-3, `momentum of ${name}`);
    }
  }),
);

Deno.test(
  "dropout in a training step draws the published mask, forward and backward alike",
  withGpu(async (gpu) => {
    const start = weights(7, 5);
    using net = await network(gpu, { imageSize: 8, convolution: "direct", seed: 77, weights: start });
    const reference = new Trainer(start);
    for (let step = 0; step < 2; step++) {
      const { images, labels } = batch(200 + step, 3, 8, 7);
      const kept = (sample: number, unit: number) => dropoutKept(77, step, sample, unit, 0.25);
      const expected = reference.step(images, labels, REFERENCE_SETTINGS, { rate: 0.25, kept });
      const { loss } = await net.trainStep(images, labels, { ...SETTINGS, dropout: 0.25 });
      assert(Math.abs(loss - expected.loss) <= 1e-4, `step ${step}: loss ${loss}, expected ${expected.loss}`);
    }
    const momentum = await net.momentum();
    for (const [name, expected] of Object.entries(reference.velocities)) {
      assertNorm(momentum[name as keyof Parameters], expected, 1e-3, `momentum of ${name}`);
    }
    const { images, labels } = batch(210, 2, 8, 7);
    const plain = evaluate(await net.parameters(), images, labels);
    assertClose(await net.predict(images), plain.probabilities, 1e-5, "predictions drop nothing");
    assertClose([(await net.lossAndGradients(images, labels)).loss], [plain.loss], 1e-5, "nor does the loss");
  }),
);

Deno.test(
  "a batch too large to go at once goes in parts: same probabilities, loss and gradients",
  withGpu(async (gpu) => {
    using net = await network(gpu, { weights: weights(7, 6) });
    const { images, labels } = batch(300, 67, 8, 7);
    assert.equal(net.activations(67).capacity, 64, "this test is about more images than fit at once");
    const cut = 64 * 64;
    const parts = [
      await net.lossAndGradients(images.subarray(0, cut), labels.slice(0, 64)),
      await net.lossAndGradients(images.subarray(cut), labels.slice(64)),
    ];
    const whole = await net.lossAndGradients(images, labels);
    const together = (of: (part: typeof whole) => number) => (64 * of(parts[0]) + 3 * of(parts[1])) / 67;
    assertClose([whole.loss, whole.accuracy], [together((p) => p.loss), together((p) => p.accuracy)], 1e-6, "loss");
    for (const name of Object.keys(whole.gradients) as (keyof Parameters)[]) {
      const expected = parts[0].gradients[name].map((_, i) => together((part) => part.gradients[name][i]));
      assertNorm(whole.gradients[name], expected, 1e-5, name);
    }
    const predicted = await net.predict(images);
    const [first, last] = [await net.predict(images.subarray(0, 128)), await net.predict(images.subarray(cut))];
    assertClose(predicted.subarray(0, 14), first, 1e-6, "probabilities of the first part");
    assertClose(predicted.subarray(64 * 7), last, 1e-6, "probabilities of the second part");
  }),
);

Deno.test(
  "the second part of a batch draws its own dropout masks",
  withGpu(async (gpu) => {
    // Black images have no features to drop: 64 of them fill the first part, and one real image is the second.
    const start = weights(7, 8);
    using net = await network(gpu, { convolution: "direct", seed: 9, weights: start });
    const { images: face } = batch(310, 1, 8, 7);
    const images = new Float32Array(65 * 64);
    images.set(face, 64 * 64);
    const result = await net.trainStep(images, new Array(65).fill(2), {
      learningRate: 1,
      weightDecay: 0,
      dropout: 0.5,
    });
    const black = lossAndGradients(start, new Float32Array(64), [2]);
    const kept = (_: number, unit: number) => dropoutKept(9, 0, 64, unit, 0.5);
    const real = lossAndGradients(start, face, [2], { rate: 0.5, kept });
    assertClose([result.loss], [(64 * black.loss + real.loss) / 65], 1e-5, "loss");
    const momentum = await net.momentum();
    for (const name of Object.keys(momentum) as (keyof Parameters)[]) {
      const expected = real.gradients[name].map((value, i) => -(64 * black.gradients[name][i] + value) / 65);
      assertNorm(momentum[name], expected, 1e-4, name);
    }
  }),
);

Deno.test(
  "bad images, labels and settings are refused by name, value and expectation, and change nothing",
  withGpu(async (gpu) => {
    using net = await network(gpu);
    const before = await net.parameters();
    const images = new Float32Array(128);
    const with_ = (value: number) => new Float32Array(128).fill(value, 70, 71);
    const cases: [() => Promise<unknown>, RegExp][] = [
      [() => net.predict(new Float32Array(100)), /images has 100 values, expected a positive multiple of 8 x 8 = 64/],
      [() => net.predict(new Float32Array(0)), /images has 0 values/],
      [() => net.predict(with_(NaN)), /images\[70\] \(image 1\) is NaN, expected a finite number/],
      [() => net.lossAndGradients(with_(-Infinity), [0, 1]), /images\[70\] \(image 1\) is -Infinity/],
      [() => net.lossAndGradients(images, [0]), /labels has 1 entries, expected one for each of 2 images/],
      [() => net.lossAndGradients(images, [0, 7]), /labels\[1\] is 7, expected an integer in 0\.\.6/],
      [() => net.trainStep(images, [-1, 0]), /labels\[0\] is -1, expected an integer in 0\.\.6/],
      [() => net.trainStep(images, [0.5, 0]), /labels\[0\] is 0\.5/],
      [() => net.trainStep(images, [0, NaN]), /labels\[1\] is NaN/],
      [() => net.trainStep(images, [0, 1], { learningRate: -1 }), /learningRate is -1, expected a number of 0 or more/],
      [() => net.trainStep(images, [0, 1], { momentum: NaN }), /momentum is NaN/],
      [() => net.trainStep(images, [0, 1], { weightDecay: Infinity }), /weightDecay is Infinity/],
      [() => net.trainStep(images, [0, 1], { dropout: 1 }), /dropout is 1, expected a number in \[0, 1\)/],
      [() => net.trainStep(images, [0, 1], { dropout: NaN }), /dropout is NaN/],
    ];
    for (const [call, message] of cases) await assert.rejects(call(), { name: "RangeError", message });
    assert.equal(net.step, 0);
    assertSame(await net.parameters(), before, "parameters");
  }),
);

Deno.test(
  "setParameters checks every name, length and value before it writes one",
  withGpu(async (gpu) => {
    using net = await network(gpu);
    const before = await net.parameters();
    const good = { "fc4.bias": new Float32Array(300).fill(7) };
    const bad: [Record<string, Float32Array>, RegExp, string?][] = [
      [{ "conv4.weight": new Float32Array(4) }, /parameter conv4\.weight is unknown, expected one of conv1\.weight, /],
      [{ toString: new Float32Array(4) }, /parameter toString is unknown/],
      [
        { "output.bias": new Float32Array(8) },
        /parameter output\.bias has 8 numbers, expected a Float32Array of 7 \(7\)/,
      ],
      [
        { "conv1.weight": new Array(1600).fill(0) as never },
        /parameter conv1\.weight is an Array of 1600 elements, expected a Float32Array/,
        "TypeError",
      ],
      [
        { "output.bias": new Float32Array(7).fill(NaN, 3) },
        /parameter output\.bias\[3\] is NaN, expected a finite number/,
      ],
    ];
    for (const [values, message, name = "RangeError"] of bad) {
      await assert.rejects(net.setParameters({ ...good, ...values }), { name, message });
      await assert.rejects(net.setMomentum({ ...good, ...values }), { name });
    }
    assertSame(await net.parameters(), before, "parameters");
    assert((await net.momentum())["fc4.bias"].every((value) => value === 0));
    await net.setParameters(good);
    assertSame(await net.parameters(), { ...before, ...good }, "parameters");
  }),
);

Deno.test(
  "create refuses options out of range and leaves no buffer behind",
  withGpu(async (gpu) => {
    const cases: [Partial<ZeroBiasCnnOptions>, RegExp][] = [
      [{ imageSize: 20 }, /imageSize is 20, expected a multiple of 8/],
      [{ imageSize: 0 }, /imageSize is 0/],
      [{ imageSize: 16.5 }, /imageSize is 16\.5/],
      [{ classes: 1 }, /classes is 1, expected an integer of 2 or more/],
      [{ classes: NaN }, /classes is NaN/],
      [{ seed: -1 }, /seed is -1, expected an integer in 0\.\.4294967295/],
      [{ seed: 2 ** 32 }, /seed is 4294967296/],
      [{ initialScale: 0 }, /initialScale is 0, expected a positive number/],
      [{ initialScale: NaN }, /initialScale is NaN/],
      [
        { convolution: "fft" as never },
        /convolution is "fft", expected one of "auto", "direct", "winograd", "winograd-float16"/,
      ],
    ];
    for (const [options, message] of cases) {
      await assert.rejects(network(gpu, options), { name: "RangeError", message });
    }
    assert.equal(gpu.memory.buffers, 0);
  }),
);

Deno.test(
  "a second batch beside one that was not awaited is refused, and leaves the first one's update as it would have been",
  withGpu(async (gpu) => {
    const { images, labels } = batch(3, 3, 8, 7);
    const alone = async (beside: (net: ZeroBiasCnn) => Promise<void>) => {
      using net = await network(gpu);
      const result = net.trainStep(images, labels, SETTINGS);
      await beside(net);
      return { result: await result, parameters: await net.parameters() };
    };
    const expected = await alone(() => Promise.resolve());
    const found = await alone(async (net) => {
      const words = { name: "Error", message: /trainStep of this network has not ended. Remedy: await it first/ };
      await assert.rejects(net.trainStep(images.map((value) => -value), labels), words);
      await assert.rejects(net.lossAndGradients(images, labels), words);
      await net.predict(images.map((value) => -value)); // has a place of its own
    });
    assertSame(found.parameters, expected.parameters, "parameters");
    assert.deepEqual(found.result, expected.result);
  }),
);

Deno.test(
  "parameters are those of the moment they were asked for",
  withGpu(async (gpu) => {
    const { images, labels } = batch(4, 3, 8, 7);
    using net = await network(gpu);
    const before = await net.parameters();
    const asked = net.parameters();
    await net.trainStep(images, labels, SETTINGS);
    assertSame(await asked, before, "parameters");
    assert.notDeepEqual((await net.parameters())["output.bias"], before["output.bias"]);
  }),
);
