/**
 * Processes that tests and checks start. Each has a time limit: at the limit its whole group is killed, and the error shows what it said last.
 * Ctrl-C ends the groups, too.
 */

/** Seconds that a process may take where nothing else is asked for: far more than the slowest takes on a slow machine. */
export const LIMIT = 300;

/** How to start a process. */
export interface ProcessOptions {
  args?: string[];
  cwd?: string | URL;
  env?: Record<string, string>;
  /** Whether `env` is all of the environment. */
  clearEnv?: boolean;
  /** Text for its input. Default: no input. */
  input?: string;
  /** Whether its input stays open, to be written or closed by whoever started it. */
  openInput?: boolean;
  /** Seconds until it is killed. Default: {@linkcode LIMIT}. */
  seconds?: number;
}

/** How a process ended. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

const groups = new Set<number>();

function killGroup(pid: number): void {
  try {
    Deno.kill(Deno.build.os === "windows" ? pid : -pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

// Groups of their own do not hear Ctrl-C.
if (Deno.permissions.querySync({ name: "run" }).state === "granted") {
  for (const signal of ["SIGINT", ...(Deno.build.os === "windows" ? [] : ["SIGTERM" as const])] as const) {
    Deno.addSignalListener(signal, () => {
      for (const pid of groups) killGroup(pid);
      Deno.exit(130);
    });
  }
}

/** A process that was started. */
export class Running {
  /** What it has said so far. */
  stdout = "";
  /** What it has complained about so far. */
  stderr = "";
  /** How it ended. Rejects where it was killed at its limit. */
  readonly ended: Promise<Ended>;
  #child: Deno.ChildProcess;
  #onText = new Set<() => void>();
  #isOver = false;

  /** Use {@linkcode start}. */
  constructor(program: string, options: ProcessOptions) {
    const { args = [], cwd, env, clearEnv, input, openInput, seconds = LIMIT } = options;
    const stdin = openInput || input !== undefined ? "piped" : "null";
    const pipes = { stdin, stdout: "piped", stderr: "piped" } as const;
    this.#child = new Deno.Command(program, { args, cwd, env, clearEnv, detached: true, ...pipes }).spawn();
    groups.add(this.#child.pid);
    this.ended = this.#end([program, ...args].join(" "), seconds);
    this.ended.catch(() => {}); // rejects where it is awaited
    if (input !== undefined) this.write(input);
  }

  /** Whether it has ended. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /**
   * Waits for a text on either stream, and returns what fits.
   * @throws {Error} where it ends without.
   */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
      if (found) return found;
      if (this.#isOver) {
        await this.ended;
        throw new Error(`it ended without ${pattern}: ${this.stdout}${this.stderr}`);
      }
      await new Promise<void>((resolve) => this.#onText.add(resolve));
    }
  }

  /** Sends it a signal: not to its group. */
  kill(signal: Deno.Signal): void {
    if (!this.#isOver) this.#child.kill(signal);
  }

  /** Writes its input and closes it. */
  async write(text: string): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text)).catch(() => {}); // it may have ended
    await writer.close().catch(() => {});
  }

  /** Kills it and its group, and waits for their end. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOver) killGroup(this.#child.pid);
    await this.ended.catch(() => {});
  }

  async #end(line: string, seconds: number): Promise<Ended> {
    let isLate = false;
    const limit = setTimeout(() => {
      isLate = true;
      killGroup(this.#child.pid);
    }, 1000 * seconds);
    const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>, add: (text: string) => void) => {
      for await (const text of stream.pipeThrough(new TextDecoderStream())) {
        add(text);
        this.#tell();
      }
    };
    try {
      const [{ code }] = await Promise.all([
        this.#child.status,
        read(this.#child.stdout, (text) => this.stdout += text),
        read(this.#child.stderr, (text) => this.stderr += text),
      ]);
      if (!isLate) return { code, stdout: this.stdout, stderr: this.stderr };
      const last = [this.stdout, this.stderr].map((text) => text.trimEnd().slice(-2000)).join("\n").trim();
      throw new Error(`"${line}" did not end within ${seconds} s and was killed. Its last words:\n${last}`);
    } finally {
      clearTimeout(limit);
      groups.delete(this.#child.pid);
      this.#isOver = true;
      this.#tell();
    }
  }

  #tell(): void {
    for (const tell of this.#onText) tell();
    this.#onText.clear();
  }
}

/** Starts a process and does not wait. `await using` ends it with its block. */
export function start(program: string, options: ProcessOptions = {}): Running {
  return new Running(program, options);
}

/** Runs a process to its end. */
export async function run(program: string, options: ProcessOptions = {}): Promise<Ended> {
  return await start(program, options).ended;
}
