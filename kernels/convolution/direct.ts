/** Convolution by direct summation: exact to float32 rounding, for any channel count and odd filter. */
import type { GpuBuffer } from "../../gpu/buffer.ts";
import type { Call, Gpu } from "../../gpu/device.ts";
import { defineKernel, gridFor } from "../../gpu/kernel.ts";
import { roundsOf } from "../../gpu/rounds.ts";
import { loadQuadCode, storeBlockCode } from "../pool/blocks.ts";
import { type ConvolutionShape, slices, type Workspace } from "./workspace.ts";
import correlateCode from "./correlate.wgsl" with { type: "text" };
import byWeightCode from "./by_weight.wgsl" with { type: "text" };
import sumSlicesCode from "./sum_slices.wgsl" with { type: "text" };

/** Forward pass and gradient by input. */
export const correlateKernel = defineKernel({
  name: "convolution/correlate",
  code: correlateCode,
  shared: [loadQuadCode, storeBlockCode],
  bindings: { x: "read", w: "read", y: "write", argmax: "write" },
  parameters: { images: "u32", inputs: "u32", outputs: "u32", height: "u32", width: "u32", filter_side: "u32" },
  constants: ["RELU", "POOL", "UNPOOL", "FLIP"],
  rounds: ({ inputs, filter_side }) => roundsOf([inputs, [filter_side, [filter_side]]]),
});

/** Partial sums of the gradient by weight. */
export const byWeightKernel = defineKernel({
  name: "convolution/by_weight",
  code: byWeightCode,
  shared: [loadQuadCode],
  bindings: { x: "read", dy: "read", argmax: "read", partial: "write" },
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
  rounds: ({ width, rows_per_slice }) => roundsOf([rows_per_slice, [Math.ceil(width / 4)]]),
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
  return [
    gpu.prepare(
      correlateKernel,
      { x, w, y, argmax: argmax ?? workspace.nowhere, ...sizes(shape), inputs, outputs },
      correlateGrid(shape, outputs),
      { RELU: Number(relu), POOL: Number(pool) },
    ),
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
  return [
    gpu.prepare(
      byWeightKernel,
      {
        x,
        dy,
        argmax: argmax ?? workspace.none,
        partial: workspace.filters,
        ...sizes(shape),
        inputs,
        outputs,
        slices: count,
        rows_per_slice: rows,
      },
      gridFor(Math.ceil(outputs / 2) * inputs * fives * fives * count),
      { UNPOOL: Number(argmax !== undefined) },
    ),
    gpu.prepare(sumSlicesKernel, { x: workspace.filters, y: dw, count: elements, slices: count }, gridFor(elements), {
      ACCUMULATE: Number(accumulate),
    }),
  ];
}
