/** What a picture of a network is compared with: the same network with weights that have learned nothing. */
import { pcg4d, Purpose } from "../kernels/random/mod.ts";
import { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";

/**
 * A network of the same sizes, scale and kernels whose weights are all drawn anew, from a seed that is a hash of the network's: what it shows too
 * was not learned. The same network has the same controls. One draw alone says little of how alike projections are: where a number is wanted,
 * take the mean over several. Dispose of each.
 *
 * Source: Adebayo et al., "Sanity Checks for Saliency Maps" (2018), model parameter randomisation, all layers at once.
 *
 * @param draw Which of its controls, 0 or more.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../gpu/device.ts";
 * import { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
 * import { randomizedControl } from "./control.ts";
 * using gpu = await openGpu();
 * using net = await ZeroBiasCnn.create(gpu, { imageSize: 8, classes: 2, seed: 1 });
 * using control = await randomizedControl(net);
 * assert(control.seed !== net.seed && control.initialScale === net.initialScale);
 * ```
 */
export function randomizedControl(net: ZeroBiasCnn, draw = 0): Promise<ZeroBiasCnn> {
  const { gpu, imageSize, classes, initialScale, sizes: { convolution } } = net;
  const [seed] = pcg4d(net.seed, draw, 0, Purpose.control);
  return ZeroBiasCnn.create(gpu, { imageSize, classes, seed, initialScale, convolution });
}
