/** What an adapter is called: two that end in different bits may not share a name. */
import assert from "node:assert/strict";
import { describe, isOpenGl } from "../../gpu/adapter.ts";

/** An adapter that says this of itself. */
function adapter(description: string, ...features: string[]): GPUAdapter {
  const info = { vendor: "65541", architecture: "", device: "0", description, isFallbackAdapter: true };
  return { info, features: new Set(features) } as unknown as GPUAdapter;
}

const MESA = "llvmpipe (LLVM 15.0.6, 256 bits)";

Deno.test("adapter: Mesa's software driver is told apart behind OpenGL and behind Vulkan", () => {
  const vulkan = adapter(MESA, "bgra8unorm-storage", "shader-f16");
  const openGl = adapter(MESA, "dual-source-blending");
  assert.equal(describe(vulkan).description, MESA);
  assert.equal(describe(openGl).description, `${MESA}, OpenGL`);
  assert.deepEqual([vulkan, openGl].map(isOpenGl), [false, true]);
});

Deno.test("adapter: no other one is said to be OpenGL's", () => {
  for (const name of ["NVIDIA H100", "SwiftShader Device (LLVM 10.0.0)", "Apple M2", ""]) {
    assert.equal(describe(adapter(name)).description, name);
  }
});
