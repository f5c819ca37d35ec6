/** Who may be compared with on this machine, how it is started, and at which batches it is tried. */
import { fileURLToPath } from "node:url";
import type { Workload } from "../measure/workload.ts";

/** A peer that may be here. */
export interface Candidate {
  name: string;
  /** Most images a step at which it is tried. */
  most: number;
  command: string;
  /** What the command is told, the folder of the problem among it. */
  args: (folder: string) => string[];
}

/** A peer that is not. */
export interface Absent {
  name: string;
  /** Why. */
  missing: string;
}

/** Where peers are looked for. */
export interface CandidateOptions {
  /** The Python whose PyTorch is taken. */
  python: string;
  /** Where the search for TensorFlow.js's largest right batch begins. */
  tfjsBatch?: number;
}

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** PyTorch on each of its devices, and TensorFlow.js. */
export async function candidates(
  { net, settings: { batch } }: Workload,
  { python, tfjsBatch }: CandidateOptions,
): Promise<(Candidate | Absent)[]> {
  const binding = net.gpu.limits.maxStorageBufferBindingSize;
  // conv1's map before pooling is the largest tensor that TensorFlow.js makes.
  const fitting = Math.max(1, Math.floor(binding / (4 * 64 * net.imageSize ** 2)));
  return [
    ...await pytorch(python, batch),
    {
      name: "TensorFlow.js",
      most: Math.min(batch, tfjsBatch ?? fitting),
      command: Deno.execPath(),
      args: (
        folder,
      ) => ["run", "--quiet", `--lock=${path("../../deno.all.lock")}`, "--allow-all", path("tfjs.ts"), folder],
    },
  ];
}

async function pytorch(python: string, batch: number): Promise<(Candidate | Absent)[]> {
  const script = path("pytorch.py");
  const absent = (why: string) => [{
    name: "PyTorch",
    missing: `${python}: ${why} (--python names another Python)`,
  }];
  try {
    const { success, stdout, stderr } = await new Deno.Command(python, { args: [script, "devices"] }).output();
    const [said, failed] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
    if (!success) return absent(failed.split("\n").at(-1)!);
    const { devices } = JSON.parse(said) as { devices: string[] };
    return devices.map((device) => ({
      name: `PyTorch, ${device}`,
      most: batch,
      command: python,
      args: (folder) => [script, folder, device],
    }));
  } catch (error) {
    return absent((error as Error).message);
  }
}
