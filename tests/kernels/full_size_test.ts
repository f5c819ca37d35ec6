/**
 * The network's own shapes at full size, compared at sampled outputs: a software adapter ends long loops in silence, and sizes near
 * a limit of bindings or workgroups show nowhere else.
 */
import {
  convolutionByInput,
  convolutionByWeight,
  convolutionForward,
  type ConvolutionMethod,
  type ConvolutionShape,
  outputCells,
  Workspace,
} from "../../kernels/convolution/mod.ts";
import { quadrantPoolBackward, quadrantPoolForward } from "../../kernels/pool/mod.ts";
import { sparseByInput, sparseByWeight, SparseWorkspace } from "../../kernels/sparse/mod.ts";
import { byInputAt, byWeightAt, forwardAt } from "../reference/convolution.ts";
import { maxPool, packPositions, unpool } from "../reference/pool.ts";
import { assertClose } from "../support/compare.ts";
import { drawTensors, shapeOf } from "../support/convolution_check.ts";
import { withGpu } from "../support/gpu.ts";
import { Random } from "../support/random.ts";

/** The convolutions as the network runs them; `pool` fused or not. */
const layers: { name: string; shape: ConvolutionShape; pool: boolean; method: ConvolutionMethod }[] = [
  { name: "conv1", shape: shapeOf(64, [1, 64], [96, 96], 5), pool: true, method: "direct" },
  { name: "conv2", shape: shapeOf(64, [64, 128], [48, 48], 5), pool: true, method: "winograd" },
  { name: "conv2", shape: shapeOf(12, [64, 128], [48, 48], 5), pool: true, method: "direct" },
  { name: "conv3", shape: shapeOf(16, [128, 256], [24, 24], 5), pool: false, method: "winograd" },
  { name: "conv3", shape: shapeOf(8, [128, 256], [24, 24], 5), pool: false, method: "direct" },
];
const SAMPLES = 50;
// Sums of up to 590,000 products, and Winograd's transforms.
const tolerances = { direct: 5e-6, winograd: 2e-5 } as const;

/** `SAMPLES` places in a tensor of four dimensions, its first and last among them. */
function places(random: Random, sizes: number[]): [number, number, number, number][] {
  const ends = [sizes.map(() => 0), sizes.map((size) => size - 1)];
  const others = Array.from({ length: SAMPLES - 2 }, () => sizes.map((size) => random.word() % size));
  return [...ends, ...others] as [number, number, number, number][];
}

/** The elements of a tensor at places. */
function pick(tensor: ArrayLike<number>, [, B, C, D]: number[], at: [number, number, number, number][]): number[] {
  return at.map(([a, b, c, d]) => tensor[((a * B + b) * C + c) * D + d]);
}

for (const { name, shape, pool, method } of layers) {
  const { images, inputs, outputs, height, width, filter } = shape;
  Deno.test(
    `full size: ${name}, ${images} images, ${method}, forward and back`,
    withGpu(async (gpu, buffers) => {
      const random = new Random(3);
      const tensors = drawTensors(shape, 4);
      const workspace = buffers.own(new Workspace(gpu, [shape], { method }));
      const x = buffers.input("x", tensors.x), w = buffers.input("w", tensors.w);
      const tolerance = tolerances[method as keyof typeof tolerances];

      const sizes = pool ? [images, outputs, height / 2, width / 2] : [images, outputs, height, width];
      const y = buffers.output("y", sizes.reduce((a, b) => a * b));
      const written = pool ? { argmax: buffers.output("argmax", outputCells(shape)) } : {};
      buffers.run(convolutionForward(gpu, workspace, shape, { x, w, y, ...written }, { relu: true, pool, method }));
      const at = places(random, sizes);
      const value = (n: number, k: number, i: number, j: number) => forwardAt(shape, tensors.x, tensors.w, n, k, i, j);
      const expected = at.map(([n, k, i, j]) =>
        pool
          ? Math.max(0, ...[0, 1].flatMap((r) => [0, 1].map((s) => value(n, k, 2 * i + r, 2 * j + s))))
          : Math.max(0, value(n, k, i, j))
      );
      assertClose(pick(await buffers.floats(y), sizes, at), expected, tolerance, "forward");

      const incoming = pool
        ? {
          dy: buffers.input("dy", tensors.dyPooled),
          argmax: buffers.input("argmax", packPositions(tensors.map, tensors.position)),
        }
        : { dy: buffers.input("dy", tensors.dy) };
      const dy = pool ? unpool(tensors.map, tensors.dyPooled, tensors.position) : tensors.dy;
      const dx = buffers.output("dx", tensors.x.length), dw = buffers.output("dw", tensors.w.length);
      buffers.run(convolutionByInput(gpu, workspace, shape, { w, dx, ...incoming }, { method }));
      const atInput = places(random, [images, inputs, height, width]);
      const byInput = atInput.map((place) => byInputAt(shape, dy, tensors.w, ...place));
      assertClose(
        pick(await buffers.floats(dx), [images, inputs, height, width], atInput),
        byInput,
        tolerance,
        "by input",
      );

      buffers.run(convolutionByWeight(gpu, workspace, shape, { x, dw, ...incoming }, { method }));
      const atWeight = places(random, [outputs, inputs, filter, filter]);
      const byWeight = atWeight.map((place) => byWeightAt(shape, tensors.x, dy, ...place));
      const found = pick(await buffers.floats(dw), [outputs, inputs, filter, filter], atWeight);
      assertClose(found, byWeight, tolerance, "by weight");
    }),
  );
}

