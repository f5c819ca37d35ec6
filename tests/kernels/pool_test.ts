/** 2x2 and quadrant pooling with argmax, and their ways back. Maxima are copies, so everything is compared exactly. */
import assert from "node:assert/strict";
import {
  maxPoolBackward,
  maxPoolForward,
  type PoolShape,
  quadrantPoolBackward,
  quadrantPoolForward,
  type QuadrantShape,
} from "../../kernels/pool/mod.ts";
import { maxPool, packPositions, twoByTwo, unpackPositions, unpool, windows } from "../reference/pool.ts";
import { relu } from "../reference/relu.ts";
import { assertGradient, dot } from "../support/compare.ts";
import { withGpu } from "../support/gpu.ts";
import { Random } from "../support/random.ts";

const shapes: PoolShape[] = [
  { planes: 1, height: 2, width: 2 },
  { planes: 1, height: 4, width: 4 },
  { planes: 3, height: 3, width: 5 },
  { planes: 2, height: 7, width: 6 },
  { planes: 65, height: 4, width: 3 },
  { planes: 2, height: 13, width: 30 },
  { planes: 5, height: 18, width: 21 },
];

const quadrants: QuadrantShape[] = [
  { planes: 1, height: 2, width: 2, window_height: 2, window_width: 2 },
  { planes: 3, height: 6, width: 10, window_height: 3, window_width: 5 },
  { planes: 2, height: 7, width: 11, window_height: 3, window_width: 4 },
  { planes: 65, height: 3, width: 2, window_height: 3, window_width: 1 },
  { planes: 90, height: 24, width: 24, window_height: 12, window_width: 12 },
];

/** A map of normal numbers, or (odd seeds) of a few small integers, so that many are equal. */
function drawMap({ planes, height, width }: PoolShape, seed: number): Float32Array<ArrayBuffer> {
  const x = new Random(seed).normal(planes * height * width);
  return seed % 2 === 1 ? x.map((value) => Math.round(value)) : x;
}

/** Zero has no sign here. */
const plain = (values: ArrayLike<number>) => Array.from(values, (value) => value + 0);

for (const shape of shapes) {
  const { planes, height, width } = shape;
  const map = twoByTwo(shape);
  Deno.test(
    `pool: 2x2 over ${planes} planes of ${height}x${width}, forward and back`,
    withGpu(async (gpu, buffers) => {
      for (const seed of [1, 2]) {
        const values = drawMap(shape, seed);
        const expected = maxPool(map, values);
        const x = buffers.input("x", values);
        const words = planes * Math.ceil(height / 4) * Math.ceil(width / 4);
        const argmax = buffers.output("argmax", words);
        for (const option of [false, true]) {
          const y = buffers.output("y", expected.y.length);
          buffers.run(maxPoolForward(gpu, shape, { x, y, argmax }, { relu: option }));
          assert.deepEqual(plain(await buffers.floats(y)), plain(option ? relu(expected.y) : expected.y));
          assert.deepEqual(unpackPositions(map, await buffers.integers(argmax)), expected.position);
        }
        const gradient = new Random(seed + 10).normal(expected.y.length);
        const dy = buffers.input("dy", gradient), dx = buffers.output("dx", values.length);
        const given = buffers.input("argmax", packPositions(map, expected.position));
        buffers.run(maxPoolBackward(gpu, shape, { dy, argmax: given, dx }));
        assert.deepEqual(plain(await buffers.floats(dx)), plain(unpool(map, gradient, expected.position)));
      }
    }),
  );
}

for (const shape of quadrants) {
  const { planes, height, width, window_height, window_width } = shape;
  Deno.test(
    `pool: quadrants of ${window_height}x${window_width} over ${planes} planes of ${height}x${width}, forward and back`,
    withGpu(async (gpu, buffers) => {
      for (const seed of [1, 2]) {
        const values = drawMap(shape, seed);
        const expected = maxPool(shape, values);
        const { cells } = windows(shape);
        const x = buffers.input("x", values), y = buffers.output("y", cells), argmax = buffers.output("argmax", cells);
        buffers.run(quadrantPoolForward(gpu, shape, { x, y, argmax }));
        assert.deepEqual(plain(await buffers.floats(y)), plain(expected.y));
        assert.deepEqual(await buffers.integers(argmax), expected.position);
        const gradient = new Random(seed + 10).normal(cells);
        const dy = buffers.input("dy", gradient), dx = buffers.output("dx", values.length);
        buffers.run(quadrantPoolBackward(gpu, shape, { dy, argmax, dx }));
        assert.deepEqual(plain(await buffers.floats(dx)), plain(unpool(shape, gradient, expected.position)));
      }
    }),
  );
}

Deno.test(
  "pool: both ways back are those of central differences",
  withGpu(async (gpu, buffers) => {
    const random = new Random(4);
    const shape = { planes: 3, height: 7, width: 9 }, quadrant = { ...shape, window_height: 3, window_width: 4 };
    const values = random.normal(3 * 7 * 9);
    const directions = [random.normal(values.length), random.normal(values.length)];
    const x = buffers.input("x", values);
    for (const windowed of [twoByTwo(shape), quadrant]) {
      const { cells } = windows(windowed);
      const cotangent = random.normal(cells);
      const y = buffers.output("y", cells), dx = buffers.output("dx", values.length);
      const argmax = buffers.output("argmax", windowed === quadrant ? cells : 3 * 2 * 3);
      const dy = buffers.input("dy", cotangent);
      buffers.run(
        windowed === quadrant
          ? [
            ...quadrantPoolForward(gpu, quadrant, { x, y, argmax }),
            ...quadrantPoolBackward(gpu, quadrant, { dy, argmax, dx }),
          ]
          : [...maxPoolForward(gpu, shape, { x, y, argmax }), ...maxPoolBackward(gpu, shape, { dy, argmax, dx })],
      );
      const loss = (x: Float64Array) => dot(maxPool(windowed, x).y, cotangent);
      assertGradient(await buffers.floats(dx), values, loss, directions, 1e-6, `window ${windowed.window_height}`);
    }
  }),
);
