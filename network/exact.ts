/**
 * Float16 is for training. What is measured or shown of a trained network is computed in float32, whose weights it has, so that a number does
 * not depend on which adapter has float16, nor on what else is in a batch.
 */
import type { ConvolutionMethod } from "../kernels/convolution/mod.ts";
import { ZeroBiasCnn } from "./zero_bias_cnn.ts";

/**
 * The method that stands for one in float32.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { exactMethod } from "./exact.ts";
 * assert.equal(exactMethod("winograd-float16"), "auto");
 * assert.equal(exactMethod("direct"), "direct");
 * ```
 */
export function exactMethod(method: ConvolutionMethod): ConvolutionMethod {
  return method === "winograd-float16" ? "auto" : method;
}

/**
 * Does some work with a network, or with a copy of it in float32 where it stores float16: the same parameters, and as many steps done.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../gpu/device.ts";
 * import { withExact } from "./exact.ts";
 * import { ZeroBiasCnn } from "./zero_bias_cnn.ts";
 * using gpu = await openGpu();
 * using net = await ZeroBiasCnn.create(gpu, { imageSize: 8, classes: 2 });
 * const probabilities = await withExact(net, (exact) => exact.predict(new Float32Array(64)));
 * assert.equal(probabilities.length, 2);
 * ```
 */
export async function withExact<T>(net: ZeroBiasCnn, work: (net: ZeroBiasCnn) => Promise<T>): Promise<T> {
  const convolution = exactMethod(net.sizes.convolution);
  if (convolution === net.sizes.convolution) return await work(net);
  const { gpu, imageSize, classes, seed, initialScale } = net;
  using copy = await ZeroBiasCnn.create(gpu, { imageSize, classes, seed, initialScale, convolution });
  await copy.setParameters(await net.parameters());
  copy.step = net.step;
  return await work(copy);
}
