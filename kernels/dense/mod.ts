/** Dense layers with bias: y = x W^T + b, and the gradients by input, weight and bias. Weights have PyTorch's shape, outputs x inputs. */
import type { GpuBuffer } from "../../gpu/buffer.ts";
import type { Call, Gpu } from "../../gpu/device.ts";
import { defineKernel, gridFor } from "../../gpu/kernel.ts";
import { roundsOf } from "../../gpu/rounds.ts";
import byBiasCode from "./by_bias.wgsl" with { type: "text" };
import productCode from "./product.wgsl" with { type: "text" };

/** Sizes of a dense layer: x samples x inputs, w outputs x inputs, y samples x outputs. */
export interface DenseShape {
  samples: number;
  inputs: number;
  outputs: number;
}

/** The strided matrix product that the three directions share. */
export const denseProductKernel = defineKernel({
  name: "dense/product",
  code: productCode,
  bindings: { a: "read", b: "read", bias: "read", z: "write" },
  parameters: {
    rows: "u32",
    columns: "u32",
    depth: "u32",
    a_row: "u32",
    a_depth: "u32",
    b_column: "u32",
    b_depth: "u32",
  },
  constants: ["BIAS", "RELU", "ACCUMULATE"],
  rounds: ({ depth }) => roundsOf([depth]),
});

/** Gradient by bias. */
export const denseByBiasKernel = defineKernel({
  name: "dense/by_bias",
  code: byBiasCode,
  bindings: { dy: "read", db: "write" },
  parameters: { rows: "u32", columns: "u32" },
  constants: ["ACCUMULATE"],
  rounds: ({ rows }) => roundsOf([rows]),
});

const productGrid = (rows: number, columns: number) => gridFor(Math.ceil(rows / 4) * Math.ceil(columns / 4));

/**
 * Prepares y = x W^T + b, with ReLU where asked.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { denseForward } from "./mod.ts";
 * using gpu = await openGpu();
 * const x = gpu.upload("x", new Float32Array([1, 2]));
 * const w = gpu.upload("w", new Float32Array([3, 4]));
 * const b = gpu.upload("b", new Float32Array([5]));
 * const y = gpu.createBuffer("y", 4);
 * gpu.run(denseForward(gpu, { samples: 1, inputs: 2, outputs: 1 }, { x, w, b, y }));
 * assert((await gpu.read(y, Float32Array))[0] === 16);
 * ```
 */
export function denseForward(
  gpu: Gpu,
  { samples, inputs, outputs }: DenseShape,
  { x, w, b, y }: { x: GpuBuffer; w: GpuBuffer; b: GpuBuffer; y: GpuBuffer },
  options: { relu?: boolean } = {},
): Call[] {
  const strides = { a_row: inputs, a_depth: 1, b_column: inputs, b_depth: 1 };
  const sizes = { rows: samples, columns: outputs, depth: inputs };
  return [
    gpu.prepare(
      denseProductKernel,
      { a: x, b: w, bias: b, z: y, ...sizes, ...strides },
      productGrid(samples, outputs),
      {
        BIAS: 1,
        RELU: Number(!!options.relu),
      },
    ),
  ];
}

/**
 * Prepares dx = dy W.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { denseByInput } from "./mod.ts";
 * using gpu = await openGpu();
 * const dy = gpu.upload("dy", new Float32Array([2]));
 * const w = gpu.upload("w", new Float32Array([3, 4]));
 * const dx = gpu.createBuffer("dx", 8);
 * gpu.run(denseByInput(gpu, { samples: 1, inputs: 2, outputs: 1 }, { dy, w, dx }));
 * assert((await gpu.read(dx, Float32Array)).join() === "6,8");
 * ```
 */
export function denseByInput(
  gpu: Gpu,
  { samples, inputs, outputs }: DenseShape,
  { dy, w, dx }: { dy: GpuBuffer; w: GpuBuffer; dx: GpuBuffer },
): Call[] {
  const strides = { a_row: outputs, a_depth: 1, b_column: 1, b_depth: inputs };
  const sizes = { rows: samples, columns: inputs, depth: outputs };
  return [
    gpu.prepare(
      denseProductKernel,
      { a: dy, b: w, bias: w, z: dx, ...sizes, ...strides },
      productGrid(samples, inputs),
    ),
  ];
}

/**
 * Prepares dw = dy^T x, or dw += with `accumulate`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { denseByWeight } from "./mod.ts";
 * using gpu = await openGpu();
 * const dy = gpu.upload("dy", new Float32Array([2]));
 * const x = gpu.upload("x", new Float32Array([3, 4]));
 * const dw = gpu.createBuffer("dw", 8);
 * gpu.run(denseByWeight(gpu, { samples: 1, inputs: 2, outputs: 1 }, { dy, x, dw }));
 * assert((await gpu.read(dw, Float32Array)).join() === "6,8");
 * ```
 */
export function denseByWeight(
  gpu: Gpu,
  { samples, inputs, outputs }: DenseShape,
  { dy, x, dw }: { dy: GpuBuffer; x: GpuBuffer; dw: GpuBuffer },
  options: { accumulate?: boolean } = {},
): Call[] {
  const strides = { a_row: 1, a_depth: outputs, b_column: 1, b_depth: inputs };
  const sizes = { rows: outputs, columns: inputs, depth: samples };
  return [
    gpu.prepare(
      denseProductKernel,
      { a: dy, b: x, bias: x, z: dw, ...sizes, ...strides },
      productGrid(outputs, inputs),
      {
        ACCUMULATE: Number(!!options.accumulate),
      },
    ),
  ];
}

/**
 * Prepares db = sum of dy over the samples, or db += with `accumulate`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../../gpu/device.ts";
 * import { denseByBias } from "./mod.ts";
 * using gpu = await openGpu();
 * const dy = gpu.upload("dy", new Float32Array([2, 3]));
 * const db = gpu.createBuffer("db", 4);
 * gpu.run(denseByBias(gpu, { samples: 2, inputs: 1, outputs: 1 }, { dy, db }));
 * assert((await gpu.read(db, Float32Array))[0] === 5);
 * ```
 */
export function denseByBias(
  gpu: Gpu,
  { samples, outputs }: DenseShape,
  { dy, db }: { dy: GpuBuffer; db: GpuBuffer },
  options: { accumulate?: boolean } = {},
): Call[] {
  return [
    gpu.prepare(denseByBiasKernel, { dy, db, rows: samples, columns: outputs }, gridFor(outputs), {
      ACCUMULATE: Number(!!options.accumulate),
    }),
  ];
}
