/** What every convolution has to fulfil, whichever way it is computed: the shared body of the direct and Winograd tests. */
import assert from "node:assert/strict";
import type { Gpu } from "../../gpu/device.ts";
import {
  convolutionByInput,
  convolutionByWeight,
  convolutionForward,
  type ConvolutionMethod,
  type ConvolutionShape,
  outputCells,
  Workspace,
  type WorkspaceOptions,
} from "../../kernels/convolution/mod.ts";
import * as reference from "../reference/convolution.ts";
import { maxPool, packPositions, twoByTwo, unpackPositions, unpool, windows } from "../reference/pool.ts";
import { relu, reluBackward } from "../reference/relu.ts";
import { assertClose, assertGradient, dot, largest } from "./compare.ts";
import type { Buffers } from "./guarded.ts";
import { Random } from "./random.ts";

/** A row of a case table. */
export interface ConvolutionCase extends WorkspaceOptions {
  shape: ConvolutionShape;
  method: ConvolutionMethod;
  /** Relative to the reference's largest value. */
  tolerance: number;
}

/** A shape in short: images, inputs -> outputs, height x width, filter side. */
export function shapeOf(
  images: number,
  [inputs, outputs]: [number, number],
  [height, width]: [number, number],
  filter: number,
): ConvolutionShape {
  return { images, inputs, outputs, height, width, filter };
}

/** Names a case in a message. */
export function nameOf({ shape: s, method, product, chunkBytes }: ConvolutionCase): string {
  return `${method}, ${s.images} x ${s.inputs} -> ${s.outputs}, ${s.height}x${s.width}, filter ${s.filter}` +
    (product ? `, ${product}, ${chunkBytes} bytes` : "");
}

/** Random tensors of a case, and its windows before pooling. */
export function drawTensors(shape: ConvolutionShape, seed: number) {
  const random = new Random(seed);
  const map = twoByTwo({ planes: shape.images * shape.outputs, height: shape.height, width: shape.width });
  const { columns, rows, cells } = windows(map);
  const position = random.integers(cells, 4).map((code, cell) => {
    const i = 2 * (Math.floor(cell / columns) % rows) + (code >> 1), j = 2 * (cell % columns) + (code & 1);
    return i * shape.width + j;
  });
  return {
    map,
    position,
    x: random.normal(shape.images * shape.inputs * shape.height * shape.width),
    w: random.normal(shape.outputs * shape.inputs * shape.filter ** 2),
    dy: random.normal(map.planes * shape.height * shape.width),
    dyPooled: random.normal(cells),
    held: random.normal(shape.outputs * shape.inputs * shape.filter ** 2),
  };
}

