/** `deno task curves RUN...`: the training curves of several runs in one picture. */
import { basename, resolve } from "node:path";
import { type ComparedRun, comparisonPng } from "../pictures/charts/comparison.ts";
import { SERIES } from "../pictures/charts/style.ts";
import { pngFile, runTask, UsageError } from "./command.ts";
import { Command } from "./deps.ts";
import { taskCall } from "./invocation.ts";
import { sayWhereNoLetters } from "./letters.ts";
import { RunFolder } from "../run/folder.ts";
import { readRunRecord, type RunRecord } from "../run/record.ts";
import { majorityOf } from "../run/results.ts";
import { writeWholeFile } from "../run/storage/whole_file.ts";
import { checkPlace } from "./place.ts";
import { complain, say } from "./terminal.ts";
import { plain } from "../run/words.ts";

/** Does what a command line says, and returns the exit code. */
export async function curvesTask(argv: readonly string[]): Promise<number> {
  const command = new Command("curves")
    .description("Draws the training curves of runs into one picture; more than a few are colored by variant.")
    .argument("<run...>", "run folders, as train leaves them")
    .option("--output <file>", "the picture, a PNG file", pngFile, "curves.png")
    .exitOverride();
  command.showHelpAfterError(`(${taskCall("curves --help")} lists the options)`);
  command.parse([...argv], { from: "user" });
  const { output } = command.opts<{ output: string }>();

  await checkPlace("--output", output, true);
  const paths = [...new Set(command.args.map((path) => resolve(path)))];
  const read = await Promise.all(paths.map(async (path) => {
    const folder = new RunFolder(path);
    const [record, records] = await Promise.all([readRunRecord(folder), folder.records()]);
    if (records.length === 0) {
      throw new UsageError(`${path}: log.jsonl holds no record yet. Remedy: train the run first.`);
    }
    return { name: nameOf(path, paths), record, records };
  }));
  const byVariant = read.length > SERIES.length;
  const runs: ComparedRun[] = read.map(({ name, record, records }) => ({
    name,
    group: byVariant ? record.settings.variant : name,
    records,
  }));
  const names = [...new Set(read.map(({ record }) => record.dataset.name))];
  const warning = differentData(read.map(({ record }) => record));
  if (warning) complain(`warning: ${warning}`);
  await sayWhereNoLetters();
  const picture = await comparisonPng(runs, {
    title: `${names.join(", ")}: ${runs.length} run${runs.length === 1 ? "" : "s"}${
      warning ? ", not all on the same data" : ""
    }`,
    classes: only(read.map(({ record }) => record.network.classes)),
    most: await majorityOf(paths.map((path) => new RunFolder(path))),
  });
  await writeWholeFile(output, picture);
  for (const { name, record, records } of read) say(line(name, record, records.at(-1)!.step));
  say(`picture   ${output}`);
  return 0;
}

/** What has to be said of runs that did not learn the same data; nothing where they did. */
export function differentData(records: readonly { dataset: Pick<RunRecord["dataset"], "name" | "fingerprint"> }[]) {
  const sets = new Map(records.map(({ dataset }) => [dataset.fingerprint, plain(dataset.name)]));
  if (sets.size < 2) return undefined;
  return `the runs learned ${sets.size} sets of data (${
    [...sets.values()].join(", ")
  }): their losses and accuracies do ` +
    "not compare, and a mean over them is of no set";
}

/** A run's name: its folder's, with as much of the path before it as makes it unique. */
function nameOf(path: string, paths: string[]): string {
  const same = paths.filter((other) => basename(other) === basename(path));
  return same.length === 1 ? basename(path) : path;
}

function line(name: string, { settings, steps }: RunRecord, done: number): string {
  return `${name}   ${settings.variant}, split ${settings.split}, seed ${settings.seed}, step ${done} of ${steps}`;
}

/** The value that all share, if they do. */
function only(values: number[]): number | undefined {
  return new Set(values).size === 1 ? values[0] : undefined;
}

if (import.meta.main) await runTask((args) => curvesTask(args));
