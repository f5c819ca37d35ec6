/** Batches drawn with replacement, and their images copied out of bytes. */
import assert from "node:assert/strict";
import { gatherImages, sampleBatch } from "../../kernels/sampling/mod.ts";
import { drawRows } from "../reference/random.ts";
import { assertClose } from "../support/compare.ts";
import { withGpu } from "../support/gpu.ts";
import { Random } from "../support/random.ts";

for (const [batch, count, step] of [[1, 1, 0], [64, 1000, 1], [65, 3, 31_000], [500, 77, 0xffffffff]]) {
  Deno.test(
    `sampling: ${batch} of ${count} rows at step ${step}`,
    withGpu(async (gpu, buffers) => {
      const random = new Random(count);
      const images = 2 * count + 5;
      const rows = Uint32Array.from({ length: count }, (_, i) => 2 * i + 3), labels = random.integers(images, 8);
      const bound = {
        clock: buffers.input("clock", new Uint32Array([step])),
        rows: buffers.input("rows", rows),
        all_labels: buffers.input("all labels", Int32Array.from(labels)),
        index: buffers.output("index", batch),
        labels: buffers.output("labels", batch),
      };
      for (const [seed, purpose] of [[1, 1], [0xfffffff0, 2]]) {
        buffers.run(sampleBatch(gpu, bound, { seed, purpose, batch, count }));
        const expected = drawRows(seed, step, purpose, batch, rows);
        assert.deepEqual(Array.from(await buffers.integers(bound.index)), expected);
        assert.deepEqual(Array.from(await buffers.integers(bound.labels)), expected.map((row) => labels[row]));
      }
    }),
  );
}

/** Pieces of a dataset: images before the piece, in it, after it. */
const pieces = [
  { samples: 1, pixels: 1, pieces: [3] },
  { samples: 5, pixels: 9, pieces: [4, 2, 5] },
  { samples: 65, pixels: 12, pieces: [7, 8] },
  { samples: 64, pixels: 96 * 96, pieces: [30, 10] },
];

for (const { samples, pixels, pieces: sizes } of pieces) {
  Deno.test(
    `sampling: ${samples} images of ${pixels} pixels gathered from ${sizes.length} pieces`,
    withGpu(async (gpu, buffers) => {
      const random = new Random(pixels), first_sample = 2;
      const images = sizes.reduce((a, b) => a + b);
      const bytes = Uint8Array.from(random.integers(images * pixels, 256));
      const chosen = random.integers(samples + first_sample, images);
      const index = buffers.input("index", chosen), y = buffers.output("y", samples * pixels);
      let first_image = 0;
      for (const images of sizes) {
        const piece = buffers.input("bytes", bytes.subarray(first_image * pixels, (first_image + images) * pixels));
        buffers.run(
          gatherImages(gpu, { bytes: piece, index, y }, { samples, pixels, first_sample, first_image, images }),
        );
        first_image += images;
      }
      const expected = new Float64Array(samples * pixels).map((_, at) =>
        bytes[chosen[first_sample + Math.floor(at / pixels)] * pixels + at % pixels] / 255 * 2
      );
      assertClose(await buffers.floats(y), expected, 2e-7, "pixels");
    }),
  );
}

Deno.test(
  "sampling: images of another piece leave their samples as they are",
  withGpu(async (gpu, buffers) => {
    const held = new Float32Array([5, 6, 7, 8]);
    const y = buffers.input("y", held), bytes = buffers.input("bytes", new Uint8Array([255, 0, 51, 102]));
    const index = buffers.input("index", new Uint32Array([9, 10, 11, 12])); // the piece holds 10 and 11
    const sizes = { samples: 4, pixels: 1, first_sample: 0, first_image: 10, images: 2 };
    buffers.run(gatherImages(gpu, { bytes, index, y }, sizes));
    assert.deepEqual(Array.from(await buffers.floats(y)), [5, 2, 0, 8]);
  }),
);