/** Compares forward, with ReLU and pooling and both, and the two gradients, un-pooling and accumulating, with the reference. */
export async function checkConvolution(gpu: Gpu, buffers: Buffers, given: ConvolutionCase): Promise<void> {
  const { shape, method, tolerance } = given;
  const name = nameOf(given);
  const tensors = drawTensors(shape, 7);
  const { map, position } = tensors;
  const cells = position.length;
  const workspace = buffers.own(new Workspace(gpu, [shape], given));
  const scratch = () =>
    buffers.spoil(
      ...[workspace.filters, workspace.tiles, workspace.products, workspace.scales, workspace.largest],
    );
  const x = buffers.input("x", tensors.x), w = buffers.input("w", tensors.w), dy = buffers.input("dy", tensors.dy);

  const y64 = reference.forward(shape, tensors.x, tensors.w);
  for (const [options, expected] of [[{}, y64], [{ relu: true }, relu(y64)]] as const) {
    scratch();
    const y = buffers.output("y", y64.length);
    buffers.run(convolutionForward(gpu, workspace, shape, { x, w, y }, { ...options, method }));
    assertClose(await buffers.floats(y), expected, tolerance, `${name}: forward ${JSON.stringify(options)}`);
  }

  if (cells > 0) {
    const pooled = maxPool(map, y64);
    for (const [options, expected] of [[{}, pooled.y], [{ relu: true }, relu(pooled.y)]] as const) {
      scratch();
      const y = buffers.output("y", cells), argmax = buffers.output("argmax", outputCells(shape));
      const calls = convolutionForward(gpu, workspace, shape, { x, w, y, argmax }, { ...options, pool: true, method });
      buffers.run(calls);
      assertClose(await buffers.floats(y), expected, tolerance, `${name}: pooled forward ${JSON.stringify(options)}`);
      const found = unpackPositions(map, await buffers.integers(argmax));
      const near = 2 * tolerance * largest(y64); // two errors may turn what is closer than this
      const wrong = found.filter((at, cell) => at !== pooled.position[cell] && !(pooled.lead[cell] <= near));
      assert.equal(wrong.length, 0, `${name}: argmax of ${wrong.length} in ${cells} cells`);
    }
  }

  const spread = unpool(map, tensors.dyPooled, position);
  const given_dy = buffers.input("dy pooled", tensors.dyPooled);
  const given_argmax = buffers.input("argmax", packPositions(map, position));
  const ways = cells > 0
    ? [{ dy, dy64: tensors.dy }, { dy: given_dy, dy64: spread, argmax: given_argmax }]
    : [{ dy, dy64: tensors.dy }];
  for (const { dy64, ...incoming } of ways) {
    const kind = incoming.argmax ? "un-pooled" : "plain";
    scratch();
    const dx = buffers.output("dx", tensors.x.length);
    buffers.run(convolutionByInput(gpu, workspace, shape, { w, dx, ...incoming }, { method }));
    const dx64 = reference.byInput(shape, dy64, tensors.w);
    assertClose(await buffers.floats(dx), dx64, tolerance, `${name}: ${kind} by input`);

    const dw64 = reference.byWeight(shape, tensors.x, dy64);
    for (const accumulate of [false, true]) {
      scratch();
      const dw = accumulate ? buffers.input("dw", tensors.held) : buffers.output("dw", tensors.w.length);
      buffers.run(convolutionByWeight(gpu, workspace, shape, { x, dw, ...incoming }, { method, accumulate }));
      const expected = accumulate ? dw64.map((value, i) => value + tensors.held[i]) : dw64;
      assertClose(
        await buffers.floats(dw),
        expected,
        tolerance,
        `${name}: ${kind} by weight, accumulate ${accumulate}`,
      );
    }
  }
}

/**
 * The whole way through relu(pool(conv(x, w))) and back on the GPU, its two gradients against central differences of the float64
 * loss sum(y * cotangent) along random directions.
 */
export async function checkGradients(gpu: Gpu, buffers: Buffers, given: ConvolutionCase): Promise<void> {
  const { shape, method, tolerance } = given;
  const name = nameOf(given);
  const { map, x, w, position, dyPooled: cotangent } = drawTensors(shape, 8);
  const loss = (x: ArrayLike<number>, w: ArrayLike<number>) =>
    dot(relu(maxPool(map, reference.forward(shape, x, w)).y), cotangent);
  const workspace = buffers.own(new Workspace(gpu, [shape], given));
  const bound = { x: buffers.input("x", x), w: buffers.input("w", w) };
  const y = buffers.output("y", position.length), argmax = buffers.output("argmax", outputCells(shape));
  const dx = buffers.output("dx", x.length), dw = buffers.output("dw", w.length);
  buffers.run(
    convolutionForward(gpu, workspace, shape, { ...bound, y, argmax }, { relu: true, pool: true, method }),
  );
  const gradient = reluBackward(await buffers.floats(y), cotangent, "gradient");
  const dy = buffers.input("dy", Float32Array.from(gradient));
  buffers.run([
    ...convolutionByInput(gpu, workspace, shape, { dy, w: bound.w, dx, argmax }, { method }),
    ...convolutionByWeight(gpu, workspace, shape, { x: bound.x, dy, dw, argmax }, { method }),
  ]);
  const random = new Random(9);
  const directions = (length: number) => [1, 2, 3].map(() => random.normal(length));
  assertGradient(await buffers.floats(dx), x, (x) => loss(x, w), directions(x.length), tolerance, `${name}: by input`);
  assertGradient(await buffers.floats(dw), w, (w) => loss(x, w), directions(w.length), tolerance, `${name}: by weight`);
}
