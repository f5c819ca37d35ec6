/** `deno task evaluate RUN`: every checkpoint's accuracy, the one that a stated rule chooses, and how good it is on the test images. */
import { readPrepared } from "../datasets/prepared.ts";
import { openGpu } from "../gpu/device.ts";
import { INTERRUPTED, runTask, stopSignal } from "./command.ts";
import { evaluationLines, transferLines } from "./evaluate/lines.ts";
import { parseArguments } from "./evaluate/options.ts";
import { evaluateRun } from "../run/evaluate.ts";
import { transferRun } from "../run/transfer.ts";
import { stepsOf, unfinished } from "../run/checkpoints.ts";
import { openRun } from "../run/open.ts";
import { jsonText } from "../formats/json.ts";
import { complain, printWhole, say } from "./terminal.ts";

/** Does what a command line says, and returns the exit code. */
export async function evaluateTask(argv: readonly string[], signal: AbortSignal = stopSignal()): Promise<number> {
  const { run: path, select, data, on, json } = parseArguments(argv);
  const run = await openRun(path, { data });
  const other = on === undefined ? undefined : await readPrepared(on);
  using gpu = await openGpu();
  const options = { selection: select ?? run.record.given.select, signal };
  try {
    const { found, compared, lines, files } = other
      ? await transferRun(gpu, run, other, options).then(({ record, files }) => {
        if (record.shareImages) {
          complain(
            `warning: ${record.testedOn} and ${record.trainedOn} hold the same photographs, all or some (TFD ` +
              "contains CK+), and those that were cut out otherwise are not found: this is no test on unseen faces",
          );
        }
        return { found: record, compared: record.compared, lines: transferLines(record), files };
      })
      : await evaluateRun(gpu, run, options).then(({ evaluation, files }) => (
        { found: evaluation, compared: stepsOf(evaluation.checkpoints), lines: evaluationLines(evaluation), files }
      ));
    const warning = unfinished(run.record, compared);
    if (warning) complain(warning);
    if (json) await printWhole(jsonText(found));
    else {
      for (const line of lines) say(line);
      say(`evaluation          ${files.json}`);
      say(`predictions         ${files.predictions}`);
      say(`picture             ${files.picture}`);
    }
    return 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    complain("Stopped; nothing was written.");
    return INTERRUPTED;
  }
}

if (import.meta.main) await runTask((args) => evaluateTask(args));
