/** Small networks for tests, with the weights that references compute from. */
import type { ConvolutionMethod } from "../../kernels/convolution/mod.ts";
import type { Gpu } from "../../gpu/device.ts";
import { initialParameters, type Parameters } from "../../network/parameters.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { Random } from "./random.ts";

/** A network with initial weights whose biases are moved, so that one left out shows. Its convolutions are direct unless said otherwise. */
export async function network(
  gpu: Gpu,
  { imageSize = 8, classes = 7, seed = 1, convolution = "direct" as ConvolutionMethod } = {},
): Promise<{ net: ZeroBiasCnn; weights: Parameters }> {
  const weights = initialParameters(classes, seed, 1);
  const random = new Random(seed);
  for (const name of ["fc4.bias", "output.bias"] as const) {
    const noise = random.normal(weights[name].length, 0.3);
    weights[name] = weights[name].map((value, i) => value + noise[i]);
  }
  const net = await ZeroBiasCnn.create(gpu, { imageSize, classes, seed, initialScale: 1, convolution });
  await net.setParameters(weights);
  return { net, weights };
}
