/** The hash that every draw comes from, on the host and on the GPU. */
import assert from "node:assert/strict";
import { defineKernel, gridFor } from "../../gpu/kernel.ts";
import { pcg4d, Purpose, randomCode, unit } from "../../kernels/random/mod.ts";
import * as reference from "../reference/random.ts";
import { withGpu } from "../support/gpu.ts";
import { Random } from "../support/random.ts";

type Key = [number, number, number, number];
const random = new Random(1);
const keys: Key[] = [
  [0, 0, 0, 0],
  [1, 0, 0, 0],
  [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
  ...Array.from({ length: 200 }, () => [0, 1, 2, 3].map(() => random.word()) as Key),
];

Deno.test("random: the host's hash is the published one, bit by bit", () => {
  for (const key of keys) assert.deepEqual(pcg4d(...key), reference.pcg4d(...key));
});

const hashKernel = defineKernel({
  name: "tests/hash",
  code: `struct Parameters { count: u32 }
    @group(0) @binding(0) var<storage, read> keys: array<vec4u>;
    @group(0) @binding(1) var<storage, read_write> words: array<vec4u>;
    @group(0) @binding(2) var<storage, read_write> units: array<f32>;
    @group(0) @binding(3) var<uniform> p: Parameters;
    @compute @workgroup_size(64)
    fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
      let index = id.y * groups.x * 64u + id.x;
      if (index >= p.count) { return; }
      words[index] = pcg4d(keys[index]);
      units[index] = unit(words[index].x);
    }`,
  shared: [randomCode],
  bindings: { keys: "read", words: "write", units: "write" },
  parameters: { count: "u32" },
});

Deno.test(
  "random: the GPU's hash is the host's, bit by bit",
  withGpu(async (gpu, buffers) => {
    const given = buffers.input("keys", Uint32Array.from(keys.flat()));
    const words = buffers.output("words", 4 * keys.length), units = buffers.output("units", keys.length);
    const call = gpu.prepare(hashKernel, { keys: given, words, units, count: keys.length }, gridFor(keys.length));
    buffers.run([call]);
    assert.deepEqual(Array.from(await buffers.integers(words)), keys.flatMap((key) => reference.pcg4d(...key)));
    assert.deepEqual(Array.from(await buffers.floats(units)), keys.map((key) => unit(pcg4d(...key)[0])));
  }),
);

Deno.test("random: units are in [0, 1), exact in float32, and spread", () => {
  assert.equal(unit(0xffffffff), 1 - 2 ** -24);
  assert.equal(unit(0xff), 0);
  assert.equal(unit(0x100), 2 ** -24);
  const units = Array.from({ length: 4096 }, (_, step) => unit(pcg4d(1, step, 0, 1)[0]));
  const counts = new Array(16).fill(0);
  for (const value of units) counts[Math.floor(value * 16)]++;
  // 256 expected in each; six standard deviations are 93.
  assert.ok(counts.every((count) => Math.abs(count - 256) < 93), `${counts}`);
});

Deno.test("random: purposes differ in their lowest eight bits", () => {
  const values = Object.values(Purpose);
  assert.ok(values.every((purpose) => purpose > 0 && purpose < 256));
  assert.equal(new Set(values).size, values.length);
});
