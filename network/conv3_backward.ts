/**
 * The way back through quadrant pooling and conv3. Behind windows of 12x12 (at 96 x 96) the gradient of conv3's map is 0 but at one place in
 * 144: either only those are summed, or the map is spread out and goes through a convolution like any other.
 */
import type { GpuBuffer } from "../gpu/buffer.ts";
import type { Call, Gpu } from "../gpu/device.ts";
import { named } from "../gpu/parts.ts";
import { convolutionByInput, convolutionByWeight } from "../kernels/convolution/mod.ts";
import { quadrantPoolBackward } from "../kernels/pool/mod.ts";
import { isSparse, sparseByInput, sparseByWeight } from "../kernels/sparse/mod.ts";
import { type Activations, convolutionShapes, type NetworkSizes, quadrantShape } from "./activations.ts";
import { FEATURES, FILTERS } from "./parameters.ts";

/**
 * Prepares the way from the gradient of the quadrant maxima, in `a.gradients.features`, to that of conv3's input, in `a.gradients.maps[1]`
 * and not yet through the rectifier there, and with `dw` to that of conv3's filters.
 */
export function conv3Backward(
  gpu: Gpu,
  { imageSize, convolution: method }: NetworkSizes,
  a: Activations,
  images: number,
  { w, dw }: { w: GpuBuffer; dw?: GpuBuffer },
  { accumulate = false }: { accumulate?: boolean } = {},
): Call[] {
  const conv3 = convolutionShapes(imageSize, images)[2];
  const shape = { ...conv3, cells: FEATURES / FILTERS[2] };
  const [x, dx, argmax] = [a.maps[1], a.gradients.maps[1], a.featuresArgmax];
  if (isSparse(gpu, shape, method)) {
    const { sparse, features: dy } = a.gradients;
    return [
      ...named("conv3 by weight", dw ? sparseByWeight(gpu, sparse, shape, { x, dy, argmax, dw }, { accumulate }) : []),
      ...named("conv3 by input", sparseByInput(gpu, sparse, shape, { dy, argmax, w, dx })),
    ];
  }
  const { conv3Map: dy, features } = a.gradients;
  const spread = quadrantPoolBackward(gpu, quadrantShape(imageSize, images), { dy: features, argmax, dx: dy });
  return [
    ...named("quadrant pool backward", spread),
    ...named(
      "conv3 by weight",
      dw ? convolutionByWeight(gpu, a.workspace, conv3, { x, dy, dw }, { method, accumulate }) : [],
    ),
    ...named("conv3 by input", convolutionByInput(gpu, a.workspace, conv3, { dy, w, dx }, { method })),
  ];
}
