/** The files of an earlier version in tests/earlier, laid out in a folder, with numbers for the weights whose heads alone are kept. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { initialParameters, type ParameterName } from "../../network/parameters.ts";

const SOURCE = fileURLToPath(new URL("../earlier", import.meta.url));
const HEAD = ".head";

/**
 * Copies `data`, `run` and `model.safetensors` into a folder.
 *
 * @param adapter What checkpoints say of the adapter that computed them: a run goes on only with its own.
 */
export async function earlierFiles(folder: string, adapter: string): Promise<void> {
  for await (const path of filesUnder(SOURCE)) {
    const bytes = await Deno.readFile(join(SOURCE, path));
    const target = join(folder, path.endsWith(HEAD) ? path.slice(0, -HEAD.length) : path);
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.writeFile(target, path.endsWith(HEAD) ? whole(bytes, adapter) : bytes);
  }
}

async function* filesUnder(folder: string, path = ""): AsyncIterable<string> {
  for await (const { name, isDirectory } of Deno.readDir(join(folder, path))) {
    if (isDirectory) yield* filesUnder(folder, join(path, name));
    else yield join(path, name);
  }
}

/** A safetensors file of a head: the network's initial weights, and no momentum yet. */
function whole(head: Uint8Array, adapter: string): Uint8Array {
  const table = JSON.parse(new TextDecoder().decode(head.subarray(8)));
  const { __metadata__: metadata, ...tensors } = table;
  const info = JSON.parse(metadata.info);
  if (info.adapter !== undefined) metadata.info = JSON.stringify({ ...info, adapter });
  const text = new TextEncoder().encode(JSON.stringify(table));
  const padded = Math.ceil(text.length / 8) * 8;
  const ends = Object.values<{ data_offsets: [number, number] }>(tensors).map(({ data_offsets: [, end] }) => end);
  const bytes = new Uint8Array(8 + padded + Math.max(...ends)).fill(0x20, 8, 8 + padded);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(text, 8);
  const parameters = initialParameters(info.classNames.length, info.networkSeed ?? 1, info.initialScale ?? 1);
  for (const [name, { data_offsets: [begin] }] of Object.entries<{ data_offsets: [number, number] }>(tensors)) {
    const data = parameters[name as ParameterName];
    if (data) bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 8 + padded + begin);
  }
  return bytes;
}
