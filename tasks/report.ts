/** `deno task report RUN`: everything that is known of a run as one HTML file, which loads nothing. */
import { runTask } from "./command.ts";
import { Command, InvalidArgumentError } from "./deps.ts";
import { home, taskCall } from "./invocation.ts";
import { checkPlace } from "./place.ts";
import { createProgress } from "./progress.ts";
import { gather } from "./report/facts.ts";
import { renderReport } from "./report/page.ts";
import { writeWholeFile } from "../run/storage/whole_file.ts";
import { percent, plain } from "../run/words.ts";
import { RunFolder } from "../run/folder.ts";
import { readRunRecord } from "../run/record.ts";
import { say } from "./terminal.ts";

interface Arguments {
  output?: string;
  data?: string;
}

/** Does what a command line says, and returns the exit code. */
export async function reportTask(argv: readonly string[]): Promise<number> {
  const command = new Command("report")
    .description(
      "Puts everything that a run folder holds into one HTML file, to read and to hand on. What has not been computed yet is named with the " +
        "command that computes it.",
    )
    .argument("<run>", "run folder, as train leaves it")
    .option("--output <file>", "the report, a .html file (default: report.html in the run folder)", htmlFile)
    .option(
      "--data <dir>",
      "prepared folder, where it is not where train found it; it says whether the faces are drawn",
    )
    .exitOverride();
  command.showHelpAfterError(`(${taskCall("report --help")} lists the options)`);
  command.parse([...argv], { from: "user" });
  const { output, data } = command.opts<Arguments>();

  // What is no run is told as that, whatever may be written there.
  if (output === undefined) await readRunRecord(new RunFolder(command.args[0]), { home: home() });
  const path = output ?? new RunFolder(command.args[0]).file("report.html");
  await checkPlace(output === undefined ? undefined : "--output", path, true);
  let progress: ReturnType<typeof createProgress> | undefined;
  const facts = await gather(command.args[0], {
    data,
    onProgress: (done, total) => (progress ??= createProgress({ total, unit: "filter" })).update(done),
  }).finally(() => progress?.stop());
  const { html, size, filters, leftOut } = await renderReport(facts);
  await writeWholeFile(path, html);
  const { evaluation, visualization, correspondence } = facts;
  if (evaluation) say(`test accuracy   ${percent(evaluation.test.accuracy)}: ${plain(evaluation.rule)}`);
  if (visualization) {
    say(`filters         ${filters}${leftOut > 0 ? `, ${leftOut} left out to keep it small` : ""}`);
  }
  const undone = [
    !evaluation && "evaluate",
    !visualization && "visualize",
    !correspondence && "correspond",
  ].filter((task) => task !== false);
  if (undone.length > 0) say(`not in it       ${undone.map((task) => taskCall(`${task} RUN`)).join(", ")}`);
  say(`report          ${plain(path)} (${(size / 1e6).toFixed(1)} MB)`);
  return 0;
}

function htmlFile(path: string): string {
  if (!/\.html?$/.test(path)) throw new InvalidArgumentError("Expected a file name that ends in .html.");
  return path;
}

if (import.meta.main) await runTask((args) => reportTask(args));
