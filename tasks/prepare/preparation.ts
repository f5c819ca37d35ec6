/** What every `deno task prepare <dataset>` does around its reader: looks before it works, shows progress, writes all or nothing, sums up. */
import { basename, dirname, join, resolve } from "node:path";
import { contactSheet } from "../../datasets/contact_sheet.ts";
import type { Dataset } from "../../datasets/dataset.ts";
import { checkNotInterrupted, checkTarget, writePrepared } from "../../datasets/prepared.ts";
import { notFound } from "../../datasets/file_system.ts";
import { isWithin } from "../../datasets/paths.ts";
import { subjectDoubts } from "../../datasets/subject_doubts.ts";
import { SourceErrors } from "../../datasets/source_error.ts";
import { countDrawn } from "../../datasets/synthetic/twins/folder.ts";
import { INTERRUPTED, stopSignal, UsageError } from "../command.ts";
import type { Command } from "../deps.ts";
import { sayWhereNoLetters } from "../letters.ts";
import { createProgress } from "../progress.ts";
import { summarize, summaryLines } from "../summary.ts";
import { complain, say } from "../terminal.ts";

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
  /** The files that the images were read from; none where they are drawn, or nobody draws the like. */
  sources?: string[];
  /** Further files for the folder, by name. */
  files?: Record<string, Uint8Array | string>;
  /** What the user should know; told on stderr, and by `inspect`. */
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
  const { output, overwrite } = target;
  await checkOutsideInput(target);
  await checkTarget(output, { overwrite });
  return await stoppable(async (signal) => {
    const { dataset, details, sources = [], files, warnings = [] } = await withProgress((onProgress) =>
      read(onProgress, signal)
    ).catch(listErrors);
    for (const doubt of subjectDoubts(dataset)) if (!warnings.includes(doubt)) warnings.push(doubt);
    const drawn = await areDrawn(sources);
    await sayWhereNoLetters();
    if (drawn) {
      warnings.push(`this is a twin: drawn faces. Nothing measured on them says anything about ${dataset.name}`);
    }
    const remembered = {
      ...details,
      // It has the names of the real set from here on, so the folder has to say what it is.
      ...(drawn && { twin: "drawn faces, not the real set" }),
      ...(warnings.length > 0 && { warnings }),
    };
    await writePrepared(output, dataset, remembered, {
      overwrite,
      signal,
      files: { ...files, "contact_sheet.png": await contactSheet(dataset) },
    });
    for (const warning of warnings) complain(`warning: ${warning}`);
    for (const line of summaryLines(summarize(dataset))) say(line);
    say(`prepared        ${output}`);
    say(`contact sheet   ${join(output, "contact_sheet.png")}`);
  });
}

/** Where several files are wrong, tells each in a line of its own. */
function listErrors(error: unknown): never {
  if (!(error instanceof SourceErrors)) throw error;
  for (const { message } of error.errors) complain(`not read: ${message}`);
  throw new UsageError(
    `${error.errors.length} files cannot be used, each named above; nothing was written. Remedy: replace or remove them.`,
  );
}

/**
 * Whether the images are a twin's.
 *
 * @throws {UsageError} where some are and some are not: nobody could say what is measured on them.
 */
async function areDrawn(sources: string[]): Promise<boolean> {
  const { drawn, other } = await countDrawn(sources);
  if (drawn === 0 || drawn === sources.length) return drawn > 0;
  throw new UsageError(
    `${drawn} of ${sources.length} pictures are drawn ones of a twin, and the others are not, ${other} among them. ` +
      "Remedy: keep them in folders of their own, and prepare each by itself.",
  );
}

/** Does work that Ctrl-C stops; returns the exit code. The work leaves nothing behind when its signal is aborted. */
export async function stoppable(work: (signal: AbortSignal) => Promise<void>): Promise<number> {
  const signal = stopSignal();
  try {
    await work(signal);
    return 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    complain("Stopped; nothing was written.");
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
  if (isWithin(from, await realPathToBe(resolve(output)))) {
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
