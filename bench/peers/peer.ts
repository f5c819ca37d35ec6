/**
 * A peer: another implementation of the same network in a process of its own, which does one thing for each line that it is sent and answers
 * with a line, so that its steps can be timed in turn with ours.
 */

/** What a peer may be asked, on `images` of the images that it was given. */
export interface Question {
  /** `check`: loss and gradients at the given weights. `step`: forward, backward, update. `forward`: probabilities. */
  do: "check" | "step" | "forward";
  images: number;
}

/** Mean loss of a batch, and the Euclidean norm of its gradient by each parameter. */
export interface Checkable {
  loss: number;
  norms: Record<string, number>;
}

/** A running peer. */
export class Peer {
  /** What it says that it is: name, version, device, threads. */
  readonly name: string;
  #process: Deno.ChildProcess;
  #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  #lines: AsyncIterator<string>;

  private constructor(process: Deno.ChildProcess, lines: AsyncIterator<string>, name: string) {
    this.name = name;
    this.#process = process;
    this.#input = process.stdin.getWriter();
    this.#lines = lines;
  }

  /**
   * Starts one.
   *
   * @throws {Error} where it ends before it has said its name.
   */
  static async start(command: string, args: string[]): Promise<Peer> {
    const process = new Deno.Command(command, { args, stdin: "piped", stdout: "piped", stderr: "inherit" }).spawn();
    const lines = linesOf(process.stdout);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command} ended before it was ready; its words are above`);
    return new Peer(process, lines, JSON.parse(value).name);
  }

  /** Loss and gradients at the weights it was given. */
  async check(images: number): Promise<Checkable> {
    return JSON.parse(await this.#ask({ do: "check", images }));
  }

  /** Milliseconds that one step or forward pass took, by the clock and of all the processor's threads. */
  async time(what: "step" | "forward", images: number): Promise<{ milliseconds: number; processor: number }> {
    return JSON.parse(await this.#ask({ do: what, images }));
  }

  /** Ends it. */
  async close(): Promise<void> {
    await this.#input.close().catch(() => {}); // it may be gone
    await this.#process.status;
  }

  async #ask(question: Question): Promise<string> {
    await this.#input.write(new TextEncoder().encode(JSON.stringify(question) + "\n"));
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.name} ended at ${JSON.stringify(question)}; its words are above`);
    return value;
  }
}

/** The lines of a stream. */
export async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
