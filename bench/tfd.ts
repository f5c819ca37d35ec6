/**
 * Reading a `TFD_96x96.mat` of full size (102,236 images, 942 MB of pixels), compressed and not: time against `cat` and
 * inflation of the same file, and peak memory over what the process has at its start.
 *
 *     deno run --allow-read --allow-write --allow-run bench/tfd.ts [folder for the files, the system's temporary one]
 *
 * Takes 2 GB of disk while it runs. Memory is read from /proc: Linux only.
 */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inflate } from "../datasets/mat/bytes.ts";
import { ELEMENT } from "../datasets/mat/format.ts";
import { fileSource } from "../datasets/mat/source.ts";
import { type MatArray, matHeader, matTag, matVariable } from "../datasets/mat/write.ts";
import { prepareTfd } from "../datasets/tfd.ts";

const [count, labelled, size] = [102_236, 4_178, 96] as const;
const pixels = size * size;
const NAME = `TFD_${size}x${size}.mat`;
/** Times that of cat and inflation; megabytes over the process's start. */
const LIMITS = { time: 3, memory: 400 };

const [folder, mode] = Deno.args;
if (mode === "read") await read(folder);
else if (mode === "inflate") await inflateAll(folder);
else await main(folder);

async function main(parent?: string): Promise<void> {
  const directory = await Deno.makeTempDir({ dir: parent, prefix: "aulens-tfd-" });
  try {
    console.log("file           size      cat   inflate     read   ratio   memory");
    for (const compressed of [false, true]) {
      const path = join(directory, NAME);
      await writeFullSize(path, compressed);
      const megabytes = (await Deno.stat(path)).size / 1e6;
      await run("cat", path); // fills the system's cache, as it was filled by the writing
      const cat = await run("cat", path);
      const inflating = compressed ? (await child(directory, "inflate")).seconds : 0;
      const { seconds, memory } = await child(directory, "read");
      const ratio = seconds / (cat + inflating);
      const cells = [`${megabytes.toFixed(0)} MB`, ...[cat, inflating, seconds].map((time) => `${time.toFixed(2)} s`)];
      const row = [...cells, ratio.toFixed(2), `${memory.toFixed(0)} MB`].map((cell) => cell.padStart(9)).join("");
      console.log((compressed ? "compressed" : "plain").padEnd(11) + row);
      const kept = ratio <= LIMITS.time && memory <= LIMITS.memory;
      if (!kept) console.log(`  over the limit: ${LIMITS.time} times, ${LIMITS.memory} MB`);
      await Deno.remove(path);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** The four fields as TFD has them, the pixels in pieces. */
async function writeFullSize(path: string, compressed: boolean): Promise<void> {
  // 4,178 images, evenly among the others.
  const isLabelled = (image: number) =>
    Math.floor((image + 1) * labelled / count) > Math.floor(image * labelled / count);
  const numbers = (length: number, value: (i: number) => number) => Float64Array.from({ length }, (_, i) => value(i));
  const variables: MatArray[] = [
    { name: "images", dimensions: [count, size, size], values: greyLevels, class: "uint8" },
    {
      name: "folds",
      dimensions: [count, 5],
      values: numbers(5 * count, (i) => isLabelled(i % count) ? 1 + i % 3 : 0),
      class: "uint8",
    },
    {
      name: "labs_ex",
      dimensions: [count, 1],
      values: numbers(count, (image) => isLabelled(image) ? 1 + image % 7 : -1),
    },
    { name: "labs_id", dimensions: [count, 1], values: numbers(count, (image) => image % 900) },
  ];
  using file = await Deno.open(path, { write: true, createNew: true });
  const write = async (bytes: Uint8Array) => {
    for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
  };
  await write(matHeader());
  for (const variable of variables) {
    if (!compressed) {
      for (const piece of matVariable(variable)) await write(piece);
      continue;
    }
    const start = await file.seek(0, Deno.SeekMode.Current);
    await write(matTag(ELEMENT.compressed, 0)); // its length is known at the end
    const packed = ReadableStream.from(matVariable(variable)).pipeThrough(new CompressionStream("deflate"));
    for await (const piece of packed) await write(piece);
    const end = await file.seek(0, Deno.SeekMode.Current);
    await file.seek(start, Deno.SeekMode.Start);
    await write(matTag(ELEMENT.compressed, end - start - 8));
    await file.seek(end, Deno.SeekMode.Start);
  }
}

/** Pixel by pixel, the same one of all images: a grey level of its own with a few bits of noise. */
function* greyLevels(): Generator<Uint8Array<ArrayBuffer>> {
  let state = 1;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const piece = new Uint8Array(count);
    for (let image = 0; image < count; image++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      piece[image] = 60 + pixel % 96 + (state & 15) + ((state >>> 4) & 15);
    }
    yield piece;
  }
}

async function run(command: string, ...args: string[]): Promise<number> {
  const start = performance.now();
  const { success } = await new Deno.Command(command, { args, stdout: "null" }).output();
  if (!success) throw new Error(`${command} failed`);
  return (performance.now() - start) / 1000;
}

/** This program again, in a process of its own: what it measured of itself. Deno shows /proc to whom all is allowed. */
async function child(directory: string, mode: string): Promise<{ seconds: number; memory: number }> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", fileURLToPath(import.meta.url), directory, mode],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`${mode} failed`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function read(directory: string): Promise<void> {
  const before = await status("VmRSS");
  const start = performance.now();
  const { labels } = await prepareTfd({ input: directory, imageSize: size });
  const seconds = (performance.now() - start) / 1000;
  if (labels.length !== labelled) throw new Error(`${labels.length} images were kept, expected ${labelled}`);
  console.log(JSON.stringify({ seconds, memory: (await status("VmHWM") - before) / 1000 }));
}

/** Inflates every variable and looks at nothing. */
async function inflateAll(directory: string): Promise<void> {
  const source = await fileSource(join(directory, NAME));
  const start = performance.now();
  for (let offset = 128; offset < source.size;) {
    const [tag] = await Array.fromAsync(source.read(offset, offset + 8, 8));
    const end = offset + 8 + new DataView(tag.buffer, tag.byteOffset).getUint32(4, true);
    for await (const _ of inflate(source.read(offset + 8, end, 2 ** 16), NAME, offset));
    offset = end;
  }
  console.log(JSON.stringify({ seconds: (performance.now() - start) / 1000, memory: 0 }));
}

/** A line of /proc/self/status, in kilobytes. */
async function status(name: string): Promise<number> {
  const line = (await Deno.readTextFile("/proc/self/status")).split("\n").find((line) => line.startsWith(name));
  return Number(/\d+/.exec(line ?? "")?.[0]);
}
