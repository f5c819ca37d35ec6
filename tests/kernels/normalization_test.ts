/** Local mean and local contrast. */
import assert from "node:assert/strict";
import { normalizeImages } from "../../kernels/normalization/mod.ts";
import { localContrast, localMean } from "../reference/normalization.ts";
import { assertClose } from "../support/compare.ts";
import { withGpu } from "../support/gpu.ts";
import { Random } from "../support/random.ts";

const shapes = [
  { samples: 1, height: 1, width: 1 },
  { samples: 2, height: 3, width: 4 },
  { samples: 1, height: 5, width: 13 },
  { samples: 3, height: 11, width: 7 },
  { samples: 4, height: 48, width: 48 },
  { samples: 2, height: 96, width: 96 },
];

for (const shape of shapes) {
  Deno.test(
    `normalization: ${shape.samples} images of ${shape.height}x${shape.width}`,
    withGpu(async (gpu, buffers) => {
      const count = shape.samples * shape.height * shape.width;
      const values = new Random(count).uniform(count, 0, 2);
      const x = buffers.input("x", values);
      for (const [mode, expected] of [["local-mean", localMean], ["local-contrast", localContrast]] as const) {
        const y = buffers.output("y", count), scratch = buffers.output("scratch", count);
        buffers.run(normalizeImages(gpu, { x, y, scratch }, shape, mode));
        assertClose(await buffers.floats(y), expected(shape, values), 1e-6, mode);
      }
    }),
  );
}

Deno.test(
  "normalization: a flat patch is exactly 0 within and stays finite",
  withGpu(async (gpu, buffers) => {
    const shape = { samples: 1, height: 15, width: 15 };
    const x = buffers.input("x", new Float32Array(225).fill(1));
    const y = buffers.output("y", 225), scratch = buffers.output("scratch", 225);
    buffers.run(normalizeImages(gpu, { x, y, scratch }, shape, "local-contrast"));
    assert.equal((await buffers.floats(y))[7 * 15 + 7], 0);
    assertClose(await buffers.floats(y), localContrast(shape, new Float32Array(225).fill(1)), 1e-6, "ones");
  }),
);
