/**
 * The process that gives parsers their files, one line of JSON on stdout before each, so that its parent knows which
 * file it was that it never came back from. Arguments: module of the parsers, scratch folder, and a job as JSON.
 */

import { bytesAskedFor, countBuffers } from "./memory.ts";

countBuffers();
const { Draws, mutate } = await import("./mutate.ts");
type Draws = InstanceType<typeof Draws>;
import type { FuzzedParser, Input } from "./parser.ts";

/** What is to be done. */
export interface Job {
  seed: number;
  parsers: string[];
  /** Time for each. */
  seconds: number;
  /** Only this case. */
  only?: number;
  /** Where its file is to be left. */
  keep?: string;
}

/** What is told: a case that begins, a fault, or the counts of a parser that is done. */
export type Message =
  | { parser: string; case: number }
  | { parser: string; case: number; fault: string }
  | { parser: string; counts: Counts };

/** What became of a parser's files. */
export interface Counts {
  cases: number;
  read: number;
  refused: number;
  /** Milliseconds of the slowest, and which that was. */
  slowest: number;
  slowestCase: number;
  mostBytes: number;
}

/** Heap that a single small file may take, garbage included. */
const MOST_HEAP = 2 ** 26;
const LONGEST_MESSAGE = 1000;
/** So many bad files are given at least, however slow the machine is; more, but not without end, where none was refused or faulty yet. */
const LEAST = 10, MOST = 1000;
/** How engines put it, and not people. */
const ENGINE =
  /Cannot read propert|is not iterable|is not a function|Cannot destructure|Cannot convert|Cannot mix|\[object Object\]|call stack/;

const [module, scratch, jobText] = Deno.args;
const job: Job = JSON.parse(jobText);
const { PARSERS }: { PARSERS: FuzzedParser[] } = await import(module);
const encoder = new TextEncoder();

function tell(message: Message): void {
  const bytes = encoder.encode(JSON.stringify(message) + "\n");
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

/** The file of a case: the first ones are good. */
function inputOf(parser: FuzzedParser, good: Input[], index: number): Input {
  if (index < good.length) return { ...good[index], bytes: good[index].bytes.slice() };
  const draws = new Draws(job.seed, parser.name, index);
  const generated = parser.generate && draws.once(2) ? parser.generate(draws, good) : undefined;
  if (generated) {
    return draws.once(4) ? { ...generated, bytes: mutate(generated.bytes, draws, parser.words) } : generated;
  }
  const { name, bytes } = draws.pick(good);
  return { name, bytes: mutate(bytes, draws, parser.words) };
}

/** What is wrong with an error; undefined where it is one of the parser's own and says what is wrong. */
function faultOf(error: unknown, parser: FuzzedParser): string | undefined {
  if (!parser.errors.some((kind) => error instanceof kind)) {
    return `threw no error of ours: ${(error as Error)?.stack ?? error}`;
  }
  const { message } = error as Error;
  if (message.trim() === "") return "the error says nothing";
  if (message.length > LONGEST_MESSAGE) return `the error has ${message.length} characters`;
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(message)) return `control characters reach the terminal: ${message}`;
  if (ENGINE.test(message)) return `the error names nothing: ${message}`;
}

for (const name of job.parsers) {
  const parser = PARSERS.find((parser) => parser.name === name)!;
  const folder = `${scratch}/${name}`;
  Deno.mkdirSync(folder, { recursive: true });
  const good = await parser.good(folder);
  const counts: Counts = { cases: 0, read: 0, refused: 0, slowest: 0, slowestCase: 0, mostBytes: 0 };
  const end = performance.now() + job.seconds * 1000;
  let isAnswered = false;
  const least = () => good.length + (isAnswered ? LEAST : MOST);
  for (let index = job.only ?? 0; performance.now() < end || counts.cases < least(); index++) {
    tell({ parser: name, case: index });
    const fail = (fault: string) => {
      isAnswered = true;
      tell({ parser: name, case: index, fault });
    };
    const input = inputOf(parser, good, index);
    if (job.keep) Deno.writeFileSync(job.keep, input.bytes);
    const { heapUsed } = Deno.memoryUsage();
    const asked = bytesAskedFor(), start = performance.now();
    try {
      await parser.parse(input, folder);
      counts.read++;
    } catch (error) {
      counts.refused++;
      isAnswered = true;
      const fault = index < good.length ? `a good file is refused: ${error}` : faultOf(error, parser);
      if (fault) fail(fault);
    }
    const took = performance.now() - start, bytes = bytesAskedFor() - asked;
    const heap = Deno.memoryUsage().heapUsed - heapUsed;
    const { atMost, each } = parser.memory;
    const bound = atMost + each * input.bytes.length;
    if (bytes > bound) {
      fail(`took ${bytes} bytes of buffers for a file of ${input.bytes.length}, at most ${bound} may be`);
    }
    if (heap > MOST_HEAP) fail(`took ${heap} bytes of heap for a file of ${input.bytes.length}`);
    counts.cases++;
    if (took > counts.slowest) Object.assign(counts, { slowest: took, slowestCase: index });
    counts.mostBytes = Math.max(counts.mostBytes, bytes);
    if (job.only !== undefined) break;
  }
  tell({ parser: name, counts });
}
