/** Checkpoints: what goes in comes out, equal networks give equal bytes, and files that are damaged or lie are refused. */

import assert from "node:assert/strict";
import { readSafetensors, SafetensorsError, type TensorData, writeSafetensors } from "../../network/safetensors.ts";
import { initialParameters, parameterShapes } from "../../network/parameters.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { CheckpointError, readCheckpoint, restore, writeCheckpoint } from "../../training/checkpoint.ts";
import { trainingSettings } from "../../training/options.ts";
import { withGpu } from "../support/gpu.ts";
import { Random } from "../support/random.ts";
import { assertSame } from "../support/same.ts";

const SETTINGS = trainingSettings({ variant: "cnn_d", split: 3, batch: 5, learningRate: 0.1 + 0.2 }, 17);
const DATASET = { name: "tiny", classNames: ["one", "two"], fingerprint: "f00" };
const INFO = {
  step: 12,
  imageSize: 8,
  classNames: DATASET.classNames,
  networkSeed: 17,
  initialScale: 0.75,
  convolution: "direct",
  dataset: "tiny",
  fingerprint: "f00",
  adapter: "any",
  settings: SETTINGS,
};

type Tensors = Record<string, { shape: number[]; data: TensorData }>;

/** A checkpoint by hand, with what a test wants to be wrong. */
function file(change: { info?: unknown; format?: string; tensors?: (tensors: Tensors) => void } = {}): Uint8Array {
  const tensors: Tensors = {};
  for (const [name, data] of Object.entries(initialParameters(2, 1, 1))) {
    const shape = parameterShapes(2)[name as keyof ReturnType<typeof parameterShapes>];
    tensors[name] = { shape, data };
    tensors[`momentum.${name}`] = { shape, data };
  }
  change.tensors?.(tensors);
  const info = typeof change.info === "string" ? change.info : JSON.stringify(change.info ?? INFO);
  return writeSafetensors(tensors, { format: change.format ?? "aulens checkpoint 1", info });
}

