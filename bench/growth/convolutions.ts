/**
 * The network's three convolutions, forward and back as a training step takes them, with a multiple of its filters: the network itself has
 * those of the paper.
 */
import type { GpuBuffer } from "../../gpu/buffer.ts";
import type { Call, Gpu } from "../../gpu/device.ts";
import {
  convolutionByInput,
  convolutionByWeight,
  convolutionForward,
  type ConvolutionShape,
  methodFor,
  outputCells,
  Workspace,
} from "../../kernels/convolution/mod.ts";
import { quadrantPoolBackward, quadrantPoolForward } from "../../kernels/pool/mod.ts";
import { isSparse, sparseByInput, sparseByWeight, SparseWorkspace } from "../../kernels/sparse/mod.ts";
import { convolutionShapes, quadrantShape } from "../../network/layers.ts";
import { FEATURES, FILTERS } from "../../network/parameters.ts";
import { behindWindows, type Method, type OutputGradient, Samples, spreadOut } from "../measure/sampled.ts";
import { noise } from "../measure/workload.ts";
import type { BenchOptions } from "../options.ts";

/** Quadrants of a map. */
const CELLS = FEATURES / FILTERS[2];

/** A layer's calls, and what it takes to compare what they leave. */
interface Layer {
  shape: ConvolutionShape;
  calls: Call[];
  method: Method;
  buffers: { x: GpuBuffer; w: GpuBuffer; y: GpuBuffer; dw: GpuBuffer; dx?: GpuBuffer };
  /** How the gradients are computed, and from what. */
  back: Method;
  gradient: () => Promise<OutputGradient>;
}

/** The convolutions of one factor. What is given back by `dispose()` is all that they hold. */
export class WideConvolutions {
  /** In the order of a step: forward and, per layer, back. */
  readonly calls: Call[];
  /** Bytes on the GPU. */
  readonly memory: number;
  /** Multiplications and additions, by direct summation. */
  readonly operations: number;
  /** How conv3's gradients are computed. */
  readonly back: Method;
  #gpu: Gpu;
  #layers: Layer[];
  #owned: { dispose(): void }[] = [];

