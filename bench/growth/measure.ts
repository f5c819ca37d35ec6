/** How a step's cost grows with the batch and the image, and the convolutions' with the number of filters: a cliff would be a limit hit. */
import type { Gpu } from "../../gpu/device.ts";
import {
  convolutionByInput,
  convolutionByWeight,
  convolutionForward,
  type ConvolutionShape,
  outputCells,
  Workspace,
} from "../../kernels/convolution/mod.ts";
import { convolutionShapes } from "../../network/layers.ts";
import { summary, type Times, wholeTimes } from "../measure/times.ts";
import { noise, Workload } from "../measure/workload.ts";
import type { BenchOptions } from "../options.ts";

/** One size of a sweep. */
export interface GrowthPoint {
  /** The batch, the image's side, or the factor of all filters. */
  size: number;
  /** The step, or for the filters the three convolutions forward and back. */
  time: Times;
  /** Median milliseconds for a unit of work: an image, a thousand pixels, or 10^9 multiplications and additions of direct summation. */
  unit: number;
  /** Bytes on the GPU beside the dataset. */
  memory: number;
}

/** A sweep. */
export interface Growth {
  over: "batch" | "image size" | "filters";
  /** What else was given. */
  given: string;
  /** What `unit` counts. */
  unit: string;
  points: GrowthPoint[];
}

const BATCHES = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const SIDES = [32, 48, 64, 96, 128, 192];
const FACTORS = [1, 2, 3, 4];

/** A unit of work may cost this much more than at the size before; more is called a cliff. */
export const CLIFF = 1.5;

/** Runs all sweeps; `done` is told of each point. */
export async function measureGrowth(gpu: Gpu, options: BenchOptions, done: (words: string) => void): Promise<Growth[]> {
  const { batch, imageSize, rounds } = options;
  const step = async (sizes: { batch: number; imageSize: number }, unit: number, size: number) => {
    using workload = await Workload.create(gpu, { ...options, ...sizes });
    const memory = gpu.memory.bytes - workload.datasetBytes;
    const { step } = await wholeTimes(gpu, workload, sizes.batch, rounds);
    return { size, time: step, unit: step.median / unit, memory };
  };
  const growths: Growth[] = [
    { over: "batch", given: `${imageSize} x ${imageSize}`, unit: "ms an image", points: [] },
    { over: "image size", given: `batch ${batch}`, unit: "ms for 1,000 pixels", points: [] },
    {
      over: "filters",
      given: `${batch} images and fewer, ${imageSize} x ${imageSize}`,
      unit: "ms for 1 GFLOP",
      points: [],
    },
  ];
  const [byBatch, bySide, byFilters] = growths;
  const add = (growth: Growth, point: GrowthPoint) => {
    growth.points.push(point);
    done(`${growth.over} ${point.size}: ${point.unit.toFixed(2)} ${growth.unit}`);
  };
  for (const size of BATCHES) add(byBatch, await step({ batch: size, imageSize }, size, size));
  for (const side of SIDES) add(bySide, await step({ batch, imageSize: side }, batch * side ** 2 / 1000, side));
  for (const factor of FACTORS) add(byFilters, await convolutions(gpu, options, factor));
  return growths;
}

/** Where a unit of work costs much more than at the size before. */
export function cliffs({ points }: Growth): { from: number; to: number; times: number }[] {
  return points.slice(1).flatMap((point, n) => {
    const times = point.unit / points[n].unit;
    return times > CLIFF ? [{ from: points[n].size, to: point.size, times }] : [];
  });
}

/** The network's three convolutions, forward and back, with a multiple of its filters: the network itself has those of the paper. */
async function convolutions(gpu: Gpu, options: BenchOptions, factor: number): Promise<GrowthPoint> {
  const { imageSize, convolution: method, rounds } = options;
  // What the network would let through at once, with its maps grown.
  const images = Math.max(1, Math.floor(Math.min(options.batch, 64) / factor));
  const before = gpu.memory.bytes;
  const shapes = convolutionShapes(imageSize, images).map((shape, layer) => ({
    ...shape,
    inputs: layer === 0 ? 1 : factor * shape.inputs,
    outputs: factor * shape.outputs,
  }));
  const owned: { dispose(): void }[] = [];
  const buffer = (label: string, count: number, filled = false) => {
    const made = gpu.createBuffer(label, 4 * count);
    if (filled) gpu.write(made, Float32Array.from(noise(count), (byte) => byte / 127.5 - 1));
    owned.push(made);
    return made;
  };
  const workspace = new Workspace(gpu, shapes, { method });
  owned.push(workspace);
  let operations = 0;
  const calls = shapes.flatMap((shape, layer) => {
    const pool = layer < 2;
    const x = buffer("x", images * shape.inputs * shape.height * shape.width, true);
    const w = buffer("w", shape.outputs * shape.inputs * 25, true);
    const y = buffer("y", images * shape.outputs * shape.height * shape.width / (pool ? 4 : 1));
    const argmax = pool ? buffer("argmax", outputCells(shape)) : undefined;
    const dx = layer > 0 ? buffer("dx", images * shape.inputs * shape.height * shape.width) : undefined;
    const dw = buffer("dw", shape.outputs * shape.inputs * 25);
    operations += (dx ? 3 : 2) * operationsOf(shape);
    return [
      ...convolutionForward(gpu, workspace, shape, { x, w, y, argmax }, { relu: true, pool, method }),
      ...convolutionByWeight(gpu, workspace, shape, { x, dy: y, dw, argmax }, { method }),
      ...(dx ? convolutionByInput(gpu, workspace, shape, { dy: y, w, dx, argmax }, { method }) : []),
    ];
  });
  const memory = gpu.memory.bytes - before;
  const times: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const start = performance.now();
    gpu.run(calls);
    await gpu.settled();
    if (round > 0) times.push(performance.now() - start);
  }
  gpu.release(calls);
  for (const made of owned) made.dispose();
  const time = summary(times);
  return { size: factor, time, unit: time.median / (operations / 1e9), memory };
}

function operationsOf({ images, inputs, outputs, height, width, filter }: ConvolutionShape): number {
  return 2 * images * inputs * outputs * height * width * filter ** 2;
}
