/** The parsers of binary formats: MATLAB 5, NumPy, safetensors, checkpoints. */

import { deflateSync } from "node:zlib";
import { bytesSource, MatError, readMat } from "../../../datasets/mat/mod.ts";
import { type NpyData, NpyError, readNpy, writeNpy } from "../../../datasets/npy.ts";
import { SourceError } from "../../../datasets/source_error.ts";
import { prepareTfd } from "../../../datasets/tfd.ts";
import { elements, initialParameters, parameterShapes } from "../../../network/parameters.ts";
import { readSafetensors, SafetensorsError, writeSafetensors } from "../../../network/safetensors.ts";
import { CheckpointError, readCheckpoint } from "../../../training/checkpoint.ts";
import { readModel, writeModel } from "../../../training/model.ts";
import { trainingSettings } from "../../../training/options.ts";
import { joinBytes, matElement, matHeader, matVariable, writeMat } from "../../support/mat_writer.ts";
import { type Draws, JSON_PIECES, mutate, NUMBERS } from "../mutate.ts";
import type { FuzzedParser, Input } from "../parser.ts";

/** Deflate shrinks by this factor at most, and what comes out is counted however soon it is let go. */
const MAT_MEMORY = { atMost: 2 ** 21, each: 1100 };
const encoder = new TextEncoder();

/** A variable, changed, then compressed: changes of compressed bytes hardly ever come through the checksum. */
function compressedVariable(variable: Uint8Array<ArrayBuffer>, draws: Draws): Uint8Array<ArrayBuffer> {
  const bigEndian = draws.once(2);
  const packed = new Uint8Array(deflateSync(mutate(variable, draws)));
  const element = matElement(15, packed, bigEndian).subarray(0, 8 + packed.length);
  return joinBytes([matHeader(draws.once(8) ? !bigEndian : bigEndian), element]);
}

const mat: FuzzedParser = {
  name: "mat",
  async good() {
    const inputs: Input[] = [];
    for (const bigEndian of [false, true]) {
      for (const compressed of [false, true]) {
        const bytes = await writeMat([
          { name: "images", class: "uint8", dimensions: [3, 4, 5], values: new Uint8Array(60).fill(7) },
          { name: "folds", dimensions: [3, 5], values: new Uint8Array(15).fill(1), storage: "uint8" },
          { name: "id", dimensions: [1, 2], values: [1, -1], storage: "int16" },
          { name: "x", dimensions: [2, 2], values: [1.5, 2, 3, 4], complex: true },
          { name: "none", dimensions: [0, 3], values: [] },
        ], { bigEndian, compressed });
        inputs.push({ name: "file.mat", bytes });
      }
    }
    return inputs;
  },
  generate(draws) {
    const variable = matVariable({ name: "x", dimensions: [20, 50], values: new Float64Array(1000) }, draws.once(2));
    return { name: "file.mat", bytes: compressedVariable(variable, draws) };
  },
  async parse({ name, bytes }) {
    for await (const variable of readMat(bytesSource(name, bytes))) {
      for await (const _ of variable.elements());
    }
  },
  errors: [MatError],
  memory: MAT_MEMORY,
};

const tfd: FuzzedParser = {
  name: "tfd",
  async good() {
    const people = 3;
    const inputs: Input[] = [];
    for (const options of [{}, { compressed: true }, { bigEndian: true }]) {
      const bytes = await writeMat([
        { name: "images", class: "uint8", dimensions: [people, 48, 48], values: new Uint8Array(people * 48 * 48) },
        { name: "folds", dimensions: [people, 5], values: new Uint8Array(5 * people).fill(1), storage: "uint8" },
        { name: "labs_ex", dimensions: [people, 1], values: new Uint8Array(people).fill(3) },
        { name: "labs_id", dimensions: [people, 1], values: new Uint8Array(people), storage: "int16" },
      ], options);
      inputs.push({ name: "TFD_48x48.mat", bytes });
    }
    return inputs;
  },
  async parse({ name, bytes }, folder) {
    Deno.writeFileSync(`${folder}/${name}`, bytes);
    await prepareTfd({ input: folder, imageSize: 48 });
  },
  errors: [MatError, SourceError],
  memory: { atMost: 2 ** 22, each: 1100 },
};

