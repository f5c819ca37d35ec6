/**
 * "Same" convolution without bias, stride 1, any channel count and odd filter side: forward, gradient by input and gradient by
 * weight, by direct summation or by Winograd's F(4x4, 5x5). ReLU and 2x2 pooling are fused into the forward pass, un-pooling into
 * the backward ones, so that the map before pooling never exists: relu(maxpool(conv(x))) needs no more, having no bias.
 */
import type { Gpu } from "../../gpu/device.ts";
import type { GpuBuffer } from "../../gpu/buffer.ts";
import type { Call } from "../../gpu/device.ts";
import { type ConvolutionMethod, type ConvolutionShape, methodFor, outputCells, type Workspace } from "./workspace.ts";
import * as direct from "./direct.ts";
import * as winograd from "../winograd/mod.ts";

export * from "./workspace.ts";

/** Choices of a forward pass. */
export interface ForwardOptions {
  /** Makes negative values 0. Default false. */
  relu?: boolean;
  /** Writes 2x2 maxima and `argmax` instead of the map. Default false. */
  pool?: boolean;
  /** How to compute; what the workspace stores has to be that of it. Default `"auto"`. */
  method?: ConvolutionMethod;
}

/** Choices of a backward pass. */
export interface BackwardOptions {
  /** How to compute; what the workspace stores has to be that of it. Default `"auto"`. */
  method?: ConvolutionMethod;
  /** By weight only: adds to what `dw` holds instead of replacing it. Default false. */
  accumulate?: boolean;
}

/**
 * Prepares `y = conv(x, w)`, with ReLU and pooling where asked.
 *
 * Shapes: x n,C,H,W; w K,C,F,F; y n,K,H,W, or n,K,floor(H/2),floor(W/2) when pooled, with `argmax` of {@linkcode outputCells} words.
 * @throws {RangeError} when `pool` is asked for without an `argmax` buffer, or `"winograd"` for a filter that is not 5x5.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { convolutionForward, Workspace } from "./mod.ts";
 * using gpu = await openGpu();
 * const shape = { images: 1, inputs: 1, outputs: 1, height: 3, width: 3, filter: 3 };
 * const x = gpu.upload("x", new Float32Array(9).fill(1));
 * const w = gpu.upload("w", new Float32Array(9).fill(1));
 * const y = gpu.createBuffer("y", 36);
 * const workspace = new Workspace(gpu, [shape]);
 * gpu.run(convolutionForward(gpu, workspace, shape, { x, w, y }));
 * assert((await gpu.read(y, Float32Array))[4] === 9);
 * ```
 */
export function convolutionForward(
  gpu: Gpu,
  workspace: Workspace,
  shape: ConvolutionShape,
  buffers: { x: GpuBuffer; w: GpuBuffer; y: GpuBuffer; argmax?: GpuBuffer },
  options: ForwardOptions = {},
): Call[] {
  if (options.pool && !buffers.argmax) {
    throw new RangeError(`pool: true needs an argmax buffer of ${outputCells(shape)} words, got none`);
  }
  return wayOf(workspace, shape, options.method) === "direct"
    ? direct.forward(gpu, workspace, shape, buffers, options)
    : winograd.forward(gpu, workspace, shape, buffers, options);
}

/**
 * Prepares `dx = gradient by input`. With `argmax`, `dy` is the gradient of the pooled map and is spread out on the way.
 *
 * Shapes as in {@linkcode convolutionForward}; dx as x, dy as y.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { convolutionByInput, Workspace } from "./mod.ts";
 * using gpu = await openGpu();
 * const shape = { images: 1, inputs: 1, outputs: 1, height: 3, width: 3, filter: 3 };
 * const dy = gpu.upload("dy", new Float32Array([0, 0, 0, 0, 1, 0, 0, 0, 0]));
 * const w = gpu.upload("w", new Float32Array([1, 2, 3, 4, 5, 6, 7, 8, 9]));
 * const dx = gpu.createBuffer("dx", 36);
 * gpu.run(convolutionByInput(gpu, new Workspace(gpu, [shape]), shape, { dy, w, dx }));
 * assert((await gpu.read(dx, Float32Array))[0] === 1);
 * ```
 */
export function convolutionByInput(
  gpu: Gpu,
  workspace: Workspace,
  shape: ConvolutionShape,
  buffers: { dy: GpuBuffer; w: GpuBuffer; dx: GpuBuffer; argmax?: GpuBuffer },
  options: BackwardOptions = {},
): Call[] {
  return wayOf(workspace, shape, options.method) === "direct"
    ? direct.byInput(gpu, workspace, shape, buffers)
    : winograd.byInput(gpu, workspace, shape, buffers);
}

/**
 * Prepares `dw = gradient by weight`. With `argmax`, `dy` is the gradient of the pooled map and is spread out on the way.
 *
 * Shapes as in {@linkcode convolutionForward}; dw as w, dy as y.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { convolutionByWeight, Workspace } from "./mod.ts";
 * using gpu = await openGpu();
 * const shape = { images: 1, inputs: 1, outputs: 1, height: 3, width: 3, filter: 3 };
 * const x = gpu.upload("x", new Float32Array([1, 2, 3, 4, 5, 6, 7, 8, 9]));
 * const dy = gpu.upload("dy", new Float32Array([0, 0, 0, 0, 1, 0, 0, 0, 0]));
 * const dw = gpu.createBuffer("dw", 36);
 * gpu.run(convolutionByWeight(gpu, new Workspace(gpu, [shape]), shape, { x, dy, dw }));
 * assert((await gpu.read(dw, Float32Array))[8] === 9);
 * ```
 */
export function convolutionByWeight(
  gpu: Gpu,
  workspace: Workspace,
  shape: ConvolutionShape,
  buffers: { x: GpuBuffer; dy: GpuBuffer; dw: GpuBuffer; argmax?: GpuBuffer },
  options: BackwardOptions = {},
): Call[] {
  return wayOf(workspace, shape, options.method) === "direct"
    ? direct.byWeight(gpu, workspace, shape, buffers, options)
    : winograd.byWeight(gpu, workspace, shape, buffers, options);
}

/** The method for a shape, where the workspace stores what it stores: it alone would decide else, whatever is asked for. */
function wayOf(workspace: Workspace, shape: ConvolutionShape, method?: ConvolutionMethod) {
  const way = methodFor(shape, method);
  const wanted = way === "winograd-float16" ? "float16" : "float32";
  if (way !== "direct" && workspace.stored !== wanted) {
    throw new RangeError(
      `method is ${JSON.stringify(way)}, and the workspace stores ${workspace.stored}: make it for that method`,
    );
  }
  return way;
}
