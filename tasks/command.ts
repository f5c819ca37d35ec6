/** What all tasks share: options read alike, errors told in a sentence, the right exit code. */
import { printableLines } from "../datasets/printable.ts";
import { CommanderError, InvalidArgumentError } from "./deps.ts";
import { enterTypedFolder, taskCall, typedArguments } from "./invocation.ts";
import { complain } from "./terminal.ts";
import { explainWrite } from "../run/storage/write_error.ts";

/** Exit code after Ctrl-C, as shells expect it. */
export const INTERRUPTED = 130;

/** What a user did wrong, said in a sentence with the remedy: told without a stack trace. */
export class UsageError extends Error {
  override name = "UsageError";

  /** @param message lines of it are kept, what else a terminal would obey is not */
  constructor(message: string, options?: ErrorOptions) {
    super(printableLines(message), options);
  }
}

/** Largest seed: seeds are 32-bit words. */
export const MOST_SEED = 2 ** 32 - 1;

/** Reads an integer option of at least `least` and at most `most`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!(/^\d+$/.test(text) && value >= least && value <= most)) {
      const range = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`;
      throw new InvalidArgumentError(`Expected an integer ${range}.`);
    }
    return value;
  };
}

/** Reads a number option of at least `least` (or more than it, when `exclusive`). */
export function number(least: number, exclusive = false): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value) || !(exclusive ? value > least : value >= least)) {
      throw new InvalidArgumentError(`Expected a number ${exclusive ? "above" : "of at least"} ${least}.`);
    }
    return value;
  };
}

/** Reads the name of a picture to write. */
export function pngFile(path: string): string {
  if (!path.endsWith(".png")) throw new InvalidArgumentError("Expected a file name that ends in .png.");
  return path;
}

/** A signal that Ctrl-C, or whoever ends the process politely, aborts. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
  }
  return stop.signal;
}

/**
 * An error's message with what the command line calls its remedy: a library names options as code does, and tasks by their names.
 *
 * @param error What a library threw; `options` and `task` are those of its remedy, where it has them.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { RunError } from "../run/errors.ts";
 * import { messageOf } from "./command.ts";
 * const error = new RunError("128: the data is 96 wide. Remedy: leave the size out.", { options: ["imageSize"] });
 * assert.equal(messageOf(error), "128: the data is 96 wide. Remedy: leave the size out (--image-size).");
 * ```
 */
export function messageOf(error: Error): string {
  const { options = [], task } = error as { options?: readonly string[]; task?: string };
  const words = options.map((name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  if (task !== undefined) words.push(taskCall(task));
  if (words.length === 0) return error.message;
  // Of several lines the last may be about something else than the remedy.
  if (error.message.includes("\n")) return `${error.message}\nOptions: ${words.join(", ")}.`;
  return `${error.message.replace(/\.$/, "")} (${words.join(", ")}).`;
}

/**
 * Runs a task in the folder in which its command was typed, and ends the process with its exit code.
 *
 * @param task Takes what was typed behind the task's name.
 */
export async function runTask(task: Work): Promise<never> {
  Deno.exit(
    await exitCodeOf((args) => {
      enterTypedFolder();
      return task(args);
    }, typedArguments),
  );
}

/** What a task does with what was typed behind its name; nothing is exit code 0. */
export type Work = (args: readonly string[]) => Promise<number | void>;

/**
 * Does a task's work, and returns its exit code: 0, 1 after an error (its message goes to stderr; unexpected ones with their stack), or what
 * the command line's reader says.
 *
 * @throws what is no error.
 */
export async function exitCodeOf(task: Work, args: readonly string[]): Promise<number> {
  try {
    return await task(args) ?? 0;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode;
    // A file's writer says which file it was; what is left is what was printed.
    const error = isDiskFull(thrown) ? explainWrite("the output", thrown) : thrown;
    if (!(error instanceof Error)) throw error;
    const expected = error instanceof RangeError || error.name !== "Error" && error.name !== "TypeError";
    complain("", ...`error: ${expected ? messageOf(error) : error.stack ?? error.message}`.split("\n"));
    return 1;
  }
}

function isDiskFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes((error as { code?: string } | null)?.code ?? "");
}
