/**
 * Convolution with 5x5 filters by Winograd's F(4x4, 5x5): transform tiles and filters, multiply (64 matrix products), transform back.
 * 6.25 times fewer multiplications than direct summation, at an error near 1e-5 of the largest output, or near 1e-2 where a workspace stores
 * float16.
 * Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015; matrices in README.md of this folder.
 */
import type { GpuBuffer } from "../../gpu/buffer.ts";
import { withTextures } from "../../gpu/call.ts";
import type { Call, Gpu } from "../../gpu/device.ts";
import { type Grid, gridFor, type KernelArguments } from "../../gpu/kernel.ts";
import { type ConvolutionShape, type Loads, padTo, winogradPlan, type Workspace } from "../convolution/workspace.ts";
import { outputFromTexture, productFromTextures, productsOf, transformsOf } from "./kernels.ts";
import { outputElements, roomFor, scaleOf } from "./scales.ts";

/** Choices of a {@linkcode product}. */
export interface ProductOptions {
  /** Which kernel: that of a software adapter, or that of a GPU. Default `"tiled"`. */
  kind?: "registers" | "tiled";
  /** `"registers"` only: where a and b are read. `"textures"` wants a texture of both (`Gpu.addTexture`). Default `"buffers"`. */
  loads?: Loads;
  /** With `loads: "textures"`: which operands changed since the last product, and so are copied into their textures. Default both. */
  changed?: readonly ("a" | "b")[];
  /** Adds to what z holds instead of replacing it. Default false. */
  accumulate?: boolean;
  /** As what a and b, and z, are stored. Default `"float32"`. */
  stored?: keyof typeof productsOf;
}

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
 * gpu.run([product(gpu, { a, b, z }, { depth: 1, rows: 32, columns: 16 })]);
 * assert((await gpu.read(z, Float32Array))[0] === 6);
 * ```
 */
export function product(
  gpu: Gpu,
  buffers: { a: GpuBuffer; b: GpuBuffer; z: GpuBuffer },
  sizes: { depth: number; rows: number; columns: number },
  { kind = "tiled", loads = "buffers", changed = ["a", "b"], accumulate = false, stored = "float32" }: ProductOptions =
    {},
): Call {
  const kernels = productsOf[stored];
  const constants = { ACCUMULATE: Number(accumulate) };
  if (kind === "tiled") {
    const grid = [Math.ceil(sizes.columns / 64), Math.ceil(sizes.rows / 64), 64] as const;
    return gpu.prepare(kernels.tiled, { ...buffers, ...sizes }, grid, constants);
  }
  const { depth, rows, columns } = sizes;
  const grid = gridFor(64 * (rows / 32) * (columns / 16));
  if (loads === "buffers") return gpu.prepare(kernels.registers, { ...buffers, ...sizes }, grid, constants);
  const byteLengths = { a: 4 * 64 * depth * rows, b: 4 * 64 * depth * columns };
  return withTextures(
    gpu.prepare(productFromTextures, { ...buffers, ...sizes }, grid, constants),
    changed.map((operand) => ({ buffer: buffers[operand], byteLength: byteLengths[operand] })),
  );
}

/** The pieces of a batch with the parameters that the tile kernels share. */
function* pieces(shape: ConvolutionShape, workspace: Workspace) {
  const { chunk, tiles } = winogradPlan(shape, workspace.chunkBytes);
  for (let first = 0; first < shape.images; first += chunk) {
    const images = Math.min(chunk, shape.images - first);
    yield { first_image: first, images, height: shape.height, width: shape.width, padded_tiles: tiles };
  }
}

/** Products back into images, from where the workspace says. */
function output(
  gpu: Gpu,
  { loads, stored, products }: Workspace,
  values: KernelArguments<typeof outputFromTexture.bindings, typeof outputFromTexture.parameters>,
  grid: Grid,
  constants: { RELU: number; POOL: number },
): Call {
  if (loads === "buffers") return gpu.prepare(transformsOf[stored].output, values, grid, constants);
  const byteLength = 4 * 64 * values.padded_channels * values.padded_tiles;
  return withTextures(gpu.prepare(outputFromTexture, values, grid, constants), [{ buffer: products, byteLength }]);
}

/** A correlation with `outputs` results from `inputs` channels, `elements` in all: the forward pass, and flipped the gradient by input. */
function correlate(
  gpu: Gpu,
  workspace: Workspace,
  shape: ConvolutionShape,
  sizes: { inputs: number; outputs: number; elements: number },
  buffers: { x: GpuBuffer; w: GpuBuffer; y: GpuBuffer; argmax: GpuBuffer | undefined; xArgmax: GpuBuffer | undefined },
  options: { relu: boolean; pool: boolean; flip: boolean },
): Call[] {
  const { inputs, outputs } = sizes;
  const rows = padTo(outputs, 32);
  const { stored, scales } = workspace;
  const transforms = transformsOf[stored];
  const calls = [
    ...scaleOf(gpu, workspace, "first", buffers.x, sizes.elements),
    ...scaleOf(gpu, workspace, "second", buffers.w, inputs * outputs * 25, roomFor(inputs)),
    gpu.prepare(
      transforms.weights,
      { w: buffers.w, u: workspace.filters, scales, inputs, outputs, padded_outputs: rows },
      gridFor(inputs * rows),
      { FLIP: Number(options.flip) },
    ),
  ];
  const perImage = Math.ceil(shape.height / 4) * Math.ceil(shape.width / 4);
  for (const piece of pieces(shape, workspace)) {
    const columns = piece.padded_tiles;
    calls.push(
      gpu.prepare(
        transforms.input,
        {
          x: buffers.x,
          argmax: buffers.xArgmax ?? workspace.none,
          v: workspace.tiles,
          scales,
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
        {
          kind: workspace.product,
          loads: workspace.loads,
          changed: piece.first_image > 0 ? ["b"] : ["a", "b"],
          stored,
        },
      ),
      output(
        gpu,
        workspace,
        {
          m: workspace.products,
          y: buffers.y,
          argmax: buffers.argmax ?? workspace.nowhere,
          scales,
          ...piece,
          channels: outputs,
          padded_channels: rows,
        },
        gridFor(outputs * Math.ceil(piece.images * perImage / 4)),
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
  const { images, inputs, outputs, height, width } = shape;
  const sizes = { inputs, outputs, elements: images * inputs * height * width };
  return correlate(gpu, workspace, shape, sizes, buffers, { relu, pool, flip: false });
}

/** The gradient by input; see `convolutionByInput` in convolution/mod.ts. */
export function byInput(
  gpu: Gpu,
  workspace: Workspace,
  shape: ConvolutionShape,
  { dy, w, dx, argmax }: { dy: GpuBuffer; w: GpuBuffer; dx: GpuBuffer; argmax?: GpuBuffer },
): Call[] {
  const elements = outputElements(shape, argmax !== undefined);
  const sizes = { inputs: shape.outputs, outputs: shape.inputs, elements };
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
  const { stored, scales } = workspace;
  const transforms = transformsOf[stored];
  const calls = [
    ...scaleOf(gpu, workspace, "first", x, shape.images * inputs * shape.height * shape.width),
    ...scaleOf(gpu, workspace, "second", dy, outputElements(shape, argmax !== undefined)),
  ];
  for (const piece of pieces(shape, workspace)) {
    const depth = piece.padded_tiles;
    calls.push(
      gpu.prepare(
        transforms.input,
        { x, argmax: workspace.none, v: workspace.tiles, scales, ...piece, channels: inputs, padded_channels: columns },
        gridFor(columns * depth),
        { TILES_FIRST: 1 },
      ),
      gpu.prepare(
        transforms.outputGradient,
        {
          x: dy,
          argmax: argmax ?? workspace.none,
          dm: workspace.products,
          scales,
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
        {
          kind: workspace.product,
          loads: workspace.loads,
          accumulate: piece.first_image > 0,
          // float16 would lose what is added up piece by piece.
          stored: stored === "float16" ? "float16ToFloat32" : "float32",
        },
      ),
    );
  }
  calls.push(
    gpu.prepare(
      transforms.weightGradient,
      { du: workspace.filters, dw, scales, outputs, inputs, padded_outputs: rows, padded_inputs: columns },
      gridFor(outputs * inputs),
      { ACCUMULATE: Number(accumulate) },
    ),
  );
  return calls;
}