Deno.test(
  "a checkpoint holds parameters, momentum, step and settings, and gives them to another network",
  withGpu(async (gpu) => {
    const options = { imageSize: 8, classes: 2, convolution: "direct" } as const;
    using net = await ZeroBiasCnn.create(gpu, { ...options, seed: 17, initialScale: 0.75 });
    const random = new Random(1);
    const images = random.normal(3 * 64);
    for (let step = 0; step < 2; step++) await net.trainStep(images, [0, 1, 1]);
    const bytes = await writeCheckpoint(net, DATASET, SETTINGS);
    assertSame(await writeCheckpoint(net, DATASET, SETTINGS), bytes, "bytes");

    const { info, parameters, momentum } = readCheckpoint(bytes);
    assert.deepEqual(info, { ...INFO, step: 2, adapter: gpu.adapter.description });
    assertSame(parameters, await net.parameters(), "parameters");
    assertSame(momentum, await net.momentum(), "momentum");
    assert(momentum["conv1.weight"].some((value) => value !== 0));

    using other = await ZeroBiasCnn.create(gpu, { ...options, seed: 17, initialScale: 0.75 });
    await restore(other, readCheckpoint(bytes));
    assert.equal(other.step, 2);
    assertSame(await writeCheckpoint(other, DATASET, SETTINGS), bytes, "bytes of the other network");
    const next = [await net.trainStep(images, [0, 1, 1]), await other.trainStep(images, [0, 1, 1])];
    assert.deepEqual(next[1], next[0]);
    assertSame(await other.parameters(), await net.parameters(), "parameters");

    const { tensors, metadata } = readSafetensors(bytes);
    for (const [name, shape] of Object.entries(parameterShapes(2))) {
      assert.deepEqual(tensors[name].shape, shape);
      assert.deepEqual(tensors[`momentum.${name}`].shape, shape);
    }
    assert.equal(Object.keys(tensors).length, 14);
    const text = JSON.stringify(metadata);
    assert(!/\d{4}-\d\d-\d\d|\//.test(text), `no date and no path: ${text}`);

    for (const sizes of [{ imageSize: 16, classes: 2 }, { imageSize: 8, classes: 3 }]) {
      using wrong = await ZeroBiasCnn.create(gpu, sizes);
      const before = await wrong.parameters();
      const message = new RegExp(`8 pixels and 2 classes, .* ${sizes.imageSize} pixels and ${sizes.classes} classes`);
      await assert.rejects(restore(wrong, readCheckpoint(bytes)), { name: "CheckpointError", message });
      assertSame(await wrong.parameters(), before, "parameters");
      assert.equal(wrong.step, 0);
    }
  }),
);

Deno.test("the checkpoint that the cases below spoil is a good one", () => {
  const { info, parameters, momentum } = readCheckpoint(file());
  assert.deepEqual(info, INFO);
  assert.equal(Object.keys(parameters).length, 7);
  assert.equal(Object.keys(momentum).length, 7);
});

Deno.test("a checkpoint that is cut short, anywhere, is refused", () => {
  const bytes = file();
  const header = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  for (const length of [0, 7, 8, 100, header - 1, header, header + 4, bytes.length >> 1, bytes.length - 1]) {
    assert.throws(() => readCheckpoint(bytes.subarray(0, length)), SafetensorsError, `${length} bytes`);
  }
  assert.throws(() => readCheckpoint(Uint8Array.of(...bytes.subarray(0, header))), SafetensorsError);
});

Deno.test("a safetensors file that is no checkpoint of ours is refused, and says what is wrong", () => {
  const cases: [Parameters<typeof file>[0], RegExp][] = [
    [{ format: "pt" }, /is not a checkpoint: its format is "pt", expected "aulens checkpoint 1"/],
    [{ tensors: (t) => delete t["conv3.weight"] }, /has no tensor conv3\.weight/],
    [{ tensors: (t) => delete t["momentum.fc4.bias"] }, /has no tensor momentum\.fc4\.bias/],
    [
      { tensors: (t) => t["fc4.weight"].shape = [1024, 300] },
      /tensor fc4\.weight is F32 \[1024,300\], expected F32 \[300,1024\]/,
    ],
    [
      { tensors: (t) => t["output.bias"] = { shape: [2], data: new Float64Array(2) } },
      /tensor output\.bias is F64 \[2\], expected F32 \[2\]/,
    ],
    [
      { tensors: (t) => t["output.bias"].data = Float32Array.of(0, NaN) },
      /tensor output\.bias\[1\] is NaN, expected a finite number/,
    ],
    [
      { tensors: (t) => t["momentum.output.bias"].data = Float32Array.of(Infinity, 0) },
      /tensor momentum\.output\.bias\[0\] is Infinity/,
    ],
    [{ info: "{" }, /info is not JSON/],
    [{ info: "" }, /info is not JSON/],
    [{ info: "null" }, /info is null, expected a table/],
    [{ info: "[]" }, /info is \[\], expected a table/],
    [{ info: { ...INFO, step: -1 } }, /step is -1/],
    [{ info: { ...INFO, step: 1.5 } }, /step is 1\.5/],
    [{ info: { ...INFO, step: 2 ** 32 } }, /step is 4294967296/],
    [{ info: { ...INFO, imageSize: 20 } }, /imageSize is 20/],
    [{ info: { ...INFO, imageSize: "96" } }, /imageSize is "96"/],
    [{ info: { ...INFO, classNames: ["one"] } }, /classNames is \["one"\]/],
    [{ info: { ...INFO, classNames: [1, 2] } }, /classNames is \[1,2\]/],
    [{ info: { ...INFO, classNames: { length: 2 } } }, /classNames is \{"length":2\}/],
    [
      { info: { ...INFO, classNames: ["one", "two", "three"] } },
      /tensor output\.weight is F32 \[2,300\], .* \[3,300\]/,
    ],
    [{ info: { ...INFO, classNames: new Array(1e6).fill("x") } }, /output\.weight .* expected F32 \[1000000,300\]/],
    [{ info: { ...INFO, networkSeed: null } }, /networkSeed is null/],
    [{ info: { ...INFO, networkSeed: 2 ** 32 } }, /networkSeed is 4294967296/],
    [{ info: { ...INFO, initialScale: 0 } }, /initialScale is 0/],
    [{ info: { ...INFO, convolution: "fft" } }, /convolution is "fft"/],
    [{ info: { ...INFO, dataset: 3 } }, /dataset is 3/],
    [{ info: { ...INFO, fingerprint: undefined } }, /fingerprint is undefined/],
    [{ info: { ...INFO, adapter: [] } }, /adapter is \[\]/],
    [{ info: { ...INFO, settings: null } }, /settings is null/],
    [{ info: { ...INFO, settings: [] } }, /settings/],
    [{ info: { ...INFO, settings: { ...SETTINGS, batch: 0 } } }, /settings: batch is 0/],
    [{ info: { ...INFO, settings: { ...SETTINGS, variant: "best" } } }, /settings: variant is "best"/],
  ];
  for (const [change, message] of cases) {
    assert.throws(() => readCheckpoint(file(change)), (error) => {
      assert(error instanceof CheckpointError, `${message}: ${error}`);
      assert.match(error.message, message);
      assert(error.message.length < 500, `a message of ${error.message.length} characters`);
      return true;
    });
  }
});
