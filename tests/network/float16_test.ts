/** The network with Winograd's tiles stored as float16, against the float64 network, and the copy that measures it in float32. */
import assert from "node:assert/strict";
import { withExact } from "../../network/exact.ts";
import { initialParameters } from "../../network/parameters.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { evaluate, lossAndGradients } from "../reference/network.ts";
import { dot } from "../support/compare.ts";
import { withFloat16 } from "../support/gpu.ts";
import { Random } from "../support/random.ts";
import { assertSame } from "../support/same.ts";

const options = { imageSize: 24, classes: 7, initialScale: 1, seed: 5 };

function batch() {
  const random = new Random(4);
  return { images: random.normal(4 * 24 ** 2), labels: [...random.integers(4, 7)] };
}

Deno.test(
  "float16: probabilities, loss and gradients are those of float64 as far as it reaches",
  withFloat16(async (gpu) => {
    using net = await ZeroBiasCnn.create(gpu, { ...options, convolution: "winograd-float16" });
    const { images, labels } = batch(), start = initialParameters(7, 5, 1);
    const expected = lossAndGradients(start, images, labels), found = await net.lossAndGradients(images, labels);
    assert(Math.abs(found.loss - expected.loss) <= 1e-2, `loss ${found.loss}, expected ${expected.loss}`);
    const { probabilities } = evaluate(start, images, labels);
    (await net.predict(images)).forEach((value, i) =>
      assert(Math.abs(value - probabilities[i]) <= 1e-2, `probability ${i}: ${value}, expected ${probabilities[i]}`)
    );
    for (const [name, gradient] of Object.entries(expected.gradients)) {
      const is = found.gradients[name as keyof typeof found.gradients];
      const difference = Float64Array.from(gradient, (value, i) => value - is[i]);
      const relative = Math.sqrt(dot(difference, difference) / dot(gradient, gradient));
      // Rounding turns some decisions of maxima and rectifiers near a tie, and each turn moves what lies before it.
      assert(relative <= (name.startsWith("conv") ? 0.3 : 2e-2), `${name}: ${relative} of its norm`);
    }
  }),
);

Deno.test(
  "float16: what is measured of a network is what one in float32 with its parameters gives",
  withFloat16(async (gpu) => {
    const { images, labels } = batch();
    using net = await ZeroBiasCnn.create(gpu, { ...options, convolution: "winograd-float16" });
    await net.trainStep(images, labels);
    using exact = await ZeroBiasCnn.create(gpu, options);
    await exact.setParameters(await net.parameters());
    const expected = { p: await exact.predict(images) };
    await withExact(net, async (copy) => {
      assert.notEqual(copy, net);
      assert.equal(copy.step, 1);
      assertSame({ p: await copy.predict(images) }, expected, "in float32");
    });
    assert.notDeepEqual(await net.predict(images), expected.p);
    await withExact(exact, (same) => Promise.resolve(assert.equal(same, exact)));
  }),
);
