/** `deno task evaluate RUN`: every checkpoint's accuracy, the one that a stated rule chooses, and how good it is on the test images. */
import { readPrepared } from "../datasets/prepared.ts";
import { openGpu } from "../gpu/device.ts";
import { type Selection, SELECTIONS } from "../training/evaluation/select.ts";
import { INTERRUPTED, MOST_RESAMPLES, MOST_SEED, runTask, stopSignal, wholeNumber } from "./command.ts";
import { Command, Option } from "./deps.ts";
import { evaluationLines, transferLines } from "./evaluate/lines.ts";
import { evaluateRun } from "./evaluate/run.ts";
import { transferRun } from "./evaluate/transfer.ts";
import { taskCall } from "./invocation.ts";
import { openRun } from "./run/open.ts";
import { jsonText } from "./words.ts";
import { complain, printWhole, say } from "./terminal.ts";

interface Arguments {
  select?: Selection;
  data?: string;
  on?: string;
  resamples: number;
  seed: number;
  json: boolean;
}

async function main(args: readonly string[]): Promise<number> {
  const command = new Command("evaluate")
    .description("Chooses a checkpoint of a run by a stated rule, and tests it.")
    .argument("<run>", "run folder, as train leaves it")
    .addOption(
      new Option(
        "--select <rule>",
        "validation: best on the validation images; last: no choice; original: best on the test images, OPTIMISTIC, " +
          "for runs trained with it (default: what the run was trained for)",
      ).choices([...SELECTIONS]),
    )
    .option("--data <dir>", "prepared folder, where it is not where train found it")
    .option(
      "--on <dir>",
      "test on all labelled images of another prepared folder instead, classes matched by name; those that were " +
        "learned are left out",
    )
    .option("--resamples <n>", "resamples of the interval over people", wholeNumber(1, MOST_RESAMPLES), 10_000)
    .option("--seed <n>", "draws the resamples", wholeNumber(0, MOST_SEED), 0)
    .option("--json", "print JSON only, for programs", false)
    .exitOverride();
  command.showHelpAfterError(`(${taskCall("evaluate --help")} lists the options)`);
  command.parse([...args], { from: "user" });
  const { select, data, on, resamples, seed, json } = command.opts<Arguments>();

  const signal = stopSignal();
  const run = await openRun(command.args[0], { data });
  const other = on === undefined ? undefined : await readPrepared(on);
  using gpu = await openGpu();
  const options = { selection: select ?? run.record.given.select, bootstrap: { seed, resamples }, signal };
  try {
    const { found, lines, files } = other
      ? await transferRun(gpu, run, other, options).then(({ record, files }) => {
        if (record.shareImages) {
          complain(
            `warning: ${record.testedOn} and ${record.trainedOn} hold the same photographs, all or some (TFD ` +
              "contains CK+), and those that were cut out otherwise are not found: this is no test on unseen faces",
          );
        }
        return { found: record, lines: transferLines(record), files };
      })
      : await evaluateRun(gpu, run, options).then(({ evaluation, files }) => (
        { found: evaluation, lines: evaluationLines(evaluation), files }
      ));
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

if (import.meta.main) await runTask(main);
