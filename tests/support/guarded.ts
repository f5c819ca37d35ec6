/**
 * Buffers with guard words behind them. What reads past an input meets NaN or a huge number; what writes past an output destroys a
 * guard; what forgets an element of an output leaves NaN there.
 */
import type { GpuArray, GpuBuffer } from "../../gpu/buffer.ts";
import type { Call, Gpu } from "../../gpu/device.ts";

const GUARD_WORDS = 64;

/**
 * Word `index` of a buffer's guard: in turns -2.6e33, which arithmetic in place changes, and NaN, which no product with 0 hides. Each
 * buffer has its own, so that a guard read from one and written to another is seen.
 */
const guard = (buffer: number, index: number) => ((index % 2 === 0 ? 0xf7000000 : 0x7fc00000) | buffer) >>> 0;
/** What a float holds that nobody has written. */
const unwritten = (buffer: number) => guard(buffer, 1);

/** The buffers of one test. */
export class Buffers {
  #gpu: Gpu;
  #owned: GpuBuffer[] = [];
  #words = new Map<GpuBuffer, number>();

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
  }

  /** A buffer with `data` and the guard behind it. It may be written in place. */
  input(label: string, data: GpuArray): GpuBuffer {
    const words = Math.ceil(data.byteLength / 4), id = this.#owned.length;
    const all = new Uint32Array(words + GUARD_WORDS).map((_, index) => guard(id, index - words));
    new Uint8Array(all.buffer).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    const buffer = this.#gpu.upload(label, all);
    this.#owned.push(buffer);
    this.#words.set(buffer, words);
    return buffer;
  }

  /** A buffer for `words` numbers, none of them written yet. */
  output(label: string, words: number): GpuBuffer {
    return this.input(label, new Uint32Array(words).fill(unwritten(this.#owned.length)));
  }

  /**
   * Queues the calls and frees what they own; reading waits for them. Grids of three workgroups and more are folded into two rows, as
   * `gridFor` does past 65,535, where nothing small would get.
   */
  run(calls: Call[]): void {
    this.#gpu.run(calls.map((call) => {
      const [x, y, z] = call.grid;
      const folds = x >= 3 && y === 1 && z === 1;
      return folds ? { ...call, grid: [Math.ceil(x / 2), 2, 1] } : call;
    }));
    this.#gpu.release(calls);
  }

  /** What a float buffer holds, after a look at its guard. */
  async floats(buffer: GpuBuffer): Promise<Float32Array<ArrayBuffer>> {
    return new Float32Array((await this.integers(buffer)).buffer);
  }

  /** What an integer buffer holds, after a look at its guard. */
  async integers(buffer: GpuBuffer): Promise<Uint32Array<ArrayBuffer>> {
    const all = await this.#gpu.read(buffer, Uint32Array) as Uint32Array<ArrayBuffer>;
    const words = this.#words.get(buffer)!;
    const id = this.#owned.indexOf(buffer);
    const broken = all.subarray(words, words + GUARD_WORDS).findIndex((word, index) => word !== guard(id, index));
    if (broken >= 0) throw new Error(`${buffer.label}: the word ${broken} behind its ${words} was overwritten`);
    return all.slice(0, words);
  }

  /** Looks at every guard, gathered into one buffer since each read waits. */
  async checkGuards(): Promise<void> {
    if (this.#owned.length === 0) return;
    const bytes = 4 * GUARD_WORDS;
    const all = this.#gpu.createBuffer("guards", bytes * this.#owned.length);
    this.#others.push(all);
    const encoder = this.#gpu.device.createCommandEncoder();
    this.#owned.forEach((buffer, index) => {
      encoder.copyBufferToBuffer(buffer.handle, 4 * this.#words.get(buffer)!, all.handle, bytes * index, bytes);
    });
    this.#gpu.device.queue.submit([encoder.finish()]);
    const found = await this.#gpu.read(all, Uint32Array);
    const broken = found.findIndex((word, i) => word !== guard(Math.floor(i / GUARD_WORDS), i % GUARD_WORDS));
    if (broken < 0) return;
    const { label } = this.#owned[Math.floor(broken / GUARD_WORDS)];
    throw new Error(`${label}: the word ${broken % GUARD_WORDS} behind its end was overwritten`);
  }

  /** Puts NaN into scratch memory, so that what reads more than was written shows. */
  spoil(...buffers: GpuBuffer[]): void {
    for (const buffer of buffers) {
      this.#gpu.write(buffer, new Uint32Array(Math.floor(buffer.byteLength / 4)).fill(0x7fc00000));
    }
  }

  /** Has a thing with an end live as long as these buffers. */
  own<T extends GpuBuffer | { dispose(): void }>(thing: T): T {
    this.#others.push(thing);
    return thing;
  }
  #others: { dispose(): void }[] = [];

  /** Gives everything back. */
  dispose(): void {
    for (const thing of [...this.#owned, ...this.#others]) thing.dispose();
    [this.#owned, this.#others] = [[], []];
  }
}
