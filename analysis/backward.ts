/** Ways back to the pixels: what a training step never computes, and with a choice of rule for the rectifiers. */
import type { GpuBuffer } from "../gpu/buffer.ts";
import type { Call } from "../gpu/device.ts";
import { convolutionByInput } from "../kernels/convolution/mod.ts";
import { denseByInput } from "../kernels/dense/mod.ts";
import { reluBackward, type ReluRule } from "../kernels/relu/mod.ts";
import { conv3Backward } from "../network/conv3_backward.ts";
import { type Activations, convolutionShapes, denseShapes } from "../network/layers.ts";
import { FEATURES, FILTERS, HIDDEN } from "../network/parameters.ts";
import type { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";

/**
 * Prepares the way from the gradient by conv1's (`depth` 0) or conv2's (1) pooled map, in `a.gradients.maps`, to `pixels` (images x S x S).
 * The forward pass of the same images has filled the maps and their argmax.
 */
export function mapToPixels(
  net: ZeroBiasCnn,
  a: Activations,
  images: number,
  depth: 0 | 1,
  rule: ReluRule,
  pixels: GpuBuffer,
): Call[] {
  const { gpu, sizes: { imageSize, convolution: method }, weights } = net;
  const shapes = convolutionShapes(imageSize, images);
  const gradients = a.gradients.maps;
  const calls: Call[] = [];
  for (let layer = depth; layer >= 0; layer--) {
    const dy = gradients[layer];
    const side = imageSize / 2 ** (layer + 1);
    const buffers = {
      dy,
      w: weights[layer === 0 ? "conv1.weight" : "conv2.weight"],
      dx: layer === 0 ? pixels : gradients[layer - 1],
      argmax: a.argmax[layer],
    };
    calls.push(
      ...reluBackward(gpu, { y: a.maps[layer], dy }, images * FILTERS[layer] * side ** 2, rule),
      ...convolutionByInput(gpu, a.workspace, shapes[layer], buffers, { method }),
    );
  }
  return calls;
}

/** Prepares the way from the logits' gradient, in `a.logitsGradient`, to that by the quadrants' maxima, in `a.gradients.features`. */
export function logitsToFeatures(net: ZeroBiasCnn, a: Activations, images: number, rule: ReluRule): Call[] {
  const { gpu, weights: w } = net;
  const { fc4, output } = denseShapes(net.classes, images);
  const { hidden, features } = a.gradients;
  return [
    ...denseByInput(gpu, output, { dy: a.logitsGradient, w: w["output.weight"], dx: hidden }),
    ...reluBackward(gpu, { y: a.hidden, dy: hidden }, images * HIDDEN, rule),
    ...denseByInput(gpu, fc4, { dy: hidden, w: w["fc4.weight"], dx: features }),
  ];
}

/** Prepares the way from there to `pixels` (images x S x S). */
export function featuresToPixels(
  net: ZeroBiasCnn,
  a: Activations,
  images: number,
  rule: ReluRule,
  pixels: GpuBuffer,
): Call[] {
  const { gpu, sizes, weights } = net;
  return [
    // A maximum that is positive came through conv3's ReLU.
    ...reluBackward(gpu, { y: a.features, dy: a.gradients.features }, images * FEATURES, rule),
    ...conv3Backward(gpu, sizes, a, images, { w: weights["conv3.weight"] }),
    ...mapToPixels(net, a, images, 1, rule, pixels),
  ];
}