const npy: FuzzedParser = {
  name: "npy",
  good() {
    const data: NpyData[] = [
      new Uint8Array(24),
      new Int32Array(24),
      new Float64Array(24),
      new BigInt64Array(24),
      new Uint16Array(24),
    ];
    return [[2, 3, 4], [24], [1, 24, 1, 1]].flatMap((shape) =>
      data.map((data) => ({ name: "array.npy", bytes: writeNpy({ shape, data }) }))
    );
  },
  words: ["'descr': '>f8', ", "'fortran_order': True", "(", ")", "[", "{", "'", ",", "L", "|O", "<U4", ">i4", "True"],
  generate(draws) {
    const shape = Array.from({ length: draws.below(5) }, () => draws.pick([...NUMBERS, "3", "4"]));
    const header = draws.pick(["{", "", "["]) +
      `'descr': ${draws.pick(["'<f4'", "'|u1'", "'|O'", "[('a','<i4')]", "5"])},` +
      `'fortran_order': ${draws.pick(["True", "False", "0"])}, 'shape': (${shape.join(",")}${
        draws.pick([",", ""])
      }), }` +
      " ".repeat(draws.below(60)) + "\n";
    const version = draws.pick([1, 1, 2, 3, 0, 255]);
    const length = header.length + (draws.once(8) ? draws.below(100_000) : 0);
    const claimed = version === 1
      ? Uint8Array.of(length & 255, length >> 8)
      : Uint8Array.of(length & 255, length >> 8 & 255, length >> 16 & 255, draws.once(9) ? 255 : 0);
    const magic = Uint8Array.of(0x93, ...encoder.encode("NUMPY"), version, 0);
    const data = new Uint8Array(draws.pick([0, 12, 48, 1, draws.below(400)]));
    return { name: "array.npy", bytes: joinBytes([magic, claimed, encoder.encode(header), data]) };
  },
  parse({ bytes }) {
    const { shape, data } = readNpy(bytes);
    const count = shape.reduce((product, length) => product * length, 1);
    if (count !== data.length) throw new Error(`shape [${shape}] with ${data.length} elements was read`);
  },
  errors: [NpyError],
  memory: { atMost: 2 ** 18, each: 8 },
};

/** A file with this header text, and what it claims of its length. */
function safetensorsFile(header: string, body: Uint8Array, claimed?: bigint): Uint8Array<ArrayBuffer> {
  const text = encoder.encode(header);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, claimed ?? BigInt(text.length), true);
  return joinBytes([length, text, body]);
}

function safetensorsHeader(draws: Draws, pieces: readonly string[]): string {
  const number = () => draws.pick([...NUMBERS, "4", "8", "16", "0", "4", "8"]);
  const list = (length: number) => `[${Array.from({ length }, number).join(",")}]`;
  const entry = () => {
    const fields = [
      `"dtype":${draws.once(6) ? draws.pick(pieces) : draws.pick(['"F32"', '"U8"', '"BF16"', '"I64"', '"F8"'])}`,
      `"shape":${draws.once(6) ? draws.pick(pieces) : list(draws.below(4))}`,
      `"data_offsets":${draws.once(6) ? draws.pick(pieces) : list(draws.once(9) ? 3 : 2)}`,
    ];
    if (draws.once(9)) fields.push(draws.pick(fields));
    if (draws.once(9)) fields.splice(draws.below(3), 1);
    return `{${fields.join(",")}}`;
  };
  const entries = Array.from({ length: 1 + draws.below(4) }, (_, n) => {
    const name = draws.pick([`"t${n}"`, '"a"', '"__proto__"', '"\\u0061"', '"\\u001b[2J"', '"__metadata__"']);
    return `${name}:${draws.once(6) ? draws.pick(pieces) : entry()}`;
  });
  return `{${entries.join(",")}}`;
}

