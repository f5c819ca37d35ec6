/** Buffers' textures: their sizes, their memory, what is copied into them, and what is refused. */
import assert from "node:assert/strict";
import { withTextures } from "../../gpu/call.ts";
import { openGpu } from "../../gpu/device.ts";
import { GpuLimitError } from "../../gpu/errors.ts";
import { defineKernel, gridFor } from "../../gpu/kernel.ts";
import { withGpu } from "../support/gpu.ts";
import { largeGpu } from "../support/large_gpu.ts";
import { Random } from "../support/random.ts";

Deno.test(
  "gpu: a texture is counted with its buffer, ends with it, and holds what was copied, row after row",
  withGpu(async (gpu, buffers) => {
    const code = `// Reads a texture back.
      struct Parameters { count: u32 }
      @group(0) @binding(0) var x: texture_2d<f32>;
      @group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
      @group(0) @binding(2) var<uniform> p: Parameters;
      @compute @workgroup_size(64)
      fn main(@builtin(global_invocation_id) id: vec3u) {
        if (id.x < p.count) { y[id.x] = textureLoad(x, vec2u(id.x % 1024u, id.x / 1024u), 0); }
      }`;
    const parameters = { count: "u32" } as const;
    const kernel = defineKernel({ name: "test/texture", code, bindings: { x: "texture", y: "write" }, parameters });
    const random = new Random(4);
    for (const texels of [1, 7, 1023, 1024, 1025, 3000]) {
      const data = new Float32Array(random.normal(4 * texels));
      using x = gpu.upload("x", data);
      const y = buffers.output("y", 4 * texels), before = gpu.memory.bytes;
      gpu.addTexture(x);
      gpu.addTexture(x); // a second call does nothing
      assert.equal(gpu.memory.bytes - before, 16 * 1024 * Math.ceil(texels / 1024));
      const call = gpu.prepare(kernel, { x, y, count: texels }, gridFor(texels));
      gpu.run([withTextures(call, [{ buffer: x, byteLength: 16 * texels }])]);
      const back = await buffers.floats(y);
      assert(data.every((value, index) => value === back[index]), `${texels} texels`);
      if (gpu.device.features.has("timestamp-query")) {
        const [{ milliseconds }] = await gpu.profile([withTextures(call, [{ buffer: x, byteLength: 16 }])]);
        assert(milliseconds > 0);
      }
      for (const byteLength of [0, 8, 16 * texels + 16]) {
        assert.throws(() => withTextures(call, [{ buffer: x, byteLength }]), RangeError);
      }
      gpu.release([call]);
    }
    const bare = buffers.output("bare", 4);
    assert.throws(
      () => gpu.prepare(kernel, { x: bare, y: bare, count: 1 }, [1, 1, 1]),
      /buffer bare \(x\) has no texture/,
    );
  }),
);

Deno.test("gpu: a texture past the adapter's size or the memory that was allowed is refused", async () => {
  const { gpu: large } = largeGpu();
  Object.assign(large.limits, { maxTextureDimension2D: 8192 });
  large.addTexture(large.createBuffer("fits", 2 ** 27));
  assert.throws(() => large.addTexture(large.createBuffer("wide", 2 ** 27 + 4)), GpuLimitError);

  const given = large.createBuffer("given back", 16);
  given.dispose();
  assert.throws(() => large.addTexture(given), /buffer given back is disposed/);
  assert(given.disposed);

  using gpu = await openGpu({ memoryLimit: 20_000 });
  const x = gpu.createBuffer("x", 16_000);
  gpu.addTexture(x);
  await assert.rejects(gpu.settled(), /no GPU memory for the texture of buffer x of 16384 bytes \(16000 in use\)/);
  assert(!x.usable);
  x.dispose();
  assert.equal(gpu.memory.bytes, 0);
});
