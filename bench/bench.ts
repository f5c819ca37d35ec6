/**
 * `deno task bench`: how long a training step takes on this machine, kernel by kernel and as a whole, with its memory and start-up.
 * What is timed is compared with float64 references first. Absolute times belong into bench/RESULTS.md, with what they were measured on.
 */
import { type Gpu, openGpu } from "../gpu/device.ts";
import { runTask } from "../tasks/command.ts";
import { sayWhereNoLetters } from "../tasks/letters.ts";
import { checkPlace } from "../tasks/place.ts";
import { growthChart } from "./growth/chart.ts";
import { measureGrowth } from "./growth/measure.ts";
import { check, type Checked } from "./measure/check.ts";
import { describeMachine, type Machine, machineLine } from "./measure/machine.ts";
import { type PartRow, profile } from "./measure/profile.ts";
import { type StartUp, startUp } from "./measure/start_up.ts";
import { type WholeTimes, wholeTimes } from "./measure/times.ts";
import { Workload } from "./measure/workload.ts";
import { type BenchOptions, parseArguments } from "./options.ts";
import { comparePeers, type Comparison } from "./peers/compare.ts";
import { growthTable, peersTable, profileTable, range, table } from "./table.ts";

/** Everything that was measured: what `--json` writes. */
interface Measured extends WholeTimes {
  options: BenchOptions;
  adapter: Gpu["adapter"];
  versions: typeof Deno.version;
  machine: Machine;
  checked: Checked;
  /** Kernel by kernel, where the adapter has timestamps. */
  parts: PartRow[] | null;
  /** Bytes on the GPU while training. */
  memory: { training: number; dataset: number };
  startUp: StartUp;
  /** With `--peers`. */
  peers: Comparison[] | null;
}

async function main(args: readonly string[]): Promise<void> {
  const options = parseArguments(args);
  if (options.growth !== undefined) await checkPlace("--growth", options.growth, true);
  if (options.json !== undefined) await checkPlace("--json", options.json, true);
  using gpu = await openGpu();
  if (options.growth !== undefined) return await grow(gpu, options, options.growth);
  using workload = await Workload.create(gpu, options);
  const measured = await measure(gpu, options, workload);
  print(measured);
  const save = async () => {
    if (options.json) await Deno.writeTextFile(options.json, JSON.stringify(measured, null, 2) + "\n");
  };
  await save(); // whatever becomes of the peers
  if (!options.peers) return;
  measured.peers = await comparePeers(workload, options);
  console.log(`\n${peersTable(measured.peers, options.variant)}`);
  await save();
}

/** How the cost grows, as a table, a picture, and JSON where it is wanted. */
async function grow(gpu: Gpu, options: BenchOptions, picture: string): Promise<void> {
  const growths = await measureGrowth(gpu, options, (words) => console.error(words));
  console.log(growths.map(growthTable).join("\n\n"));
  const about = `${
    gpu.adapter.description || gpu.adapter.device
  }, ${options.variant}, convolution ${options.convolution}`;
  await sayWhereNoLetters();
  await Deno.writeFile(picture, await growthChart(growths, about, picture.endsWith(".png")));
  if (options.json) {
    await Deno.writeTextFile(
      options.json,
      JSON.stringify({ options, adapter: gpu.adapter, machine: describeMachine(), growths }, null, 2) + "\n",
    );
  }
}

async function measure(gpu: Gpu, options: BenchOptions, workload: Workload): Promise<Measured> {
  const { batch, rounds } = options;
  const about = { options, adapter: gpu.adapter, versions: Deno.version, machine: describeMachine() };
  const memory = { training: gpu.memory.bytes - workload.datasetBytes, dataset: workload.datasetBytes };
  const checked = await check(workload.net, batch);
  const times = await wholeTimes(workload, rounds);
  const parts = await profile(gpu, workload, batch, rounds) ?? null;
  return { ...about, checked, memory, ...times, parts, startUp: await startUp(options), peers: null };
}

function print(measured: Measured): void {
  const { options, adapter, versions, machine, checked, memory, step, processor, queue, forward, parts, startUp } =
    measured;
  const { batch, imageSize, variant, convolution, rounds } = options;
  console.log(`${adapter.description || adapter.device}, Deno ${versions.deno}`);
  console.log(machineLine(machine));
  console.log(`${variant}, batch ${batch}, ${imageSize} x ${imageSize}, convolution ${convolution}, ${rounds} rounds`);
  console.log(
    `checked: ${checked.tensors} tensors of ${checked.images} images against float64, largest error ` +
      `${checked.error.toExponential(1)}\n`,
  );
  console.log(
    parts
      ? `${profileTable(parts)}\nGFLOP/s are effective: multiplications and additions of direct summation.\n`
      : "no table of kernels: the adapter offers no timestamp-query\n",
  );
  const rate = (milliseconds: number) => `${(1000 * batch / milliseconds).toFixed(1)} images/s`;
  console.log(table([
    ["training step", range(step), rate(step.median)],
    ["  processor time, all threads", range(processor), ""],
    ["  queueing it, on the CPU", range(queue), `${(100 * queue.median / step.median).toFixed(2)}%`],
    ["forward", range(forward), rate(forward.median)],
    [
      "GPU memory beside the images",
      `${(memory.training / 1e6).toFixed(0)} MB`,
      `images ${(memory.dataset / 1e6).toFixed(0)} MB`,
    ],
    [
      "process start to first step",
      `${(startUp.toFirstStep / 1000).toFixed(2)} s`,
      `its shaders ${(Math.max(0, startUp.compiling) / 1000).toFixed(2)} s`,
    ],
  ], 3));
}

if (import.meta.main) await runTask(main);