  /** Makes them, on noise. Where it throws, as at sizes that the adapter does not bind, nothing stays on the GPU. */
  constructor(gpu: Gpu, { batch, imageSize, convolution: method }: BenchOptions, factor: number) {
    this.#gpu = gpu;
    const before = gpu.memory.bytes;
    // What the network would let through at once, with its maps grown.
    const images = Math.max(1, Math.floor(Math.min(batch, 64) / factor));
    const shapes = convolutionShapes(imageSize, images).map((shape, layer) => ({
      ...shape,
      inputs: layer === 0 ? 1 : factor * shape.inputs,
      outputs: factor * shape.outputs,
    }));
    this.#layers = gpu.allOrNothing(() => {
      const workspace = this.#own(new Workspace(gpu, shapes, { method }));
      return shapes.map((shape, layer) =>
        layer < 2 ? this.#pooled(workspace, shape, layer, method) : this.#quadrants(workspace, shape, imageSize, method)
      );
    });
    this.calls = this.#layers.flatMap(({ calls }) => calls);
    this.back = this.#layers[2].back;
    this.operations = shapes.reduce((sum, shape, layer) => sum + (layer > 0 ? 3 : 2) * operationsOf(shape), 0);
    this.memory = gpu.memory.bytes - before;
  }

  /** Runs them and compares what they leave, at sampled places, with float64. Throws an Error that names what is off. */
  async check(): Promise<void> {
    const gpu = this.#gpu;
    const floats = (buffer: GpuBuffer) => gpu.read(buffer, Float32Array);
    gpu.run(this.calls);
    const samples = new Samples();
    for (const [index, { shape, method, back, buffers: { x, w, y, dw, dx }, gradient }] of this.#layers.entries()) {
      const convolution = { layer: `conv${index + 1}`, shape, x: await floats(x), w: await floats(w) };
      const dy = await gradient();
      samples.forward(convolution, method, await floats(y), index < 2);
      samples.byWeight(convolution, back, await floats(dw), dy);
      if (dx) samples.byInput(convolution, back, await floats(dx), dy, false);
    }
  }

  /** Gives all GPU memory back. */
  dispose(): void {
    this.#gpu.release(this.calls);
    for (const made of this.#owned) made.dispose();
  }

  /** So that `using` ends it with its block. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** conv1 or conv2: pooling is fused into the way forward, un-pooling into the way back. */
  #pooled(workspace: Workspace, shape: ConvolutionShape, layer: number, method: BenchOptions["convolution"]): Layer {
    const gpu = this.#gpu;
    const buffers = { ...this.#buffers(shape, 4), dx: layer > 0 ? this.#like("dx", inputsOf(shape)) : undefined };
    const { x, w, y, dw, dx } = buffers;
    const argmax = this.#like("argmax", outputCells(shape));
    const by = methodFor(shape, method);
    return {
      shape,
      calls: [
        ...convolutionForward(gpu, workspace, shape, { x, w, y, argmax }, { relu: true, pool: true, method }),
        ...convolutionByWeight(gpu, workspace, shape, { x, dy: y, dw, argmax }, { method }),
        ...(dx ? convolutionByInput(gpu, workspace, shape, { dy: y, w, dx, argmax }, { method }) : []),
      ],
      method: by,
      buffers,
      back: by,
      gradient: async () => spreadOut(shape, await gpu.read(y, Float32Array), await gpu.read(argmax, Uint32Array)),
    };
  }

  /** conv3 with its quadrants: the way back is chosen as in network/conv3_backward.ts. */
  #quadrants(
    workspace: Workspace,
    shape: ConvolutionShape,
    imageSize: number,
    method: BenchOptions["convolution"],
  ): Layer {
    const gpu = this.#gpu;
    const buffers = { ...this.#buffers(shape, 1), dx: this.#like("dx", inputsOf(shape)) };
    const { x, w, y, dw, dx } = buffers;
    const planes = shape.images * shape.outputs;
    const windows = { ...quadrantShape(imageSize, shape.images), planes };
    const [dy, argmax] = [this.#like("features", planes * CELLS), this.#like("features argmax", planes * CELLS)];
    const few = { ...shape, cells: CELLS };
    const sparse = isSparse(gpu, few, method);
    const back = () => {
      if (sparse) {
        const scratch = this.#own(new SparseWorkspace(gpu, shape));
        return [
          ...sparseByWeight(gpu, scratch, few, { x, dy, argmax, dw }),
          ...sparseByInput(gpu, scratch, few, { dy, argmax, w, dx }),
        ];
      }
      const map = this.#like("map gradient", planes * shape.height * shape.width);
      return [
        ...quadrantPoolBackward(gpu, windows, { dy, argmax, dx: map }),
        ...convolutionByWeight(gpu, workspace, shape, { x, dy: map, dw }, { method }),
        ...convolutionByInput(gpu, workspace, shape, { dy: map, w, dx }, { method }),
      ];
    };
    const by = methodFor(shape, method);
    return {
      shape,
      calls: [
        ...convolutionForward(gpu, workspace, shape, { x, w, y }, { relu: true, method }),
        ...quadrantPoolForward(gpu, windows, { x: y, y: dy, argmax }),
        ...back(),
      ],
      method: by,
      buffers,
      back: sparse ? "sparse" : by,
      gradient: async () =>
        behindWindows(windows, await gpu.read(dy, Float32Array), await gpu.read(argmax, Uint32Array)),
    };
  }

  #buffers(shape: ConvolutionShape, pool: number) {
    const taps = shape.outputs * shape.inputs * shape.filter ** 2;
    const x = this.#like("x", inputsOf(shape)), w = this.#like("w", taps);
    for (const [buffer, count, state] of [[x, inputsOf(shape), 1], [w, taps, 2]] as const) {
      this.#gpu.write(buffer, Float32Array.from(noise(count, state), (byte) => byte / 127.5 - 1));
    }
    const y = this.#like("y", shape.images * shape.outputs * shape.height * shape.width / pool);
    return { x, w, y, dw: this.#like("dw", taps) };
  }

  #like(label: string, count: number): GpuBuffer {
    return this.#own(this.#gpu.createBuffer(label, 4 * count));
  }

  #own<T extends { dispose(): void }>(made: T): T {
    this.#owned.push(made);
    return made;
  }
}

function inputsOf({ images, inputs, height, width }: ConvolutionShape): number {
  return images * inputs * height * width;
}

function operationsOf({ images, inputs, outputs, height, width, filter }: ConvolutionShape): number {
  return 2 * images * inputs * outputs * height * width * filter ** 2;
}
