/** `deno task evaluate RUN`: every checkpoint's accuracy, the one that a stated rule chooses, and how good it is on the test images. */
import { readPrepared } from "../datasets/prepared.ts";
import { openGpu } from "../gpu/device.ts";
import { stepsOf, unfinished } from "../run/checkpoints.ts";
import { EVALUATION, TRANSFER } from "../run/documents/evaluation.ts";
import { evaluateRun, EVALUATION_FILES } from "../run/evaluate.ts";
import { RunFolder } from "../run/folder.ts";
import { openRun } from "../run/open.ts";
import { transferRun } from "../run/transfer.ts";
import { readRunRecord } from "../run/record.ts";
import { INTERRUPTED, runTask, stopSignal } from "./command.ts";
import { evaluationLines, transferLines } from "./evaluate/lines.ts";
import { parseArguments } from "./evaluate/options.ts";
import { home } from "./invocation.ts";
import { checkPlace } from "./place.ts";
import { showWork } from "./show_work.ts";
import { complain, printWhole, say } from "./terminal.ts";

/** Does what a command line says, and returns the exit code. */
export async function evaluateTask(argv: readonly string[], signal: AbortSignal = stopSignal()): Promise<number> {
  const { run: path, select, data, on, json } = parseArguments(argv);
  await readRunRecord(new RunFolder(path), { home: home() }); // what is no run is told as that, whatever may be written there
  // What `--on` writes has the other data's name in its own.
  const names = on === undefined ? EVALUATION_FILES : ["evaluation_on.json"];
  for (const name of names) await checkPlace(undefined, new RunFolder(path).file(name), true);
  const run = await openRun(path, { data, home: home() });
  const other = on === undefined ? undefined : await readPrepared(on);
  using gpu = await openGpu();
  using shown = showWork();
  const options = { ...shown, select, signal };
  try {
    const { text, compared, lines, files } = other
      ? await transferRun(gpu, run, other, options).then(({ record, files }) => (
        { text: TRANSFER.text(record), compared: record.compared, lines: transferLines(record), files }
      ))
      : await evaluateRun(gpu, run, options).then(({ evaluation, files }) => (
        {
          text: EVALUATION.text(evaluation),
          compared: stepsOf(evaluation.checkpoints),
          lines: evaluationLines(evaluation),
          files,
        }
      ));
    shown.stop();
    const warning = unfinished(run.record, compared);
    if (warning) shown.onWarning(warning);
    if (json) await printWhole(text);
    else {
      for (const line of lines) say(line);
      say(`evaluation          ${files.json}`);
      say(`predictions         ${files.predictions}`);
      say(`picture             ${files.picture}`);
    }
    return 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    shown.stop();
    complain("Stopped; nothing was written.");
    return INTERRUPTED;
  }
}

if (import.meta.main) await runTask((args) => evaluateTask(args));
