/** The gradients of a convolution that few places of its output have, against the float64 definition over all places. */
import assert from "node:assert/strict";
import type { Gpu } from "../../gpu/device.ts";
import { planningGpu } from "../../gpu/planning.ts";
import {
  isSparse,
  sparseByInput,
  sparseByWeight,
  type SparseShape,
  SparseWorkspace,
} from "../../kernels/sparse/mod.ts";
import * as reference from "../reference/convolution.ts";
import { assertClose } from "../support/compare.ts";
import { shapeOf } from "../support/convolution_check.ts";
import { withGpu } from "../support/gpu.ts";
import type { Buffers } from "../support/guarded.ts";
import { Random } from "../support/random.ts";

// Float32 rounding.
const TOLERANCE = 2e-6;

/** A gradient with a value at `cells` places of each plane, some of them 0, and the same as a whole map. Places may be a plane's corners. */
function draw(shape: SparseShape) {
  const { images, inputs, outputs, height, width, cells } = shape;
  const random = new Random(5);
  const area = height * width;
  const planes = images * outputs;
  const dy = random.normal(planes * cells).map((value, n) => n % 3 === 1 ? 0 : value);
  const argmax = new Uint32Array(planes * cells);
  const spread = new Float64Array(planes * area);
  for (let plane = 0; plane < planes; plane++) {
    const start = plane % 2 === 0 ? plane % area : random.word() % area;
    for (let cell = 0; cell < cells; cell++) {
      // Different places of a plane, its last one among them.
      const place = cell === 0 && plane % 5 === 0
        ? area - 1
        : (start + cell * Math.max(1, Math.floor(area / cells))) % area;
      argmax[plane * cells + cell] = place;
      spread[plane * area + place] += dy[plane * cells + cell];
    }
  }
  const x = random.normal(images * inputs * area), w = random.normal(outputs * inputs * 25);
  return { dy, argmax, spread, x, w, held: random.normal(w.length) };
}

async function checkSparse(gpu: Gpu, buffers: Buffers, shape: SparseShape): Promise<void> {
  const tensors = draw(shape);
  const workspace = buffers.own(new SparseWorkspace(gpu, shape));
  const x = buffers.input("x", tensors.x), w = buffers.input("w", tensors.w);
  const few = { dy: buffers.input("dy", tensors.dy), argmax: buffers.input("argmax", tensors.argmax) };
  const byWeight = reference.byWeight(shape, tensors.x, tensors.spread);
  for (const accumulate of [false, true]) {
    buffers.spoil(workspace.image, workspace.taps);
    const dw = accumulate ? buffers.input("dw", tensors.held) : buffers.output("dw", tensors.w.length);
    buffers.run(sparseByWeight(gpu, workspace, shape, { x, dw, ...few }, { accumulate }));
    const expected = accumulate ? byWeight.map((value, n) => value + tensors.held[n]) : byWeight;
    assertClose(await buffers.floats(dw), expected, TOLERANCE, `by weight, accumulate ${accumulate}`);
  }
  buffers.spoil(workspace.image, workspace.taps);
  const dx = buffers.output("dx", tensors.x.length);
  buffers.run(sparseByInput(gpu, workspace, shape, { w, dx, ...few }));
  assertClose(await buffers.floats(dx), reference.byInput(shape, tensors.spread, tensors.w), TOLERANCE, "by input");
}

for (
  const shape of [
    { ...shapeOf(1, [1, 1], [1, 1], 5), cells: 1 },
    { ...shapeOf(3, [2, 5], [3, 7], 5), cells: 2 },
    { ...shapeOf(2, [5, 3], [9, 4], 5), cells: 4 },
    { ...shapeOf(5, [9, 13], [6, 11], 5), cells: 1 },
    { ...shapeOf(1, [17, 33], [13, 5], 5), cells: 4 }, // 165 invocations by weight
    { ...shapeOf(17, [13, 2], [4, 6], 5), cells: 24 }, // every place, and 68 invocations by input
  ]
) {
  const { images, inputs, outputs, height, width, cells } = shape;
  Deno.test(
    `sparse gradients: ${images} x ${inputs} -> ${outputs}, ${height}x${width}, ${cells} places a plane`,
    withGpu((gpu, buffers) => checkSparse(gpu, buffers, shape)),
  );
}

Deno.test(
  "sparse gradients are taken where they pay and end their loops, and for 5x5 filters",
  withGpu((gpu) => {
    const shape = { ...shapeOf(64, [128, 256], [24, 24], 5), cells: 4 };
    const software = gpu.adapter.software;
    assert.equal(isSparse(gpu, shape, "auto"), software);
    assert.equal(isSparse(gpu, { ...shape, height: 16, width: 16 }, "auto"), software);
    assert.equal(isSparse(gpu, { ...shape, height: 15, width: 17 }, "auto"), false);
    for (const method of ["direct", "winograd"] as const) assert.equal(isSparse(gpu, shape, method), false);
    assert.equal(isSparse(gpu, { ...shape, filter: 3 }, "auto"), false);
    assert.throws(() => new SparseWorkspace(gpu, { ...shape, filter: 3 }), /5x5 filters only, got 3x3/);
    return Promise.resolve();
  }),
);

Deno.test(
  "sparse gradients are not taken where a software adapter refuses their loops",
  withGpu((gpu) => {
    using plan = planningGpu(gpu);
    const { software } = gpu.adapter;
    const shape = { ...shapeOf(1, [4, 4], [24, 24], 5), cells: 4 };
    // Rounds of an invocation (gpu/rounds.ts), at most 65,000: images x 15 + 3, or 28 x 28 + 1 + outputs x 31 + 3.
    for (const [fits, refused] of [[{ images: 4333 }, { images: 4334 }], [{ outputs: 2071 }, { outputs: 2072 }]]) {
      const prepare = (change: Partial<SparseShape>) => {
        const sizes = { ...shape, ...change };
        assert.equal(isSparse(gpu, sizes, "auto"), software && change === fits);
        const workspace = new SparseWorkspace(plan, sizes);
        const [x, w, dy, argmax, dx, dw] = ["x", "w", "dy", "argmax", "dx", "dw"].map((name) =>
          plan.createBuffer(name, 4)
        );
        sparseByWeight(plan, workspace, sizes, { x, dy, argmax, dw });
        sparseByInput(plan, workspace, sizes, { dy, argmax, w, dx });
      };
      prepare(fits);
      if (software) assert.throws(() => prepare(refused), /kernel sparse.*65\d\d\d rounds of loops/);
      else prepare(refused);
    }
    return Promise.resolve();
  }),
);
