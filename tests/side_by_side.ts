/**
 * Runs tests in two processes side by side, `deno run --allow-run=deno tests/side_by_side.ts test|long FLAGS_OF_DENO_TEST`. One after the other
 * they leave two processors nearly half idle, because many wait for processes that they start. `deno test --parallel` would fill them too, but
 * shares one process, in which a test that measures memory sees every other.
 *
 * Neither may take longer than {@linkcode LIMIT}: both are ended then, and what they said last is shown.
 */

/** What takes long beside the examples: whole runs through processes, benchmarks, fuzzing, kernels at full size. */
const LONG = ["tests/whole_runs", "tests/bench", "tests/fuzz", "tests/kernels/full_size_test.ts"];
/** The runs whose processes take turns; they wait for one another, and so leave time to the rest of the long ones. */
const CHAINS = ["flow", "crossval", "starts"].map((name) => `tests/whole_runs/${name}_test.ts`);
/** Folders whose docstrings have examples, which run where nothing else of them is tested. */
const EXAMPLES = [
  ...["analysis", "bench", "datasets", "formats", "gpu", "kernels", "mod.ts", "network", "pictures", "run", "tasks"],
  "training",
];
/** Half of the rest: what starts processes, and as much else as makes both halves end together. */
const HALF = ["tests/tasks", "tests/project", "tests/run", "tests/analysis"];

/** What the two processes of each run are told; `test` runs everything that is not long. */
const HALVES: Record<string, [string[], string[]]> = {
  test: [[`--ignore=${[...LONG, ...HALF]}`], HALF],
  long: [["--doc", ...EXAMPLES, ...CHAINS], [`--ignore=${CHAINS}`, ...LONG]],
};

/** Minutes for everything: three times what it takes on two slow cores. */
const LIMIT = 30;

/** Milliseconds to end in: a test that is told to end kills the processes that it started. */
const GRACE = 5000;

/** A run of `deno test`, and what it has said; that is printed when its turn comes, however much it is, so that it never waits to be read. */
class Run {
  #child: Deno.ChildProcess;
  #said = "";
  #print: ((text: string) => void) | undefined;
  readonly code: Promise<number>;

  constructor(args: string[]) {
    this.#child = new Deno.Command("deno", { args: ["test", "--quiet", ...args], stdin: "null", stdout: "piped" })
      .spawn();
    this.code = this.#read();
  }

  /** Prints what it has said, and what it will say. */
  show(print: (text: string) => void): void {
    print(this.#said);
    this.#print = print;
  }

  /** What it said last, in a few lines. */
  get lastWords(): string {
    return this.#said.trimEnd().split("\n").slice(-5).join("\n");
  }

  async end(): Promise<void> {
    const stop = (signal: Deno.Signal) => {
      try {
        this.#child.kill(signal);
      } catch {
        // It has ended by itself.
      }
    };
    stop("SIGTERM");
    const late = setTimeout(() => stop("SIGKILL"), GRACE);
    await this.#child.status;
    clearTimeout(late);
  }

  async #read(): Promise<number> {
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      this.#said += text;
      this.#print?.(text);
    }
    return (await this.#child.status).code;
  }
}

const encoder = new TextEncoder();
function print(text: string): void {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
}

const [name, ...flags] = Deno.args;
const runs = HALVES[name].map((args) => new Run([...flags, ...args]));
const limit = setTimeout(async () => {
  const words = runs.map(({ lastWords }) => lastWords).join("\n...\n");
  console.error(`\nThe tests did not end within ${LIMIT} minutes and are killed. Their last words:\n${words}`);
  await Promise.all(runs.map((run) => run.end()));
  Deno.exit(1);
}, LIMIT * 60_000);
const codes: number[] = [];
for (const run of runs) {
  run.show(print);
  codes.push(await run.code);
}
clearTimeout(limit);
Deno.exit(codes.includes(1) ? 1 : Math.max(...codes));
