/** `deno task train [dataset]`: trains the zero-bias CNN and leaves a run folder with checkpoints, log, metrics and a picture. */
import { openGpu } from "../gpu/device.ts";
import { trainRun } from "../run/train.ts";
import { percent } from "../run/words.ts";
import { INTERRUPTED, runTask, stopSignal } from "./command.ts";
import { home } from "./invocation.ts";
import { showWork } from "./show_work.ts";
import { complain, say } from "./terminal.ts";
import { parseArguments } from "./train/options.ts";

/** Does what a command line says, and returns the exit code. */
export async function trainTask(argv: readonly string[], signal: AbortSignal = stopSignal()): Promise<number> {
  const options = parseArguments(argv);
  using gpu = await openGpu();
  using shown = showWork();
  const trained = await trainRun(gpu, options, { ...shown, signal, home: home() });
  shown.stop();
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
  say(`metrics         ${folder.file("metrics.json")}`);
  say(`picture         ${end.curves}`);
  return 0;
}

if (import.meta.main) await runTask((args) => trainTask(args));
