/**
 * Convolution with 5x5 filters by Winograd's F(4x4, 5x5): transform tiles and filters, multiply (64 matrix products), transform back.
 * 6.25 times fewer multiplications than direct summation, at an error near 1e-5 of the largest output.
 * Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015; matrices in README.md of this folder.
 */
import type { GpuBuffer } from "../../gpu/buffer.ts";
import type { Call, Gpu } from "../../gpu/device.ts";
import { defineKernel, gridFor } from "../../gpu/kernel.ts";
import { roundsOf } from "../../gpu/rounds.ts";
import { type ConvolutionShape, padTo, winogradPlan, type Workspace } from "../convolution/workspace.ts";
import { loadQuadCode, storeBlockCode } from "../pool/blocks.ts";
import inputCode from "./input.wgsl" with { type: "text" };
import outputCode from "./output.wgsl" with { type: "text" };
import outputGradientCode from "./output_gradient.wgsl" with { type: "text" };
import productCode from "./product.wgsl" with { type: "text" };
import productTiledCode from "./product_tiled.wgsl" with { type: "text" };
import weightGradientCode from "./weight_gradient.wgsl" with { type: "text" };
import weightsCode from "./weights.wgsl" with { type: "text" };

const tileParameters = {
  first_image: "u32",
  images: "u32",
  channels: "u32",
  padded_channels: "u32",
  height: "u32",
  width: "u32",
  padded_tiles: "u32",
} as const;

/** Filters into the domain. */
export const weightsKernel = defineKernel({
  name: "winograd/weights",
  code: weightsCode,
  bindings: { w: "read", u: "write" },
  parameters: { inputs: "u32", outputs: "u32", padded_outputs: "u32" },
  constants: ["FLIP"],
});

/** Image tiles into the domain. */
export const inputKernel = defineKernel({
  name: "winograd/input",
  code: inputCode,
  shared: [loadQuadCode],
  bindings: { x: "read", argmax: "read", v: "write" },
  parameters: tileParameters,
  constants: ["UNPOOL", "TILES_FIRST"],
});

/** Products back into images. */
export const outputKernel = defineKernel({
  name: "winograd/output",
  code: outputCode,
  shared: [storeBlockCode],
  bindings: { m: "read", y: "write", argmax: "write" },
  parameters: tileParameters,
  constants: ["RELU", "POOL"],
});

/** Gradient tiles into the domain, for the gradient by weight. */
export const outputGradientKernel = defineKernel({
  name: "winograd/output_gradient",
  code: outputGradientCode,
  shared: [loadQuadCode],
  bindings: { x: "read", argmax: "read", dm: "write" },
  parameters: tileParameters,
  constants: ["UNPOOL"],
});

/** Weight gradients back. */
export const weightGradientKernel = defineKernel({
  name: "winograd/weight_gradient",
  code: weightGradientCode,
  bindings: { du: "read", dw: "write" },
  parameters: { outputs: "u32", inputs: "u32", padded_outputs: "u32", padded_inputs: "u32" },
  constants: ["ACCUMULATE"],
});

/** The 64 matrix products, for a software adapter. */
export const productKernel = defineKernel({
  name: "winograd/product",
  code: productCode,
  bindings: { a: "read", b: "read", z: "write" },
  parameters: { depth: "u32", rows: "u32", columns: "u32" },
  constants: ["ACCUMULATE"],
  rounds: ({ depth }) => roundsOf([depth]),
});

/** The same for a GPU. */
export const productTiledKernel = defineKernel({
  name: "winograd/product_tiled",
  code: productTiledCode,
  bindings: { a: "read", b: "read", z: "write" },
  parameters: { depth: "u32", rows: "u32", columns: "u32" },
  constants: ["ACCUMULATE"],
  rounds: ({ depth }) => roundsOf([Math.ceil(depth / 8), [2], [8]]),
});

/**
 * Prepares z[e] = a[e]^T b[e] for the 64 elements e; a 64 x depth x rows, b 64 x depth x columns, z 64 x rows x columns; rows
 * multiples of 32, columns of 16.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { product } from "./mod.ts";
 * using gpu = await openGpu();
 * const a = gpu.upload("a", new Float32Array(64 * 32).fill(2));
 * const b = gpu.upload("b", new Float32Array(64 * 16).fill(3));
 * const z = gpu.createBuffer("z", 4 * 64 * 32 * 16);
 * gpu.run([product(gpu, { a, b, z }, { depth: 1, rows: 32, columns: 16 }, "tiled")]);
 * assert((await gpu.read(z, Float32Array))[0] === 6);
 * ```
 */
export function product(
  gpu: Gpu,
  buffers: { a: GpuBuffer; b: GpuBuffer; z: GpuBuffer },
  sizes: { depth: number; rows: number; columns: number },
  kind: "registers" | "tiled",
  accumulate = false,
): Call {
  const constants = { ACCUMULATE: Number(accumulate) };
  if (kind === "tiled") {
    const grid = [Math.ceil(sizes.columns / 64), Math.ceil(sizes.rows / 64), 64] as const;
    return gpu.prepare(productTiledKernel, { ...buffers, ...sizes }, grid, constants);
  }
  const invocations = 64 * (sizes.rows / 32) * (sizes.columns / 16);
  return gpu.prepare(productKernel, { ...buffers, ...sizes }, gridFor(invocations), constants);
}

