/**
 * From the start of a process to the beginning of its first training step. Run as a program it is that process: it prepares the run, notes
 * the time, makes two steps, and prints what it noted as JSON.
 */
import { fileURLToPath } from "node:url";
import { openGpu } from "../../gpu/device.ts";
import type { BenchOptions } from "../options.ts";
import { Workload } from "./workload.ts";

/** Milliseconds. */
export interface StartUp {
  /** From the process's start to its first step. */
  toFirstStep: number;
  /** What the first step takes longer than the second: shaders that the driver compiles, or takes from its cache, when first used. */
  compiling: number;
}

/** Starts the process twice, the second time with what the driver has cached of the shaders, and says how that one fared. */
export async function startUp(options: BenchOptions): Promise<StartUp> {
  await start(options);
  return await start(options);
}

async function start(options: BenchOptions): Promise<StartUp> {
  const started = Date.now();
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", fileURLToPath(import.meta.url), JSON.stringify(options)],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("the process that measures the start-up failed; its words are above");
  const noted = JSON.parse(new TextDecoder().decode(stdout));
  return { toFirstStep: noted.first - started, compiling: noted.steps[0] - noted.steps[1] };
}

if (import.meta.main) {
  using gpu = await openGpu();
  using workload = await Workload.create(gpu, JSON.parse(Deno.args[0]));
  await gpu.settled();
  const first = Date.now();
  const steps = [];
  for (let step = 0; step < 2; step++) {
    const start = performance.now();
    workload.program.step();
    await gpu.settled();
    steps.push(performance.now() - start);
  }
  console.log(JSON.stringify({ first, steps }));
}
