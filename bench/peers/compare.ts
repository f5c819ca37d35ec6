/** Our step and those of the peers in turn, so that whatever else the machine does disturbs all alike; and their ratios. */
import { fileURLToPath } from "node:url";
import { forwardCalls } from "../../network/layers.ts";
import { processorTime, summary, type Times } from "../measure/times.ts";
import type { Workload } from "../measure/workload.ts";
import { Peer } from "./peer.ts";
import { Exercise } from "./problem.ts";

/** How we compare with one peer. */
export interface Comparison {
  /** Who it is, or what stood in the way. */
  peer: string;
  /** Why there are no numbers. */
  missing?: string;
  /** Images a step at which it computes rightly, at most ours. */
  batch?: number;
  /** Its milliseconds. */
  step?: Times;
  forward?: Times;
  /** Our time an image divided by its, round by round: below 1 we are faster. `processor`: of the step's processor time. */
  ratios?: { step: Times; forward: Times; processor: Times };
}

/** What is asked of a comparison. */
export interface PeerOptions {
  batch: number;
  rounds: number;
  /** The Python whose PyTorch is taken. */
  python: string;
  /** Where the search for TensorFlow.js's largest right batch begins. */
  tfjsBatch?: number;
}

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Compares with all peers that this machine has. */
export async function comparePeers(workload: Workload, options: PeerOptions): Promise<Comparison[]> {
  const folder = await Deno.makeTempDir({ prefix: "aulens-peers-" });
  try {
    const { batch, python, tfjsBatch } = options;
    const exercise = new Exercise(workload.net, batch);
    await exercise.write(folder);
    const comparisons: Comparison[] = [];
    const devices = await pytorchDevices(python);
    if (devices.length === 0) {
      const missing = `${python} has no torch (--python names another Python)`;
      comparisons.push({ peer: "PyTorch", missing });
    }
    for (const device of devices) {
      const script = path("pytorch.py");
      comparisons.push(
        await compare(workload, exercise, options, [batch], () => {
          return Peer.start(python, [script, folder, device]);
        }),
      );
    }
    const binding = workload.net.gpu.limits.maxStorageBufferBindingSize;
    // conv1's map before pooling is the largest tensor that it makes.
    const fitting = Math.floor(binding / (4 * 64 * workload.net.imageSize ** 2));
    comparisons.push(
      await compare(workload, exercise, options, halves(Math.min(batch, tfjsBatch ?? Math.max(1, fitting))), () => {
        return Peer.start(Deno.execPath(), ["run", "--quiet", "--allow-all", path("tfjs.ts"), folder]);
      }),
    );
    return comparisons;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What PyTorch can compute on; nothing where it is not installed. */
async function pytorchDevices(python: string): Promise<string[]> {
  try {
    const args = [path("pytorch.py"), "devices"];
    const { success, stdout } = await new Deno.Command(python, { args, stderr: "null" }).output();
    return success ? JSON.parse(new TextDecoder().decode(stdout)).devices : [];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function halves(most: number): number[] {
  return most <= 1 ? [1] : [most, ...halves(most >> 1)];
}

/** Starts a peer, finds the largest of the batches at which it is right, and takes turns with it. */
async function compare(
  { net, program }: Workload,
  exercise: Exercise,
  { batch, rounds }: PeerOptions,
  batches: number[],
  start: () => Promise<Peer>,
): Promise<Comparison> {
  const { gpu } = net;
  const peer = await start();
  try {
    let right: number | undefined;
    let missing = "";
    for (const images of batches) {
      const fault = await exercise.fault(await peer.check(images), images);
      if (fault === undefined) {
        right = images;
        break;
      }
      missing = `wrong at ${images} images: ${fault}`;
    }
    if (right === undefined) return { peer: peer.name, missing };
    const a = net.activations(batch);
    const parts = Array.from({ length: Math.ceil(batch / a.capacity) }, (_, part) => {
      return forwardCalls(gpu, net.sizes, net.weights, a, Math.min(a.capacity, batch - part * a.capacity));
    });
    const ours = {
      step: async () => {
        program.step();
        await gpu.settled();
      },
      forward: async () => {
        for (const part of parts) gpu.run(part);
        await gpu.settled();
      },
    };
    const times = { step: [] as number[], forward: [] as number[] };
    const ratios = { step: [] as number[], forward: [] as number[], processor: [] as number[] };
    for (let round = 0; round <= rounds; round++) {
      for (const what of ["step", "forward"] as const) {
        const [started, used] = [performance.now(), processorTime()];
        await ours[what]();
        const [own, processor] = [performance.now() - started, processorTime() - used];
        const its = await peer.time(what, right);
        if (round === 0) continue; // what compiles and allocates
        times[what].push(its.milliseconds);
        ratios[what].push((own / batch) / (its.milliseconds / right));
        if (what === "step") ratios.processor.push((processor / batch) / (its.processor / right));
      }
    }
    for (const part of parts) gpu.release(part);
    return {
      peer: peer.name,
      batch: right,
      step: summary(times.step),
      forward: summary(times.forward),
      ratios: { step: summary(ratios.step), forward: summary(ratios.forward), processor: summary(ratios.processor) },
    };
  } finally {
    await peer.close();
  }
}
