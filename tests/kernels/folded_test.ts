/**
 * Every kernel whose grid `gridFor` folds gives the same numbers with two rows of workgroups as with one. Grids are
 * folded by hand, because `gridFor` does it past 65,535 workgroups only, where a test would take long.
 */
import assert from "node:assert/strict";
import { withTextures } from "../../gpu/call.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Grid, Kernel } from "../../gpu/kernel.ts";
import { sampleIndices } from "../../training/draws.ts";
import { drawRows } from "../reference/random.ts";
import { kernels } from "../support/every_kernel.ts";
import { withGpu } from "../support/gpu.ts";
import type { Buffers } from "../support/guarded.ts";
import { Random } from "../support/random.ts";

/** Kernels that are never folded: the one has one workgroup, the other a grid of three dimensions. */
const NEVER_FOLDED = ["loss/mean", "winograd/product_tiled"];

/** Sizes by the parameters' names: every kernel works in four workgroups, and all arrays fit into `WORDS`. */
const SIZES: Record<string, number> = {
  ...{ samples: 300, first_sample: 0, batch: 300, count: 300, images: 4, first_image: 0, planes: 64 },
  ...{ image_size: 8, pixels: 64, height: 16, width: 16, window_height: 8, window_width: 8 },
  ...{ inputs: 16, outputs: 32, channels: 16, filters: 16, windows: 4, cells: 4, filter_side: 5, classes: 3, units: 8 },
  ...{ rows: 320, columns: 320, depth: 4, a_row: 4, a_depth: 1, b_column: 4, b_depth: 1 },
  ...{
    slices: 2,
    rows_per_slice: 32,
    slots: 1,
    part: 64,
    first: 0,
    factor: 1,
    scale: 1,
    rate: 0.5,
    seed: 1,
    purpose: 1,
  },
  ...{ padded_inputs: 16, padded_outputs: 32, padded_channels: 32, padded_tiles: 64 },
};
/** What differs for a kernel. */
const OTHER_SIZES: Record<string, Record<string, number>> = {
  "sparse/by_input": { images: 300, inputs: 4, height: 2, width: 2 },
  "sparse/by_weight": { outputs: 300, inputs: 4 },
  "winograd/product": { rows: 64, columns: 64 },
};
const WORDS = 64 * 32 * 64;

/** Numbers of filters, places, labels and rows are small integers; everything else is floats. */
const INTEGERS = ["clock", "argmax", "labels", "all_labels", "rows", "index", "chosen", "position", "bytes", "status"];

const floats = new Random(1).normal(WORDS, 1);
const integers = Uint32Array.from({ length: WORDS }, (_, index) => index % 3);

/** What a kernel leaves in the buffers that it writes, for a grid. */
async function outputs(gpu: Gpu, owner: Buffers, kernel: Kernel, grid: Grid): Promise<Uint32Array[]> {
  const sizes = { ...SIZES, ...OTHER_SIZES[kernel.name] };
  const buffers = Object.keys(kernel.bindings).map((name) => {
    const buffer = owner.own(gpu.createBuffer(name, 4 * WORDS));
    gpu.write(buffer, INTEGERS.includes(name) ? integers : floats);
    return [name, buffer] as const;
  });
  const parameters = Object.keys(kernel.parameters).map((name) => [name, sizes[name]]);
  const textures = buffers.filter(([name]) => kernel.bindings[name] === "texture")
    .map(([, buffer]) => ({ buffer, byteLength: 4 * WORDS }));
  for (const { buffer } of textures) gpu.addTexture(buffer);
  const call = withTextures(gpu.prepare(kernel, Object.fromEntries([...buffers, ...parameters]), grid), textures);
  gpu.run([call]);
  gpu.release([call]);
  const written = buffers.filter(([name]) => kernel.bindings[name] === "write");
  return await Promise.all(written.map(([, buffer]) => gpu.read(buffer, Uint32Array)));
}

for (const kernel of kernels) {
  if (NEVER_FOLDED.includes(kernel.name)) continue;
  Deno.test(
    `folded: ${kernel.name} uses the second row of its grid`,
    withGpu(async (gpu, owner) => {
      const grids: Grid[] = [[4, 1, 1], [2, 2, 1], [2, 1, 1]];
      const [flat, folded, half] = await Promise.all(grids.map((grid) => outputs(gpu, owner, kernel, grid)));
      assert.deepEqual(folded, flat);
      assert.notDeepEqual(half, flat, "two workgroups do all the work: enlarge SIZES");
    }),
  );
}

Deno.test(
  "sampling: a batch larger than one dimension of the grid holds is drawn to its end",
  withGpu(async (gpu) => {
    const batch = 65_535 * 64 + 65, count = 1000;
    const indices = await sampleIndices(gpu, { seed: 1, step: 3, batch, count });
    const rows = Uint32Array.from({ length: count }, (_, n) => n);
    assert.deepEqual(Array.from(indices.subarray(0, 64)), drawRows(1, 3, 1, 64, rows));
    assert(new Set(indices.subarray(-1000)).size > 500, "the end of the batch was not drawn");
  }),
);
