/**
 * The zero-bias CNN as a list of kernel calls over buffers: forward, loss, backward, update. Khorrami, Paine and Huang (2015):
 * conv 5x5 (64), pool 2x2, conv 5x5 (128), pool 2x2, conv 5x5 (256), quadrant pool, dense 300, dense C; ReLU throughout; no bias in
 * the convolutions.
 */
import type { GpuBuffer } from "../gpu/buffer.ts";
import type { Call, Gpu } from "../gpu/device.ts";
import { named } from "../gpu/parts.ts";
import { convolutionByInput, convolutionByWeight, convolutionForward } from "../kernels/convolution/mod.ts";
import { denseByBias, denseByInput, denseByWeight, denseForward } from "../kernels/dense/mod.ts";
import { dropout } from "../kernels/dropout/mod.ts";
import { softmaxCrossEntropy } from "../kernels/loss/mod.ts";
import { momentumStep } from "../kernels/optimizer/mod.ts";
import { quadrantPoolForward } from "../kernels/pool/mod.ts";
import { reluBackward } from "../kernels/relu/mod.ts";
import { type Activations, convolutionShapes, denseShapes, type NetworkSizes, quadrantShape } from "./activations.ts";
import { conv3Backward } from "./conv3_backward.ts";
import type { ParameterBuffers } from "./parameter_buffers.ts";
import { elements, FEATURES, FILTERS, HIDDEN, type ParameterName, parameterShapes } from "./parameters.ts";

export * from "./activations.ts";

/** Dropout on fc4's input: which mask (seed and clock) and how much. */
export interface DropoutChoice {
  rate: number;
  seed: number;
  clock: GpuBuffer;
}

/** Prepares the first `layers` convolutions of the forward pass of `images` images: their maps after ReLU, the first two pooled. */
export function convolutionCalls(
  gpu: Gpu,
  sizes: NetworkSizes,
  w: ParameterBuffers,
  a: Activations,
  images: number,
  layers = 3,
): Call[] {
  const method = sizes.convolution;
  const [conv1, conv2, conv3] = convolutionShapes(sizes.imageSize, images);
  const pooled = { relu: true, pool: true, method };
  const prepare = [
    () =>
      convolutionForward(
        gpu,
        a.workspace,
        conv1,
        { x: a.images, w: w["conv1.weight"], y: a.maps[0], argmax: a.argmax[0] },
        pooled,
      ),
    () =>
      convolutionForward(
        gpu,
        a.workspace,
        conv2,
        { x: a.maps[0], w: w["conv2.weight"], y: a.maps[1], argmax: a.argmax[1] },
        pooled,
      ),
    () =>
      convolutionForward(gpu, a.workspace, conv3, { x: a.maps[1], w: w["conv3.weight"], y: a.maps[2] }, {
        relu: true,
        method,
      }),
  ];
  return prepare.slice(0, layers).flatMap((calls, index) => named(`conv${index + 1} forward`, calls()));
}

/** Prepares the forward pass of the first `images` images, up to the logits. */
export function forwardCalls(
  gpu: Gpu,
  sizes: NetworkSizes,
  w: ParameterBuffers,
  a: Activations,
  images: number,
  drop?: DropoutChoice & { firstSample: number },
): Call[] {
  const { fc4, output } = denseShapes(sizes.classes, images);
  return [
    ...convolutionCalls(gpu, sizes, w, a, images),
    ...named(
      "quadrant pool forward",
      quadrantPoolForward(gpu, quadrantShape(sizes.imageSize, images), {
        x: a.maps[2],
        y: a.features,
        argmax: a.featuresArgmax,
      }),
    ),
    ...named("dense forward", [
      ...(drop ? dropoutCalls(gpu, drop, a.features, images) : []),
      ...denseForward(gpu, fc4, { x: a.features, w: w["fc4.weight"], b: w["fc4.bias"], y: a.hidden }, { relu: true }),
      ...denseForward(gpu, output, { x: a.hidden, w: w["output.weight"], b: w["output.bias"], y: a.logits }),
    ]),
  ];
}

function dropoutCalls(gpu: Gpu, drop: DropoutChoice & { firstSample: number }, x: GpuBuffer, samples: number): Call[] {
  const { clock, seed, rate, firstSample } = drop;
  return dropout(gpu, { clock, x }, { samples, units: FEATURES, seed, rate, firstSample });
}

