/**
 * A peer: another implementation of the same network in a process of its own, which does one thing for each line that it is sent and answers
 * with a line, so that its steps can be timed in turn with ours.
 */

/** What a peer may be asked, on the first `images` of the images that it was given. */
export interface Question {
  /** `check`: loss and gradients at the given weights, without dropout. `step`: forward, backward, update. `forward`: probabilities. */
  do: "check" | "step" | "forward";
  images: number;
  /** How often steps and passes are queued for one wait. */
  times: number;
}

/** Mean loss of a batch, and the Euclidean norm of its gradient by each parameter. */
export interface Checkable {
  loss: number;
  norms: Record<string, number>;
}

/** A running peer. */
export class Peer {
  #name = "";
  #process: Deno.ChildProcess;
  #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  #lines: AsyncGenerator<string>;

  private constructor(process: Deno.ChildProcess) {
    this.#process = process;
    this.#input = process.stdin.getWriter();
    this.#lines = linesOf(process.stdout);
  }

  /** What it says that it is: name, version, device, threads. */
  get name(): string {
    return this.#name;
  }

  /**
   * Starts one.
   *
   * @throws {Error} where it cannot be started, or ends before it has said its name.
   */
  static async start(command: string, args: string[]): Promise<Peer> {
    const process = new Deno.Command(command, { args, stdin: "piped", stdout: "piped", stderr: "inherit" }).spawn();
    const peer = new Peer(process);
    try {
      peer.#name = parse<{ name: string }>(await peer.#line("before it was ready"), command).name;
      return peer;
    } catch (error) {
      await peer.close();
      throw error;
    }
  }

  /** Loss and gradients at the weights it was given; what is no number there is NaN. */
  async check(images: number): Promise<Checkable> {
    return await this.#ask({ do: "check", images, times: 1 });
  }

  /**
   * Milliseconds of one of `times` steps or forward passes, by the clock and of all the processor's threads.
   *
   * @throws {Error} where either is no finite number of 0 or more, for a ratio of it would say nothing.
   */
  async time(
    what: "step" | "forward",
    images: number,
    times: number,
  ): Promise<{ milliseconds: number; processor: number }> {
    const question: Question = { do: what, images, times };
    const { milliseconds, processor } = await this.#ask<{ milliseconds?: unknown; processor?: unknown }>(question);
    const checked = (time: unknown, of: string) => {
      if (typeof time === "number" && time >= 0 && time < Infinity) return time / times;
      const said = typeof time === "string" ? JSON.stringify(time) : time;
      throw new Error(
        `${this.name} took ${said} ms ${of} at ${JSON.stringify(question)}, expected a finite number. ` +
          "Remedy: correct how it takes its time.",
      );
    };
    return { milliseconds: checked(milliseconds, "by the clock"), processor: checked(processor, "of the processor") };
  }

  /** Ends it. */
  async close(): Promise<void> {
    await this.#input.close().catch(() => {}); // it may be gone
    await this.#lines.return(undefined);
    await this.#process.status;
  }

  /** @throws {Error} where it ends instead of answering, or its answer is no JSON. */
  async #ask<Answer>(question: Question): Promise<Answer> {
    // Where it is gone, the missing answer says so.
    await this.#input.write(new TextEncoder().encode(JSON.stringify(question) + "\n")).catch(() => {});
    return parse<Answer>(await this.#line(`at ${JSON.stringify(question)}`), this.name);
  }

  /** Its next line; `when` is for the error where there is none. */
  async #line(when: string): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`it ended ${when}; its words are above`);
    return value;
  }
}

/** Reads an answer. Python writes NaN and Infinity, which JSON does not know, and JavaScript null for both: all are NaN here. */
function parse<Answer>(line: string, who: string): Answer {
  try {
    const known = line.replace(/(?<=[:,[]\s*)-?(NaN|Infinity)\b/g, "null");
    return JSON.parse(known, (_, value) => value === null ? NaN : value);
  } catch {
    throw new Error(`${who} answered ${JSON.stringify(line.slice(0, 80))}, expected a line of JSON`);
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
