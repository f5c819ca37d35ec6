/** What every `deno task prepare <dataset>` does around its reader: looks before it works, shows progress, writes all or nothing, sums up. */
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { contactSheet } from "../../datasets/contact_sheet.ts";
import type { Dataset } from "../../datasets/dataset.ts";
import { checkNotInterrupted, checkTarget, writePrepared } from "../../datasets/prepared.ts";
import { notFound } from "../../datasets/file_system.ts";
import { isTwin } from "../../datasets/synthetic/twins/folder.ts";
import { INTERRUPTED, stopSignal, UsageError } from "../command.ts";
import type { Command } from "../deps.ts";
import { createProgress } from "../progress.ts";
import { summarize, summaryLines } from "../summary.ts";

/** Where a preparation reads and writes. */
export interface Target {
  /** Folder or file as distributed; nothing is written into it. Left out where the data is drawn. */
  input?: string;
  /** The prepared folder. */
  output: string;
  /** Replace a prepared folder that stands there. */
  overwrite: boolean;
}

/** What a reader hands back. */
export interface Preparation {
  dataset: Dataset;
  /** What `meta.json` remembers. */
  details: Record<string, unknown>;
  /** Further files for the folder, by name. */
  files?: Record<string, Uint8Array | string>;
  /** What the user should know; told on stderr. */
  warnings?: string[];
}

/** Reads what is distributed: reports the part done, 0 to 1, and stops when told. */
export type Reader = (onProgress: (fraction: number) => void, signal: AbortSignal) => Promise<Preparation>;

/** Runs a command's work; the command line ends with its exit code. */
export type Run = (work: () => Promise<number>) => Promise<void>;

/** Adds the options that every dataset has. */
export function withOutput(command: Command, defaultOutput: string): Command {
  return command
    .option("--output <dir>", `prepared folder to write (default: ${defaultOutput})`)
    .option("--overwrite", "replace a prepared folder that stands there", false);
}

/** Prepares a dataset; returns the exit code. */
export async function prepare(target: Target, read: Reader): Promise<number> {
  const { input, output, overwrite } = target;
  await checkOutsideInput(target);
  await checkTarget(output, { overwrite });
  return await stoppable(async (signal) => {
    const { dataset, details, files, warnings = [] } = await withProgress((onProgress) => read(onProgress, signal));
    const picture = await contactSheet(dataset);
    // It has the names of the real set from here on, so the folder has to say what it is.
    const drawn = input !== undefined && await isTwin(input);
    if (drawn) {
      warnings.push(`${input} is a twin: drawn faces. Nothing measured on them says anything about ${dataset.name}`);
    }
    await writePrepared(output, dataset, { ...details, ...(drawn && { twin: "drawn faces, not the real set" }) }, {
      overwrite,
      signal,
      files: { ...files, "contact_sheet.png": picture },
    });
    for (const warning of warnings) console.error(`warning: ${warning}`);
    for (const line of summaryLines(summarize(dataset))) console.log(line);
    console.log(`prepared        ${output}`);
    console.log(`contact sheet   ${join(output, "contact_sheet.png")}`);
  });
}

/** Does work that Ctrl-C stops; returns the exit code. The work leaves nothing behind when its signal is aborted. */
export async function stoppable(work: (signal: AbortSignal) => Promise<void>): Promise<number> {
  const signal = stopSignal();
  try {
    await work(signal);
    return 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    console.error("Stopped; nothing was written.");
    return INTERRUPTED;
  }
}

/** Does work whose progress is told as a fraction. */
export async function withProgress<T>(work: (onProgress: (fraction: number) => void) => Promise<T>): Promise<T> {
  using progress = createProgress({ total: 100, unit: "percent" });
  return await work((fraction) => progress.update(Math.round(100 * fraction)));
}

/**
 * Refuses an input that is not there, and an output inside it: what was distributed stays as it was.
 *
 * @throws {UsageError} naming both.
 */
export async function checkOutsideInput({ input, output }: Pick<Target, "input" | "output">): Promise<void> {
  if (input === undefined) return;
  const from = await Deno.realPath(input).catch(async (error) => {
    await checkNotInterrupted(input);
    throw new UsageError(`--input ${input}: cannot be read: ${error.message}`);
  });
  const way = relative(from, await realPathToBe(resolve(output)));
  if (way === "" || !(isAbsolute(way) || way === ".." || way.startsWith("../") || way.startsWith("..\\"))) {
    throw new UsageError(
      `--output ${output}: lies in --input ${input}, which is only read. Remedy: name a folder outside it with --output.`,
    );
  }
}

/** The real path of what may not exist yet: that of the nearest folder that does, and the rest. */
async function realPathToBe(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    // A file in the way is named by who is about to make the folder.
    notFound(error);
    if (dirname(path) === path) throw error;
    return join(await realPathToBe(dirname(path)), basename(path));
  }
}
