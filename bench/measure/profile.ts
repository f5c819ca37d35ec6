/** A step kernel by kernel: milliseconds by timestamp queries, and the work that convolutions and dense layers do in them. */
import type { Gpu } from "../../gpu/device.ts";
import { convolutionShapes, denseShapes } from "../../network/layers.ts";
import { CLASSES, type Workload } from "./workload.ts";
import { summary } from "./times.ts";

/** A kernel within a part of the step. */
export interface KernelRow {
  /** Such as `"conv2 forward"`. */
  part: string;
  kernel: string;
  /** Times it runs in a step. */
  calls: number;
  /** Of all its calls in a step: the median of the rounds. */
  milliseconds: number;
}

/** A part of the step with its kernels. */
export interface PartRow {
  part: string;
  /** What it works on, such as `"64 x 64 -> 128, 48x48"`; empty where no convolution. */
  shape: string;
  milliseconds: number;
  /** Share of all that was timed, 0..1. */
  share: number;
  /** Multiplications and additions of direct summation a second, whatever the method; null for parts that are no product. */
  gigaflops: number | null;
  kernels: KernelRow[];
}

/** Profiles the step; nothing where the adapter has no timestamps. */
export async function profile(
  gpu: Gpu,
  { net, program }: Workload,
  batch: number,
  rounds: number,
): Promise<PartRow[] | undefined> {
  if (!gpu.device.features.has("timestamp-query")) return undefined;
  const rows = new Map<string, { part: string; kernel: string; calls: number; rounds: number[] }>();
  for (let round = 0; round < rounds; round++) {
    for (const { part = "", kernel, milliseconds } of await gpu.profile(program.calls)) {
      const key = `${part}\n${kernel}`;
      let row = rows.get(key);
      if (!row) rows.set(key, row = { part, kernel, calls: 0, rounds: [] });
      row.rounds[round] = (row.rounds[round] ?? 0) + milliseconds;
      if (round === 0) row.calls++;
    }
  }
  const kernels = [...rows.values()].map((row) => ({ ...row, milliseconds: summary(row.rounds).median }));
  const all = sum(kernels.map(({ milliseconds }) => milliseconds));
  const work = new Map(workOf(net.imageSize, batch).map((entry) => [entry.part, entry]));
  return [...new Set(kernels.map(({ part }) => part))].map((part) => {
    const own = kernels.filter((row) => row.part === part).map(({ rounds: _, ...row }) => row);
    const milliseconds = sum(own.map((row) => row.milliseconds));
    const { shape = "", operations = 0 } = work.get(part) ?? {};
    const gigaflops = operations > 0 ? operations / milliseconds / 1e6 : null;
    return { part, shape, milliseconds, share: milliseconds / all, gigaflops, kernels: own };
  });
}

/** Multiplications and additions of a step's products, by direct summation. */
function workOf(imageSize: number, batch: number): { part: string; shape: string; operations: number }[] {
  const convolutions = convolutionShapes(imageSize, batch).flatMap((shape, index) => {
    const { images, inputs, outputs, height, width, filter } = shape;
    const operations = 2 * images * inputs * outputs * height * width * filter ** 2;
    const directions = index === 0 ? ["forward", "by weight"] : ["forward", "by weight", "by input"];
    return directions.map((direction) => ({
      part: `conv${index + 1} ${direction}`,
      shape: `${images} x ${inputs} -> ${outputs}, ${height}x${width}`,
      operations,
    }));
  });
  const dense = sum(
    Object.values(denseShapes(CLASSES, batch)).map(({ samples, inputs, outputs }) => 2 * samples * inputs * outputs),
  );
  const shape = `${batch} x ${Object.values(denseShapes(CLASSES, batch)).map(({ inputs }) => inputs).join(" -> ")}` +
    ` -> ${CLASSES}`;
  return [
    ...convolutions,
    { part: "dense forward", shape, operations: dense },
    { part: "dense backward", shape, operations: 2 * dense },
  ];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