/** The pieces of a batch with the parameters that the tile kernels share. */
function* pieces(shape: ConvolutionShape, workspace: Workspace) {
  const { chunk, tiles } = winogradPlan(shape, workspace.chunkBytes);
  for (let first = 0; first < shape.images; first += chunk) {
    const images = Math.min(chunk, shape.images - first);
    yield { first_image: first, images, height: shape.height, width: shape.width, padded_tiles: tiles };
  }
}

/** A correlation with `outputs` results from `inputs` channels: the forward pass, and flipped the gradient by input. */
function correlate(
  gpu: Gpu,
  workspace: Workspace,
  shape: ConvolutionShape,
  sizes: { inputs: number; outputs: number },
  buffers: { x: GpuBuffer; w: GpuBuffer; y: GpuBuffer; argmax: GpuBuffer | undefined; xArgmax: GpuBuffer | undefined },
  options: { relu: boolean; pool: boolean; flip: boolean },
): Call[] {
  const { inputs, outputs } = sizes;
  const rows = padTo(outputs, 32);
  const calls = [
    gpu.prepare(
      weightsKernel,
      { w: buffers.w, u: workspace.filters, inputs, outputs, padded_outputs: rows },
      gridFor(inputs * rows),
      { FLIP: Number(options.flip) },
    ),
  ];
  const perImage = Math.ceil(shape.height / 4) * Math.ceil(shape.width / 4);
  for (const piece of pieces(shape, workspace)) {
    const columns = piece.padded_tiles;
    calls.push(
      gpu.prepare(
        inputKernel,
        {
          x: buffers.x,
          argmax: buffers.xArgmax ?? workspace.none,
          v: workspace.tiles,
          ...piece,
          channels: inputs,
          padded_channels: inputs,
        },
        gridFor(inputs * columns),
        { UNPOOL: Number(buffers.xArgmax !== undefined) },
      ),
      product(
        gpu,
        { a: workspace.filters, b: workspace.tiles, z: workspace.products },
        { depth: inputs, rows, columns },
        workspace.product,
      ),
      gpu.prepare(
        outputKernel,
        {
          m: workspace.products,
          y: buffers.y,
          argmax: buffers.argmax ?? workspace.nowhere,
          ...piece,
          channels: outputs,
          padded_channels: rows,
        },
        gridFor(outputs * piece.images * perImage),
        { RELU: Number(options.relu), POOL: Number(options.pool) },
      ),
    );
  }
  return calls;
}

/** The forward pass; see `convolutionForward` in convolution/mod.ts. */
export function forward(
  gpu: Gpu,
  workspace: Workspace,
  shape: ConvolutionShape,
  { x, w, y, argmax }: { x: GpuBuffer; w: GpuBuffer; y: GpuBuffer; argmax?: GpuBuffer },
  { relu = false, pool = false }: { relu?: boolean; pool?: boolean },
): Call[] {
  const buffers = { x, w, y, argmax, xArgmax: undefined };
  return correlate(gpu, workspace, shape, shape, buffers, { relu, pool, flip: false });
}

/** The gradient by input; see `convolutionByInput` in convolution/mod.ts. */
export function byInput(
  gpu: Gpu,
  workspace: Workspace,
  shape: ConvolutionShape,
  { dy, w, dx, argmax }: { dy: GpuBuffer; w: GpuBuffer; dx: GpuBuffer; argmax?: GpuBuffer },
): Call[] {
  const sizes = { inputs: shape.outputs, outputs: shape.inputs };
  const buffers = { x: dy, w, y: dx, argmax: undefined, xArgmax: argmax };
  return correlate(gpu, workspace, shape, sizes, buffers, { relu: false, pool: false, flip: true });
}

/** The gradient by weight; see `convolutionByWeight` in convolution/mod.ts. */
export function byWeight(
  gpu: Gpu,
  workspace: Workspace,
  shape: ConvolutionShape,
  { x, dy, dw, argmax }: { x: GpuBuffer; dy: GpuBuffer; dw: GpuBuffer; argmax?: GpuBuffer },
  { accumulate = false }: { accumulate?: boolean },
): Call[] {
  const { inputs, outputs } = shape;
  const rows = padTo(outputs, 32);
  const columns = padTo(inputs, 16);
  const calls: Call[] = [];
  for (const piece of pieces(shape, workspace)) {
    const depth = piece.padded_tiles;
    calls.push(
      gpu.prepare(
        inputKernel,
        { x, argmax: workspace.none, v: workspace.tiles, ...piece, channels: inputs, padded_channels: columns },
        gridFor(columns * depth),
        { TILES_FIRST: 1 },
      ),
      gpu.prepare(
        outputGradientKernel,
        {
          x: dy,
          argmax: argmax ?? workspace.none,
          dm: workspace.products,
          ...piece,
          channels: outputs,
          padded_channels: rows,
        },
        gridFor(rows * depth),
        { UNPOOL: Number(argmax !== undefined) },
      ),
      product(
        gpu,
        { a: workspace.products, b: workspace.tiles, z: workspace.filters },
        { depth, rows, columns },
        workspace.product,
        piece.first_image > 0,
      ),
    );
  }
  calls.push(
    gpu.prepare(
      weightGradientKernel,
      { du: workspace.filters, dw, outputs, inputs, padded_outputs: rows, padded_inputs: columns },
      gridFor(outputs * inputs),
      { ACCUMULATE: Number(accumulate) },
    ),
  );
  return calls;
}
