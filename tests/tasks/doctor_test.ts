// What `deno task doctor` says of a machine with an adapter and of one without.

import assert from "node:assert/strict";
import { needs } from "../permissions.ts";
import { run } from "../support/process.ts";

const ignore = needs("run");

async function doctor(environment: Record<string, string>, ...options: string[]) {
  return await run("deno", {
    args: ["run", "--quiet", "--allow-read", "--allow-sys", "--no-prompt", "tasks/doctor.ts", ...options],
    cwd: new URL("../..", import.meta.url),
    env: { XDG_RUNTIME_DIR: "/tmp", NO_COLOR: "1", ...environment },
  });
}

Deno.test({
  name: "doctor --json tells adapter, limits, versions and pinned packages",
  ignore,
  async fn() {
    const { code, stdout } = await doctor({}, "--json");
    assert.equal(code, 0);
    const report = JSON.parse(stdout);
    assert.ok(report.adapter.description.length > 0);
    assert.ok(report.limits.maxStorageBufferBindingSize >= 128 * 2 ** 20);
    assert.equal(report.versions.deno, Deno.version.deno);
    for (const name of ["sharp", "vega", "commander"]) assert.match(report.packages[name], /^\d+\.\d+\.\d+$/, name);
  },
});

Deno.test({
  name: "doctor without an adapter exits with 1 and says what helps",
  ignore,
  async fn() {
    // The backend of another system: no machine that runs these tests has an adapter for it.
    const foreign = Deno.build.os === "windows" ? "metal" : "dx12";
    const { code, stdout } = await doctor({ DENO_WEBGPU_BACKEND: foreign });
    assert.equal(code, 1);
    assert.match(stdout, /No WebGPU adapter answers.*mesa-vulkan-drivers/);
  },
});

Deno.test({
  name: "doctor says where Mesa's software driver answers through OpenGL, and only there",
  ignore,
  async fn() {
    const { adapter, remedies } = JSON.parse((await doctor({}, "--json")).stdout);
    assert.equal(
      remedies.some((words: string) => /OpenGL.*mesa-vulkan-drivers/.test(words)),
      / OpenGL$/.test(adapter.description),
    );
    // Where this machine has no OpenGL, none answers.
    const behind = await doctor({ DENO_WEBGPU_BACKEND: "gl" }, "--json");
    const there = JSON.parse(behind.stdout);
    if (there.adapter?.description.startsWith("llvmpipe")) {
      assert.match(there.adapter.description, /, OpenGL$/);
      assert.match(there.remedies.join(), /OpenGL.*mesa-vulkan-drivers/);
    } else if (there.adapter === null) {
      assert.equal(behind.code, 1);
    }
  },
});

Deno.test({
  name: "doctor refuses an option it does not know",
  ignore,
  async fn() {
    const { code, stdout, stderr } = await doctor({}, "--jsn");
    assert.equal(code, 2);
    assert.equal(stdout, "");
    assert.match(stderr, /--jsn/);
  },
});
