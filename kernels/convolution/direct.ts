/** Convolution by direct summation: exact to float32 rounding, for any channel count and odd filter. */
import type { GpuBuffer } from "../../gpu/buffer.ts";
import { withTextures } from "../../gpu/call.ts";
import type { Call, Gpu } from "../../gpu/device.ts";
import { defineKernel, gridFor } from "../../gpu/kernel.ts";
import { roundsOf } from "../../gpu/rounds.ts";
import { loadQuadCode, storeBlockCode } from "../pool/blocks.ts";
import { texelCode } from "../texture/mod.ts";
import { type ConvolutionShape, slices, type Workspace } from "./workspace.ts";
import correlateCode from "./correlate.wgsl" with { type: "text" };
import byWeightCode from "./by_weight.wgsl" with { type: "text" };
import xBuffersCode from "./loads/x_buffers.wgsl" with { type: "text" };
import xTexturesCode from "./loads/x_textures.wgsl" with { type: "text" };
import sumSlicesCode from "./sum_slices.wgsl" with { type: "text" };

/** Where x comes from. */
const xFrom = {
  buffers: [{ name: "convolution/loads/x_buffers", code: xBuffersCode }],
  textures: [{ name: "convolution/loads/x_textures", code: xTexturesCode }, texelCode],
} as const;

const correlate = {
  name: "convolution/correlate",
  code: correlateCode,
  parameters: { images: "u32", inputs: "u32", outputs: "u32", height: "u32", width: "u32", filter_side: "u32" },
  constants: ["RELU", "POOL", "UNPOOL", "FLIP"],
} as const;
const correlateRounds = ({ inputs, filter_side }: { inputs: number; filter_side: number }) =>
  roundsOf([inputs, [filter_side, [filter_side]]]);

/** Forward pass and gradient by input. */
export const correlateKernel = defineKernel({
  ...correlate,
  shared: [...xFrom.buffers, loadQuadCode, storeBlockCode],
  bindings: { x: "read", w: "read", y: "write", argmax: "write" },
  rounds: correlateRounds,
});

/** The same with x from a texture. */
export const correlateFromTexture = defineKernel({
  ...correlate,
  shared: [...xFrom.textures, loadQuadCode, storeBlockCode],
  bindings: { x: "texture", w: "read", y: "write", argmax: "write" },
  rounds: correlateRounds,
});

const byWeightSums = {
  name: "convolution/by_weight",
  code: byWeightCode,
  parameters: {
    images: "u32",
    inputs: "u32",
    outputs: "u32",
    height: "u32",
    width: "u32",
    filter_side: "u32",
    slices: "u32",
    rows_per_slice: "u32",
  },
  constants: ["UNPOOL"],
} as const;
const byWeightRounds = ({ width, rows_per_slice }: { width: number; rows_per_slice: number }) =>
  roundsOf([rows_per_slice, [Math.ceil(width / 4)]]);

/** Partial sums of the gradient by weight. */
export const byWeightKernel = defineKernel({
  ...byWeightSums,
  shared: [...xFrom.buffers, loadQuadCode],
  bindings: { x: "read", dy: "read", argmax: "read", partial: "write" },
  rounds: byWeightRounds,
});

/** The same with x from a texture. */
export const byWeightFromTexture = defineKernel({
  ...byWeightSums,
  shared: [...xFrom.textures, loadQuadCode],
  bindings: { x: "texture", dy: "read", argmax: "read", partial: "write" },
  rounds: byWeightRounds,
});

/** Their sum. */
export const sumSlicesKernel = defineKernel({
  name: "convolution/sum_slices",
  code: sumSlicesCode,
  bindings: { x: "read", y: "write" },
  parameters: { count: "u32", slices: "u32" },
  constants: ["ACCUMULATE"],
  rounds: ({ slices }) => roundsOf([slices]),
});

const sizes = (shape: ConvolutionShape) => ({
  images: shape.images,
  height: shape.height,
  width: shape.width,
  filter_side: shape.filter,
});

