/** Model files: what is written comes back, a checkpoint is a model too, and what is none is refused by name. */
import assert from "node:assert/strict";
import { openGpu } from "../../gpu/device.ts";
import { initialParameters } from "../../network/parameters.ts";
import { readSafetensors, writeSafetensors } from "../../network/safetensors.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { writeCheckpoint } from "../../training/checkpoint.ts";
import { normalize } from "../../training/draws.ts";
import { classifyFaces, type ModelInfo, openModel, readModel, writeModel } from "../../training/model.ts";
import { trainingSettings } from "../../training/options.ts";

const info: ModelInfo = {
  imageSize: 16,
  classNames: ["calm", "glad", "sad"],
  normalization: "local-contrast",
  crop: "eyes-and-chin",
  dataset: "mine",
  images: "own",
  variant: "cnn_a",
  step: 7,
};
const parameters = initialParameters(3, 5, 1);

Deno.test("a model file gives back its description and weights, and nothing of a run", () => {
  const bytes = writeModel({ info, parameters });
  assert.deepEqual(readModel(bytes), { info, parameters });
  assert(!Object.keys(readSafetensors(bytes).tensors).some((name) => name.startsWith("momentum")));
});

Deno.test("a model answers as the network whose checkpoint it comes from", async () => {
  using gpu = await openGpu();
  using net = await ZeroBiasCnn.create(gpu, { imageSize: 16, classes: 3, seed: 9, initialScale: 2 });
  net.step = 12;
  const settings = trainingSettings({ normalization: "local-contrast", variant: "cnn_d" }, 9);
  const data = { name: "mine", classNames: info.classNames, fingerprint: "" };
  const model = readModel(await writeCheckpoint(net, data, settings));
  assert.deepEqual(model.info, { ...info, variant: "cnn_d", step: 12, crop: "unknown", images: "unknown" });
  const faces = Uint8Array.from({ length: 3 * 256 }, (_, i) => (i * i * 7) % 251);
  const expected = await net.predict(await normalize(gpu, faces, { mode: "local-contrast", imageSize: 16 }));
  using other = await openModel(gpu, readModel(writeModel(model)));
  assert.deepEqual(await classifyFaces(other, model, faces), expected);
});

Deno.test("what is no model is refused by name", () => {
  const tensors = readSafetensors(writeModel({ info, parameters })).tensors as Parameters<typeof writeSafetensors>[0];
  const written = (changed: Record<string, unknown>) =>
    writeSafetensors(tensors, { format: "aulens model 1", info: JSON.stringify({ ...info, ...changed }) });
  const refused: [Record<string, unknown>, RegExp][] = [
    [{ imageSize: 12 }, /imageSize is 12/],
    [{ imageSize: 2 ** 20 }, /imageSize is 1048576/],
    [{ classNames: ["one"] }, /classNames/],
    [{ classNames: ["a", "b", "\x1b[2J"] }, /classNames/],
    [{ classNames: ["a", "b"] }, /output\.weight is F32 \[3,300\], expected F32 \[2,300\]/],
    [{ normalization: "none" }, /normalization is "none"/],
    [{ crop: "loose" }, /crop is "loose"/],
    [{ images: undefined }, /images is undefined/],
    [{ step: -1 }, /step is -1/],
  ];
  for (const [changed, message] of refused) assert.throws(() => readModel(written(changed)), message);
  const about = { format: "aulens model 1", info: JSON.stringify(info) };
  const { "fc4.bias": _, ...rest } = tensors;
  assert.throws(() => readModel(writeSafetensors(rest, about)), /tensor fc4\.bias is missing/);
  const bad = { ...tensors, "fc4.bias": { shape: [300], data: new Float32Array(300).fill(NaN) } };
  assert.throws(() => readModel(writeSafetensors(bad, about)), /tensor fc4\.bias holds what is no finite number/);
  assert.throws(() => readModel(writeSafetensors(tensors, { ...about, info: "{" })), /info is not JSON/);
  assert.throws(() => readModel(writeSafetensors(tensors, {})), /neither a model nor a checkpoint/);
});