/** Prepares softmax and loss: the images are samples firstSample.. of a batch whose labels and results stand in two buffers. */
export function lossCalls(
  gpu: Gpu,
  sizes: NetworkSizes,
  a: Activations,
  images: number,
  batch: { labels: GpuBuffer; result: GpuBuffer; size: number; firstSample: number },
): Call[] {
  const buffers = { x: a.logits, labels: batch.labels, y: a.probabilities, dx: a.logitsGradient, result: batch.result };
  const { size, firstSample } = batch;
  const shape = { samples: images, classes: sizes.classes, batch: size, firstSample };
  return named("loss", softmaxCrossEntropy(gpu, buffers, shape));
}

/** Prepares the backward pass from the logits' gradient to every parameter's, added to what stands there when `accumulate`. */
export function backwardCalls(
  gpu: Gpu,
  sizes: NetworkSizes,
  w: ParameterBuffers,
  dw: ParameterBuffers,
  a: Activations,
  images: number,
  options: { accumulate: boolean; drop?: DropoutChoice & { firstSample: number } },
): Call[] {
  const { accumulate, drop } = options;
  const method = sizes.convolution;
  const [conv1, conv2] = convolutionShapes(sizes.imageSize, images);
  const { fc4, output } = denseShapes(sizes.classes, images);
  const g = a.gradients;
  const relu = (y: GpuBuffer, dy: GpuBuffer, count: number) => reluBackward(gpu, { y, dy }, count);
  const pixels1 = images * FILTERS[0] * (sizes.imageSize / 2) ** 2;
  const by = { method, accumulate };
  return [
    ...named("dense backward", [
      ...denseByWeight(gpu, output, { dy: a.logitsGradient, x: a.hidden, dw: dw["output.weight"] }, { accumulate }),
      ...denseByBias(gpu, output, { dy: a.logitsGradient, db: dw["output.bias"] }, { accumulate }),
      ...denseByInput(gpu, output, { dy: a.logitsGradient, w: w["output.weight"], dx: g.hidden }),
      ...relu(a.hidden, g.hidden, images * HIDDEN),
      ...denseByWeight(gpu, fc4, { dy: g.hidden, x: a.features, dw: dw["fc4.weight"] }, { accumulate }),
      ...denseByBias(gpu, fc4, { dy: g.hidden, db: dw["fc4.bias"] }, { accumulate }),
      ...denseByInput(gpu, fc4, { dy: g.hidden, w: w["fc4.weight"], dx: g.features }),
      ...(drop ? dropoutCalls(gpu, drop, g.features, images) : []),
      // A maximum that is positive came through conv3's ReLU; dropped features are 0 and pass nothing back.
      ...relu(a.features, g.features, images * FEATURES),
    ]),
    ...conv3Backward(gpu, sizes, a, images, { w: w["conv3.weight"], dw: dw["conv3.weight"] }, { accumulate }),
    ...named("conv3 by input", relu(a.maps[1], g.maps[1], images * FILTERS[1] * (sizes.imageSize / 4) ** 2)),
    ...named(
      "conv2 by weight",
      convolutionByWeight(
        gpu,
        a.workspace,
        conv2,
        { x: a.maps[0], dy: g.maps[1], dw: dw["conv2.weight"], argmax: a.argmax[1] },
        by,
      ),
    ),
    ...named("conv2 by input", [
      ...convolutionByInput(
        gpu,
        a.workspace,
        conv2,
        { dy: g.maps[1], w: w["conv2.weight"], dx: g.maps[0], argmax: a.argmax[1] },
        { method },
      ),
      ...relu(a.maps[0], g.maps[0], pixels1),
    ]),
    ...named(
      "conv1 by weight",
      convolutionByWeight(
        gpu,
        a.workspace,
        conv1,
        { x: a.images, dy: g.maps[0], dw: dw["conv1.weight"], argmax: a.argmax[0] },
        by,
      ),
    ),
  ];
}

/** Prepares the momentum update of every parameter. */
export function updateCalls(
  gpu: Gpu,
  classes: number,
  buffers: {
    w: ParameterBuffers;
    dw: ParameterBuffers;
    v: ParameterBuffers;
    clock: GpuBuffer;
    settings: GpuBuffer;
    status: GpuBuffer;
  },
): Call[] {
  const { w, dw, v, ...shared } = buffers;
  const calls = Object.entries(parameterShapes(classes)).flatMap(([name, shape]) => {
    const key = name as ParameterName;
    return momentumStep(gpu, { ...shared, dw: dw[key], w: w[key], v: v[key] }, elements(shape));
  });
  return named("update", calls);
}