/**
 * Whether x is read from a texture, which it gets then: where the workspace says so, the adapter has one of that size, and x has few
 * channels, so that copying costs little.
 */
function fromTexture(gpu: Gpu, { loads }: Workspace, { inputs }: ConvolutionShape, x: GpuBuffer): boolean {
  if (loads === "buffers" || inputs >= 16 || x.byteLength > gpu.largestTexture) return false;
  gpu.addTexture(x, "r32float");
  return true;
}

/** All of x, for its texture. */
const whole = ({ images, inputs, height, width }: ConvolutionShape, buffer: GpuBuffer) => ({
  buffer,
  byteLength: 4 * images * inputs * height * width,
});

const correlateGrid = (shape: ConvolutionShape, outputs: number) =>
  gridFor(shape.images * Math.ceil(outputs / 4) * Math.ceil(shape.height / 4) * Math.ceil(shape.width / 8));

/** The forward pass; see `convolutionForward` in mod.ts. */
export function forward(
  gpu: Gpu,
  workspace: Workspace,
  shape: ConvolutionShape,
  { x, w, y, argmax }: { x: GpuBuffer; w: GpuBuffer; y: GpuBuffer; argmax?: GpuBuffer },
  { relu = false, pool = false }: { relu?: boolean; pool?: boolean },
): Call[] {
  const { inputs, outputs } = shape;
  const values = { x, w, y, argmax: argmax ?? workspace.nowhere, ...sizes(shape), inputs, outputs };
  const grid = correlateGrid(shape, outputs), constants = { RELU: Number(relu), POOL: Number(pool) };
  return [
    fromTexture(gpu, workspace, shape, x)
      ? withTextures(gpu.prepare(correlateFromTexture, values, grid, constants), [whole(shape, x)])
      : gpu.prepare(correlateKernel, values, grid, constants),
  ];
}

/** The gradient by input; see `convolutionByInput` in mod.ts. */
export function byInput(
  gpu: Gpu,
  workspace: Workspace,
  shape: ConvolutionShape,
  { dy, w, dx, argmax }: { dy: GpuBuffer; w: GpuBuffer; dx: GpuBuffer; argmax?: GpuBuffer },
): Call[] {
  const { inputs, outputs } = shape;
  return [
    gpu.prepare(
      correlateKernel,
      { x: dy, w, y: dx, argmax: argmax ?? workspace.nowhere, ...sizes(shape), inputs: outputs, outputs: inputs },
      correlateGrid(shape, inputs),
      { FLIP: 1, UNPOOL: Number(argmax !== undefined) },
    ),
  ];
}

/** The gradient by weight; see `convolutionByWeight` in mod.ts. */
export function byWeight(
  gpu: Gpu,
  workspace: Workspace,
  shape: ConvolutionShape,
  { x, dy, dw, argmax }: { x: GpuBuffer; dy: GpuBuffer; dw: GpuBuffer; argmax?: GpuBuffer },
  { accumulate = false }: { accumulate?: boolean },
): Call[] {
  const { inputs, outputs, filter } = shape;
  const { count, rows } = slices(shape);
  const elements = outputs * inputs * filter ** 2;
  const fives = Math.ceil(filter / 5);
  const values = {
    ...{ x, dy, argmax: argmax ?? workspace.none, partial: workspace.filters, ...sizes(shape), inputs, outputs },
    ...{ slices: count, rows_per_slice: rows },
  };
  const grid = gridFor(Math.ceil(outputs / 2) * inputs * fives * fives * count);
  const constants = { UNPOOL: Number(argmax !== undefined) };
  return [
    fromTexture(gpu, workspace, shape, x)
      ? withTextures(gpu.prepare(byWeightFromTexture, values, grid, constants), [whole(shape, x)])
      : gpu.prepare(byWeightKernel, values, grid, constants),
    gpu.prepare(sumSlicesKernel, { x: workspace.filters, y: dw, count: elements, slices: count }, gridFor(elements), {
      ACCUMULATE: Number(accumulate),
    }),
  ];
}