const safetensors: FuzzedParser = {
  name: "safetensors",
  good() {
    const tensors = { a: { shape: [2, 3], data: new Float32Array(6) }, b: { shape: [], data: new Uint8Array(1) } };
    return [writeSafetensors(tensors, { k: "v" }), writeSafetensors(tensors), writeSafetensors({})]
      .map((bytes) => ({ name: "file.safetensors", bytes }));
  },
  words: ['"a":', "}", "{", "]", '"__metadata__":{', ',"shape":[1]', "0,"],
  generate(draws) {
    const header = draws.once(8) ? draws.pick(JSON_PIECES) : safetensorsHeader(draws, JSON_PIECES);
    const claimed = draws.once(9) ? BigInt(draws.below(2 ** 31)) * 2n ** BigInt(draws.below(33)) : undefined;
    return { name: "file.safetensors", bytes: safetensorsFile(header, new Uint8Array(draws.below(40)), claimed) };
  },
  parse({ bytes }) {
    const { tensors } = readSafetensors(bytes);
    for (const [name, { shape, data }] of Object.entries(tensors)) {
      if (elements(shape) !== data.length) throw new Error(`${name} of [${shape}] with ${data.length} was read`);
    }
  },
  errors: [SafetensorsError],
  memory: { atMost: 2 ** 18, each: 8 },
};

const INFO = {
  step: 100,
  imageSize: 48,
  classNames: ["sad", "glad", "neutral"],
  networkSeed: 1,
  initialScale: 0.5,
  convolution: "direct",
  dataset: "tiny",
  fingerprint: "0".repeat(64),
  adapter: "an adapter",
  settings: trainingSettings({}, 1),
};

const checkpoint: FuzzedParser = {
  name: "checkpoint",
  good() {
    const tensors = Object.fromEntries(
      Object.entries(parameterShapes(3)).flatMap(([name, shape]) =>
        [name, `momentum.${name}`].map((name) => [name, { shape, data: new Float32Array(elements(shape)) }])
      ),
    );
    const metadata = { format: "aulens checkpoint 1", info: JSON.stringify(INFO) };
    return [{ name: "step-000100.safetensors", bytes: writeSafetensors(tensors, metadata) }];
  },
  generate(draws, [{ name, bytes }]) {
    // A whole one has eleven million bytes: mostly its header is changed, over tensors that are too small.
    if (draws.once(40)) return undefined;
    const { info, ...tensors } = {
      info: new TextDecoder().decode(mutate(encoder.encode(JSON.stringify(INFO)), draws)),
      "conv1.weight": { shape: [64, 1, 5, 5], data: new Float32Array(1600) },
      "momentum.conv1.weight": { shape: draws.pick([[64, 1, 5, 5], [64]]), data: new Float32Array(1600) },
    };
    if (tensors["momentum.conv1.weight"].shape.length === 1) {
      tensors["momentum.conv1.weight"].data = new Float32Array(64);
    }
    if (!info.isWellFormed()) return { name, bytes: bytes.slice(0, 1000) };
    return { name, bytes: writeSafetensors(tensors, { format: "aulens checkpoint 1", info }) };
  },
  parse({ bytes }) {
    const { info, parameters } = readCheckpoint(bytes);
    if (parameters["output.bias"].length !== info.classNames.length) {
      throw new Error("classes without a bias were read");
    }
  },
  errors: [SafetensorsError, CheckpointError],
  memory: { atMost: 2 ** 20, each: 8 },
};

const MODEL = {
  imageSize: 48,
  classNames: ["sad", "glad", "neutral"],
  normalization: "local-mean" as const,
  crop: "drawn" as const,
  dataset: "tiny",
  images: "own" as const,
  variant: "cnn",
  step: 100,
};

const model: FuzzedParser = {
  name: "model",
  good: () => [{ name: "model.safetensors", bytes: wholeModel() }],
  generate(draws, [{ name, bytes }]) {
    if (draws.once(40)) return undefined;
    const info = new TextDecoder().decode(mutate(encoder.encode(JSON.stringify(MODEL)), draws));
    if (!info.isWellFormed()) return { name, bytes: bytes.slice(0, 1000) };
    const tensors = { "conv1.weight": { shape: [64, 1, 5, 5], data: new Float32Array(1600) } };
    return { name, bytes: writeSafetensors(tensors, { format: draws.pick(["aulens model 1", "aulens"]), info }) };
  },
  parse: ({ bytes }) => readModel(bytes),
  errors: [SafetensorsError, CheckpointError],
  memory: { atMost: 2 ** 20, each: 8 },
};

function wholeModel(): Uint8Array<ArrayBuffer> {
  return writeModel({ info: MODEL, parameters: initialParameters(3, 1, 1) }) as Uint8Array<ArrayBuffer>;
}

/** Those of this file. */
export const BINARY_PARSERS: FuzzedParser[] = [mat, tfd, npy, safetensors, checkpoint, model];
