/** Attributions of a class's score against float64, by finite differences, and by what each method promises. */
import assert from "node:assert/strict";
import { attribute, ATTRIBUTION_METHODS, type AttributionMethod } from "../../analysis/attribution.ts";
import { enlarge } from "../../analysis/pictures/enlarge.ts";
import { normalize } from "../../training/draws.ts";
import { classGradient, enlarge as enlargePlainly, look } from "../reference/looking.ts";
import { gradCam } from "../reference/response.ts";
import { assertClose, assertGradient, largest } from "../support/compare.ts";
import { withGpu } from "../support/gpu.ts";
import { network } from "../support/network.ts";
import { Random } from "../support/random.ts";

for (const [imageSize, count, classes] of [[8, 3, 7], [16, 2, 6], [24, 1, 8]]) {
  Deno.test(
    `attribution: every method of a ${imageSize} x ${imageSize} network, ${count} images, ${classes} classes`,
    withGpu(async (gpu) => {
      const { net, weights } = await network(gpu, { imageSize, classes, seed: 50 + imageSize });
      using _ = net;
      const random = new Random(imageSize);
      const images = random.normal(count * imageSize ** 2), target = random.integers(count, classes);
      const looked = look(weights, images, count);
      const side = imageSize / 4, area = imageSize ** 2;
      const { byMap } = classGradient(looked, target, "gradient");
      const cam = enlargePlainly(gradCam(looked.stages[2].map, byMap, count, 256), side, imageSize);
      const guided = classGradient(looked, target, "guided").pixels;
      const steps = 3;
      // All images at all points of their lines are one batch.
      const line = Float64Array.from(
        { length: steps * images.length },
        (_, at) => images[at % images.length] * (Math.floor(at / images.length) + 0.5) / steps,
      );
      const lineTargets = Array.from({ length: steps }, () => [...target]).flat();
      const along = classGradient(look(weights, line, steps * count), lineTargets, "gradient").pixels;
      const integrated = Float64Array.from(images, (value, at) => {
        let sum = 0;
        for (let step = 0; step < steps; step++) sum += along[step * images.length + at];
        return value * sum / steps;
      });
      const expected: Record<AttributionMethod, Float64Array> = {
        "gradient": classGradient(looked, target, "gradient").pixels,
        "deconvnet": classGradient(looked, target, "deconvnet").pixels,
        guided,
        "grad-cam": cam,
        "guided-grad-cam": guided.map((value, at) => value * cam[at]),
        "integrated-gradients": integrated,
      };
      const scores = Array.from(target, (label, n) => looked.logits[n * classes + label]);
      const empty = look(weights, new Float64Array(area), 1).logits;
      for (const method of ATTRIBUTION_METHODS) {
        const found = await attribute(net, images, { target, method, steps });
        assertClose(found.maps, expected[method], 2e-5, method);
        assertClose(found.scores, scores, 1e-5, `${method} scores`);
        if (method !== "integrated-gradients") {
          assert.equal(found.completenessError, undefined);
          continue;
        }
        const rounding = 1e-5 * largest(looked.logits);
        found.completenessError!.forEach((error, n) => {
          const sum = integrated.subarray(n * area, (n + 1) * area).reduce((a, b) => a + b);
          const difference = scores[n] - empty[target[n]];
          const wanted = Math.abs((sum - difference) / difference);
          const bound = rounding / Math.abs(difference);
          assert(Math.abs(error - wanted) <= bound, `completeness ${error}, expected ${wanted} within ${bound}`);
        });
      }
    }),
  );
}

Deno.test(
  "attribution: the gradient is that of central differences; integrated gradients come to the score's difference",
  withGpu(async (gpu) => {
    const { net, weights } = await network(gpu, { imageSize: 8, seed: 4 });
    using _ = net;
    const random = new Random(2);
    const image = random.normal(64);
    const { maps } = await attribute(net, image, { target: 3, method: "gradient" });
    const score = (image: Float64Array) => look(weights, image, 1).logits[3];
    assertGradient(maps, image, score, [random.normal(64), random.normal(64)], 1e-4, "score");
    // Small biases of both signs: fc4's units switch on and off along the line.
    await net.setParameters({ "fc4.bias": random.normal(300, 0.02) });
    const errors: number[] = [];
    for (const steps of [1, 8, 64]) {
      const { completenessError } = await attribute(net, image, { target: 3, method: "integrated-gradients", steps });
      errors.push(completenessError![0]);
    }
    assert(errors[0] > 0.02 && errors[1] < errors[0] && errors[2] < 5e-3, `${errors}`);
    const nothing = await attribute(net, new Float32Array(64), { target: 0, method: "integrated-gradients" });
    assert.equal(nothing.completenessError![0], 0);
  }),
);

Deno.test(
  "attribution: one target or one each, rows of a dataset or their normalized images, and refusals by name",
  withGpu(async (gpu) => {
    const { net } = await network(gpu, { imageSize: 16, seed: 6 });
    using _ = net;
    const bytes = Uint8Array.from(new Random(3).integers(4 * 256, 256));
    const dataset = { imageSize: 16, images: bytes, labels: new Int32Array(4) };
    const source = { dataset, rows: Uint32Array.of(2, 0), normalization: "local-mean" as const };
    const pixels = Uint8Array.from([...bytes.subarray(512, 768), ...bytes.subarray(0, 256)]);
    const images = await normalize(gpu, pixels, { mode: "local-mean", imageSize: 16 });
    for (const method of ATTRIBUTION_METHODS) {
      const rows = await attribute(net, source, { target: [5, 5], method, steps: 3 });
      assert.deepEqual(rows, await attribute(net, images, { target: 5, method, steps: 3 }), method);
    }
    const refused: [Parameters<typeof attribute>[2], RegExp][] = [
      [{ target: 7, method: "guided" }, /target is 7, expected a class in 0\.\.6/],
      [{ target: [0], method: "guided" }, /target has 1 entries, expected one for each of 2 images/],
      [{ target: 0, method: "smooth" as "guided" }, /method is "smooth", expected one of gradient, deconvnet/],
      [{ target: 0, method: "integrated-gradients", steps: 0 }, /steps is 0/],
    ];
    for (const [options, message] of refused) await assert.rejects(attribute(net, images, options), message);
  }),
);

Deno.test("enlarge: bilinear with centers half a pixel in, for any pair of sides", () => {
  for (const [from, to, count] of [[2, 8, 3], [1, 4, 2], [6, 24, 1], [3, 3, 2], [5, 7, 1]]) {
    const maps = new Random(from).normal(count * from ** 2);
    assertClose(enlarge(maps, from, to), enlargePlainly(maps, from, to), 1e-6, `${from} to ${to}`);
  }
});
