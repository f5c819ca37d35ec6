/** A small kernel for tests of the runtime: x = x * factor + PLUS over `count` numbers. */
import assert from "node:assert/strict";
import type { Gpu } from "../../gpu/device.ts";
import { defineKernel } from "../../gpu/kernel.ts";

/** Its source, for tests to break. */
export const code = `struct Parameters { count: u32, factor: f32 }
@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@group(0) @binding(1) var<uniform> p: Parameters;
override PLUS: f32 = 0.0;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < p.count) { x[id.x] = x[id.x] * p.factor + PLUS; }
}`;
/** Its declaration. */
export const scale = defineKernel({
  name: "tests/scale",
  code,
  bindings: { x: "write" },
  parameters: { count: "u32", factor: "f32" },
  constants: ["PLUS"],
});

/** Four numbers doubled: the sign that the GPU still works. */
export async function assertWorks(gpu: Gpu): Promise<void> {
  using x = gpu.upload("x", new Float32Array([1, 2, 3, 4]));
  const call = gpu.prepare(scale, { x, count: 4, factor: 2 }, [1, 1, 1]);
  gpu.run([call]);
  assert.deepEqual(await gpu.read(x, Float32Array), new Float32Array([2, 4, 6, 8]));
  gpu.release([call]);
}
