/** Rounds as `roundsOf` counts them against what a software adapter leaves of its 65,535 for a loop behind; a GPU has no such end. */
import assert from "node:assert/strict";
import { defineKernel } from "../../gpu/kernel.ts";
import { type Loop, roundsOf } from "../../gpu/rounds.ts";
import { withGpu } from "../support/gpu.ts";

const LIMIT = 65_535;
const work = "sum += 1u + (y[128u] & 0u);";
const loop = (name: string, end: string, body: string) =>
  `for (var ${name} = 0u; ${name} < ${end}; ${name}++) { ${body} }`;

/** Loops over a, b and c, and a last one whose rounds are counted. Each reads memory, so that none is folded into a formula. */
const kernel = (name: string, loops: string) =>
  defineKernel({
    name: `tests/rounds_${name}`,
    code: `struct Parameters { a: u32, b: u32, c: u32, tail: u32 }
@group(0) @binding(0) var<storage, read_write> y: array<u32>;
@group(0) @binding(1) var<uniform> p: Parameters;
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32) {
  var sum = 0u;
  ${loops}
  y[64u + lane] = sum;
  sum = 0u;
  ${loop("t", "p.tail", work)}
  y[lane] = sum;
}`,
    bindings: { y: "write" },
    parameters: { a: "u32", b: "u32", c: "u32", tail: "u32" },
  });

const nests: [name: string, code: string, loops: (a: number, b: number, c: number) => Loop[]][] = [
  ["one", loop("i", "p.a", work), (a) => [[a]]],
  ["two", loop("i", "p.a", loop("j", "p.b", work)), (a, b) => [[a, [b]]]],
  ["three", loop("i", "p.a", loop("j", "p.b", loop("k", "p.c", work))), (a, b, c) => [[a, [b, [c]]]]],
  ["pair", loop("i", "p.a", loop("j", "p.b", work) + loop("k", "p.c", work)), (a, b, c) => [[a, [b], [c]]]],
  ["row", loop("i", "p.a", work) + loop("j", "p.b", work) + loop("k", "p.c", work), (a, b, c) => [[a], [b], [c]]],
  // Lanes that differ: the eight that share a count go as far as the last of them.
  ["lanes", loop("i", "p.a", loop("j", "p.b * (lane % 2u)", work)), (a, b) => [[a, [b]]]],
  ["some", `if (lane < 9u) { ${loop("i", "p.a", loop("j", "p.b", work))} }`, (a, b) => [[a, [b]]]],
];

for (const [name, code, loops] of nests) {
  Deno.test(
    `rounds: a software adapter takes no more for its loops than what is counted: ${name}`,
    withGpu(async (gpu, buffers) => {
      const nest = kernel(name, code);
      for (const [a, b, c] of [[0, 0, 0], [0, 5, 7], [1, 0, 3], [1, 1, 1], [10, 3, 2], [300, 7, 20]]) {
        const y = buffers.output("y", 129);
        buffers.run([gpu.prepare(nest, { y, a, b, c, tail: LIMIT + 1 }, [1, 1, 1])]);
        const spent = (await buffers.integers(y)).subarray(0, 64).map((rounds) => LIMIT + 1 - rounds);
        const counted = roundsOf(...loops(a, b, c));
        // One more than the limit was asked for.
        const most = Math.max(...spent) - 1;
        assert(most <= counted, `${a}, ${b}, ${c}: took ${most} rounds, counted ${counted}`);
      }
    }),
  );
}
