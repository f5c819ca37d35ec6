/** Runs the fuzzer's child and watches it: a parser that hangs, or takes the process down, is a fault like any other. */

import type { Counts, Job, Message } from "./child.ts";

/** What to do. */
export interface FuzzOptions {
  /** Module that exports `PARSERS`. */
  module: string;
  /** Their names. */
  parsers: string[];
  seed: number;
  /** Time for all together. */
  seconds: number;
  /** Only this case of each, and where its file is to be left. */
  only?: number;
  keep?: string;
  /** Most milliseconds that one file may take. Default 30,000. */
  deadline?: number;
  /** Called for each parser that is done. */
  onDone?: (parser: string, counts: Counts) => void;
}

/** Something that a parser should not have done. */
export interface Fault {
  parser: string;
  case: number;
  fault: string;
}

/** Heap of the child in MiB: a parser that takes more takes the child down. */
const MOST_HEAP = 256;
/** Milliseconds in which the child has to start, or to begin with the next parser. */
const STARTS_WITHIN = 120_000;
/** More of one parser say nothing new. */
const MOST_FAULTS = 20;

/**
 * Gives each parser files for its share of the time.
 *
 * @returns The faults, in the order in which they were found; of two with the same words the first.
 */
export async function fuzz(options: FuzzOptions): Promise<Fault[]> {
  const scratch = await Deno.makeTempDir({ prefix: "aulens-fuzz-" });
  const faults: Fault[] = [];
  let left = options.parsers;
  try {
    while (left.length > 0) {
      const seconds = options.seconds / options.parsers.length;
      const fatal = await runChild({ ...options, parsers: left }, seconds, scratch, faults, (parser) => {
        left = left.filter((name) => name !== parser);
      });
      if (!fatal) break;
      faults.push(fatal);
      left = left.filter((name) => name !== fatal.parser);
    }
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
  return faults;
}

/** One child, until it is done or has to be ended; the fault it ended by. */
async function runChild(
  { module, parsers, seed, only, keep, deadline = 30_000, onDone }: FuzzOptions,
  seconds: number,
  scratch: string,
  faults: Fault[],
  done: (parser: string) => void,
): Promise<Fault | undefined> {
  const job: Job = { seed, parsers, seconds, only, keep };
  const child = new Deno.Command("deno", {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--allow-read",
      `--allow-write=${scratch}${keep ? `,${keep}` : ""}`,
      `--v8-flags=--max-old-space-size=${MOST_HEAP}`,
      new URL("child.ts", import.meta.url).href,
      module,
      scratch,
      JSON.stringify(job),
    ],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = new Response(child.stderr).text();
  let last: { parser: string; case: number } | undefined;
  let isLate = false;
  const kill = () => {
    isLate = true;
    child.kill("SIGKILL");
  };
  let timer = setTimeout(kill, STARTS_WITHIN);

  for await (const line of lines(child.stdout)) {
    clearTimeout(timer);
    const message: Message = JSON.parse(line);
    if ("counts" in message) {
      done(message.parser);
      onDone?.(message.parser, message.counts);
      last = undefined;
      timer = setTimeout(kill, STARTS_WITHIN);
      continue;
    }
    last = { parser: message.parser, case: message.case };
    if ("fault" in message) add(faults, message);
    timer = setTimeout(kill, deadline);
  }
  clearTimeout(timer);
  const { code } = await child.status;
  if (code === 0 && !last) return undefined;
  const words = (await stderr).trim().slice(-2000);
  // Outside of a case it is the fuzzer that fails.
  if (!last) {
    throw new Error(`the fuzzer's child ${isLate ? "hung between two cases" : `ended with ${code}`}: ${words}`);
  }
  return {
    ...last,
    fault: isLate ? `has not ended after ${deadline} ms` : `took the process down (${code}): ${words}`,
  };
}

/** Adds a fault unless one like it is known: numbers in the words make no difference. */
function add(faults: Fault[], { parser, case: index, fault }: Fault): void {
  const kind = (words: string) => words.replace(/\d+/g, "0").slice(0, 120);
  const known = faults.filter((other) => other.parser === parser);
  if (known.length >= MOST_FAULTS || known.some((other) => kind(other.fault) === kind(fault))) return;
  faults.push({ parser, case: index, fault });
}

/** The lines of a stream of text. */
async function* lines(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}
