/** Strongest responses, the way back of a single one, Grad-CAM's maps: against plain float64, over odd shapes and ties. */
import assert from "node:assert/strict";
import { maxPoolForward } from "../../kernels/pool/mod.ts";
import { gradCam, responseByInput, strongestResponses } from "../../kernels/response/mod.ts";
import { byInput } from "../reference/convolution.ts";
import * as reference from "../reference/response.ts";
import { maxPool, twoByTwo, unpool } from "../reference/pool.ts";
import { relu } from "../reference/relu.ts";
import { assertClose } from "../support/compare.ts";
import { shapeOf } from "../support/convolution_check.ts";
import { withGpu } from "../support/gpu.ts";
import { Random } from "../support/random.ts";

/** Few different values, so that maxima tie; some maps with nothing above 0. */
function maps(seed: number, planes: number, area: number): Float32Array<ArrayBuffer> {
  const random = new Random(seed);
  const values = Float32Array.from(random.integers(planes * area, 9), (value) => value - 4);
  for (let plane = 2; plane < planes; plane += 5) {
    values.subarray(plane * area, (plane + 1) * area).forEach((value, i, map) => map[i] = -Math.abs(value));
  }
  return values;
}

const SIZES = [
  { images: 1, filters: 1, height: 1, width: 1 },
  { images: 3, filters: 5, height: 7, width: 9 },
  { images: 2, filters: 65, height: 8, width: 8 },
  { images: 1, filters: 3, height: 33, width: 66 },
];

Deno.test(
  "response: the strongest of each map, ties to the lower position, exactly",
  withGpu(async (gpu, buffers) => {
    for (const shape of SIZES) {
      const planes = shape.images * shape.filters;
      const x = maps(planes, planes, shape.height * shape.width);
      const expected = reference.strongest(x, planes);
      const value = buffers.output("value", planes), position = buffers.output("position", planes);
      const bound = { x: buffers.input("x", x), value, position };
      buffers.run(strongestResponses(gpu, shape, bound));
      assert.deepEqual([...await buffers.floats(value)], [...expected.value]);
      assert.deepEqual([...await buffers.integers(position)], [...expected.position]);

      const chosen = new Random(3).integers(shape.images, shape.filters);
      const one = {
        chosen: buffers.input("chosen", chosen),
        value: buffers.output("value of one", shape.images),
        position: buffers.output("position of one", shape.images),
      };
      buffers.run(strongestResponses(gpu, shape, { ...bound, ...one }));
      const planeOf = (n: number) => n * shape.filters + chosen[n];
      assert.deepEqual([...await buffers.floats(one.value)], [...chosen.keys()].map((n) => expected.value[planeOf(n)]));
      const places = [...chosen.keys()].map((n) => expected.position[planeOf(n)]);
      assert.deepEqual([...await buffers.integers(one.position)], places);
    }
  }),
);

Deno.test(
  "response: of a pooled map the strongest stand where they stood before pooling",
  withGpu(async (gpu, buffers) => {
    for (const shape of [[2, 3, 8, 12], [1, 6, 10, 6], [3, 2, 2, 2], [1, 2, 36, 34]]) {
      const [images, filters, height, width] = shape;
      const planes = images * filters;
      const x = maps(planes, planes, height * width);
      const pooled = buffers.output("pooled", x.length / 4);
      const argmax = buffers.output("argmax", planes * Math.ceil(height / 4) * Math.ceil(width / 4));
      const value = buffers.output("value", planes), position = buffers.output("position", planes);
      buffers.run([
        ...maxPoolForward(gpu, { planes, height, width }, { x: buffers.input("x", x), y: pooled, argmax }, {
          relu: true,
        }),
        ...strongestResponses(gpu, { images, filters, height, width }, { x: pooled, argmax, value, position }),
      ]);
      // The first of equals in a 2x2 cell, then the lowest position of equal cells.
      const windows = twoByTwo({ planes, height, width });
      const { y, position: from } = maxPool(windows, relu(x));
      const expected = reference.strongest(unpool(windows, y, from), planes);
      assert.deepEqual([...await buffers.floats(value)], [...expected.value], `${shape}`);
      assert.deepEqual([...await buffers.integers(position)], [...expected.position], `${shape}`);
    }
  }),
);

Deno.test(
  "response: one output's way back is that of a map of zeros with one value",
  withGpu(async (gpu, buffers) => {
    const shapes = [
      shapeOf(3, [4, 6], [7, 9], 5),
      shapeOf(1, [1, 3], [6, 5], 3),
      shapeOf(5, [3, 2], [4, 4], 5),
      shapeOf(2, [2, 2], [1, 8], 1),
    ];
    for (const shape of shapes) {
      const random = new Random(shape.images);
      const area = shape.height * shape.width;
      const w = random.normal(shape.outputs * shape.inputs * shape.filter ** 2);
      const chosen = random.integers(shape.images, shape.outputs);
      const value = random.normal(shape.images), position = random.integers(shape.images, area);
      [position[0], position[shape.images - 1]] = [0, area - 1]; // corners: the filter hangs over the border
      const dy = new Float64Array(shape.images * shape.outputs * area);
      chosen.forEach((k, n) => dy[(n * shape.outputs + k) * area + position[n]] = value[n]);
      const dx = buffers.output("dx", shape.images * shape.inputs * area);
      buffers.run(responseByInput(gpu, shape, {
        w: buffers.input("w", w),
        chosen: buffers.input("chosen", chosen),
        value: buffers.input("value", value),
        position: buffers.input("position", position),
        dx,
      }));
      assertClose(await buffers.floats(dx), byInput(shape, dy, w), 1e-6, `${shape.height} x ${shape.width}`);
    }
  }),
);

Deno.test(
  "response: Grad-CAM's map of gradients that stand where the windows' maxima were",
  withGpu(async (gpu, buffers) => {
    for (const [images, filters, side] of [[1, 1, 2], [2, 7, 6], [3, 65, 10]]) {
      const random = new Random(filters);
      const x = random.normal(images * filters * side ** 2).map((value) => Math.max(0, value));
      const dy = random.normal(images * filters * 4);
      const windows = { height: side, width: side, window_height: side / 2, window_width: side / 2 };
      const { position } = maxPool({ planes: images * filters, ...windows }, x);
      const gradient = unpool({ planes: images * filters, ...windows }, dy, position);
      const y = buffers.output("y", images * side ** 2);
      const bound = { x: buffers.input("x", x), dy: buffers.input("dy", dy), y };
      buffers.run(gradCam(gpu, { images, filters, windows: 4, height: side, width: side }, bound));
      assertClose(await buffers.floats(y), reference.gradCam(x, gradient, images, filters), 1e-5, `${filters} filters`);
    }
  }),
);
