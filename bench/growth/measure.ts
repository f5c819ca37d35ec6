/** How a step's cost grows with the batch and the image, and the convolutions' with the number of filters: a cliff would be a limit hit. */
import type { Gpu } from "../../gpu/device.ts";
import { check } from "../measure/check.ts";
import { repetitions, take } from "../measure/repeat.ts";
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

/** A size that is ready to be timed. */
interface Subject {
  work: () => void;
  check: () => Promise<void>;
  memory: number;
  /** How many units of work it is. */
  units: number;
  /** How conv3's gradients are computed, where it is the convolutions alone. */
  back?: string;
  dispose: () => void;
}

/** A size of a sweep, and what was measured of it so far. */
interface Entry {
  growth: Growth;
  size: number;
  open: () => Subject | Promise<Subject>;
  /** Repetitions for one wait. */
  times: number;
  milliseconds: number[];
  /** Of its subject. */
  about?: Pick<Subject, "memory" | "units" | "back">;
}

/**
 * Runs all sweeps; `done` is told of each time taken. Every size is compared with float64 before it is timed. In a round each size has its turn:
 * a machine that changes its speed in between does not draw a step between two of them. One size is on the GPU at a time.
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
  const growths: Growth[] = [
    { over: "batch", given: `images of ${imageSize} x ${imageSize}`, unit: "ms per image", points: [] },
    { over: "image size", given: `batch of ${batch}`, unit: "ms per 1,000 pixels", points: [] },
    { over: "filters", given: "", unit: "ms per GFLOP", points: [] },
  ];
  const [byBatch, bySide, byFilters] = growths;
  const entry = (growth: Growth, size: number, open: Entry["open"]): Entry => {
    return { growth, size, open, times: 1, milliseconds: [] };
  };
  const entries = [
    ...batches.map((size) => entry(byBatch, size, () => step(gpu, { ...options, batch: size }, size))),
    ...sides.map((size) =>
      entry(bySide, size, () => step(gpu, { ...options, imageSize: size }, batch * size ** 2 / 1e3))
    ),
    ...factors.map((size) => entry(byFilters, size, () => convolutions(gpu, options, size))),
  ];
  for (let round = 0; round < options.rounds; round++) {
    for (const entry of entries) {
      const milliseconds = await takeTurn(gpu, entry, lasting);
      done(`round ${round + 1}, ${entry.growth.over} ${entry.size}: ${milliseconds.toFixed(1)} ms`);
    }
  }
  for (const { growth, size, milliseconds, about } of entries) {
    const { memory, units } = about!;
    const time = summary(milliseconds);
    growth.points.push({ size, time, unit: time.median / units, memory });
  }
  const ways = new Set(entries.flatMap(({ about }) => about?.back ?? []));
  byFilters.given = `convolutions of ${Math.min(batch, 64)} images / factor, ${imageSize} x ${imageSize}; ` +
    `conv3's gradients: ${[...ways].join(" or ")}`;
  return growths;
}

/** Takes a size's time once more; checks it first where this is its first. */
async function takeTurn(gpu: Gpu, entry: Entry, lasting?: number): Promise<number> {
  const subject = await entry.open();
  try {
    const run = (times: number) => take(gpu, subject.work, times);
    if (entry.about) await run(1);
    else {
      await subject.check();
      entry.times = await repetitions(run, lasting);
      const { memory, units, back } = subject;
      entry.about = { memory, units, back };
    }
    const { milliseconds } = await run(entry.times);
    entry.milliseconds.push(milliseconds);
    return milliseconds;
  } finally {
    subject.dispose();
  }
}

/** A training step at a size. */
async function step(gpu: Gpu, options: BenchOptions, units: number): Promise<Subject> {
  const workload = await Workload.create(gpu, options);
  return {
    work: () => workload.step(),
    check: async () => void await check(workload.net, options.batch),
    memory: gpu.memory.bytes - workload.datasetBytes,
    units,
    dispose: () => workload.dispose(),
  };
}

/** The three convolutions with a multiple of their filters. */
function convolutions(gpu: Gpu, options: BenchOptions, factor: number): Subject {
  const wide = new WideConvolutions(gpu, options, factor);
  return {
    work: () => gpu.run(wide.calls),
    check: () => wide.check(),
    memory: wide.memory,
    units: wide.operations / 1e9,
    back: wide.back,
    dispose: () => wide.dispose(),
  };
}

/** Where a unit of work costs much more than at the size before. */
export function cliffs({ points }: Growth): { from: number; to: number; times: number }[] {
  return points.slice(1).flatMap((point, n) => {
    const times = point.unit / points[n].unit;
    return times > CLIFF ? [{ from: points[n].size, to: point.size, times }] : [];
  });
}
