/** What a measurement was taken on. */
import assert from "node:assert/strict";
import { describeMachine, machineLine } from "../../bench/measure/machine.ts";

const linux = (flags: string, maps: string) => (path: string) =>
  ({
    "/proc/cpuinfo": `model name\t: A Chip @ 2 GHz\n${flags}\n\nmodel name\t: A Chip\n`,
    [`/proc/${Deno.pid}/maps`]: maps,
  })[
    path
  ];

Deno.test("machine: the processor, the vector instructions that count, and Mesa's version out of the driver that is loaded", () => {
  const maps = "7f00-7f01 r--p 00000000 fe:00 55 /usr/lib/x/libvulkan_lvp.so\n";
  const bytes = (path: string) =>
    path === "/usr/lib/x/libvulkan_lvp.so" ? new TextEncoder().encode("\0llvm\0Mesa 25.0.7-2 (LLVM 19)\0") : undefined;
  const found = describeMachine(linux("flags\t\t: fpu sse4_2 avx avx2 fma avx512fake", maps), bytes);
  assert.deepEqual({ ...found, processors: 2 }, {
    processor: "A Chip @ 2 GHz",
    processors: 2,
    vectors: ["sse4_2", "avx", "avx2", "fma"],
    mesa: "25.0.7",
  });
  assert.equal(machineLine({ ...found, processors: 2 }), "A Chip @ 2 GHz, 2 used; sse4_2 avx avx2 fma; Mesa 25.0.7");
});

Deno.test("machine: one that says nothing is described as that", () => {
  const found = describeMachine(() => undefined, () => undefined);
  assert.deepEqual([found.processor, found.vectors, found.mesa], ["", [], null]);
  assert.match(machineLine(found), /^a processor without a name, \d+ used; vector instructions unknown; no Mesa$/);
  assert.deepEqual(describeMachine(linux("Features : fp asimd", "")).vectors, ["asimd"]);
});
