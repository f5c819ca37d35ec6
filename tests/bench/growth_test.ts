/** How the cost grows: every size is checked before it is timed, the filters go the way that training does, cliffs, and the picture. */
import assert from "node:assert/strict";
import { growthChart } from "../../bench/growth/chart.ts";
import { WideConvolutions } from "../../bench/growth/convolutions.ts";
import { cliffs, type Growth, type GrowthSizes, measureGrowth } from "../../bench/growth/measure.ts";
import { summary } from "../../bench/measure/times.ts";
import { growthTable } from "../../bench/table.ts";
import { Workload } from "../../bench/measure/workload.ts";
import type { Gpu } from "../../gpu/device.ts";
import { GpuLimitError } from "../../gpu/errors.ts";
import { planningGpu } from "../../gpu/planning.ts";
import { withGpu } from "../support/gpu.ts";

const options = { batch: 2, imageSize: 16, variant: "cnn_ad", convolution: "auto", rounds: 1 } as const;
const bench = { ...options, peers: false, python: "" };
/** So few bytes that a map of 264 x 264 is too large, and no weight is. */
const LIMITS = {
  maxBufferSize: 2 ** 22,
  maxStorageBufferBindingSize: 2 ** 22,
  maxComputeWorkgroupsPerDimension: 65_535,
};
const tiny: GrowthSizes = { batches: [1, 2], sides: [16], factors: [1, 2] };

/** Runs `body` while the last value that is read of the buffers of a name is off. */
async function withWrongReads(gpu: Gpu, label: string, body: () => Promise<void>) {
  const read = gpu.read.bind(gpu) as Gpu["read"];
  gpu.read = async (buffer, ...rest) => {
    const values = await read(buffer, ...rest);
    if (buffer.label === label) values[values.length - 1] += 1;
    return values;
  };
  try {
    await body();
  } finally {
    Reflect.deleteProperty(gpu, "read");
  }
}

Deno.test(
  "growth: a point for every size, with its time, unit of work and memory",
  withGpu(async (gpu) => {
    const words: string[] = [];
    const growths = await measureGrowth(gpu, { ...bench, rounds: 2 }, (line) => words.push(line), tiny, 0);
    assert.deepEqual(
      growths.map(({ over, points }) => [over, points.map(({ size }) => size)]),
      [["batch", [1, 2]], ["image size", [16]], ["filters", [1, 2]]],
    );
    // The sizes take turns, and what one took stands on the GPU no longer than its turn.
    assert.deepEqual(
      words.map((line) => line.replace(/: [\d.]+ ms$/, "")),
      [1, 2].flatMap((round) =>
        ["batch 1", "batch 2", "image size 16", "filters 1", "filters 2"].map((size) => `round ${round}, ${size}`)
      ),
    );
    assert.equal(gpu.memory.buffers, 0);
    const points = growths.flatMap(({ points }) => points);
    assert(points.every(({ time, unit, memory }) => time.median > 0 && unit > 0 && memory > 1e6));
    const [{ points: [one, two] }, , { points: [narrow, wide] }] = growths;
    assert(two.memory > one.memory && wide.memory > narrow.memory);
    assert.equal(two.unit, two.time.median / 2);
  }),
);

Deno.test(
  "growth: every size is compared with float64 before it is timed",
  withGpu(async (gpu) => {
    const none: GrowthSizes = { batches: [], sides: [], factors: [] };
    const sweeps = [
      [{ batches: [2] }, "conv2.weight gradient", /conv2 by weight .* at 2 x 64 -> 128, 8x8: it is not timed/],
      [{ sides: [24] }, "conv1 map", /conv1 forward .* at 2 x 1 -> 64, 24x24/],
      [{ factors: [2] }, "dx", /conv2 by input .* at 1 x 128 -> 256, 8x8/],
    ] as const;
    for (const [sizes, label, message] of sweeps) {
      await withWrongReads(gpu, label, async () => {
        await assert.rejects(measureGrowth(gpu, bench, () => {}, { ...none, ...sizes }, 0), message);
      });
    }
  }),
);

Deno.test(
  "growth: conv3's gradients are computed as in a training step, sparse on a software adapter from 64 pixels on",
  withGpu(async (gpu) => {
    for (
      const [imageSize, convolution, back] of [
        [64, "auto", gpu.adapter.software ? "sparse" : "winograd"],
        [64, "winograd", "winograd"],
        [16, "auto", "winograd"],
      ] as const
    ) {
      using wide = new WideConvolutions(gpu, { ...bench, batch: 1, imageSize, convolution }, 1);
      assert.equal(wide.back, back);
      assert.equal(wide.calls.some(({ kernel }) => kernel.startsWith("sparse/")), back === "sparse");
      await wide.check();
    }
  }),
);

Deno.test(
  "growth: sizes that the adapter does not bind leave nothing behind, neither wide convolutions nor a workload",
  withGpu(async (gpu) => {
    const large = { ...bench, batch: 1, imageSize: 264, convolution: "direct" } as const;
    const like = { adapter: gpu.adapter, device: gpu.device, limits: LIMITS } as unknown as Gpu;
    using paper = planningGpu(like);
    assert.throws(() => new WideConvolutions(paper, large, 1), GpuLimitError);
    assert.deepEqual([paper.memory.buffers, paper.memory.bytes], [0, 0]);
    await assert.rejects(Workload.create(paper, large), GpuLimitError);
    assert.deepEqual([paper.memory.buffers, paper.memory.bytes], [0, 0]);
  }),
);

const time = summary([1]);
const points = [8, 4, 4.4, 7].map((unit, n) => ({ size: 2 ** n, time, unit, memory: 1e6 }));
const growth: Growth = { over: "batch", given: "images of 16 x 16", unit: "ms per image", points };

Deno.test("growth: cliffs", () => {
  assert.deepEqual(cliffs(growth).map(({ from, to }) => [from, to]), [[4, 8]]);
  assert.match(growthTable(growth), /a cliff: a unit of work costs 1.6 times from 4 to 8/);
  assert.match(growthTable({ ...growth, points: points.slice(0, 3) }), /no cliff/);
});

Deno.test("growth: the picture's axes say what they count, in which unit", async () => {
  const sweeps: Growth[] = [
    growth,
    { ...growth, over: "image size", given: "batch of 2" },
    { ...growth, over: "filters", given: "convolutions of 2 images / factor, 16 x 16; conv3's gradients: winograd" },
  ];
  const svg = new TextDecoder().decode(await growthChart(sweeps, "an adapter", false));
  for (const words of ["batch (images)", "side of an image (pixels)", "filters (times the paper's)", growth.unit]) {
    assert(svg.replaceAll("&#39;", "'").includes(`>${words}<`), words);
  }
});
