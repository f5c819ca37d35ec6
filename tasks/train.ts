/** `deno task train [dataset]`: trains the zero-bias CNN and leaves a run folder with checkpoints, log, metrics and a picture. */
import { join } from "node:path";
import { openGpu } from "../gpu/device.ts";
import { INTERRUPTED, runTask, stopSignal } from "./command.ts";
import { parseArguments } from "./train/options.ts";
import { trainRun } from "../run/train.ts";
import { percent } from "../run/words.ts";
import { complain, say } from "./terminal.ts";

async function main(args: readonly string[]): Promise<number> {
  const options = parseArguments(args);
  const signal = stopSignal();
  using gpu = await openGpu();
  const trained = await trainRun(gpu, options, signal);
  if (!trained) return INTERRUPTED;
  const { folder, step, steps, checkpoint, end } = trained;
  if (!end) {
    complain(
      `Stopped at step ${step} of ${steps}. Checkpoint: ${checkpoint}`,
      "Go on with the same command and --resume.",
    );
    return INTERRUPTED;
  }
  const { accuracy, images } = end.test;
  say(`test accuracy   ${percent(accuracy)} of ${images} images, last checkpoint (step ${step})`);
  say(`checkpoint      ${checkpoint}`);
  say(`metrics         ${join(folder.path, "metrics.json")}`);
  say(`picture         ${end.curves}`);
  return 0;
}

if (import.meta.main) await runTask(main);