Deno.test(
  "full size: conv3's sparse gradients, 64 images",
  withGpu(async (gpu, buffers) => {
    const shape = { ...shapeOf(64, [128, 256], [24, 24], 5), cells: 4 };
    const { images, inputs, outputs, height, width, filter } = shape;
    const random = new Random(6);
    const x = random.normal(images * inputs * 576), w = random.normal(outputs * inputs * 25);
    const dy = random.normal(images * outputs * 4);
    const quadrants = { planes: images * outputs, height, width, window_height: 12, window_width: 12 };
    const argmax = Uint32Array.from(dy, (_, cell) => {
      const place = random.word() % 144;
      return (12 * ((cell >> 1) & 1) + Math.floor(place / 12)) * width + 12 * (cell & 1) + place % 12;
    });
    const spread = unpool(quadrants, dy, argmax);
    const workspace = buffers.own(new SparseWorkspace(gpu, shape));
    const bound = { dy: buffers.input("dy", dy), argmax: buffers.input("argmax", argmax) };
    const dx = buffers.output("dx", x.length), dw = buffers.output("dw", w.length);
    buffers.run([
      ...sparseByWeight(gpu, workspace, shape, { ...bound, x: buffers.input("x", x), dw }),
      ...sparseByInput(gpu, workspace, shape, { ...bound, w: buffers.input("w", w), dx }),
    ]);
    const atInput = places(random, [images, inputs, height, width]);
    const byInput = atInput.map((place) => byInputAt(shape, spread, w, ...place));
    assertClose(pick(await buffers.floats(dx), [images, inputs, height, width], atInput), byInput, 5e-6, "by input");
    const atWeight = places(random, [outputs, inputs, filter, filter]);
    const byWeight = atWeight.map((place) => byWeightAt(shape, x, spread, ...place));
    const found = pick(await buffers.floats(dw), [outputs, inputs, filter, filter], atWeight);
    assertClose(found, byWeight, 5e-6, "by weight");
  }),
);

Deno.test(
  "full size: quadrant pooling of 64 x 256 maps of 24x24, forward and back",
  withGpu(async (gpu, buffers) => {
    const shape = { planes: 64 * 256, height: 24, width: 24, window_height: 12, window_width: 12 };
    const values = new Random(1).uniform(shape.planes * 576), gradient = new Random(2).uniform(shape.planes * 4);
    const x = buffers.input("x", values), dy = buffers.input("dy", gradient);
    const y = buffers.output("y", gradient.length), argmax = buffers.output("argmax", gradient.length);
    const dx = buffers.output("dx", values.length);
    buffers.run(quadrantPoolForward(gpu, shape, { x, y, argmax }));
    buffers.run(quadrantPoolBackward(gpu, shape, { dy, argmax, dx }));
    const expected = maxPool(shape, values);
    assertClose(await buffers.floats(y), expected.y, 0, "maxima");
    assertClose(await buffers.floats(dx), unpool(shape, gradient, expected.position), 0, "gradient");
  }),
);
