/** How a step's cost grows with the batch and the image, and the convolutions' with the number of filters: a cliff would be a limit hit. */
import type { Gpu } from "../../gpu/device.ts";
import { check } from "../measure/check.ts";
import { rounds, type Taken } from "../measure/repeat.ts";
import { summary, type Times } from "../measure/times.ts";
import { Workload } from "../measure/workload.ts";
import type { BenchOptions } from "../options.ts";
import { WideConvolutions } from "./convolutions.ts";

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

/** What the sweeps go over. */
export interface GrowthSizes {
  batches: readonly number[];
  /** Of the image, multiples of 8. */
  sides: readonly number[];
  /** Of all filters, whole numbers. */
  factors: readonly number[];
}

/** The whole of it: minutes without a GPU. */
export const SIZES: GrowthSizes = {
  batches: [1, 2, 4, 8, 16, 32, 64, 128, 256],
  sides: [32, 48, 64, 96, 128, 192],
  factors: [1, 2, 3, 4],
};

/** A unit of work may cost this much more than at the size before; more is called a cliff. */
export const CLIFF = 1.5;

/**
 * Runs all sweeps; `done` is told of each point. Every size is compared with float64 before it is timed.
 *
 * @throws {Error} naming what is off, and at which shape.
 */
export async function measureGrowth(
  gpu: Gpu,
  options: BenchOptions,
  done: (words: string) => void,
  { batches, sides, factors }: GrowthSizes = SIZES,
  lasting?: number,
): Promise<Growth[]> {
  const { batch, imageSize } = options;
  const clock = (taken: Taken[]) => summary(taken.map(({ milliseconds }) => milliseconds));
  const step = async (sizes: { batch: number; imageSize: number }, unit: number, size: number) => {
    using workload = await Workload.create(gpu, { ...options, ...sizes });
    const memory = gpu.memory.bytes - workload.datasetBytes;
    await check(workload.net, sizes.batch);
    const time = clock(await rounds(gpu, () => workload.step(), options.rounds, lasting));
    return { size, time, unit: time.median / unit, memory };
  };
  const growths: Growth[] = [
    { over: "batch", given: `images of ${imageSize} x ${imageSize}`, unit: "ms per image", points: [] },
    { over: "image size", given: `batch of ${batch}`, unit: "ms per 1,000 pixels", points: [] },
    { over: "filters", given: "", unit: "ms per GFLOP", points: [] },
  ];
  const [byBatch, bySide, byFilters] = growths;
  const add = (growth: Growth, point: GrowthPoint) => {
    growth.points.push(point);
    done(`${growth.over} ${point.size}: ${point.unit.toFixed(2)} ${growth.unit}`);
  };
  for (const size of batches) add(byBatch, await step({ batch: size, imageSize }, size, size));
  for (const side of sides) add(bySide, await step({ batch, imageSize: side }, batch * side ** 2 / 1000, side));
  const ways = new Set<string>();
  for (const factor of factors) {
    using wide = new WideConvolutions(gpu, options, factor);
    await wide.check();
    const time = clock(await rounds(gpu, () => gpu.run(wide.calls), options.rounds, lasting));
    add(byFilters, { size: factor, time, unit: time.median / (wide.operations / 1e9), memory: wide.memory });
    ways.add(wide.back);
  }
  byFilters.given = `convolutions of ${Math.min(batch, 64)} images / factor, ${imageSize} x ${imageSize}; ` +
    `conv3's gradients: ${[...ways].join(" or ")}`;
  return growths;
}

/** Where a unit of work costs much more than at the size before. */
export function cliffs({ points }: Growth): { from: number; to: number; times: number }[] {
  return points.slice(1).flatMap((point, n) => {
    const times = point.unit / points[n].unit;
    return times > CLIFF ? [{ from: points[n].size, to: point.size, times }] : [];
  });
}
