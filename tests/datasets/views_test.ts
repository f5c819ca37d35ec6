/**
 * Readers of bytes, given a view into the middle of a buffer, as Node's `Buffer` is one: they read the view alone, and
 * leave the caller's bytes as they were.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { bytesSource, readMat } from "../../datasets/mat/mod.ts";
import { readNpy, writeNpy } from "../../datasets/npy.ts";
import { initialParameters } from "../../network/parameters.ts";
import { readSafetensors, writeSafetensors } from "../../network/safetensors.ts";
import { readCheckpoint } from "../../training/checkpoint.ts";
import { trainingSettings } from "../../training/options.ts";
import { readModel, writeModel } from "../../training/model.ts";
import { writeMat } from "../support/mat_writer.ts";
import { tinyModel } from "../support/tiny_model.ts";

const numbers = Float64Array.of(1, 2.5, -3);

/** A .npy file of big-endian numbers, or with the first index fastest. */
function npyFile(descr: string, fortran: boolean): Uint8Array {
  const bytes = writeNpy({ shape: [1, 3], data: numbers });
  const text = String.fromCharCode(...bytes.subarray(0, 128));
  const header = text.replace("<f8", descr).replace("False, ", fortran ? "True,  " : "False, ");
  const file = Uint8Array.from([...Array.from(header, (letter) => letter.charCodeAt(0)), ...bytes.subarray(128)]);
  if (descr.startsWith(">")) { for (let i = 128; i < file.length; i += 8) file.subarray(i, i + 8).reverse(); }
  return file;
}

function checkpointFile(): Uint8Array {
  const parameters = Object.entries(initialParameters(2, 1, 1));
  const { tensors } = readSafetensors(writeModel(tinyModel));
  const info = {
    ...{ step: 3, imageSize: 16, classNames: ["calm", "glad"], networkSeed: 1, initialScale: 1, convolution: "auto" },
    ...{ dataset: "tiny", fingerprint: "", adapter: "none", settings: trainingSettings({}, 1) },
  };
  const momentum = parameters.map(([name]) => [`momentum.${name}`, tensors[name]]);
  return writeSafetensors(
    { ...tensors, ...Object.fromEntries(momentum) },
    { format: "aulens checkpoint 1", info: JSON.stringify(info) },
  );
}

/** Every reader, with a file for it. */
const readers: Record<string, { file: Uint8Array | Promise<Uint8Array>; read(bytes: Uint8Array): unknown }> = {
  "readNpy, little-endian": { file: npyFile("<f8", false), read: readNpy },
  "readNpy, big-endian": { file: npyFile(">f8", false), read: readNpy },
  "readNpy, Fortran order": { file: npyFile("<f8", true), read: readNpy },
  readSafetensors: { file: writeSafetensors({ a: { shape: [3], data: numbers } }), read: readSafetensors },
  readModel: { file: writeModel(tinyModel), read: readModel },
  readCheckpoint: { file: checkpointFile(), read: readCheckpoint },
  "readMat, big-endian": {
    file: writeMat([{ name: "a", dimensions: [3, 1], values: numbers }], { bigEndian: true }),
    async read(bytes) {
      const found = [];
      for await (const { name, dimensions, elements } of readMat(bytesSource("a.mat", bytes))) {
        found.push([name, dimensions, await Array.fromAsync(elements(), (piece) => Array.from(piece as Float64Array))]);
      }
      return found;
    },
  },
};

for (const [name, { file, read }] of Object.entries(readers)) {
  Deno.test(`${name}: a view at an odd offset gives the same as the whole buffer, and keeps its bytes`, async () => {
    const bytes = await file;
    const expected = await read(bytes.slice());
    for (const offset of bytes.length > 2 ** 20 ? [1] : [0, 1, 7]) {
      const around = new Uint8Array(offset + bytes.length + 9).fill(0xab);
      around.set(bytes, offset);
      const before = around.slice();
      const views = [around.subarray(offset, offset + bytes.length), Buffer.from(around.buffer, offset, bytes.length)];
      for (const view of views) {
        assert.deepEqual(await read(view), expected, `offset ${offset}, ${view.constructor.name}`);
        assert.deepEqual(around, before, `${view.constructor.name} at ${offset} was changed`);
      }
    }
  });
}
