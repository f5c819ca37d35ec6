/** What library calls say to arrays of another type and to datasets whose parts do not fit: names, before any work. */
import assert from "node:assert/strict";
import { layerResponses } from "../../analysis/responses.ts";
import { classSelectivity } from "../../analysis/statistics/selectivity.ts";
import { topHits } from "../../analysis/top_activations.ts";
import { checkDataset, DatasetError } from "../../datasets/check.ts";
import type { Dataset } from "../../datasets/dataset.ts";
import { fingerprint } from "../../datasets/fingerprint.ts";
import { readNpy } from "../../datasets/npy.ts";
import { splitIndices } from "../../datasets/split.ts";
import { subjectOverlaps } from "../../datasets/subject_overlap.ts";
import type { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { readSafetensors } from "../../network/safetensors.ts";
import { readCheckpoint } from "../../training/checkpoint.ts";
import { inProcess } from "../../training/cross_validation/engine.ts";
import { augment, normalize } from "../../training/draws.ts";
import { evaluate } from "../../training/evaluation/evaluate.ts";
import { evaluateRows } from "../../training/evaluation/rows.ts";
import { evaluateTransfer } from "../../training/evaluation/transfer.ts";
import { classifyFaces, readModel, writeModel } from "../../training/model.ts";
import { writeOnnx } from "../../training/onnx.ts";
import { train } from "../../training/train.ts";
import { withGpu } from "../support/gpu.ts";
import { network } from "../support/network.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";
import { tinyModel } from "../support/tiny_model.ts";

/** A value that the types forbid. */
const wrong = (value: unknown) => value as never;

/** Calls with arrays of another type, by what the error begins with. */
function arrayCalls(net: ZeroBiasCnn): [begin: string, call: () => unknown][] {
  const { gpu } = net, doubles = new Float64Array(64), bytes = new Uint8Array(256);
  const { parameters } = tinyModel;
  const mixed = { ...tinyModel, parameters: wrong({ ...parameters, "fc4.bias": new Float64Array(300) }) };
  const lacking = { ...tinyModel, parameters: wrong({ ...parameters, "fc4.bias": undefined }) };
  const images = [bytes, new Int32Array(64), doubles, Array.from(doubles), undefined];
  const info = { imageSize: 8, normalization: "local-mean" as const };
  return [
    ...images.flatMap((value): [string, () => unknown][] => [
      ["images is", () => net.predict(wrong(value))],
      ["images is", () => net.trainStep(wrong(value), [0])],
      ["images is", () => net.lossAndGradients(wrong(value), [0])],
      ["images is", () => layerResponses(net, wrong(value), { layer: "conv1" })],
    ]),
    ...images.slice(1).flatMap((value): [string, () => unknown][] => [
      ["images is", () => normalize(gpu, wrong(value))],
      ["images is", () => augment(gpu, wrong(value), { seed: 1, step: 0 })],
      ["data for buffer x is", () => value instanceof Int32Array || gpu.upload("x", wrong(value))],
    ]),
    [
      "faces is a Float32Array of 64 elements, expected a Uint8Array",
      () => classifyFaces(net, { info }, wrong(new Float32Array(64))),
    ],
    [
      "parameter fc4.bias is a Float64Array of 300 elements, expected a Float32Array",
      () => net.setParameters({ "fc4.bias": wrong(new Float64Array(300)) }),
    ],
    ["momentum of fc4.bias is an Array of 300 elements", () => net.setMomentum({ "fc4.bias": wrong(new Array(300)) })],
    ["parameter fc4.bias is a Float64Array", () => writeModel(mixed)],
    ["parameter fc4.bias is undefined", () => writeModel(lacking)],
    ["parameter fc4.bias is a Float64Array", () => writeOnnx(mixed)],
    ["parameter fc4.bias is undefined", () => writeOnnx(lacking)],
    ...[readNpy, readSafetensors, readModel, readCheckpoint].flatMap((read): [string, () => unknown][] => [
      [
        "bytes is an ArrayBuffer, expected a Uint8Array. Remedy: new Uint8Array(bytes)",
        () => read(wrong(bytes.buffer)),
      ],
      ["bytes is a Float32Array of 64 elements", () => read(wrong(new Float32Array(64)))],
    ]),
  ];
}

Deno.test(
  "inputs: an array of another type is a TypeError that names the argument, what it is, and what is expected",
  withGpu(async (gpu) => {
    const { net } = await network(gpu);
    try {
      for (const [begin, call] of arrayCalls(net)) {
        const error = await Promise.resolve().then(call).then(() => undefined, (error) => error);
        if (error === undefined && `${call}`.includes("instanceof Int32Array")) continue;
        assert(error instanceof TypeError, `${call}: ${error}`);
        assert(error.message.startsWith(begin), `${call}: ${error.message}`);
        assert.match(error.message, / is .*, expected an? \w+Array/);
      }
    } finally {
      net.dispose();
    }
  }),
);

/** What may be wrong with the dataset, by the field that is named. */
function faults({ images, labels, folds, subjects }: Dataset): [keyof Dataset, Partial<Dataset>, RegExp][] {
  const count = labels.length;
  return [
    ["images", { images: images.subarray(64) }, /1216 values, expected 1280 \(64 for each of the 20 labels\)/],
    [
      "images",
      { images: wrong(Float32Array.from(images)) },
      /is a Float32Array of 1280 elements, expected a Uint8Array/,
    ],
    ["images", { images: wrong(undefined) }, /is undefined, expected a Uint8Array/],
    ["imageSize", { imageSize: 8.5 }, /is 8.5, expected 1 or more/],
    ["labels", { labels: labels.map((label) => label + 1) }, /value 4 at 3, expected 0 to 3 \(4 classes\)/],
    ["labels", { labels: labels.map((label) => label - 2) }, /value -2 at 0/],
    ["labels", { labels: wrong(Uint8Array.from(labels)) }, /is a Uint8Array of 20 elements, expected an Int32Array/],
    ["subjects", { subjects: subjects.subarray(1) }, /19 values, expected 20/],
    ["folds", { folds: wrong(Array.from(folds)) }, /is an Array of 20 elements, expected an Int32Array/],
    ["folds", { folds: folds.subarray(1) }, /19 values/],
    ["foldColumns", { foldColumns: 0 }, /is 0, expected 1 or more/],
    ["foldKind", { foldKind: wrong("fold") }, /is "fold", expected/],
    ["classNames", { classNames: wrong("abcd") }, /is "abcd", expected a list of names/],
    ["classNames", { classNames: ["a", "b", "c", "a\u001b[2J"] }, /expected a list of names/],
    ["name", { name: wrong(7) }, /is 7, expected a text/],
    ["fingerprint", { fingerprint: wrong(undefined) }, /is undefined, expected a text/],
    ["sequences", { sequences: new Int32Array(count - 1) }, /19 values/],
    ["units", { actionUnits: [1] }, /must be given together/],
    ["units", { actionUnits: [1], units: wrong(new Float32Array(count)) }, /is a Float32Array/],
  ];
}

Deno.test("inputs: a dataset whose parts do not fit is a DatasetError that names the field", async () => {
  const dataset = await tinyDataset();
  checkDataset(dataset);
  for (const [field, change, problem] of faults(dataset)) {
    assert.throws(() => checkDataset({ ...dataset, ...change }), (error) => {
      assert(error instanceof DatasetError, `${field}: ${error}`);
      assert.equal(error.field, field, error.message);
      assert.match(error.message, problem);
      return true;
    });
  }
});

Deno.test(
  "inputs: everything that takes a dataset checks it before any work",
  withGpu(async (gpu) => {
    const dataset = await tinyDataset();
    const { net } = await network(gpu, { classes: 4 });
    const rows = Uint32Array.of(0, 1), normalization = "local-mean" as const;
    const labels = { ...dataset, labels: dataset.labels.map((label) => label + 1) };
    const images = { ...dataset, images: dataset.images.subarray(64) };
    const floats = { ...dataset, images: wrong(Float32Array.from(dataset.images)) };
    const folds = { ...dataset, folds: dataset.folds.subarray(1) };
    const calls: [keyof Dataset, () => unknown][] = [
      ["labels", () => train(net, labels, { steps: 1 }).next()],
      ["images", () => train(net, images, { steps: 1 }).next()],
      ["images", () => train(net, floats, { steps: 1 }).next()],
      ["labels", () => evaluate(net, labels, [])],
      ["labels", () => evaluateTransfer(net, dataset.classNames, labels, { normalization })],
      ["labels", () => evaluateRows(net, labels, rows, normalization)],
      ["images", () => evaluateRows(net, images, rows, normalization)],
      ["images", () => layerResponses(net, { dataset: floats, rows, normalization }, { layer: "conv1" })],
      ["images", () => layerResponses(net, { dataset: images, rows, normalization }, { layer: "conv1" })],
      ["labels", () => inProcess(gpu, labels)],
      ["folds", () => splitIndices(folds, 0)],
      ["folds", () => subjectOverlaps(folds)],
    ];
    try {
      for (const [field, call] of calls) {
        const error = await Promise.resolve().then(call).then(() => undefined, (error) => error);
        assert(error instanceof DatasetError, `${call}: ${error}`);
        assert.equal(error.field, field, `${call}`);
      }
      await assert.rejects(fingerprint(floats), /dataset.images is a Float32Array/);
      await assert.rejects(evaluateRows(net, dataset, Uint32Array.of(0, 20), normalization), /rows\[1\] is 20/);
      await assert.rejects(
        evaluateRows(net, await tinyDataset({ imageSize: 16 }), rows, normalization),
        /images are 16 pixels wide, the network takes 8/,
      );
      assert.equal(net.step, 0);
    } finally {
      net.dispose();
    }
  }),
);

Deno.test("inputs: responses of another number than images and filters are refused", () => {
  const responses = new Float32Array(5), positions = new Uint32Array(6);
  const found = { images: 3, filters: 2, responses, positions, side: 1 };
  assert.throws(
    () => topHits(found, { top: 1 }),
    /responses has 5 entries, expected one for each of 3 images x 2 filters/,
  );
  assert.throws(() => classSelectivity(found, [0, 1, 0]), /responses has 5 entries/);
});
